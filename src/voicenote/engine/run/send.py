"""Sending one message, so that it is never sent twice and never lost.

There are two phases. *Sending* is committed before the channel does anything: after a crash then,
nothing was sent, and the message is due again. *Committing* is committed just before the act that
can't be undone: after a crash then, it may have been sent, so the channel is asked, and if it
can't tell, a person is. No transaction is open while a channel works.
Only the second phase waits for the disk. Only a power cut can undo the other writes about the last
message or two. If a claim is lost, nothing was sent. If an acceptance is lost, the message is
found committing, which is true, and is settled in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from voicenote.delivery.inbound import Polls
from voicenote.engine.case.routing import brings_answers, is_by_hand, next_way
from voicenote.engine.run.departure_check import Cleared, DepartureCheck
from voicenote.engine.run.lookahead import TouchView
from voicenote.engine.run.ownership import remember
from voicenote.engine.run.rate_limits import HoldReason, Quota
from voicenote.engine.workspace import Workspace
from voicenote.errors import (
    Postponed,
    Refused,
    RuleSaysNo,
    TryAgain,
    Unavailable,
    Unknown,
    VoicenoteError,
)
from voicenote.ledger import arrivals, attempts, case_store, touches
from voicenote.ledger.changes import change_case_at, change_touch
from voicenote.ledger.store import Transaction
from voicenote.model.address import mark
from voicenote.model.case import Case, Stage
from voicenote.model.receipt import KNOWN_AS, Parcel, Receipt
from voicenote.model.touch import BY_HAND, OPENING, Touch, TouchState

#: After this many attempts a postponed message is given up and shown to the owner.
ATTEMPTS = 8
#: The first wait before a postponed message is tried again, and the longest, in seconds.
FIRST_WAIT_S, LONGEST_WAIT_S = 60.0, 6 * 3600.0
#: The longest wait that a channel may ask for, in seconds.
LONGEST_ASKED_S = 48 * 3600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome for one message: its new state, and why when it was not sent.

    `channel` is the one that was tried, `way` the one it takes next because that one refused it.
    """

    touch: int
    case: int
    state: TouchState
    reason: str = ""
    way: str = ""
    channel: str = ""

    @property
    def outcome(self) -> str:
        """What became of it, for a count: sent, uncertain, rerouted or failed."""
        named = {TouchState.ACCEPTED: "sent", TouchState.UNCERTAIN: "uncertain"}
        return named.get(self.state, "rerouted" if self.way else "failed")


def send_touch(ws: Workspace, seen: TouchView, room: Quota) -> Sent | HoldReason | None:
    """Send a message, which must be approved and decent now; None when it isn't wanted now.

    `DepartureCheck` checks that twice: at the claim, and again in the commit, which may come
    minutes later. `seen` may be a little older: what has changed since is read again.

    Returns a HoldReason when a limit or a pause holds it. Raises TryAgain when another run took it
    in between.
    """
    claim, number = ws.new_id(), seen.touch.number
    claimed = _claim(ws, seen, claim, room)
    if isinstance(claimed, RuleSaysNo):
        raise claimed
    if claimed is None or isinstance(claimed, HoldReason):
        return claimed
    held, parcel = claimed
    touch = held.touch
    room.sent[touch.channel] += 1
    if not room.remembered:  # a ledger restored from before this claim is noticed later
        remember(ws)
        room.remembered = True
    committed, stop = False, ""

    def commit() -> None:
        nonlocal committed, stop
        with ws.ledger.write() as tx:
            stop = DepartureCheck(ws, tx).at_commit(held)
            if stop:
                change_touch(tx, number, "cancel", token=claim, facts={"reason": stop}, reason=stop)
            else:
                change_touch(tx, number, "commit", token=claim, seen=touch)
        if stop:
            raise Postponed(stop, "nobody wants it any more")
        committed = True

    try:
        receipt = ws.channel(touch.channel).send(parcel, commit)
    except TryAgain:
        raise
    except Exception as error:  # noqa: BLE001 - an error in one channel must not stop the others
        if stop:
            return None
        return _not_sent(ws, touch, claim, error, committed=committed)
    return _accept(ws, held.case, touch, receipt, claim)


