"""What `plan` shows: the messages that are booked, or what approving now would book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from voicenote.engine.case.approval import Approved, plan_for, preview_plan
from voicenote.engine.case.routing import way_and_why
from voicenote.engine.customer_clock import KnownBy
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store, touches, unreachable
from voicenote.ledger.unreadable import reading
from voicenote.model.touch import OPENING, PlannedTouch, Touch, TouchKind, TouchState

#: What the customer hears with each message (S15); a nudge is for the owner alone.
HEARS = {
    TouchKind.ACKNOWLEDGE: "we heard you: did I get it right?",
    TouchKind.MEMO: "your memo",
    TouchKind.CHECK_IN: "is there anything that I have missed?",
    TouchKind.STATUS: "how the promise stands, kept or late",
    TouchKind.CONFIRM: "has it been put right?",
    TouchKind.LAST_WORD: "a courteous last word",
    TouchKind.NUDGE: "nothing: it reminds you",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A message of a plan. In a preview `message` is None, and `state` and `key` are empty.

    `hears` is what the customer hears in it, `unless` what would make it unnecessary.
    """

    message: int | None = None
    kind: TouchKind
    hears: str
    due_at: datetime
    too_late_at: datetime | None
    state: TouchState | str = ""
    channel: str
    key: str = ""
    unless: str
    amends: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The plan of a case in its customer's local time; it is a preview unless `booked`."""

    case: int
    customer: str
    time_zone: str
    time_zone_by: KnownBy
    time_zones: tuple[str, ...]
    zone_note: str
    plan: str
    booked: bool
    held: bool
    messages: tuple[PlanRow, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its times are shown."""
        return ZoneInfo(self.time_zone)


def plan_view(ws: Workspace, number: int) -> PlanView:
    """Return the plan of a case. Raises WrongUse when there is no case of this number."""
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        mine = touches.of_round(tx, case)
        now = tx.now
    rows = [_booked_row(touch) for touch in mine] or [
        _row(planned, *way_and_why(ws, case.customer, planned.channels))
        for planned in preview_plan(ws, case, now)
    ]
    with reading([number]):
        clock = ws.clock_of(case.customer)
    return PlanView(
        case=number,
        customer=case.customer.name,
        time_zone=clock.zone.key,
        time_zone_by=clock.known_by,
        time_zones=tuple(zone.key for zone in clock.zones),
        zone_note=clock.note,
        plan=plan_for(ws, case),
        booked=bool(mine),
        held=any(touch.state is TouchState.HELD for touch in mine),
        messages=tuple(rows),
    )


def _booked_row(touch: Touch) -> PlanRow:
    row = _row(touch.planned, touch.channel)
    return replace(row, message=touch.number, state=touch.state, key=touch.key, reason=touch.reason)


def _row(planned: PlannedTouch, channel: str, reason: str = "") -> PlanRow:
    return PlanRow(
        kind=planned.kind,
        hears=HEARS[planned.kind],
        due_at=planned.due_at,
        too_late_at=planned.too_late_at,
        channel="to you" if planned.kind is TouchKind.NUDGE else channel,
        unless=planned.unless,
        amends=planned.amends,
        reason=reason,
    )


def unreached_of(ws: Workspace, approved: Sequence[Approved]) -> list[tuple[str, str]]:
    """Return (what, cure) of those just approved whom no channel reaches."""
    with ws.ledger.read() as tx:
        return unreachable.list_unreached(tx, {one.case for one in approved})


def first_leaving(ws: Workspace, approved: Iterable[Approved]) -> Touch | None:
    """Return the first memo to be sent of those just approved; None when none waits.

    It is due in its customer's local time.
    """
    waiting = [touch for one in approved for touch in one.touches if touch.state is TouchState.DUE]
    memos = [touch for touch in waiting if touch.kind in OPENING]
    first = min(memos, key=lambda touch: (touch.due_at, touch.case), default=None)
    if first is None:
        return None
    with ws.ledger.read() as tx:
        zone = ws.zone_of(case_store.get(tx, first.case))
    planned = replace(first.planned, due_at=first.due_at.astimezone(zone))
    return replace(first, planned=planned)
