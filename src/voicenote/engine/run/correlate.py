"""Finding the case of an arrival: by key, token, Message-ID, and last by the address.

Only the recipient of a message knows its key, token and Message-ID. Anyone can write an address,
and a customer may have two cases, so an address counts only when it can mean just one case.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from voicenote.delivery.inbound import Inbound, Polls
from voicenote.delivery.tokens import token
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings
from voicenote.followup.interpret import Way, never_left
from voicenote.followup.likely import Person, find_likely
from voicenote.ledger import arrivals, case_store, signs, touches
from voicenote.ledger.store import Transaction
from voicenote.model.address import mark
from voicenote.model.case import Case, Stage
from voicenote.model.receipt import Answer, ReceiptKind, Verdict
from voicenote.model.touch import ARRIVED, Touch, TouchKind

#: A Message-ID of ours holds a message's key and a domain; a proof's holds the proof's key.
_OURS = re.compile(r"<c\d+r\d+-[a-z-]+-[0-9a-f]{12}@")
_PROOF = re.compile(r"<?proof-[0-9a-zA-Z-]+(@|$)")
_BY_OWNER = "the owner has written it"
#: How far a mailbox's clock and this machine's may differ.
_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The case that an arrival belongs to and how it was found, or why none was.

    `ours`: it is about us or someone we know, so the owner should see it even without a case.
    `candidates` are the cases it may be about; `likely` those of people who may have written it,
    where nobody has the writer's address.
    """

    way: Way | None = None
    case: Case | None = None
    touch: Touch | None = None
    stranger: bool = False
    ours: bool = False
    candidates: tuple[int, ...] = ()
    likely: tuple[int, ...] = ()
    why: str = "it belongs to no case here"

    @property
    def concerned(self) -> tuple[int, ...]:
        """The numbers of all cases that it may be about."""
        return (self.case.number,) if self.case else self.candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The channel that an arrival came by.

    `field` is the customer's column for it; `is_mailbox` is as in `Polls`.
    """

    name: str
    field: str
    is_mailbox: bool

    def mark(self, address: str) -> str:
        """Return the mark of an address in this channel."""
        return mark(address, self.field)

    def marks(self, inbound: Inbound) -> tuple[str, ...]:
        """Return the marks of a writer's addresses, the surest first."""
        return tuple(self.mark(one) for one in (inbound.address, *inbound.aliases) if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A matched case and its message as the transaction sees them, for deciding on.

    `sent_to` is the customer's current address on the message's channel, "" when it is unknown.
    `rerouted`: the message now goes by another channel than the one this came by.
    """

    way: Way
    case: Case
    touch: Touch | None = None
    stranger: bool = False
    sent_to: str = ""
    rerouted: bool = False


def locate(ws: Workspace, tx: Transaction, source: Source, matched: Matched) -> Located | None:
    """Lock the matched case and return it as it is now; None when no case was matched."""
    if matched.case is None or matched.way is None:
        return None
    case = case_store.locked(tx, matched.case.number)
    found = Located(way=matched.way, case=case, stranger=matched.stranger)
    if matched.touch is None:
        return found
    touch = touches.get(tx, matched.touch.number)
    sent_to = its_field = ""
    with suppress(BadSettings):  # its channel may no longer be set up here
        channel = ws.channel(touch.channel)
        its_field = channel.field if isinstance(channel, Polls) else ""
        sent_to = channel.address(case.customer)
    rerouted = touch.channel != source.name and its_field != source.field
    return replace(found, touch=touch, sent_to=sent_to, rerouted=rerouted)


@dataclass(slots=True)
class Finder:
    """Finds cases for the arrivals of one channel.

    `own` is the mark of the owner's address: owners only answer messages sent to them as a
    customer.
    """

    source: Source
    own: str = ""
    _tokens: dict[str, str] = field(default_factory=dict)

    def find(self, tx: Transaction, inbound: Inbound) -> Matched:
        """Return the case that `inbound` belongs to, or those of people whom it may be from."""
        found = self._find(tx, inbound)
        if found.case or found.candidates or found.why == _BY_OWNER or self._cases_at(tx, inbound):
            return found
        if not (inbound.opt_out or inbound.answer):
            return found
        addresses = (inbound.address, *inbound.aliases)
        likely = find_likely(
            inbound.sender,
            addresses,
            map(Person._make, signs.find_people(tx, inbound.sender, addresses)),
            partial(signs.cases_without_id, tx, self.source.name),
            opt_out=inbound.opt_out,
            # a mailbox holds unrelated letters too: a first name there is nobody's sign
            surely=self.source.is_mailbox and not (inbound.opt_out or found.ours),
        )
        return replace(found, likely=likely)

    def _find(self, tx: Transaction, inbound: Inbound) -> Matched:
        way, touch = self._touch(tx, inbound)
        if way is None or touch is None:
            return self._by_address(tx, inbound)
        case = case_store.get(tx, touch.case)
        by_owner = inbound.answer and self.own and self.source.mark(inbound.address) == self.own
        if by_owner and self.own not in case.customer.marks:
            return Matched(why=_BY_OWNER)
        stranger = self._strange(tx, inbound, case)
        return Matched(way=way, case=case, touch=touch, stranger=stranger, ours=True)

    def _touch(self, tx: Transaction, inbound: Inbound) -> tuple[Way | None, Touch | None]:
        for key in inbound.keys:
            if touch := arrivals.touch_by_key(tx, key):
                return Way.KEY, touch
        for one in inbound.tokens:
            if touch := arrivals.touch_by_key(tx, self._key_of(tx, one)):
                return Way.TOKEN, touch
        for identifier in inbound.message_ids:
            if touch := arrivals.touch_by_message(tx, identifier):
                return Way.MESSAGE, touch
        return None, None

    def _key_of(self, tx: Transaction, given: str) -> str:
        """Return the key that a token was made from; "" when it isn't ours."""
        if given not in self._tokens:
            self._tokens = {token(key): key for key in arrivals.keys_sent(tx)}
        return self._tokens.get(given, "")

    def _strange(self, tx: Transaction, inbound: Inbound, case: Case) -> bool:
        """Whether the writer is another customer than the case's.

        An address that no customer has is taken as the customer's own, or of someone close to them.
        """
        if inbound.answer is None or not inbound.address:
            return False
        if not case.customer.marks.isdisjoint(self.source.marks(inbound)):
            return False
        if inbound.answer.verdict is not Verdict.UNCLEAR:
            return True  # only the chat that it was sent to has the button
        return bool(self._cases_at(tx, inbound))

    def _cases_at(self, tx: Transaction, inbound: Inbound) -> list[Case]:
        """Return the cases of whoever has one of the writer's addresses.

        A mailbox's other addresses are only likely to be the writer's, so the first that somebody
        has is taken.
        """
        marks = self.source.marks(inbound)
        if not self.source.is_mailbox:
            return arrivals.cases_at(tx, *marks)
        return next((found for one in marks if (found := arrivals.cases_at(tx, one))), [])

    def _by_address(self, tx: Transaction, inbound: Inbound) -> Matched:
        """Find the case by the address alone, for an arrival that names no message of ours."""
        if why := _not_by_address(inbound):
            return Matched(ours=True, why=why)
        found = self._cases_at(tx, inbound)
        running = [case for case in found if case.stage is not Stage.CLOSED] or found
        if not running:
            return Matched(why="nobody here has that address")
        if len(running) > 1:
            numbers = ", ".join(str(case.number) for case in running[:10])
            return Matched(
                ours=True,
                candidates=tuple(case.number for case in running),
                why=f"it may be about any of the cases {numbers}",
            )
        case = running[0]
        if inbound.answer and not inbound.opt_out and self._too_early(tx, case, inbound.answer):
            may_stop = (case.number,) if inbound.may_opt_out else ()
            why = f"case {case.number}: it was written before anything was sent"
            return Matched(ours=bool(may_stop), candidates=may_stop, why=why)
        touch = last_sent(tx, self.source, case, inbound)
        return Matched(way=Way.ADDRESS, case=case, touch=touch, ours=True)

    def _too_early(self, tx: Transaction, case: Case, said: Answer) -> bool:
        """Whether it was written before the first message: the complaint itself, read late."""
        left = [one.sent_at for one in touches.of_cases(tx, [case.number]) if one.sent_at]
        return bool(left) and said.at < min(left) - _SKEW


def last_sent(tx: Transaction, source: Source, case: Case, inbound: Inbound | None) -> Touch | None:
    """Return the newest message sent by a channel; for a bounce, only if just one fits."""
    left = [
        touch
        for touch in touches.of_cases(tx, [case.number])
        if touch.channel == source.name
        and touch.kind is not TouchKind.NUDGE
        and not never_left(touch)
    ]
    receipt = inbound.receipt if inbound else None
    if receipt is None or receipt.kind is not ReceiptKind.BOUNCED:
        return left[-1] if left else None
    open_ = [touch for touch in left if touch.state in ARRIVED]
    return open_[0] if len(open_) == 1 else None


def writer_marks(tx: Transaction, source: Source, inbound: Inbound) -> tuple[str, ...]:
    """Return the marks of the addresses that are the writer's.

    Of the others that a letter names, such as its Reply-To, the first that a customer has is taken,
    as the letter is matched.
    """
    marks = source.marks(inbound)
    if not source.is_mailbox or not marks:
        return marks
    known = next((one for one in marks if arrivals.cases_at(tx, one)), marks[0])
    return tuple(dict.fromkeys((marks[0], known)))


def _not_by_address(inbound: Inbound) -> str:
    """Return why an address must not decide the case, though it may be known; "" when it may."""
    if any(_PROOF.match(one) for one in (*inbound.keys, *inbound.message_ids)):
        return "it speaks of a proof, which is nobody's answer"
    if inbound.keys or inbound.tokens or any(_OURS.match(one) for one in inbound.message_ids):
        return "it names a message that was never made here"
    bounced = inbound.receipt is not None and inbound.receipt.kind is ReceiptKind.BOUNCED
    return "it speaks of a letter that is not ours" if bounced and inbound.message_ids else ""
