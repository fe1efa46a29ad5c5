"""Channels of messages: by which a customer is reached, which comes next, and moving what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, RuleSaysNo
from voicenote.ledger import attempts, case_store, tables, touches
from voicenote.ledger.case_rows import stranded
from voicenote.ledger.changes import hold_case
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Customer, Stage
from voicenote.model.touch import WAITING, Touch, TouchKind
from voicenote.plugins import FALLBACK


def way_for(ws: Workspace, customer: Customer, wanted: Sequence[str] = ()) -> str:
    """Return the first channel for a message; `wanted` are those of its step or plan.

    If none of them has an address, it is the first that was asked for, so the problem shows; if
    none was asked for, the outbox. Raises RuleSaysNo when none of the channels asked for is set up.
    """
    asked = _asked_order(ws, customer, wanted)
    known = [name for name in asked if name == FALLBACK or name in ws.settings.channels]
    if asked and not known:
        what = " or ".join(repr(name) for name in asked)
        raise RuleSaysNo(
            f"{customer.name} is to be reached by {what}, which is not set up",
            f"add [channels.{asked[0]}] to voicenote.toml (see: voicenote channels), or if it has"
            f" another name now: voicenote plan --from {asked[0]} --by NAME",
        )
    others = [name for name in ws.settings.channels if name != FALLBACK]
    found = _with_address(ws, customer, known or others)
    return next(iter([*found, *known]), FALLBACK)


def next_way(ws: Workspace, tx: Transaction, case: Case, touch: Touch) -> str:
    """Return the next channel for a message refused by its own; "" when there is none.

    It is the next in the same order that has an address and has not refused this message, and whose
    address it has not bounced from. The outbox counts only if it is asked for by name.
    """
    asked = _asked_order(ws, case.customer, step_ways(ws, touch))
    order = asked or [name for name in ws.settings.channels if not _is_folder(ws, name)]
    known = [name for name in order if name == FALLBACK or name in ws.settings.channels]
    refused = attempts.tried_by(tx, touch.number, touch.planned.booked_at) | {touch.channel}
    back = _with_address(ws, case.customer, attempts.back_from(tx, touch.number))
    dead = {ws.channel(name).address(case.customer) for name in back}
    for name in _with_address(ws, case.customer, known):
        if name not in refused and (
            ws.channel(name).info.hands_on or ws.channel(name).address(case.customer) not in dead
        ):
            return name
    return ""


def step_ways(ws: Workspace, touch: Touch) -> tuple[str, ...]:
    """Return the channels that the message's step or plan names, by the current settings."""
    plan = ws.plans.get(touch.plan)
    if plan is None or not 0 < touch.planned.step <= len(plan.steps):
        return ()
    return plan.ways_of(plan.steps[touch.planned.step - 1])


def _asked_order(ws: Workspace, customer: Customer, wanted: Sequence[str]) -> list[str]:
    """Return the order that was asked for: by the step or plan, the customer, or the settings.

    A kind, such as email, stands for the one channel of that kind.
    """
    asked = wanted or customer.channels or ws.settings.schedule.channels
    return list(dict.fromkeys(_name_channel(ws, name) for name in asked))


def _name_channel(ws: Workspace, asked: str) -> str:
    channels = ws.settings.channels
    of_kind = [name for name, table in channels.items() if table.kind == asked]
    return of_kind[0] if asked not in channels and len(of_kind) == 1 else asked


def _with_address(ws: Workspace, customer: Customer, names: Sequence[str]) -> list[str]:
    found = []
    for name in names:
        try:
            if ws.channel(name).address(customer):
                found.append(name)
        except BadSettings:
            continue  # set up wrongly: `doctor` and `channels` say how
    return found


def _is_folder(ws: Workspace, name: str) -> bool:
    try:
        return ws.channel(name).info.folder is not None
    except BadSettings:
        return False


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
    those that may already have been sent, which only their own channel can safely repeat. Raises
    BadSettings when `to` isn't set up, WrongUse when there is no such case.
    """
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
                if any(touch.case == number for touch in waiting):
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


def channels_gone(ws: Workspace, tx: Transaction) -> dict[str, list[int]]:
    """Return, by channel that was removed from the settings, the cases that wait for it."""
    return stranded(tx, {FALLBACK, *ws.settings.channels})


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
    tx.connection.execute(update(table).where(mine).values(channel=to, attempt=0, reason=""))
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
