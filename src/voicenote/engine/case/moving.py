"""Moving what waits to another channel, and holding what no channel can carry to its customer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select, update

from voicenote.engine.case.routing import (
    is_folder,
    leaves_here,
    need_chosen,
    step_ways,
    way_and_why,
)
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, VoicenoteError
from voicenote.followup.release_rules import told_of_recall
from voicenote.ledger import attempts, case_store, tables, touches
from voicenote.ledger.changes import change_touch, hold_case
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.touch import (
    EARLIER,
    NO_ADDRESS,
    WAITING,
    Touch,
    TouchKind,
    TouchState,
    code_of,
)
from voicenote.plugins import FALLBACK
from voicenote.schedule import book as booking
from voicenote.settings.schema import BY_HAND


@dataclass(slots=True)
class Moved:
    """What was moved: (case, touch) of each; and `left`, (case, why, cure) of what stays.

    `wishes`: cases with nothing waiting, whose customer is reached by the new channel from now on.
    """

    touches: list[tuple[int, int]] = field(default_factory=list)
    left: list[tuple[int, str, str]] = field(default_factory=list)
    wishes: list[int] = field(default_factory=list)


def move_touches(ws: Workspace, to: str, *, case: int | None = None, away_from: str = "") -> Moved:
    """Move the waiting messages of a case, or of all, to the channel `to`, and record it.

    With `away_from`, only those on that channel; customers who asked for it are reached by `to`
    from now on. Messages to a customer without an address there stay, and are reported. So do
    those that may already have been sent, which only their own channel can safely repeat. What was
    held because it was approved before there was a channel is let go. Raises BadSettings when `to`
    isn't set up, RuleSaysNo when it is a folder that is no way, WrongUse for an unknown case.
    """
    need_chosen(ws.settings, to)
    channel = ws.channel(to)
    with ws.ledger.write() as tx:
        if case is not None:
            case_store.get(tx, case)
        waiting = _waiting(tx, case, away_from)
        also = _wishing(tx, away_from) if case is None else {case}
        numbers = sorted({touch.case for touch in waiting} | also)
        moved = Moved()
        for number in numbers:
            hold_case(tx, number)
            about = case_store.get(tx, number)
            if about.stage is Stage.CLOSED:
                continue
            if not channel.address(about.customer):
                if any(t.case == number and not t.has_no_address for t in waiting):
                    why = f"{about.customer.name} has no address for {to}"
                    moved.left.append((number, why, f"voicenote plan {number} --by CHANNEL"))
                continue
            if _prefer(tx, about, away_from, to) and not any(t.case == number for t in waiting):
                moved.wishes.append(number)
            for touch in (t for t in waiting if t.case == number and t.channel != to):
                if attempts.may_have_left_at(tx, touch) is not None:
                    why = f"the {touch.kind.value} may have left by {touch.channel} already"
                    cure = (
                        f"leave it to {touch.channel}, which takes it only once; or close the case"
                    )
                    moved.left.append((number, why, cure))
                    continue
                _move(tx, touch, to)
                moved.touches.append((number, touch.number))
            mine = [t for t in waiting if t.case == number and t.state is TouchState.HELD]
            let_go(ws, tx, about, [(t, to) for t in mine if t.is_unreached])
    return moved


def moved_case(ws: Workspace, number: int, to: str, away_from: str) -> Moved:
    """Move as `move_touches` does, for one case. Raises RuleSaysNo when nothing can be moved."""
    moved = move_touches(ws, to, case=number, away_from=away_from)
    if moved.left and not moved.touches:
        raise RuleSaysNo(*moved.left[0][1:])
    if not moved.touches:
        raise RuleSaysNo(
            f"nothing of case {number} waits" + (f" for {away_from}" if away_from else ""),
            f"see: voicenote plan {number}",
        )
    return moved


def moved_all(ws: Workspace, to: str, away_from: str) -> Moved:
    """Move as `move_touches` does, for all cases. Raises RuleSaysNo when none waits."""
    moved = move_touches(ws, to, away_from=away_from)
    if moved.touches or moved.left or moved.wishes:
        return moved
    with ws.ledger.read() as tx:
        counts = Counter(touch.channel for touch in _waiting(tx, None, ""))
    waits = ", ".join(f"{count} for {name}" for name, count in sorted(counts.items()))
    advice = f"what waits: {waits}" if waits else "no message waits for any channel"
    raise RuleSaysNo(f"nothing waits for {away_from!r}", advice)


def waiting_cases(ws: Workspace, to: str, away_from: str) -> list[int]:
    """Return the cases that `moved_all` would move, or has to leave. Raises as it does."""
    need_chosen(ws.settings, to)
    ws.channel(to)
    with ws.ledger.read() as tx:
        found = _waiting(tx, None, away_from)
    return sorted({touch.case for touch in found if not touch.has_no_address})


def _waiting(tx: Transaction, case: int | None, away_from: str) -> list[Touch]:
    found = touches.in_state(tx, WAITING) if case is None else touches.of_cases(tx, [case])
    return [
        touch
        for touch in found
        if touch.state in WAITING
        and touch.kind is not TouchKind.NUDGE
        and away_from in ("", touch.channel)
    ]


def _wishing(tx: Transaction, channel: str) -> set[int]:
    """Return the open cases whose customer asked for a channel, even if nothing waits for it."""
    about, person = tables.cases, tables.customers
    query = (
        select(about.c.number)
        .join(person, person.c.number == about.c.customer)
        .where(about.c.stage != Stage.CLOSED.value, person.c.channel.contains(channel))
    )
    return set(tx.connection.execute(query).scalars()) if channel else set()


def _move(tx: Transaction, touch: Touch, to: str) -> None:
    table = tables.touches
    waits = table.c.state.in_([state.value for state in WAITING])
    mine = (table.c.number == touch.number) & waits
    tx.connection.execute(
        update(table).where(mine).values(channel=to, attempt=0, reason="", reason_code="")
    )
    facts: dict[str, object] = {"from": touch.channel, "to": to}
    tx.tell("touch_moved_to_another_channel", touch.case, touch=touch.number, **facts)


def _prefer(tx: Transaction, case: Case, old: str, new: str) -> bool:
    """Replace the old channel name in the customer's preference; return whether it was there."""
    wishes = case.customer.channels
    if not old or old not in wishes:
        return False
    wanted = ",".join(dict.fromkeys(new if name == old else name for name in wishes))
    table, about = tables.customers, tables.cases
    person = about.select().with_only_columns(about.c.customer).where(about.c.number == case.number)
    mine = table.c.number == person.scalar_subquery()
    tx.connection.execute(update(table).where(mine).values(channel=wanted))
    facts: dict[str, object] = {"from": case.customer.channel, "to": wanted}
    tx.tell("customer_channel_changed", case.number, **facts)
    return True


