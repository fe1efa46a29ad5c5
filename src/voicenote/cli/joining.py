"""``channels NAME link N``: the link by which a customer lets a channel write to them."""

from __future__ import annotations

import click

from voicenote.cli.select import CASE, open_session
from voicenote.cli.session import Session
from voicenote.errors import WrongUse


def link(session: Session, words: tuple[str, ...]) -> None:
    """Make the link of ``channels NAME link N`` and show it."""
    from voicenote.engine.case.invites import invite

    if len(words) != 3 or words[1] != "link":
        raise WrongUse("this is no use of channels", "such as: voicenote channels telegram link 3")
    name, number = words[0], int(click.types.convert_type(CASE)(words[2]))
    with open_session(session) as ws:
        made = invite(ws, name, number)
    screen = session.screen
    if session.json:
        screen.data(made)
        return
    screen.out(made.link)
    if screen.interactive:
        screen.out(_square(made.link))
    screen.note(f"Give it to {made.customer}, by a way that you share. It works once.")


def _square(link: str) -> str:
    """Return a QR code of a link in letters, for a customer who stands before the screen."""
    from io import StringIO

    import segno

    drawn = StringIO()
    segno.make_qr(link, error="m").terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue().rstrip("\n")
