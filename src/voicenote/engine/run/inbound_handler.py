"""What one arrival changes: kept once, with all that follows from it, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from voicenote.addresses import mark
from voicenote.delivery.inbound import Arrival, Inbound, Polls
from voicenote.engine.case.closing import answer_in, hold_in, opt_out_in
from voicenote.engine.case.decisions import decide_in
from voicenote.engine.run.arrival_text import WORDS, clean
from voicenote.engine.run.correlate import Finder, Matched
from voicenote.engine.run.late_refusal import take_next_way
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings
from voicenote.followup.interpret import Heard, Meaning, bounce_reason, meaning, quote_inline
from voicenote.ledger import arrivals, case_store, touches
from voicenote.ledger.arrivals import UNMATCHED, Came
from voicenote.ledger.changes import change_case, change_touch
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.receipt import Answer, Receipt, ReceiptKind
from voicenote.model.touch import ARRIVED, OPENING, Touch, TouchState

_RESUME = "voicenote plan N --resume"


@dataclass(slots=True)
class InboundHandler:
    """What came by one channel: the channel, and what finds its cases."""

    ws: Workspace
    name: str
    channel: Polls
    finder: Finder

    @classmethod
    def of(cls, ws: Workspace, name: str, channel: Polls) -> InboundHandler:
        """Return the post of a channel of this workspace."""
        own = ws.settings.owner.email if channel.field == "email" else ""
        return cls(ws, name, channel, Finder(name, channel.field, own))

    def take(self, arrival: Arrival) -> str:
        """Take one arrival in; return what it was: a kind, "" for what changes nothing.

        All that follows is kept together with the place up to which the channel was read, so that
        whoever dies here has done all of it or nothing.
        """
        arrival = clean(arrival, self.channel.field)
        with self.ws.ledger.read() as tx:
            if not self._matters(tx, arrival):
                return ""
        with self.ws.ledger.write("voicenote") as tx:
            arrivals.advance(tx, self.name, arrival.place)
            return self._kept(tx, arrival)

    def set_apart(self, arrival: Arrival, why: str) -> str:
        """Keep what could not be taken in, so that it is neither lost nor in the way."""
        arrival = clean(arrival, self.channel.field)
        with self.ws.ledger.write("voicenote") as tx:
            arrivals.advance(tx, self.name, arrival.place)
            return self._apart(tx, arrival, why)

    def _matters(self, tx: Transaction, arrival: Arrival) -> bool:
        """Whether it can change anything. Most letters of a mailbox are none of our business."""
        if arrival.joins or arrival.broken:
            return True
        inbound = arrival.inbound
        if inbound is None or inbound.receipt is None:
            return False
        found = self.finder.find(tx, inbound)
        return found.case is not None or self._to_be_shown(inbound, found)

    def _to_be_shown(self, inbound: Inbound, found: Matched) -> bool:
        """Whether the owner should see what fits no case: a mailbox holds others' letters too."""
        kind = inbound.receipt.kind if inbound.receipt else None
        return kind is not ReceiptKind.AUTO_REPLY and (found.ours or not self.channel.keeps)

    def _kept(self, tx: Transaction, arrival: Arrival) -> str:
        if arrival.joins:
            return self._joined(tx, arrival)
        inbound = arrival.inbound
        if arrival.broken or inbound is None:
            return self._unread(tx, arrival)
        found = self.finder.find(tx, inbound)
        if found.case is None or found.way is None:
            return self._homeless(tx, arrival, inbound, found)
        # what the transaction sees of the case is what is decided on
        case = case_store.locked(tx, found.case.number)
        touch = touches.get(tx, found.touch.number) if found.touch else None
        heard = Heard(
            way=found.way,
            receipt=inbound.receipt,
            answer=inbound.answer,
            opt_out=inbound.opt_out,
            stranger=found.stranger,
        )
        means = meaning(heard, case, touch, self._went_to(case, touch))
        if touch is not None and means.receipt and self._gone_on(touch, means.receipt):
            means = Meaning(apart=f"the {touch.kind.value} has gone another way since")
        if means.apart:
            return self._apart(tx, arrival, f"case {case.number}: {means.apart}")
        kind = "opt-out" if means.opt_out or means.opt_out_writer else _kind(inbound)
        if not arrivals.keep(tx, self._came(arrival, kind, case=case.number)):
            return ""
        self._carry_out(tx, arrival, case, touch, means)
        return kind

    def _unread(self, tx: Transaction, arrival: Arrival) -> str:
        """Keep what could not be read, and hold all that it may concern: it may say stop."""
        kept = self._apart(tx, arrival, arrival.broken or "it tells nothing")
        found = self.finder.find(tx, arrival.inbound) if kept and arrival.inbound else Matched()
        if (numbers := found.concerned) and hold_in(tx, numbers):
            text = f"{arrival.sender or arrival.address} has written, and {arrival.broken}: read it"
            text += f" yourself. What waits for them is held until you let it go on ({_RESUME})"
            self._note(tx, arrival, numbers[0], "held", text)
        return kept

    def _gone_on(self, touch: Touch, receipt: Receipt) -> bool:
        """Whether a machine speaks of an attempt by a way that the touch has left since."""
        if touch.channel == self.name or receipt.kind in (
            ReceiptKind.ANSWERED,
            ReceiptKind.AUTO_REPLY,
        ):
            return False
        now_by: object = self.ws.channel(touch.channel)
        return not isinstance(now_by, Polls) or now_by.field != self.channel.field

    def _went_to(self, case: Case, touch: Touch | None) -> str:
        """Return the address that a touch was sent to, as the customer has it now; "" for none."""
        try:
            return "" if touch is None else self.ws.channel(touch.channel).address(case.customer)
        except BadSettings:
            return ""  # the channel that it went by is set up here no more

    def _homeless(self, tx: Transaction, arrival: Arrival, inbound: Inbound, found: Matched) -> str:
        if inbound.opt_out and inbound.address:
            if not arrivals.keep(tx, self._came(arrival, "opt-out")):
                return ""
            opt_out_in(tx, None, inbound.address)
            return "opt-out"
        kept = self._apart(tx, arrival, found.why)
        if kept and inbound.answer is not None and hold_in(tx, found.candidates):
            text = (
                f"{arrival.sender or arrival.address} has written{quote_inline(_words(arrival))}; "
            )
            text += f"{found.why}. What waits for them is held until you let it go on ({_RESUME})"
            self._note(tx, arrival, found.candidates[0], "held", text)
        return kept

    def _carry_out(
        self, tx: Transaction, arrival: Arrival, case: Case, touch: Touch | None, means: Meaning
    ) -> None:
        number, words = case.number, _words(arrival)
        if means.receipt is not None and touch is not None:
            keep_receipt(tx, case, touch, means.receipt)
            if means.lost and (way := take_next_way(self.ws, tx, touch, means.receipt)):
                what, why = touch.kind.value.replace("-", " "), bounce_reason(means.receipt)
                text = f"the {what} to {case.customer.name} came back ({why}); it goes by {way} now"
                self._note(tx, arrival, number, "bounced", text)
        if means.answer is not None:
            answer_in(self.ws, tx, number, self._signed(means.answer, arrival, case))
        if means.opt_out or means.opt_out_writer:
            count = opt_out_in(tx, case if means.opt_out else None, arrival.address)
            who = case.customer.name if means.opt_out else arrival.sender or arrival.address
            ended = f"; {count} touch{'es' * (count > 1)} cancelled" if count else ""
            text = f"{who} wants no more letters{quote_inline(words)}{ended}"
            self._note(tx, arrival, number, "opt-out", text)
        elif means.blocked:
            text = f"{case.customer.name} has blocked {self.name}: find another way to them"
            self._note(tx, arrival, number, "blocked", text)
        elif means.answer is not None and case_store.get(tx, number).stage is Stage.CLOSED:
            text = f"{case.customer.name} has written again{quote_inline(words)}"
            self._note(tx, arrival, number, "answer", text)
        decide_in(self.ws, tx, [number])
        if arrival.inbound and arrival.inbound.may_opt_out and not means.opt_out:
            self._hold(tx, arrival, case)

    def _signed(self, said: Answer, arrival: Arrival, case: Case) -> Answer:
        """Return an answer with its writer's address, where it is not the customer's own.

        Of a letter only: elsewhere one person may have a name and a number.
        """
        own = mark(case.customer.email)
        if self.channel.field != "email" or mark(arrival.address) == own:
            return said
        return replace(said, writer=arrival.address)

    def _hold(self, tx: Transaction, arrival: Arrival, case: Case) -> None:
        """Hold all of a person who may want no more letters, and ask the owner."""
        count = hold_in(tx, [case.number])
        text = f"{case.customer.name} may want no more letters{quote_inline(_words(arrival))}; "
        text += f"{count} touch{'es' * (count != 1)} held. If so: voicenote opt-out {case.number}; "
        self._note(tx, arrival, case.number, "held", f"{text}if not: {_RESUME}")

    def _joined(self, tx: Transaction, arrival: Arrival) -> str:
        """Somebody has joined the channel: whoever brought a link of ours is its customer."""
        if not arrivals.keep(tx, self._came(arrival, "joined")):
            return ""
        number = arrivals.use_link(tx, self.name, arrival.join) if arrival.join else None
        if number is None:
            if arrivals.cases_at(tx, arrival.address):
                return ""  # they are known here, and have pressed Start once more
            what = "a link that is used up, or not of ours" if arrival.join else "no link"
            why = f"somebody has joined {self.name} with {what}; they are {arrival.address} there"
            again = replace(arrival, mark=f"{arrival.mark} joined")
            return self._apart(tx, again, why)
        case = case_store.locked(tx, number)
        arrivals.join(tx, case, self.channel.field, arrival.address)
        called = f" (they are {arrival.sender} there)" if arrival.sender else ""
        text = f"{case.customer.name} can be reached by {self.name} now{called}"
        self._note(tx, arrival, number, "joined", text)
        return "joined"

    def _apart(self, tx: Transaction, arrival: Arrival, why: str) -> str:
        came = self._came(arrival, UNMATCHED, reason=why, text=_words(arrival)[:WORDS])
        return UNMATCHED if arrivals.keep(tx, came) else ""

    def _came(self, arrival: Arrival, kind: str, **more: Any) -> Came:
        inbound = arrival.inbound
        if kind == UNMATCHED:
            more |= {"sender": arrival.sender, "subject": inbound.subject if inbound else ""}
        return Came(
            channel=self.name,
            mark=arrival.mark,
            kind=kind,
            at=arrival.at,
            # whom a machine speaks of has not written
            address=arrival.address if inbound is None or inbound.answer else "",
            everywhere=self.channel.keeps,
            **more,
        )

    def _note(self, tx: Transaction, arrival: Arrival, number: int, kind: str, text: str) -> None:
        key = f"nudge:{number}:{kind}:{arrivals.digest(f'{self.name} {arrival.mark}')[:16]}"
        touches.nudge(tx, number, key, kind, f"case {number}: {text}")


