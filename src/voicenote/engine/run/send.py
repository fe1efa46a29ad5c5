"""Send one touch, so that it is never sent twice and never lost.

Two phases of intent. *Sending* is committed before the channel does anything: whoever dies then has
sent nothing, and the touch goes back to due. *Committing* is committed just before the act that
cannot be taken back: whoever dies then may have sent it, so the channel is asked, and where it
cannot tell, a person is. No transaction is open while a channel works.

Only the second waits for the disk. A power cut, and nothing less, may take back the other writes
about the last touch or two: a claim, and then nothing has left; or that a touch was accepted, and
then it is found committing, which is true of it, and is settled in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from voicenote.engine.case.routing import next_way
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
from voicenote.ledger import attempts, case_store, touches
from voicenote.ledger.changes import change_case_at, change_touch
from voicenote.ledger.store import Transaction
from voicenote.model.case import Stage
from voicenote.model.receipt import Parcel, Receipt
from voicenote.model.touch import OPENING, Touch, TouchState

#: After so many attempts a postponed touch is given up and shown to the owner.
ATTEMPTS = 8
#: The first wait before a postponed touch is tried again, and the longest, in seconds.
FIRST_WAIT_S, LONGEST_WAIT_S = 60.0, 6 * 3600.0
#: A channel may ask for more patience than that, but not for ever.
LONGEST_ASKED_S = 48 * 3600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one touch: its new state, and why when it did not leave.

    `way` is the channel that it takes next, after the one before has refused it.
    """

    touch: int
    case: int
    state: TouchState
    reason: str = ""
    way: str = ""


def send_touch(ws: Workspace, seen: TouchView, room: Quota) -> Sent | HoldReason | None:
    """Send a touch, which must be approved and decent now; None when nobody wants it now.

    `DepartureCheck` asks that twice: at the claim, and once more in the commit, which may come
    minutes later. `seen` may be a little older: what has changed since is read again.

    A HoldReason when a limit or a pause holds it back. Raises TryAgain when another pass took it in
    between.
    """
    claim, number = ws.new_id(), seen.touch.number
    claimed = _claim(ws, seen, claim, room)
    if claimed is None or isinstance(claimed, HoldReason):
        return claimed
    held, parcel = claimed
    touch = held.touch
    room.sent[touch.channel] += 1
    if not room.remembered:  # a ledger that is put back from before this claim will be asked about
        remember(ws)
        room.remembered = True
    committed, stop = False, ""

    def commit() -> None:
        nonlocal committed, stop
        with ws.ledger.write() as tx:
            stop = DepartureCheck(ws, tx).at_commit(held)
            if stop:
                facts: dict[str, object] = {"reason": stop}
                change_touch(tx, number, "cancel", token=claim, facts=facts, reason=stop)
            else:
                change_touch(tx, number, "commit", token=claim, seen=touch)
        if stop:
            raise Postponed(stop, "nobody wants it any more")
        committed = True

    try:
        receipt = ws.channel(touch.channel).send(parcel, commit)
    except TryAgain:
        raise
    except Exception as error:  # noqa: BLE001 - a slip of one channel must not stop all others
        if stop:
            return None
        return _not_sent(ws, touch, claim, error, committed=committed)
    with ws.ledger.write(lasting=False) as tx:
        record(tx, replace(touch, state=TouchState.COMMITTING), receipt, token=claim)
    return Sent(number, touch.case, TouchState.ACCEPTED)


def _not_sent(
    ws: Workspace, touch: Touch, claim: str, error: Exception, *, committed: bool
) -> Sent:
    """Write down why a channel did not say that it has sent a touch.

    After the commit only Postponed and Refused are sure that nothing has left: of this attempt.
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
        return _settle(ws, touch, claim, "lose", error)
    if isinstance(error, Unavailable):
        return _postpone(ws, touch, claim, error)
    return _give_up(ws, touch, claim, error)


def _claim(
    ws: Workspace, seen: TouchView, claim: str, room: Quota
) -> tuple[TouchView, Parcel] | HoldReason | None:
    """Claim a touch; return how it is then, and what it carries.

    An approval that does not hold any more is taken back, and RuleSaysNo says why.
    """
    claimed = _claim_in(ws, seen, claim, room)
    if isinstance(claimed, RuleSaysNo):  # raised only now, when what was taken back is kept
        raise claimed
    return claimed


def _claim_in(
    ws: Workspace, seen: TouchView, claim: str, room: Quota
) -> tuple[TouchView, Parcel] | HoldReason | RuleSaysNo | None:
    # the machine remembers the first one: a ledger without it would seem to be an older copy
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


def record(tx: Transaction, touch: Touch, receipt: Receipt, *, token: str | None = None) -> None:
    """Keep what the channel said of a touch that has left, and move its case on.

    `touch` as it was seen last. Two who record for the same case do it one after the other.
    """
    touches.receive(tx, touch.number, receipt, token=token, seen=touch, sent_at=receipt.at)
    if touch.kind in OPENING:
        facts: dict[str, object] = {"touch": touch.number, "kind": touch.kind}
        change_case_at(tx, touch.case, touch.round, Stage.APPROVED, "send", facts)


def _settle(ws: Workspace, touch: Touch, claim: str, event: str, error: VoicenoteError) -> Sent:
    reason = f"{error.what} ({error.advice})" if error.advice else error.what
    with ws.ledger.write() as tx:
        state = change_touch(
            tx, touch.number, event, token=claim, facts={"reason": error.what}, reason=reason
        )
    return Sent(touch.number, touch.case, state, reason)


def _refuse_or_reroute(ws: Workspace, touch: Touch, claim: str, error: Refused) -> Sent:
    """Let a touch that surely has not left take its next way; without one it is refused.

    It keeps its key: that names the touch, whichever way it goes.
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
            return Sent(touch.number, touch.case, state, reason, way)
    return _give_up(ws, touch, claim, error)


def _give_up(ws: Workspace, touch: Touch, claim: str, error: VoicenoteError) -> Sent:
    """End a touch as refused; as uncertain, where an attempt before this one may have left."""
    with ws.ledger.read() as tx:
        gone = attempts.may_have_left_at(tx, touch) is not None
    return _settle(ws, touch, claim, "lose" if gone else "refuse", error)


def _postpone(
    ws: Workspace, touch: Touch, claim: str, error: Unavailable, event: str = "postpone"
) -> Sent:
    if touch.attempt >= ATTEMPTS:
        if event == "repeat":
            return _settle(ws, touch, claim, "lose", error)
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
    return Sent(touch.number, touch.case, state, error.what)


def backoff_s(attempt: int, chance: float) -> float:
    """Return how long to wait after the `attempt`-th try (from 0), in seconds.

    Doubles each time; `chance` in [0, 1) spreads it over a tenth, so that touches that failed
    together do not come back together. The library has a say in the length alone: the waiting is
    the ledger's, which a restart does not end.
    """
    from tenacity import RetryCallState, Retrying, wait_exponential

    tries = RetryCallState(Retrying(), fn=None, args=(), kwargs={})
    tries.attempt_number = attempt + 1
    return wait_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S)(tries) * (1 + chance / 10)
