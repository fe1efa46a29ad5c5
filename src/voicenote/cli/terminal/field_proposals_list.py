"""What a writer reads in a complaint, listed with the commands that record it."""

from __future__ import annotations

import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from voicenote.cli.terminal.failures import as_text, explain
from voicenote.cli.terminal.session import Session
from voicenote.errors import VoicenoteError, WrongUse

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


def offer_proposals(session: Session, number: int) -> None:
    """Show what the writer reads in a new complaint, and record what the owner takes of it.

    A writer that can't be asked is told; the rest goes on without it.
    """
    screen = session.screen
    if session.settings.writer.kind == "template" or not screen.confirm(
        "Let your writer read it, and propose what else it says?", default=False
    ):
        return
    try:
        _take_proposals(session, number)
    except VoicenoteError as error:
        screen.warn(as_text(explain(error)))


def _take_proposals(session: Session, number: int) -> None:
    from voicenote.engine.case.case_triage import Triage, apply_triage
    from voicenote.engine.case.propose_fields import propose_fields

    screen = session.screen
    with session.open() as ws:
        found = [one for one in propose_fields(ws, number) if one.field != "language"]
        if not found:
            screen.note("The writer proposes nothing that stands in the complaint.")
        for one in found:
            told, words, *_ = _lines(one, number)
            screen.warn(told, words)
            if screen.confirm("Is it so?", default=False):
                apply_triage(ws, number, Triage(**_as_triage(one)))


def _as_triage(one: FieldProposal) -> dict[str, Any]:
    if one.field != "harm":
        return {one.field: one.value}
    amount, currency = one.value.split()[:2]
    return {"harm": Decimal(amount), "currency": currency}


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
