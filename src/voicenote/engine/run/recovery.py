"""Settling what a dead run left behind, and what only a person can settle."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from voicenote.delivery.port import NotFound, Sweeps
from voicenote.engine.case.approval import in_touch, need_open
from voicenote.engine.case.release import fresh_snapshot
from voicenote.engine.case.routing import is_by_hand, need_chosen, step_ways, way_and_why
from voicenote.engine.memo.unkept import remove_unkept
from voicenote.engine.run.send import Sent, record, settle
from voicenote.engine.scratch import sweep_scratch
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, VoicenoteError
from voicenote.followup.release_rules import steps_to_approval
from voicenote.ledger import attempts, case_store, touches
from voicenote.ledger.changes import change_touch
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreachable import CURE
from voicenote.model.case import Case
from voicenote.model.receipt import Receipt, ReceiptKind
from voicenote.model.touch import BY_HAND, IN_FLIGHT, OPENING, Touch, TouchKind, TouchState
from voicenote.plugins import FALLBACK

#: PostgreSQL frees even live locks when its server restarts. So a claim there must also be older
#: than any send takes before it counts as abandoned.
GRACE = timedelta(minutes=15)
#: What can be booked again by hand; the memo also when it was skipped or cancelled.
STUCK = (TouchState.UNCERTAIN, TouchState.REFUSED, TouchState.BOUNCED)
GIVEN_UP = (TouchState.SKIPPED, TouchState.CANCELLED)
_ENDED = "the run that was sending it ended before it could"
_UNCLEAR = "the run ended while it was being sent, and the channel can't tell whether it was sent"


class InFlight(NamedTuple):
    """A message that another run is sending, or was when it died; settled after `until`."""

    case: int
    message: int
    kind: str
    since: datetime
    until: datetime


def in_flight(ws: Workspace) -> list[InFlight]:
    """Return what is in flight and not yet old enough to be settled, the oldest first."""
    with ws.ledger.read() as tx:
        flying = touches.in_state(tx, IN_FLIGHT)
        claims = [touches.claim_of(tx, touch.number)[2] or tx.now for touch in flying]
    found = [
        InFlight(touch.case, touch.number, touch.kind.value, at, at + GRACE)
        for touch, at in zip(flying, claims, strict=True)
    ]
    return sorted(found, key=lambda one: one.since)


def reconcile(ws: Workspace) -> list[Sent]:
    """Settle what a dead run left in flight. Only for the holder of the run lock."""
    with ws.ledger.read() as tx:
        flying = touches.in_state(tx, (*IN_FLIGHT, TouchState.UNCERTAIN))
        abandoned = [touch for touch in flying if _abandoned(ws, tx, touch)]
    return [sent for touch in abandoned if (sent := _reconcile(ws, touch)) is not None]


def _abandoned(ws: Workspace, tx: Transaction, touch: Touch) -> bool:
    if ws.ledger.is_sqlite or touch.state is TouchState.UNCERTAIN:
        return True
    _, _, claimed_at = touches.claim_of(tx, touch.number)
    # a claim far in the future was made by a wrong clock: don't wait for its time
    return claimed_at is None or abs(tx.now - claimed_at) > GRACE


def _reconcile(ws: Workspace, touch: Touch) -> Sent | None:
    if touch.state is TouchState.SENDING:
        return settle(ws, touch, "postpone", _ENDED)
    uncertain = touch.state is TouchState.UNCERTAIN
    try:
        found = ws.channel(touch.channel).ask(touch.key, touch.message_id)
    except Exception:  # noqa: BLE001 - whatever failed in the channel, it could not tell
        return None if uncertain else settle(ws, touch, "lose", _UNCLEAR)
    by_hand = is_by_hand(ws.settings, touch.channel)
    if isinstance(found, Receipt) and not by_hand:
        with ws.ledger.write() as tx:
            if not attempts.tried_before(tx, touch):
                record(tx, touch, found)
                return Sent(touch.number, touch.case, TouchState.ACCEPTED, channel=touch.channel)
    if uncertain:
        return None
    if found is NotFound.ABSENT:
        return settle(ws, touch, "postpone", _ENDED)
    return settle(ws, touch, "lose", BY_HAND if by_hand else _UNCLEAR)


def sweep_leftovers(ws: Workspace) -> None:
    """Remove unfinished outbox messages, scratch copies and unfinished memos of dead processes.

    A no-op when nothing can be sent. The caller holds the run lock and has settled what an earlier
    run had in flight.
    """
    if ws.whereabouts is None:
        return
    sweep_scratch(ws.home, partial(remove_unkept, ws))

    def is_dead(key: str) -> bool:
        with ws.ledger.read() as tx:
            return touches.is_at_rest(tx, key)

    for name in dict.fromkeys((*ws.settings.channels, FALLBACK)):
        with suppress(VoicenoteError):  # sending or receiving by it reports what is wrong
            channel: object = ws.channel(name)
            if isinstance(channel, Sweeps):
                channel.sweep(is_dead)


def send_again(ws: Workspace, number: int, channel: str = "") -> Sent:
    """Book a message again that did not arrive, or that was given up, on a person's word.

    It counts as booked now, so an earlier answer doesn't stop it again. It goes by `channel`,
    else by the first of its order. Raises RuleSaysNo for a channel without an address, for a memo
    that isn't approved, and for a customer who opted out.
    """
    with ws.ledger.write() as tx:
        touch = touches.get(tx, number)
        case = case_store.get(tx, touch.case)
        in_touch(tx, case)
        if touch.kind in OPENING and not case.released:
            what = f"the {touch.kind.value} of case {case.number} is not approved"
            steps = steps_to_approval(fresh_snapshot(ws, tx, case.number))
            raise RuleSaysNo(what, f"first: {steps}")
        if channel and not ws.channel(channel).address(case.customer):
            raise RuleSaysNo(
                f"{case.customer.name} has no address for {channel}",
                "choose another way; known ones: voicenote channels",
            )
        if channel:
            need_chosen(ws.settings, channel)
        way = channel or _way(ws, case, touch)
        due = ws.hours_of(case).next(tx.now)
        state = change_touch(
            tx,
            number,
            "resend",
            facts={"said_by": tx.actor, "channel": way},
            channel=way,
            booked_at=tx.now,
            due_at=due,
            too_late_at=None,
            attempt=0,
            reason="",
        )
    return Sent(number, touch.case, state)


def _way(ws: Workspace, case: Case, touch: Touch) -> str:
    way, why = way_and_why(ws, case.customer, step_ways(ws, touch))
    if why:
        raise RuleSaysNo(f"{case.customer.name} can't be reached: {why}", CURE)
    return way


def settle_sent(ws: Workspace, number: int) -> list[Sent]:
    """Mark the uncertain messages of a case as sent: a person knows that they were."""
    with ws.ledger.write() as tx:
        case_store.get(tx, number)
        booked = touches.of_cases(tx, [number])
        found = [one for one in booked if one.state is TouchState.UNCERTAIN]
        receipt = Receipt(kind=ReceiptKind.ACCEPTED, at=tx.now, detail={"said by": tx.actor})
        for touch in _some(found, number, "is uncertain"):
            change_touch(tx, touch.number, "accept", facts={"said_by": tx.actor}, sent_at=tx.now)
            record(tx, touch, receipt)
    return [Sent(one.number, number, TouchState.ACCEPTED) for one in found]


def settle_again(ws: Workspace, number: int, channel: str = "") -> list[Sent]:
    """Book one stuck message of a case again, by `channel` if given: it did not arrive.

    The memo goes first, else the newest. Sending two at once would be too much.
    """
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        mine = touches.of_round(tx, case)
    need_open(case)
    booked = [touch for touch in mine if touch.kind is not TouchKind.NUDGE]
    memos = [t for t in booked if t.kind in OPENING and t.state in (*STUCK, *GIVEN_UP)]
    found = memos or [touch for touch in booked if touch.state in STUCK]
    newest = _some(found, number, "could be sent again")[-1]
    return [send_again(ws, newest.number, channel)]


def _some(found: list[Touch], number: int, what: str) -> list[Touch]:
    if not found:
        raise RuleSaysNo(
            f"case {number} has no message that {what}", f"see: voicenote show {number}"
        )
    return found
