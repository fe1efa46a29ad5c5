"""`demo`: show the whole process on samples, offline, in a separate folder."""

from __future__ import annotations

from pathlib import Path

import click

from voicenote.cli.terminal.session import Session, command


@command()
@click.argument("folder", default="voicenote-demo", metavar="[DIR]")
def demo(session: Session, /, *, folder: str) -> None:
    """Play through the whole journey on samples, offline: 45 days of seven cases, in folder DIR.

    Nothing is sent: the outbox is a folder in DIR. An earlier demo in DIR is replaced; only its own
    files are removed, and files you have changed are kept under another name. Any other folder
    that isn't empty is left alone.
    """
    from voicenote.engine.run.demo_story import summarise_cases
    from voicenote.wiring import demo as open_demo

    screen = session.screen
    place = Path(folder).absolute()
    with open_demo(place) as (ws, told, kept):
        for path in kept:
            screen.warn(f"You had changed a file of the demo; your version is kept as {path}")
        for line in told:
            who = f"case {line.case}" if line.case else ""
            screen.note(f"{line.at:%d %b %H:%M}  {who:<8}{line.text}")
        rows = summarise_cases(ws)
    if session.json:
        screen.data({"folder": place, "cases": rows})
        return
    screen.out()
    screen.table(
        ("case", "customer", "outcome", "rounds", "messages", "amends"),
        [
            (r.case, r.customer, r.outcome or r.stage, r.round, r.messages, ", ".join(r.amends))
            for r in rows
        ],
    )
    screen.out()
    screen.out("\n".join(_what_to_open(place)))


def _what_to_open(place: Path) -> list[str]:
    letters = sorted(place.glob("outbox/*/message.eml"))
    memos = sorted(place.glob("outbox/*/memo.ogg"))
    lines = [f"{len(letters)} emails and {len(memos)} memos are in {place / 'outbox'}"]
    first = next(iter(sorted(place.glob("outbox/*-memo-*"))), None)
    if first:
        lines.append(f"Listen:  {first / 'memo.ogg'}")
        lines.append(f"Read:    {first / 'message.eml'}")
    lines.append(f"Look:    voicenote --home {place} show 1")
    return lines
