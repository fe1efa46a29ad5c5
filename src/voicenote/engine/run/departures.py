"""When what was just released leaves, in the customer's own clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from voicenote.engine.case.approval import Approved
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store
from voicenote.model.touch import OPENING, Touch, TouchState


@dataclass(frozen=True, slots=True)
class Leaving:
    """The first touch that leaves: of which case, when (in the customer's clock), by what way."""

    case: int
    at: datetime
    zone: str
    channel: str


def first_leaving(ws: Workspace, approved: Iterable[Approved]) -> Leaving | None:
    """Return the memo that leaves first of all that were released; None when none waits."""
    first = min(
        (touch for one in approved for touch in one.touches if _leaves(touch)),
        key=lambda touch: (touch.due_at, touch.case),
        default=None,
    )
    if first is None:
        return None
    with ws.ledger.read() as tx:
        zone = ws.zone_of(case_store.get(tx, first.case))
    return Leaving(first.case, first.due_at.astimezone(zone), zone.key, first.channel)


def _leaves(touch: Touch) -> bool:
    return touch.state is TouchState.DUE and touch.kind in OPENING
