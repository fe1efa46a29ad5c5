"""What cases teach together: causes ranked, and whether their prevention was done in time."""

from __future__ import annotations

from typing import Any

from voicenote.engine.workspace import Workspace
from voicenote.followup.lessons import Cause, ranked, seen
from voicenote.ledger import cases


def causes(ws: Workspace) -> list[dict[str, Any]]:
    """Return the causes of all cases as data, the most frequent first."""
    with ws.ledger.read() as tx:
        loaded = cases.load(tx, cases.numbers_of(tx)).values()
        found = ranked((seen(case) for case in loaded), tx.now)
    return [_as_data(cause) for cause in found]


def _as_data(cause: Cause) -> dict[str, Any]:
    return {
        "cause": cause.name,
        "count": cause.count,
        "cases": list(cause.cases),
        "repeated": cause.repeats,
        "in_time": list(cause.in_time),
        "late": list(cause.late),
        "overdue": list(cause.overdue),
        "returned": list(cause.returned),
        "state": _state(cause),
    }


def _state(cause: Cause) -> str:
    if cause.returned:
        return "came back after its prevention"
    if cause.overdue:
        return "overdue"
    if cause.late:
        return "done late"
    return "done in time" if cause.in_time else ""
