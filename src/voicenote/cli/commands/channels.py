"""`channels`: list the channels and what each still needs; make links for customers."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click

from voicenote.cli.commands.voices import broken_row
from voicenote.cli.terminal.case_options import CASE
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadSettings, WrongUse
from voicenote.plugins import FALLBACK


@command()
@click.argument("words", nargs=-1, metavar="[NAME link N]")
def channels(session: Session, /, *, words: tuple[str, ...]) -> None:
    """List the channels that are set up, those that could be, and what each still needs.

    `channels telegram link N` makes a link with which the customer of case N lets your bot write to
    them. It works once; a new link replaces it. With --json: {"case", "channel", "link"}.

    Exit code 78 when a setting is wrong, in any table.
    """
    from voicenote.plugins import CHANNELS, load

    if words:
        _link(session, words)
        return
    found = load(CHANNELS).tried()
    declared = session.draft.channels
    rows = [_channel(session, name) for name in dict.fromkeys((*declared, FALLBACK))]
    used = {declared[name].kind for name in declared} | {FALLBACK}
    rows += [
        {
            "channel": name,
            "ready": False,
            "kind": name,
            "note": "not set up here",
            "needs": f"a table [channels.{name}] in voicenote.toml",
            "tells": [],
        }
        for name in found.good
        if name not in used
    ]
    rows += [broken_row("channel", name, why) for name, why in found.broken.items()]
    session.screen.rows(
        rows,
        ("channel", "ready", "", "what it is"),
        [
            (
                row["channel"],
                "yes" if row["ready"] else "no",
                row.get("kind", ""),
                f"{row['note']}. It needs: {row['needs']}" if row["needs"] else row["note"],
            )
            for row in rows
        ],
    )
    session.check()


def _channel(session: Session, name: str) -> dict[str, Any]:
    """Return what is known about a channel in the settings."""
    from voicenote.wiring import make_channel, now

    declared = session.draft.channels.get(name)
    row: dict[str, Any] = {"channel": name, "kind": declared.kind if declared else name}
    try:
        with closing(make_channel(session.draft, name, now)) as channel:
            info = channel.info
    except BadSettings as error:
        needs = "; ".join(f"{one.field}: {one.what}" for one in error.problems) or error.what
        return {**row, "ready": False, "note": "not set up right", "needs": needs, "tells": []}
    needs, tells = "; ".join(info.missing), sorted(kind.value for kind in info.tells)
    return {**row, "ready": info.ready, "note": info.about, "needs": needs, "tells": tells}


def _link(session: Session, words: tuple[str, ...]) -> None:
    """Make and show the link for ``channels NAME link N``."""
    from voicenote.engine.case.consent import invite

    if len(words) != 3 or words[1] != "link":
        raise WrongUse(
            "channels does not take these words", "such as: voicenote channels telegram link 3"
        )
    name, number = words[0], int(click.types.convert_type(CASE)(words[2]))
    with session.open() as ws:
        made = invite(ws, name, number)
    screen = session.screen
    if session.json:
        screen.data(made)
        return
    screen.out(made.link)
    if screen.interactive:
        screen.out(_square(made.link))
    screen.note(f"Give it to {made.customer} in a way you both use already. It works once.")


def _square(link: str) -> str:
    """Return a link's QR code as text, for a customer in front of the screen."""
    from io import StringIO

    import segno

    drawn = StringIO()
    segno.make_qr(link, error="m").terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue().rstrip("\n")
