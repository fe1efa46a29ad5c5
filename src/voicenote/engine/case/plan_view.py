"""What `plan` shows: the touches that are booked, or what approving now would book."""

from __future__ import annotations

from typing import Any

from voicenote.engine.case.approval import plan_for, preview_plan
from voicenote.engine.case.routing import way_for
from voicenote.engine.workspace import Workspace
from voicenote.followup.cooling_off import HEARS
from voicenote.ledger import case_store, touches
from voicenote.ledger.unreadable import reading
from voicenote.model.touch import PlannedTouch, TouchKind, TouchState


def plan_view(ws: Workspace, number: int) -> dict[str, Any]:
    """Return the plan of a case as data; `booked` false means that it is a preview."""
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        mine = [t for t in touches.of_cases(tx, [number]) if t.round == case.round]
        now = tx.now
    if mine:
        rows = [_row(t.planned, t.channel, t.state.value, t.reason, t.number, t.key) for t in mine]
    else:
        rows = [
            _row(p, way_for(ws, case.customer, p.channels), "", "", None, "")
            for p in preview_plan(ws, case, now)
        ]
    with reading([number]):
        clock = ws.clock_of(case.customer)
    return {
        "case": number,
        "customer": case.customer.name,
        "time_zone": clock.zone.key,
        "time_zone_by": clock.known_by.value,
        "time_zones": [zone.key for zone in clock.zones],
        "zone_note": clock.note,
        "plan": plan_for(ws, case),
        "booked": bool(mine),
        "held": any(touch.state is TouchState.HELD for touch in mine),
        "touches": rows,
    }


def _row(
    touch: PlannedTouch, channel: str, state: str, reason: str, number: int | None, key: str
) -> dict[str, Any]:
    return {
        "touch": number,
        "kind": touch.kind.value,
        "hears": HEARS[touch.kind],
        "due_at": touch.due_at,
        "too_late_at": touch.too_late_at,
        "state": state,
        "channel": "to you" if touch.kind is TouchKind.NUDGE else channel,
        "key": key,
        "unless": touch.unless,
        "amends": touch.amends,
        "reason": reason,
    }
