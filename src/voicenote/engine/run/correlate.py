"""Find the case that an arrival belongs to: by key, token, Message-ID; at last by the address.

A key, a token and a Message-ID are told only to whom a touch was sent. An address is what anybody
may write, and a customer may have two cases; so it counts only where it can mean but one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from voicenote.addresses import heard_at
from voicenote.delivery.inbound import Inbound, Polls
from voicenote.delivery.tokens import token
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings
from voicenote.followup.interpret import Way, never_left
from voicenote.ledger import arrivals, case_store, touches
from voicenote.ledger.store import Transaction
from voicenote.model.address import mark
from voicenote.model.case import Case, Stage
from voicenote.model.receipt import Answer, ReceiptKind, Verdict
from voicenote.model.touch import ARRIVED, Touch, TouchKind

#: A Message-ID that we make: the key of a touch, and a domain; and the key and that of a proof.
_OURS = re.compile(r"<c\d+r\d+-[a-z-]+-[0-9a-f]{12}@")
_PROOF = re.compile(r"<?proof-[0-9a-zA-Z-]+(@|$)")
#: A mailbox and this machine may differ by so much in the time.
_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The case that something belongs to, and by what it was found; or why none was.

    `ours`: it speaks of us, or of somebody we know, so that the owner should see it all the same.
    `candidates` are the cases of which it may be any.
    """

    way: Way | None = None
    case: Case | None = None
    touch: Touch | None = None
    stranger: bool = False
    ours: bool = False
    candidates: tuple[int, ...] = ()
    why: str = "it belongs to no case here"

    @property
    def concerned(self) -> tuple[int, ...]:
        """The numbers of all cases that it may be about."""
        return (self.case.number,) if self.case else self.candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The channel by which something came.

    `field` is the customer's column for it; `is_mailbox` as in `Polls`.
    """

    name: str
    field: str
    is_mailbox: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A matched case and its touch as the transaction sees them: they are decided on.

    `sent_to` is where the touch went, by the customer's addresses of now, "" where nobody can tell.
    `rerouted`: it goes by another way now than the one by which this came.
    """

    way: Way
    case: Case
    touch: Touch | None = None
    stranger: bool = False
    sent_to: str = ""
    rerouted: bool = False


def locate(ws: Workspace, tx: Transaction, source: Source, matched: Matched) -> Located | None:
    """Lock the case that was found, and return it as it is now; None where none was."""
    if matched.case is None or matched.way is None:
        return None
    case = case_store.locked(tx, matched.case.number)
    found = Located(way=matched.way, case=case, stranger=matched.stranger)
    if matched.touch is None:
        return found
    touch = touches.get(tx, matched.touch.number)
    return replace(
        found,
        touch=touch,
        sent_to=_address_of(ws, case, touch),
        rerouted=touch.channel != source.name and _field_of(ws, touch) != source.field,
    )


def _address_of(ws: Workspace, case: Case, touch: Touch) -> str:
    try:
        return ws.channel(touch.channel).address(case.customer)
    except BadSettings:
        return ""  # the channel that it went by is set up here no more


def _field_of(ws: Workspace, touch: Touch) -> str:
    """Return the customer's column for the channel of a touch; "" where it cannot be asked."""
    try:
        channel: object = ws.channel(touch.channel)
    except BadSettings:
        return ""
    return channel.field if isinstance(channel, Polls) else ""


class Finder:
    """Finds cases for what comes by one channel; `kind` is that of the addresses it tells."""

    def __init__(self, channel: str, kind: str, own: str = "") -> None:
        """`own` is the owner's address; they answer only what they are sent as a customer."""
        self._channel = channel
        self._kind = kind
        self._own = self._mark(heard_at(kind, own))
        self._tokens: dict[str, str] | None = None

    def _mark(self, address: str) -> str:
        return mark(address, self._kind)

    def find(self, tx: Transaction, inbound: Inbound) -> Matched:
        """Return the case that `inbound` belongs to."""
        way, touch = self._touch(tx, inbound)
        if way is None or touch is None:
            return self._by_address(tx, inbound)
        case = case_store.get(tx, touch.case)
        if self._by_the_owner(inbound) and self._own not in case.customer.marks:
            return Matched(why="the owner has written it")
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

    def _key_of(self, tx: Transaction, mark: str) -> str:
        """Return the key that a token was made of; "" for none of ours."""
        if self._tokens is None or mark not in self._tokens:
            self._tokens = {token(key): key for key in arrivals.keys_sent(tx)}
        return self._tokens.get(mark, "")

    def _strange(self, tx: Transaction, inbound: Inbound, case: Case) -> bool:
        """Whether a person wrote who is another customer, and not that of the case.

        An address that nobody here has is the customer's second one, or of somebody close to them.
        """
        if inbound.answer is None or not inbound.address:
            return False
        if self._mark(inbound.address) in case.customer.marks:
            return False
        if inbound.answer.verdict is not Verdict.UNCLEAR:
            return True  # a button is in the chat of whom it was sent to, and nowhere else
        return bool(arrivals.cases_at(tx, self._mark(inbound.address)))

    def _by_the_owner(self, inbound: Inbound) -> bool:
        written = inbound.answer is not None and self._own != ""
        return written and self._mark(inbound.address) == self._own

    def _by_address(self, tx: Transaction, inbound: Inbound) -> Matched:
        """Find by the address alone what names nothing that we made, and gives back no letter."""
        if why := _not_by_address(inbound):
            return Matched(ours=True, why=why)
        found = arrivals.cases_at(tx, self._mark(inbound.address))
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
        touch = self._last(tx, case, inbound)
        return Matched(way=Way.ADDRESS, case=case, touch=touch, ours=True)

    def _too_early(self, tx: Transaction, case: Case, said: Answer) -> bool:
        """Whether it is of before the first touch: the complaint itself, read late."""
        left = [one.sent_at for one in touches.of_cases(tx, [case.number]) if one.sent_at]
        return bool(left) and said.at < min(left) - _SKEW

    def _last(self, tx: Transaction, case: Case, inbound: Inbound) -> Touch | None:
        """Return the newest touch that left by this channel; of a bounce, only where it is one."""
        booked = touches.of_cases(tx, [case.number])
        left = [
            touch
            for touch in booked
            if touch.channel == self._channel
            and touch.kind is not TouchKind.NUDGE
            and not never_left(touch)
        ]
        if inbound.receipt is None or inbound.receipt.kind is not ReceiptKind.BOUNCED:
            return left[-1] if left else None
        open_ = [touch for touch in left if touch.state in ARRIVED]
        return open_[0] if len(open_) == 1 else None


def _not_by_address(inbound: Inbound) -> str:
    """Return why an address may not tell the case, though it may be known; "" where it may."""
    if any(_PROOF.match(one) for one in (*inbound.keys, *inbound.message_ids)):
        return "it speaks of a proof, which is nobody's answer"
    if inbound.keys or inbound.tokens or any(_OURS.match(one) for one in inbound.message_ids):
        return "it names a message that was never made here"
    bounced = inbound.receipt is not None and inbound.receipt.kind is ReceiptKind.BOUNCED
    return "it speaks of a letter that is not ours" if bounced and inbound.message_ids else ""
