"""The first message to be sent after an approval, in the customer's local time."""

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
    """The first message to be sent: its case, when (in the customer's local time), and how."""

    case: int
    at: datetime
    zone: str
    channel: str


def first_leaving(ws: Workspace, approved: Iterable[Approved]) -> Leaving | None:
    """Return the first memo to be sent of those just approved; None when none waits."""
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
