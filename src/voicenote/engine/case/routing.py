"""Channel order: by which channels a customer is reached, and which comes next after a refusal."""

from __future__ import annotations

from collections.abc import Sequence

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, RuleSaysNo
from voicenote.ledger import attempts
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Customer
from voicenote.model.touch import Touch
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
    """Return the order that was asked for: by the step or plan, the customer, or the settings."""
    own = [name.strip() for name in customer.channel.split(",") if name.strip()]
    return list(dict.fromkeys(wanted or own or ws.settings.schedule.channels))


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
