"""`proof`: send the owner what a customer would get."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.case_options import Selection, cases_options
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.run.proofs import Proof


@command()
@cases_options
@click.option("--to", metavar="ADDRESS", help="Your own address; default: [owner] email.")
@click.option("--by", "channel", default="", metavar="CHANNEL", help="Send it by this channel.")
def proof(session: Session, /, *, selection: Selection, to: str | None, channel: str) -> None:
    """Send yourself what a customer would get. The customer gets nothing, and nothing changes.

    The subject and the first line say that it is a proof. An answer to it isn't read.

    With --json: a list of {"case", "kind", "channel", "to"}.
    """
    from voicenote.engine.run.proofs import MOST, prove
    from voicenote.model.case import Stage

    with session.open(whole=True) as ws:
        address = ws.settings.owner.email if to is None else to.strip()
        if not address and to is None:
            raise WrongUse(
                "your own address isn't known, so the proof can't be sent",
                "add --to ADDRESS, or set [owner] email",
            )
        meant = selection.find(ws, Stage.RENDERED, Stage.APPROVED)
        _show(session, prove(ws, meant[:MOST], address, channel))
    if len(meant) > MOST:
        session.screen.warn(f"These are {MOST} of {len(meant)}; that is the most at one time.")


def prove_due(session: Session, to: str) -> None:
    """Send proofs of what is due to `to`, without a run, for `run --to`."""
    from voicenote.engine.run.proofs import prove_due as prove_due_

    with session.open(whole=True) as ws:
        _show(session, prove_due_(ws, to.strip()))


def _show(session: Session, proofs: Iterable[Proof]) -> None:
    done = list(proofs)
    lines = [f"Case {one.case}: proof by {one.channel} to {one.to}." for one in done]
    lines.append("The customer got nothing." if done else "Nothing is ready for a proof.")
    session.screen.show(done, lambda: "\n".join(lines))
