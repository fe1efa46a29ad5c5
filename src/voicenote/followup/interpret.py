"""What an arrival means for its case. Pure.

A machine's report is about a message; a person's words are about the case. Only a person can
answer, and words alone never mean that it was put right: a button does, or the owner says so
after reading them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from voicenote.model.address import mark
from voicenote.model.case import Case
from voicenote.model.receipt import UNDELIVERED, Answer, Receipt, ReceiptKind, Verdict
from voicenote.model.touch import Touch, TouchState


class Way(StrEnum):
    """How an arrival was matched with its case, the surest first."""

    KEY = "key"
    TOKEN = "token"  # noqa: S105  a word, no secret
    MESSAGE = "message-id"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An arrival: a machine's report or a person's words.

    `says_more`: the words that opt out say something else too. `stranger`: the writer is surely
    not the customer of the matched case, but another customer, or
    someone who pressed a button in a chat that isn't theirs.
    """

    way: Way
    receipt: Receipt | None = None
    answer: Answer | None = None
    opt_out: bool = False
    says_more: bool = False
    stranger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What to do, all of it at once.

    `receipt` belongs to the message, `answer` to the case. `opt_out`: the customer of the case
    wants no more; `opt_out_writer`: only the writer. `blocked`: this channel no longer reaches
    them. `lost`: surely nobody received the message, so it may go by another channel. `apart`: why
    a person has to look at it first; then nothing else is done.
    """

    receipt: Receipt | None = None
    answer: Answer | None = None
    opt_out: bool = False
    opt_out_writer: bool = False
    blocked: bool = False
    lost: bool = False
    apart: str = ""


#: The states of a message that nobody can have seen, unless an earlier attempt sent it.
_QUOTED = 120  # characters of a quotation within a sentence
UNHEARD = frozenset(
    {
        *(TouchState.DUE, TouchState.HELD, TouchState.SENDING),
        *(TouchState.REFUSED, TouchState.SKIPPED, TouchState.CANCELLED),
    }
)


def meaning(heard: Heard, about: Case, touch: Touch | None, address: str = "") -> Meaning:
    """Return what `heard` means for a case.

    `touch` is the message it is about, if known, and `address` is where that was sent.
    """
    match heard.receipt:
        case None:
            return Meaning(opt_out=heard.opt_out and not heard.stranger)
        case Receipt(kind=ReceiptKind.ANSWERED):
            return _of_a_person(heard, about, touch)
        case Receipt(kind=ReceiptKind.REFUSED):
            return Meaning(blocked=True)
        case receipt:
            means = _of_a_machine(receipt, touch)
            if heard.opt_out:  # a person's words may look like a machine's
                writer = heard.stranger
                return Meaning(receipt=means.receipt, opt_out=not writer, opt_out_writer=writer)
            lost = touch is not None and surely_lost(heard, about, touch, address)
            return replace(means, lost=lost and not means.apart)


def _of_a_machine(receipt: Receipt, touch: Touch | None) -> Meaning:
    if receipt.kind is ReceiptKind.AUTO_REPLY:
        return Meaning(receipt=receipt if touch is not None else None)
    if touch is None:
        return Meaning(apart="it names no message that was sent")
    if never_left(touch):
        return Meaning(apart=f"it speaks of a {touch.kind.value} that was never sent")
    return Meaning(receipt=receipt)


def _of_a_person(heard: Heard, case: Case, touch: Touch | None) -> Meaning:
    if heard.stranger:
        if heard.opt_out:
            return Meaning(opt_out_writer=True)
        who = "another customer, or somebody in another chat,"
        return Meaning(apart=f"{who} answers what {case.customer.name} was sent")
    receipt = heard.receipt if touch is not None and not never_left(touch) else None
    answer, before = heard.answer, touch is not None and touch.round < case.round
    if before and answer and answer.verdict is Verdict.NOT_YET:
        answer = None  # it says nothing about the present round
    if heard.opt_out and answer and answer.verdict is Verdict.UNCLEAR and not heard.says_more:
        answer = None  # it only asks for no more messages
    return Meaning(receipt=receipt, opt_out=heard.opt_out, answer=answer)


def surely_lost(heard: Heard, about: Case, touch: Touch, address: str) -> bool:
    """Whether a bounce proves that `touch`, as it was before, reached nobody at `address`.

    Only then may it go by another channel automatically: an apology that comes twice is worse than
    one that a person sends later. Anyone can write about an address, so that proves nothing; only
    the recipient or a carrier knows the message itself. A message that was delivered or is
    uncertain is no proof either way, and an earlier round is over.
    """
    receipt = heard.receipt
    return (
        receipt is not None
        and receipt.kind is ReceiptKind.BOUNCED
        and heard.way is not Way.ADDRESS
        and touch.state is TouchState.ACCEPTED
        and touch.round == about.round
        and address != ""
        and mark(receipt.detail.get(UNDELIVERED, "")) == mark(address)
    )


def never_left(touch: Touch) -> bool:
    """Whether surely nobody can have seen `touch`, so a report about it is wrong or forged."""
    return touch.sent_at is None and touch.state in UNHEARD


def quote_inline(words: str) -> str:
    """Return someone's words to follow a sentence: `: "…"`, on one line; "" for none."""
    line = " ".join(words.split())
    return f': "{line[: _QUOTED - 1]}…"' if len(line) > _QUOTED else f': "{line}"' * bool(line)


def quote_answer(answer: Answer) -> str:
    """Return an answer's words as `quote_inline` does, then what was heard in its sounds."""
    heard = f", heard{quote_inline(answer.heard)}" if answer.heard else ""
    return quote_inline(answer.text) + heard


def bounce_reason(receipt: Receipt) -> str:
    """Return why something bounced, in one line: the status, then the words."""
    told = (receipt.detail.get(name, "") for name in ("status", "reason", "advice"))
    words = [" ".join(word.split()) for word in told]
    status, reason, advice = words
    if reason.startswith(status) or status in reason.split()[:2]:
        status = ""
    return "; ".join(part for part in (f"{status} {reason}".strip(), advice) if part)[:300]
