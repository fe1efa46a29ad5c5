"""The last checks before a message is sent: at the claim, and again at the commit.

Everything that can keep an approved message back is checked here, in the transaction that acts
on it: answers, closings and recalls since then, whether the approval and the sound still hold,
the facts behind the words, the channel's limits, and the hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from voicenote.engine.case.batches import why_held
from voicenote.engine.case.consent import UNPLACED
from voicenote.engine.case.decisions import decide_in
from voicenote.engine.case.release import facts_hold, judge_release, refusal
from voicenote.engine.case.withdrawal import ask_about
from voicenote.engine.run.lookahead import TouchView, look
from voicenote.engine.run.parcels import parcel_of
from voicenote.engine.run.rate_limits import HoldReason, Quota
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed, RuleSaysNo, TryAgain
from voicenote.followup.decide import decide, unwanted
from voicenote.followup.release_rules import Objection
from voicenote.ledger import doubts
from voicenote.ledger.changes import change_touch
from voicenote.ledger.fingerprint import read_standing
from voicenote.ledger.store import Transaction
from voicenote.model.case import Stage
from voicenote.model.receipt import Parcel
from voicenote.model.touch import OPENING, TouchKind, TouchState


@dataclass(frozen=True, slots=True)
class Cleared:
    """A message that may be sent: its current view, what it carries, and its memo's number."""

    view: TouchView
    parcel: Parcel
    memo: int


@dataclass(frozen=True, slots=True)
class DepartureCheck:
    """The checks before a message is sent, in the caller's transaction."""

    ws: Workspace
    tx: Transaction

    def at_claim(self, seen: TouchView, room: Quota) -> Cleared | HoldReason | RuleSaysNo | None:
        """Return a message cleared to be sent, as it is now; `seen` may be a little older.

        Returns None when it is no longer due, and a HoldReason when a limit or a pause holds it.
        Returns RuleSaysNo when its approval no longer holds: this transaction takes the approval
        back, so the caller raises the error after the commit. Raises RuleSaysNo for what was not
        approved as it is, and TryAgain for a follow-up that the next run composes again.
        """
        view = self._refresh(seen)
        touch = view.touch
        if touch.state is not TouchState.DUE or touch.due_at > self.tx.now:
            return None
        if self._is_doubted(view):
            why = {"reason": UNPLACED}
            change_touch(self.tx, touch.number, "hold", facts={**why}, reason=UNPLACED)
            return None
        if touch.kind is not TouchKind.NUDGE and (held := why_held(self.tx, view.case.batch)):
            change_touch(self.tx, touch.number, "hold", facts={"reason": held}, reason=held)
            return None
        parcel, memo = parcel_of(self.ws, view, self.tx.now)
        if doubts := self._doubts(view):
            ask_about(self.tx, touch.case, doubts)
            return refusal(touch.case, doubts)
        waits = room.hindrance(self.ws, self.tx, touch.channel, parcel.to)
        return waits or Cleared(view, parcel, memo)

    def at_commit(self, held: TouchView) -> str:
        """Return why a claimed message is no longer wanted, which ends it; "" when it may be sent.

        Raises Postponed when it may be sent later: what was approved has changed, the address has
        changed, or the clock has moved on since the claim (a laptop lid was closed).
        """
        touch, now_ = held.touch, held
        if read_standing(self.tx, held.case) != held.standing:
            now_ = look(self.ws, self.tx, [(touch.number, touch.case)])[touch.number]
        if stop := unwanted(now_.seen, touch):
            return stop
        if self._is_doubted(held):
            raise Postponed(UNPLACED, "see: voicenote receive --unmatched")
        if now_ is not held:
            self._need_same(held, now_)
        self._need_decent(now_, self.tx.now)
        return ""

    def _is_doubted(self, view: TouchView) -> bool:
        """Whether something came in that may be this customer's, and nobody has looked yet."""
        touch = view.touch
        return touch.kind is not TouchKind.NUDGE and doubts.is_doubted(
            self.tx, touch.case, touch.channel
        )

    def _refresh(self, seen: TouchView) -> TouchView:
        """Return the current view of a message.

        While the case is unchanged and there is nothing to decide, this is `seen` and costs one
        query. Otherwise someone may have answered, opted out or closed the case: it is decided on,
        and everything is read again.
        """
        standing = read_standing(self.tx, seen.case)
        rounds = self.ws.settings.policy.rounds
        if standing == seen.standing and not decide(seen.seen, self.tx.now, rounds):
            return seen
        number, case = seen.touch.number, seen.case.number
        decide_in(self.ws, self.tx, [case])
        again = look(self.ws, self.tx, [(number, case)])[number]
        if again.hindrance:
            raise RuleSaysNo(again.hindrance, f"see: voicenote show {case}")
        return again

    def _doubts(self, view: TouchView) -> tuple[Objection, ...]:
        """Return the current objections to a message that was approved.

        A message that may already have been sent goes again unchanged.
        """
        found, day = view.draft, self.tx.now.astimezone(view.seen.zone).date()
        opening = view.touch.kind in OPENING
        if found is None or (view.may_have_left_at and not opening):
            return ()
        if opening:
            return judge_release(self.ws, self.tx, view.seen, found, day, anew=False).doubts
        if not facts_hold(self.ws, view.seen, found):
            raise TryAgain(
                f"what the {view.touch.kind.value} of case {view.case.number} says has changed",
                "nothing to do: the next run composes it anew",
            )
        return ()

    def _need_same(self, held: TouchView, now_: TouchView) -> None:
        """Raise Postponed when the approved content or the address has changed."""
        recalled = held.touch.kind in OPENING and now_.case.stage is Stage.RENDERED
        if now_.draft != held.draft or recalled or self._doubts(now_):
            what = "it was changed while it was leaving"
            raise Postponed(what, "it goes when it is approved again")
        if now_.address != held.address:
            raise Postponed("they have another address now", "it goes there")

    def _need_decent(self, view: TouchView, now: datetime) -> None:
        """Raise Postponed when its hour has passed."""
        late = view.touch.planned.too_late_at
        if self.ws.hours_of(view.case).next(now) > now:
            what = "quiet hours began while it was leaving"
            raise Postponed(what, "it goes at the next decent hour")
        if late is not None and late < now:
            raise Postponed("it became too late while it was being sent", "it is shown instead")