def settle_reach(ws: Workspace) -> None:
    """Hold what waits in a folder that its owner didn't choose; let go what can be carried now.

    The first is left from before there was a channel: it takes the new one after a word from the
    owner. For the holder of the run lock.
    """
    table = tables.touches
    stuck = (table.c.state == TouchState.HELD.value) & (table.c.reason_code == code_of(NO_ADDRESS))
    left = table.c.number < 0
    if leaves_here(ws.settings) and ws.settings.schedule.outbox != BY_HAND:
        known = {FALLBACK, *ws.settings.channels}
        folders = [name for name in known if is_folder(ws.settings, name)]
        left = (table.c.state == TouchState.DUE.value) & table.c.channel.in_(folders)
        left &= table.c.kind != TouchKind.NUDGE.value
    with ws.ledger.read() as tx:
        found = touches.select_touches(tx, or_(stuck, left), table.c.due_at, table.c.number)
    of_case: dict[int, list[Touch]] = defaultdict(list)
    for touch in found:
        of_case[touch.case].append(touch)
    for number, seen in of_case.items():
        with ws.ledger.write("voicenote") as tx:
            case = case_store.locked(tx, number)
            now = {touch.number: touch for touch in touches.of_cases(tx, [number])}
            mine = [now[touch.number] for touch in seen]
            if case.stage is not Stage.CLOSED:
                _settle(ws, tx, case, [touch for touch in mine if touch.state in WAITING])


def _settle(ws: Workspace, tx: Transaction, case: Case, waiting: Sequence[Touch]) -> None:
    free: list[tuple[Touch, str]] = []
    for touch in waiting:
        try:
            way, why = way_and_why(ws, case.customer, step_ways(ws, touch))
        except RuleSaysNo:  # they ask for a channel that isn't set up: `next` says so
            continue
        if touch.state is TouchState.HELD:
            if not why:
                free.append((touch, way))
        elif why or (way != touch.channel and not _came_here(tx, touch)):
            reason = why or f"{EARLIER}{way}"
            change_touch(tx, touch.number, "hold", facts={"reason": reason}, reason=reason)
    let_go(ws, tx, case, free)


def carry_on(ws: Workspace, tx: Transaction, case: Case, *, anew: bool) -> tuple[int, int]:
    """Let what waits of a case follow its customer's new addresses; return (let go, held).

    With `anew`, all goes by the first channel now, otherwise only what its own can't carry.
    """
    free: list[tuple[Touch, str]] = []
    held = 0
    for touch in _waiting(tx, case.number, ""):
        try:
            way, why = way_and_why(ws, case.customer, step_ways(ws, touch))
            reached = bool(ws.channel(touch.channel).address(case.customer))
        except VoicenoteError:  # a channel that isn't set up: `next` and `doctor` say so
            continue
        if touch.state is TouchState.HELD:
            if touch.has_no_address and not why:
                free.append((touch, way))
        elif why and not reached:
            change_touch(tx, touch.number, "hold", facts={"reason": why}, reason=why)
            held += 1
        elif (
            way != touch.channel
            and (anew or not reached)
            and attempts.may_have_left_at(tx, touch) is None
        ):
            _move(tx, touch, way)
    let_go(ws, tx, case, free)
    return len(free), held


def _came_here(tx: Transaction, touch: Touch) -> bool:
    """Whether another channel refused this message before."""
    return any(one.channel != touch.channel for one in attempts.list_attempts(tx, touch.number))


def let_go(ws: Workspace, tx: Transaction, case: Case, held: Sequence[tuple[Touch, str]]) -> None:
    """Resume held messages, each by its channel; what became due meanwhile goes one a day."""
    planned = [touch.planned for touch, _ in held]
    moved = booking.resume(planned, ws.hours_of(case), ws.owner_hours, tx.now)
    for (touch, way), new in zip(held, moved, strict=True):
        change_touch(
            tx,
            touch.number,
            "resume",
            facts={"channel": way},
            channel=way,
            reason=told_of_recall(touch.reason),
            due_at=new.due_at,
            too_late_at=new.too_late_at,
        )
