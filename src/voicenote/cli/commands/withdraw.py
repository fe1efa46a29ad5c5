"""`withdraw`: take a case out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicenote.cli.terminal.case_options import SAY_WHY, case_argument, reason_option
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.case_withdraw import Withdrawn

#: What a case is taken out for most often, with what else it is called.
REASONS = {
    "mistyped": ("typo", "mistake", "error"),
    "only a test": ("test", "testing"),
    "doubled": ("duplicate", "double", "twice", "dup"),
    "solved elsewhere": ("resolved", "settled"),
    "no complaint": ("spam", "not a complaint"),
}
_ABOUT = ", ".join(f"{reason} (or {also[0]})" for reason, also in REASONS.items())


@command()
@case_argument
@reason_option("--why", f"Why: {_ABOUT}, or in your words.", REASONS)
def withdraw(session: Session, /, *, number: int, why: str) -> None:
    """Take a case out: it was mistyped, or solved elsewhere. Its plan stops; it needs no lesson.

    What was sent stays sent, and a promise that the customer has heard of has to be kept or waived
    first. Two cases of one failure: voicenote merge. It was a mistake: voicenote undo.

    With --json: {"case", "customer", "why", "cancelled", "sent", "notes"}.
    """
    from voicenote.engine.case.case_withdraw import withdraw as withdraw_

    if not why:
        raise WrongUse("a case isn't taken out without a reason", f"{SAY_WHY}: --why REASON")
    with session.open() as ws:
        done = withdraw_(ws, number, why)
    session.screen.show(done, lambda: _describe(done))
    if not session.json:
        session.screen.warn(*done.notes)
        session.screen.note("If that was a mistake: voicenote undo")


def _describe(done: Withdrawn) -> str:
    ended = f"; {count_of(done.cancelled, 'message')} will not be sent" * bool(done.cancelled)
    return f"Case {done.case} ({done.customer}) is withdrawn: {done.why}{ended}."
