"""`restore`: make a workspace from a backup."""

from __future__ import annotations

from pathlib import Path

import click

from voicenote.cli.terminal.batch_report import describe_hold
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of


@command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def restore(session: Session, /, *, file: Path) -> None:
    """Restore a backup into an empty --home. Nothing is sent from it until you say so.

    With --json: {"files", "held", "cases", "uncertain", "doubt"}.
    """
    from voicenote.engine.admin.archive import restore as restore_
    from voicenote.wiring import open_ledger_at, whereabouts

    session.if_stopped = "nothing was restored; run the same command again when you are ready"
    restored = restore_(file, session.home, open_ledger_at, whereabouts())
    session.if_stopped = ""
    session.screen.show(
        restored, lambda: f"{count_of(restored.files, 'file')} restored into {session.home}."
    )
    session.screen.warn(*describe_hold(restored.held, restored.cases, restored.uncertain))
    if restored.doubt:
        session.screen.warn(
            f"{restored.doubt[0].upper()}{restored.doubt[1:]}: this one asks before it sends.\n"
            "To let this one send instead: voicenote adopt"
        )
    url = session.settings.ledger.address(session.home)
    if url != f"sqlite:///{(session.home / 'ledger.db').as_posix()}":
        session.screen.warn(
            "The settings name another ledger than the restored ledger.db; to use this one, "
            "remove [ledger] url from voicenote.toml."
        )
