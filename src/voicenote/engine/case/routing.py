"""Channels of messages: by which a customer is reached, and which comes next."""

from __future__ import annotations

from collections.abc import Sequence

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, RuleSaysNo
from voicenote.ledger import attempts
from voicenote.ledger.case_rows import stranded
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Customer
from voicenote.model.receipt import ReceiptKind
from voicenote.model.touch import NO_ADDRESS, Touch
from voicenote.plugins import FALLBACK
from voicenote.settings import Settings
from voicenote.settings.schema import BY_HAND


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


def way_and_why(ws: Workspace, customer: Customer, wanted: Sequence[str] = ()) -> tuple[str, str]:
    """Return the first channel as `way_for` does, and why it reaches nobody; "" when it does.

    A folder is a way where its owner chose it, by name or by hand, or where there is no other.
    """
    way = way_for(ws, customer, wanted)
    if not is_folder(ws.settings, way):
        return way, "" if _with_address(ws, customer, [way]) else NO_ADDRESS
    chosen = ws.settings.schedule.outbox == BY_HAND or not leaves_here(ws.settings)
    return way, "" if chosen or way in _asked_order(ws, customer, wanted) else NO_ADDRESS


def is_folder(settings: Settings, name: str) -> bool:
    """Return whether a channel is a folder on this machine."""
    table = settings.channels.get(name)
    return table.kind == FALLBACK if table else name == FALLBACK


def leaves_here(settings: Settings) -> bool:
    """Return whether a channel is set up by which messages leave this machine."""
    return not all(is_folder(settings, name) for name in settings.channels)


def is_by_hand(settings: Settings, name: str) -> bool:
    """Return whether this channel is a folder although there are others: its owner sends it."""
    return is_folder(settings, name) and leaves_here(settings)


def brings_answers(ws: Workspace, name: str) -> bool:
    """Return whether customers can answer by a channel, and their answers are read."""
    return ReceiptKind.ANSWERED in ws.channel(name).info.tells


def need_chosen(settings: Settings, name: str) -> None:
    """Raise RuleSaysNo for a folder that the owner hasn't chosen as a way."""
    if is_by_hand(settings, name) and settings.schedule.outbox != BY_HAND:
        raise RuleSaysNo(
            f"{name} is a folder on this machine, and reaches nobody",
            f'if you send what is in it yourself: [schedule] outbox = "{BY_HAND}"',
        )


def next_way(ws: Workspace, tx: Transaction, case: Case, touch: Touch) -> str:
    """Return the next channel for a message refused by its own; "" when there is none.

    It is the next in the same order that has an address and has not refused this message, and whose
    address it has not bounced from. The outbox counts only if it is asked for by name.
    """
    asked = _asked_order(ws, case.customer, step_ways(ws, touch))
    order = asked or [name for name in ws.settings.channels if not is_folder(ws.settings, name)]
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


def channels_gone(ws: Workspace, tx: Transaction) -> dict[str, list[int]]:
    """Return, by channel that was removed from the settings, the cases that wait for it."""
    return stranded(tx, {FALLBACK, *ws.settings.channels})