def _accept(ws: Workspace, case: Case, touch: Touch, receipt: Receipt, claim: str) -> Sent:
    """Record that a channel took a message; what is in the owner's outbox isn't sent by that."""
    if is_by_hand(ws.settings, touch.channel):
        return settle(ws, touch, "lose", BY_HAND, claim=claim)
    detail = dict(receipt.detail)
    known_as = detail.pop(KNOWN_AS, "").split()
    with ws.ledger.write(lasting=False) as tx:
        receipt = replace(receipt, detail=detail)
        record(tx, replace(touch, state=TouchState.COMMITTING), receipt, token=claim)
        learn_addresses(ws, tx, case, touch.channel, known_as)
    return Sent(touch.number, touch.case, TouchState.ACCEPTED, channel=touch.channel)


def _not_sent(
    ws: Workspace, touch: Touch, claim: str, error: Exception, *, committed: bool
) -> Sent:
    """Record why a channel did not say that it sent a message.

    After the commit, only Postponed and Refused mean that this attempt surely sent nothing.
    """
    if isinstance(error, Postponed):
        return _postpone(ws, touch, claim, error)
    if isinstance(error, Refused):
        return _refuse_or_reroute(ws, touch, claim, error)
    if not isinstance(error, VoicenoteError):
        what = f"the channel {touch.channel!r} has failed ({type(error).__name__})"
        error = VoicenoteError(what, "please tell whoever made the channel")
    if committed and isinstance(error, Unknown) and error.again:
        return _postpone(ws, touch, claim, error, event="repeat")
    if committed:
        return settle(ws, touch, "lose", error.what, error.advice, claim=claim)
    if isinstance(error, Unavailable):
        return _postpone(ws, touch, claim, error)
    return _give_up(ws, touch, claim, error)


def _claim(
    ws: Workspace, seen: TouchView, claim: str, room: Quota
) -> tuple[TouchView, Parcel] | HoldReason | RuleSaysNo | None:
    """Claim a message; return how it is then, and what it carries.

    An approval that no longer holds is taken back, and RuleSaysNo is returned, to be raised only
    after this change is committed.
    """
    # saved on this machine for the first one: a ledger without it would look like an older copy
    with ws.ledger.write(lasting=not room.remembered) as tx:
        cleared = DepartureCheck(ws, tx).at_claim(seen, room)
        if not isinstance(cleared, Cleared):
            return cleared
        view, parcel, touch = cleared.view, cleared.parcel, cleared.view.touch
        attempt = touch.attempt + 1
        change_touch(
            tx,
            touch.number,
            "claim",
            seen=touch,
            facts={"attempt": attempt, "channel": touch.channel, "by": ws.who},
            attempt=attempt,
            message_id=parcel.message_id,
            memo=cleared.memo,
            reason="",
            claim=claim,
            claimed_by=ws.who,
            claimed_at=tx.now,
            answerable=brings_answers(ws, touch.channel),
        )
        attempts.begin(tx, touch.number, touch.channel, parcel.to, ws.who)
    touch = replace(
        touch,
        state=TouchState.SENDING,
        attempt=attempt,
        message_id=parcel.message_id,
        reason="",
    )
    told = view.standing._replace(told=view.standing.told + 1)  # the line of the claim is ours
    return replace(view, touch=touch, standing=told), parcel


def learn_addresses(
    ws: Workspace, tx: Transaction, case: Case, name: str, known_as: Sequence[str]
) -> None:
    """Add addresses to the customer of a case who is known by them to the channel `name`."""
    channel: object = ws.channel(name)
    if isinstance(channel, Polls) and not {mark(one) for one in known_as} <= case.customer.marks:
        arrivals.learn(tx, case, channel.field, known_as)