def keep_receipt(tx: Transaction, case: Case, touch: Touch, receipt: Receipt) -> None:
    """Keep what was heard of a touch; it proves that it left, whatever the ledger knew of it."""
    values: dict[str, Any] = {} if touch.sent_at else {"sent_at": receipt.at}
    if receipt.kind is ReceiptKind.ANSWERED:
        # a word counts from when it is heard: what was booked before it is stopped by it
        detail = {**receipt.detail, "written_at": receipt.at.isoformat()}
        receipt = replace(receipt, at=tx.now, detail=detail)
    if touch.state is TouchState.COMMITTING:
        told: dict[str, object] = {"told_by": receipt.kind.value}
        change_touch(tx, touch.number, "accept", facts=told, **values)
    if receipt.kind is ReceiptKind.BOUNCED:
        values["reason"] = bounce_reason(receipt)
    touches.receive(tx, touch.number, receipt, **values)
    state = touches.get(tx, touch.number).state
    opened = touch.kind in OPENING and state in ARRIVED and case.round == touch.round
    if opened and case.stage is Stage.APPROVED:
        facts: dict[str, object] = {"touch": touch.number, "kind": touch.kind}
        change_case(tx, case.number, "send", facts=facts)


def _kind(inbound: Inbound) -> str:
    return inbound.receipt.kind.value if inbound.receipt else "nothing"


def _words(arrival: Arrival) -> str:
    answer = arrival.inbound.answer if arrival.inbound else None
    return answer.text if answer else ""
