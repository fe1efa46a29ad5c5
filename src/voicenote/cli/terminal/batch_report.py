"""The report on many cases when something failed for some of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from voicenote.cli.terminal.session import Session

if TYPE_CHECKING:
    from voicenote.engine.batch import Failed

#: How many reasons are shown, and how many cases are named for each; ``--json`` has all.
SHOWN = 20
NAMED = 10


def alone(numbers: Sequence[int], failed: Sequence[Failed]) -> None:
    """Raise the error of a single case itself, so the command ends with its exit code."""
    if len(numbers) == 1 and failed:
        raise failed[0].error


def failed_data(one: Failed) -> dict[str, Any]:
    """Return a failure as data for ``--json``."""
    missing = list(getattr(one.error, "missing", ()))
    data = {"case": one.case, "error": one.error.what, "advice": one.error.advice}
    return {**data, "missing": missing} if missing else data


def tell_failed(session: Session, failed: Sequence[Failed]) -> None:
    """Print what failed: one line for each reason, with its cases."""
    reasons: dict[str, list[Failed]] = {}
    for one in failed:
        reasons.setdefault(_without_number(one), []).append(one)
    lines = list(reasons.items())
    for reason, alike in lines[:SHOWN]:
        if len(alike) == 1:
            session.screen.warn(named_once(alike[0].case, _text(alike[0])))
            continue
        numbers = ", ".join(str(one.case) for one in alike[:NAMED])
        more = f" and {len(alike) - NAMED} more" if len(alike) > NAMED else ""
        session.screen.warn(f"cases {numbers}{more}: {reason}")
    if len(lines) > SHOWN:
        session.screen.warn(f"… and {len(lines) - SHOWN} other reasons; --json shows all")


def named_once(case: int, text: str) -> str:
    """Return a text about a case with its number in front, and not again further on."""
    number = rf"case {case}\b(?!\.)"
    text = re.sub(rf"(?<=[a-z]) (?:of|for) {number}", "", text)
    return text if re.match(number, text) else f"case {case}: {text}"


def _text(one: Failed) -> str:
    return f"{one.error.what} ({one.error.advice})" if one.error.advice else one.error.what


def _without_number(one: Failed) -> str:
    """Return the reason without its case's number, so the same reason is shown once."""
    return re.sub(rf"\b{one.case}\b", "N", _text(one))
