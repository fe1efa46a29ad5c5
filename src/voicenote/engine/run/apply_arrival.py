"""Applying an arrival: everything it changes goes into the transaction that keeps it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from voicenote.counting import count_of
from voicenote.delivery.inbound import Arrival
from voicenote.engine.case.closing import answer_in
from voicenote.engine.case.consent import UNPLACED, hold_in, opt_out_in
from voicenote.engine.case.decisions import decide_in
from voicenote.engine.case.routing import next_way
from voicenote.engine.clock_check import as_of
from voicenote.engine.run.correlate import Source, writer_marks
from voicenote.engine.run.interpret_arrival import (
    AddressOptOut,
    CaseNews,
    Outcome,
    SetApart,
    ask_about_opt_out,
    text_of,
)
from voicenote.engine.run.kept_arrival import note_heard
from voicenote.engine.workspace import Workspace
from voicenote.followup.decide import unwanted
from voicenote.followup.interpret import bounce_reason, quote_inline
from voicenote.ledger import (
    arrivals,
    attachments,
    attempts,
    case_store,
    customer_store,
    doubts,
    joined,
    kept_arrivals,
    touches,
)
from voicenote.ledger.arrivals import UNMATCHED, WRITTEN, Came
from voicenote.ledger.changes import change_case, change_touch
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.address import Address
from voicenote.model.case import Case, Stage
from voicenote.model.receipt import Receipt, ReceiptKind
from voicenote.model.touch import ARRIVED, OPENING, Touch, TouchKind, TouchState


@dataclass(frozen=True, slots=True)
class ArrivalWriter:
    """Writes one arrival and all its consequences in one transaction.

    `number` is that of an arrival which is kept already, as one that matches no case.
    """

    ws: Workspace
    tx: Transaction
    source: Source
    arrival: Arrival
    number: int = 0

    def apply(self, outcome: Outcome) -> str:
        """Carry out `outcome` and return its kind; "" when the arrival was already kept."""
        match outcome:
            case SetApart():
                return self._set_apart(outcome)
            case AddressOptOut():
                return self._opt_out_writer(outcome)
            case CaseNews():
                number = joined.lead_of(self.tx, outcome.located.case.number)
                if not self._keep(outcome.kind, case=number):
                    return ""
                if not outcome.located.stranger:
                    self._learn(outcome.located.case)
                self._change_case(outcome)
        return outcome.kind

    def join(self) -> str:
        """Add the address of someone who used an invite link of ours; return as `apply` does."""
        tx, arrival, name = self.tx, self.arrival, self.source.name
        if not self._keep("joined"):
            return ""
        number = arrivals.use_link(tx, name, arrival.join)
        if number is None:
            if arrivals.cases_at(tx, self.source.mark(arrival.address)):
                return ""  # they are known here, and pressed Start again
            what = "a link that is used up, or not of ours" if arrival.join else "no link"
            why = f"somebody has joined {name} with {what}; they are {arrival.address} there"
            again = replace(arrival, mark=f"{arrival.mark} joined")
            return replace(self, arrival=again).apply(SetApart(why=why))
        case = case_store.locked(tx, number)
        arrivals.join(tx, case, Address(self.source.field, arrival.address))
        called = f" (they are {arrival.sender} there)" if arrival.sender else ""
        self._note(number, "joined", f"{case.customer.name} can be reached by {name} now{called}")
        return "joined"

    def move(self) -> str:
        """Give a customer the addresses that they have from now on; return as `apply` does."""
        tx, inbound, name = self.tx, self.arrival.inbound, self.source.name
        if inbound is None:
            return ""
        cases = arrivals.cases_at(tx, *self.source.marks(inbound))
        people = customer_store.find_owners(tx, self.source.marks(inbound))
        new = [self.source.mark(one) for one in inbound.moved_to]
        if customer_store.find_owners(tx, new) - people:
            numbers = [case.number for case in (*cases, *arrivals.cases_at(tx, *new))]
            told = f"{name} says that {cases[0].customer.name} has another customer's address now"
            return self.apply(SetApart(why=told, hold=tuple(numbers), told=told))
        if not self._keep("moved", case=cases[0].number):
            return ""
        arrivals.move(tx, people, self.source.field, inbound.moved_to)
        for case in {case.customer.name: case for case in cases}.values():
            tx.tell("customer_moved", case.number, by=self.source.field)
            text = f"{case.customer.name} is {inbound.moved_to[0]} on {name} now"
            self._note(case.number, "moved", f"{text}; messages by {name} go there")
        return "moved"

    def _learn(self, case: Case | None = None) -> None:
        """Add the addresses that the channel says are the customer's too.

        They have the case; without one, they are the only customer who has any of the addresses.
        """
        inbound, tx = self.arrival.inbound, self.tx
        if inbound is None or self.source.is_mailbox:
            return
        marks = self.source.marks(inbound)
        if case is None and len(customer_store.find_owners(tx, marks)) == 1:
            case = next(iter(arrivals.cases_at(tx, *marks)), None)
        if case is not None:
            arrivals.learn(tx, case, self.source.field, (inbound.address, *inbound.aliases))

    def _set_apart(self, outcome: SetApart) -> str:
        if not self._keep(UNMATCHED, reason=outcome.why, text=text_of(self.arrival)):
            return ""
        self._learn()
        if outcome.hold:
            number = self._number()
            channel = self.source.name if outcome.here else ""
            doubts.add(self.tx, number, outcome.hold, channel)
            if hold_in(self.tx, outcome.hold, channel, UNPLACED):
                self._note(outcome.hold[0], "held", outcome.told)
        return UNMATCHED

    def _opt_out_writer(self, outcome: AddressOptOut) -> str:
        """Opt out a writer whose message fits no single case; return as `apply` does."""
        tx, writer = self.tx, self._writer()
        cases = arrivals.cases_at(tx, *writer)
        if not cases:
            kind = self._set_apart(outcome.nobody)
            if kind:
                opt_out_in(tx, None, *writer)
            return kind
        if not self._keep(outcome.kind, case=cases[0].number):
            return ""
        self._learn()
        count = opt_out_in(tx, None, *writer)
        ended = f"; {count_of(count, 'message')} cancelled" if count else ""
        for case in {case.customer.name: case for case in cases}.values():
            quoted = quote_inline(text_of(self.arrival))
            text = f"{case.customer.name} wants no more messages{quoted}{ended}"
            self._note(case.number, "opt-out", text)
        return outcome.kind

    def _change_case(self, news: CaseNews) -> None:
        tx, case, means = self.tx, news.located.case, news.meaning
        if means.receipt is not None and news.located.touch is not None:
            self._receive(case, news.located.touch, means.receipt, lost=means.lost)
        if gone := means.opt_out or means.opt_out_writer:  # first: it reopens nothing then
            self._opt_out(case, everywhere=means.opt_out)
        if means.answer is not None:
            answer = answer_in(self.ws, tx, case.number, means.answer)
            self._give_files(answer)
        if means.blocked:
            text = f"{case.customer.name} has blocked {self.source.name}: find another way to them"
            self._note(case.number, "blocked", text)
        elif means.answer is not None and not gone and joined.is_over(tx, case.number):
            text = f"{case.customer.name} has written again{quote_inline(text_of(self.arrival))}"
            self._note(joined.lead_of(tx, case.number), "answer", text)
        decide_in(self.ws, tx, [case.number])
        if news.may_opt_out:
            held = hold_in(tx, [case.number])
            self._note(case.number, "held", ask_about_opt_out(news, self.arrival, held))

    def _receive(self, case: Case, touch: Touch, receipt: Receipt, *, lost: bool) -> None:
        keep_receipt(self.tx, case, touch, receipt)
        if lost and (way := take_next_way(self.ws, self.tx, touch, receipt)):
            what, why = touch.kind.words, bounce_reason(receipt)
            text = f"the {what} to {case.customer.name} came back ({why}); it goes by {way} now"
            self._note(case.number, "bounced", text)

    def _opt_out(self, case: Case, *, everywhere: bool) -> None:
        """Opt out the customer of a case, or only the writer unless `everywhere`."""
        arrival = self.arrival
        count = opt_out_in(self.tx, case if everywhere else None, *self._writer())
        who = case.customer.name if everywhere else arrival.sender or arrival.address
        ended = f"; {count_of(count, 'message')} cancelled" if count else ""
        text = f"{who} wants no more messages{quote_inline(text_of(arrival))}{ended}"
        self._note(case.number, "opt-out", text)

    def _writer(self) -> tuple[str, ...]:
        """Return the marks of the addresses that are the writer's."""
        inbound = self.arrival.inbound
        if inbound is None:
            return (self.source.mark(self.arrival.address),)
        return writer_marks(self.tx, self.source, inbound)

    def _keep(self, kind: str, **more: Any) -> bool:
        """Keep the arrival; return False when it was already kept."""
        arrival, inbound = self.arrival, self.arrival.inbound
        if self.number:
            kept_arrivals.give_to_case(self.tx, self.number, kind, more["case"])
            return True
        if kind == UNMATCHED:
            more |= {"sender": arrival.sender, "subject": inbound.subject if inbound else ""}
            more |= {"heard": note_heard(arrival)}
        came = Came(
            channel=self.source.name,
            mark=arrival.mark,
            kind=kind,
            at=arrival.at,
            # a machine's report about someone doesn't mean that they wrote
            address=arrival.address if inbound is None or inbound.answer else "",
            everywhere=self.source.is_mailbox,
            **more,
        )
        kept = arrivals.keep(self.tx, came)
        if kept and kind in WRITTEN and inbound and inbound.files:
            attachments.offer(self.tx, self._number(), inbound.files)
        return kept

    def _give_files(self, answer: int) -> None:
        if self.number or (self.arrival.inbound and self.arrival.inbound.files):
            attachments.give_to_answer(self.tx, self._number(), answer)

    def _number(self) -> int:
        return self.number or arrivals.number_of(self.tx, self.source.name, self.arrival.mark)

    def _note(self, number: int, kind: str, text: str) -> None:
        once = arrivals.digest(f"{self.source.name} {self.arrival.mark}")[:16]
        key = f"nudge:{number}:{kind}:{once}"
        touches.nudge(self.tx, number, key, kind, f"case {number}: {text}")


