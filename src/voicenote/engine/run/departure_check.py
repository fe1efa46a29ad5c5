"""May this message leave? Asked at the claim, and once more at the commit, minutes later maybe.

Everything that can keep an approved message back is asked here, in the transaction in which it is
acted on: what somebody has answered, closed or recalled meanwhile, the approval and the sound as
they were released, the facts they were made from, the limits of the channel, the hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from voicenote.engine.case.decisions import decide_in, policy_of
from voicenote.engine.case.release import facts_hold, judge_release, refusal
from voicenote.engine.case.withdrawal import ask_about
from voicenote.engine.run.lookahead import TouchView, look
from voicenote.engine.run.parcels import parcel_of
from voicenote.engine.run.rate_limits import HoldReason, Quota
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed, RuleSaysNo, TryAgain
from voicenote.followup.decide import decide, unwanted
from voicenote.followup.release_rules import Objection
from voicenote.ledger.fingerprint import read_standing
from voicenote.ledger.store import Transaction
from voicenote.model.case import Stage
from voicenote.model.receipt import Parcel
from voicenote.model.touch import OPENING, TouchState


@dataclass(frozen=True, slots=True)
class Cleared:
    """A message that may leave: how it is now, what it carries, and the number of its memo."""

    view: TouchView
    parcel: Parcel
    memo: int


@dataclass(frozen=True, slots=True)
class DepartureCheck:
    """What is asked of a message before it leaves, in the transaction of who asks."""

    ws: Workspace
    tx: Transaction

    def at_claim(self, seen: TouchView, room: Quota) -> Cleared | HoldReason | RuleSaysNo | None:
        """Return a message cleared to leave, as it is now; `seen` may be a little older.

        None when it is no longer due; a HoldReason when a limit or a pause keeps it in; RuleSaysNo
        when its approval holds no more: that is taken back in this transaction, so the caller
        raises it after the commit. Raises RuleSaysNo for what was not approved as it is, and
        TryAgain for a follow-up that the next run composes anew.
        """
        view = self._refresh(seen)
        touch = view.touch
        if touch.state is not TouchState.DUE or touch.due_at > self.tx.now:
            return None
        parcel, memo = parcel_of(self.ws, view, self.tx.now)
        if doubts := self._doubts(view):
            ask_about(self.tx, touch.case, doubts)
            return refusal(touch.case, doubts)
        waits = room.hindrance(self.ws, self.tx, touch.channel, parcel.to)
        return waits or Cleared(view, parcel, memo)

    def at_commit(self, held: TouchView) -> str:
        """Return why nobody wants a claimed message any more, which ends it; "" when it may leave.

        Raises Postponed when it may leave later: it is not what was approved any more, it has
        another address, or the clock has run on since the claim, as when a lid was closed.
        """
        touch, now_ = held.touch, held
        if read_standing(self.tx, held.case) != held.standing:
            now_ = look(self.ws, self.tx, [(touch.number, touch.case)])[touch.number]
        if stop := unwanted(now_.seen, touch):
            return stop
        if now_ is not held:
            self._need_same(held, now_)
        self._need_decent(now_, self.tx.now)
        return ""

    def _refresh(self, seen: TouchView) -> TouchView:
        """Return a look as it is now.

        It is the same one as long as the case stands as it did and nothing is to be decided on it:
        then it costs one query. Else somebody may have answered, opted out or closed the case; it
        is decided on, and all is read again.
        """
        standing = read_standing(self.tx, seen.case)
        if standing == seen.standing and not decide(seen.seen, self.tx.now, policy_of(self.ws)):
            return seen
        number, case = seen.touch.number, seen.case.number
        decide_in(self.ws, self.tx, [case])
        again = look(self.ws, self.tx, [(number, case)])[number]
        if again.hindrance:
            raise RuleSaysNo(again.hindrance, f"see: voicenote show {case}")
        return again

    def _doubts(self, view: TouchView) -> tuple[Objection, ...]:
        """Return what speaks now against a message that was approved.

        What may have left goes again as it was.
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
        """Raise Postponed when it is not what was approved any more, or goes elsewhere now."""
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
            raise Postponed("it became too late while it was leaving", "it is shown instead")
