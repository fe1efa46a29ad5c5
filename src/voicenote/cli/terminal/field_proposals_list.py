"""What a writer reads in a complaint, listed with the commands that record it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from voicenote.cli.terminal.session import Session
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.script.writers.field_proposals import FieldProposal


def show_proposals(session: Session, number: int, *, alone: bool) -> None:
    """Show what the writer proposes for a case; keep nothing. It must stand `alone`."""
    from dataclasses import asdict

    from voicenote.engine.case.propose_fields import propose_fields

    if not alone:
        raise WrongUse("--propose only shows proposals", f"voicenote triage {number} --propose")
    with session.open() as ws:
        found = propose_fields(ws, number)
    lines = [line for one in found for line in _lines(one, number)]
    nothing = "The writer proposes nothing that stands in the complaint."
    session.screen.show(
        [asdict(one) for one in found], lambda: "\n".join(lines) if lines else nothing
    )
    session.screen.note("These are a machine's proposals. Read the complaint; you decide.")


def _lines(one: FieldProposal, number: int) -> list[str]:
    """Return a proposal, the words it stands on, and how to record it."""
    told = [f"{one.field.replace('_', ' ')}: {one.value}", f"    it says: “{one.words}”"]
    if one.field == "language":
        return told  # a customer's language is changed with the customer
    if one.field == "harm":
        amount, currency = one.value.split()[:2]
        options = f"--harm {shlex.quote(amount)} --currency {shlex.quote(currency)}"
    else:
        options = f"--{one.field.replace('_', '-')} {shlex.quote(one.value)}"
    return [*told, f"    voicenote triage {number} {options}"]