def record(tx: Transaction, touch: Touch, receipt: Receipt, *, token: str | None = None) -> None:
    """Keep the channel's receipt for a message that was sent, and move its case on.

    `touch` is as last seen. Two callers for the same case record one after the other.
    """
    touches.receive(tx, touch.number, receipt, token=token, seen=touch, sent_at=receipt.at)
    if touch.kind in OPENING:
        facts: dict[str, object] = {"touch": touch.number, "kind": touch.kind}
        change_case_at(tx, touch.case, touch.round, Stage.APPROVED, "send", facts)


def settle(
    ws: Workspace, touch: Touch, event: str, why: str, advice: str = "", *, claim: str | None = None
) -> Sent:
    """Change the state of a message that was in flight, with the reason."""
    reason = f"{why} ({advice})" if advice else why
    with ws.ledger.write() as tx:
        state = change_touch(
            tx, touch.number, event, token=claim, facts={"reason": why}, reason=reason
        )
    return Sent(touch.number, touch.case, state, reason, channel=touch.channel)


def _refuse_or_reroute(ws: Workspace, touch: Touch, claim: str, error: Refused) -> Sent:
    """Move a message that surely was not sent to its next channel; without one it is refused.

    It keeps its key, which names the message on every channel.
    """
    with ws.ledger.write() as tx:
        gone = attempts.may_have_left_at(tx, touch) is not None
        way = "" if gone else next_way(ws, tx, case_store.get(tx, touch.case), touch)
        if way:
            facts: dict[str, object] = {"reason": error.what, "from": touch.channel, "to": way}
            reason = f"{error.what}; {touch.channel} refused it, so it goes by {way}"
            state = change_touch(
                tx,
                touch.number,
                "reroute",
                token=claim,
                facts=facts,
                channel=way,
                attempt=0,
                reason=reason,
            )
            return Sent(touch.number, touch.case, state, reason, way, touch.channel)
    return _give_up(ws, touch, claim, error)


def _give_up(ws: Workspace, touch: Touch, claim: str, error: VoicenoteError) -> Sent:
    """End a message as refused; as uncertain if an earlier attempt may have sent it."""
    with ws.ledger.read() as tx:
        gone = attempts.may_have_left_at(tx, touch) is not None
    event = "lose" if gone else "refuse"
    return settle(ws, touch, event, error.what, error.advice, claim=claim)


def _postpone(
    ws: Workspace, touch: Touch, claim: str, error: Unavailable, event: str = "postpone"
) -> Sent:
    if touch.attempt >= ATTEMPTS:
        if event == "repeat":
            return settle(ws, touch, "lose", error.what, error.advice, claim=claim)
        return _give_up(ws, touch, claim, error)
    asked = error.retry_after if isinstance(error, Postponed) else None
    wait = min(asked, LONGEST_ASKED_S) if asked and asked > 0 else 0.0
    with ws.ledger.write() as tx:
        case = case_store.get(tx, touch.case)
        again = tx.now + timedelta(seconds=wait or backoff_s(touch.attempt - 1, ws.chance.random()))
        due = ws.hours_of(case).next(again)
        state = change_touch(
            tx,
            touch.number,
            event,
            token=claim,
            facts={"reason": error.what, "until": due.isoformat()},
            reason=error.what,
            due_at=due,
        )
    return Sent(touch.number, touch.case, state, error.what, channel=touch.channel)


def backoff_s(attempt: int, chance: float) -> float:
    """Return how long to wait after the `attempt`-th try (from 0), in seconds.

    The wait doubles each time; `chance` in [0, 1) adds up to a tenth, so messages that failed
    together don't retry together. The ledger does the waiting, so a restart doesn't end it.
    """
    return min(FIRST_WAIT_S * 2.0**attempt, LONGEST_WAIT_S) * (1 + chance / 10)
