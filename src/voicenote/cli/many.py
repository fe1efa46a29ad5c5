"""How it is told when something worked with most of many cases, and not with some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from voicenote.cli.session import Session

if TYPE_CHECKING:
    from voicenote.engine.singly import Failed

#: How many failures of a batch are told one by one; ``--json`` has all.
SHOWN = 20


def alone(numbers: Sequence[int], failed: Sequence[Failed]) -> None:
    """Raise the failure of a single case as it is, so that its exit code tells."""
    if len(numbers) == 1 and failed:
        raise failed[0].error


def failed_data(one: Failed) -> dict[str, Any]:
    """Return a failure as ``--json`` has it."""
    return {"case": one.case, "error": one.error.what, "advice": one.error.advice}


def tell_failed(session: Session, failed: Sequence[Failed]) -> None:
    """Tell which cases did not work, each in one line."""
    for one in failed[:SHOWN]:
        advice = f" ({one.error.advice})" if one.error.advice else ""
        session.screen.warn(f"case {one.case}: {one.error.what}{advice}")
    if len(failed) > SHOWN:
        session.screen.warn(f"… and {len(failed) - SHOWN} more; --json shows all")