def keep_receipt(tx: Transaction, case: Case, touch: Touch, receipt: Receipt) -> None:
    """Keep a receipt for a message. It proves the message was sent, whatever the ledger knew."""
    values: dict[str, Any] = {} if touch.sent_at else {"sent_at": receipt.at}
    if receipt.kind is ReceiptKind.ANSWERED:
        # an answer counts from when it is read: it stops whatever was booked before that
        detail = {**receipt.detail, "written_at": receipt.at.isoformat()}
        receipt = replace(receipt, at=tx.now, detail=detail)
    if touch.state is TouchState.COMMITTING:
        change_touch(tx, touch.number, "accept", facts={"told_by": receipt.kind.value}, **values)
    if receipt.kind is ReceiptKind.BOUNCED:
        values["reason"] = bounce_reason(receipt)
    touches.receive(tx, touch.number, receipt, **values)
    state = touches.get(tx, touch.number).state
    opened = touch.kind in OPENING and state in ARRIVED and case.round == touch.round
    if opened and case.stage is Stage.APPROVED:
        facts: dict[str, object] = {"touch": touch.number, "kind": touch.kind}
        change_case(tx, case.number, "send", facts=facts)


def take_next_way(ws: Workspace, tx: Transaction, touch: Touch, receipt: Receipt) -> str:
    """Move a bounced message that nobody received to its next channel; return it, or "".

    The next channel leads to another address and has neither refused nor bounced the message, so
    it never goes in circles. It is sent like any other, at a decent hour and within the limits.
    Without such a channel it stays bounced, for the owner to see. So does a message that is no
    longer wanted, would be too late, was sent again by a person, or has a held one in its case.
    """
    seen = snapshot(tx, touch.case, ws.zone_of)
    mine = (one for one in seen.touches if one.kind is not TouchKind.NUDGE)
    held = any(one.state is TouchState.HELD for one in mine)
    case, touch = case_store.get(tx, touch.case), touches.get(tx, touch.number)
    due, late = ws.hours_of(case).next(as_of(ws, tx)), touch.planned.too_late_at
    if (
        touch.state is not TouchState.BOUNCED
        or unwanted(seen, touch)
        or held
        or (late is not None and late < due)
        or not attempts.all_came_back(tx, touch)
    ):
        return ""
    way = next_way(ws, tx, case, touch)
    if way:
        why = bounce_reason(receipt)
        facts: dict[str, object] = {"reason": why, "from": touch.channel, "to": way}
        reason = f"{why}; it came back from {touch.channel}, so it goes by {way}"
        # its booking time stays, so an answer since then stops it
        change_touch(
            tx,
            touch.number,
            "reroute",
            facts={**facts, "bounced": True},
            channel=way,
            attempt=0,
            due_at=due,
            reason=reason,
        )
    return way
