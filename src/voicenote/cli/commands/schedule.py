"""`schedule`: show or install the crontab line or timer that makes a run every few minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from voicenote.cli.terminal.session import HOME, Session, command
from voicenote.errors import WrongUse

EVERY = ("1", "2", "5", "10", "15", "20", "30", "60")


@command()
@click.option("--every", type=click.Choice(EVERY), default="10", show_default=True, help="Minutes.")
@click.option("--systemd", is_flag=True, help="Print a systemd service and timer instead.")
@click.option("--install", is_flag=True, help="Put the line into your crontab; safe to repeat.")
def schedule(session: Session, /, *, every: str, systemd: bool, install: bool) -> None:
    """Print the crontab line, or the systemd timer, that does a run every few minutes."""
    from voicenote.engine.admin import os_schedule

    if systemd and install:
        raise WrongUse("--install is for crontabs", "write the units that --systemd prints")
    screen, home = session.screen, session.home
    program = _program()
    ours = sorted(name for name in session.env if name.startswith("VOICENOTE_") and name != HOME)
    if ours:
        screen.warn(
            f"{', '.join(ours)} is set in this terminal only; a run by cron would not see it.\n"
            "  put it into voicenote.toml instead"
        )
    if systemd:
        units = os_schedule.systemd_units(program, home, int(every))
        text = "\n".join(f"# ~/.config/systemd/user/{name}\n{unit}" for name, unit in units.items())
        screen.show(units, text.rstrip, whole=True)
        screen.note("\nThen: systemctl --user enable --now voicenote.timer")
        return
    line = os_schedule.crontab_line(program, home, int(every))
    if not install:
        screen.show({"line": line}, lambda: line, whole=True)
        screen.note("Add it with: crontab -e, or: voicenote schedule --install")
        return
    from voicenote.engine.admin.os_schedule import install as install_
    from voicenote.files import make_folder

    make_folder(home)  # cron writes the log there
    changed = install_(line, home, session.env)
    said = f"Installed: a run every {every} minutes." if changed else "It is already installed."
    screen.show({"line": line, "changed": changed}, lambda: said)


def _program() -> list[str]:
    """Return the words that start this same program from any folder."""
    started = Path(sys.argv[0])
    if started.name in ("voicenote", "voicenote.exe") and started.is_file():
        return [str(started.absolute())]
    beside = Path(sys.executable).with_name("voicenote")
    return [str(beside)] if beside.is_file() else [sys.executable, "-m", "voicenote"]
