"""What to do about an arrival, as one value: pure, once the case is known.

Every outcome names the kind under which the arrival is kept. One already kept does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicenote.counting import count_of
from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.delivery.opt_out_phrases import says_more
from voicenote.engine.run.correlate import Located, Matched, Source
from voicenote.followup.interpret import Heard, Meaning, meaning, quote_inline
from voicenote.ledger.arrivals import UNMATCHED
from voicenote.model.address import mark
from voicenote.model.case import Case
from voicenote.model.receipt import ReceiptKind

#: A stranger's letter that is longer and has an opt-out in it is somebody's circular.
_SHORT = 300
_RESUME = "voicenote plan N --resume"
_HELD = f"What waits for them is held until you let it go on ({_RESUME})"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetApart:
    """A person has to look at it: it is kept as unmatched, with the reason.

    `hold` lists the cases it may be about: messages to their customers are held until then, with
    `here` only those of its channel. `told` is what the owner reads about it.
    """

    why: str
    hold: tuple[int, ...] = ()
    told: str = ""
    here: bool = False
    kind: str = UNMATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressOptOut:
    """Someone whose message fits no single case wants no messages.

    `nobody` is what to do where no customer has their address.
    """

    nobody: SetApart
    kind: str = "opt-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNews:
    """News of a case. `may_opt_out`: they may want no more, so all is held and the owner asked."""

    kind: str
    located: Located
    meaning: Meaning
    may_opt_out: bool = False


Outcome = SetApart | AddressOptOut | CaseNews


def matters(source: Source, arrival: Arrival, matched: Matched) -> bool:
    """Whether it can change anything. Most of a mailbox's messages are not about us."""
    if arrival.joins or arrival.broken:
        return True
    inbound = arrival.inbound
    if inbound is not None and inbound.moved_to:
        return bool(matched.concerned)
    if inbound is None or not (inbound.receipt or inbound.opt_out or inbound.unread):
        return False
    if matched.case is not None:
        return True
    # the owner should see what fits no case, but a mailbox also holds unrelated messages
    machine = inbound.receipt is not None and inbound.receipt.kind is ReceiptKind.AUTO_REPLY
    if inbound.opt_out and (matched.likely or len(text_of(arrival)) <= _SHORT):
        return bool(matched.likely or inbound.answer) or matched.ours or not source.is_mailbox
    about_us = matched.ours or bool(matched.likely) or not source.is_mailbox
    return (inbound.opt_out or not machine) and about_us


def interpret_arrival(
    source: Source, arrival: Arrival, matched: Matched, located: Located | None
) -> Outcome:
    """Return what to do; `located` is the matched case as it is now, or None."""
    inbound = arrival.inbound
    if arrival.broken or inbound is None:
        return _unread(arrival, matched)
    if inbound.unread and not inbound.opt_out:  # a machine's: nobody waits for an answer
        about = f"case {located.case.number}: " if located else ""
        return SetApart(why=about + inbound.unread)
    if located is None:
        return _homeless(arrival, inbound, matched)
    heard = Heard(
        way=located.way,
        receipt=inbound.receipt,
        answer=inbound.answer,
        opt_out=inbound.opt_out,
        says_more=inbound.opt_out and inbound.answer is not None and says_more(inbound.answer.text),
        stranger=located.stranger,
    )
    case, touch = located.case, located.touch
    means = meaning(heard, case, touch, located.sent_to)
    by_person = inbound.receipt and inbound.receipt.kind in (
        ReceiptKind.ANSWERED,
        ReceiptKind.AUTO_REPLY,
    )
    if touch is not None and means.receipt and located.rerouted and not by_person:
        means = Meaning(apart=f"the {touch.kind.value} has gone another way since")
    if means.apart:
        return SetApart(why=f"case {case.number}: {means.apart}")
    kind = inbound.receipt.kind.value if inbound.receipt else "nothing"
    return CaseNews(
        kind="opt-out" if means.opt_out or means.opt_out_writer else kind,
        located=located,
        meaning=_name_writer(source, arrival, case, means),
        may_opt_out=inbound.may_opt_out and not means.opt_out,
    )


def _unread(arrival: Arrival, matched: Matched) -> SetApart:
    """Set apart what could not be read: it may say stop, so all it may concern is held."""
    told = f"{_who(arrival)} has written, and {arrival.broken}: read it yourself. {_HELD}"
    why = arrival.broken or "it tells nothing"
    return SetApart(why=why, hold=matched.concerned, told=told)


def _homeless(arrival: Arrival, inbound: Inbound, matched: Matched) -> Outcome:
    quoted = quote_inline(text_of(arrival))
    told = f"{_who(arrival)} has written{quoted}; {matched.why}. {_HELD}"
    hold = matched.candidates or matched.likely
    if inbound.opt_out:
        why = f"they want no more messages, and {matched.why}"
        return AddressOptOut(nobody=SetApart(why=why, hold=hold, told=told))
    if inbound.answer is None:
        return SetApart(why=matched.why)
    return SetApart(why=matched.why, hold=hold, told=told, here=not matched.candidates)


def _name_writer(source: Source, arrival: Arrival, case: Case, means: Meaning) -> Meaning:
    """Add the writer's address to an answer from an address that isn't the customer's.

    Only for mailboxes: elsewhere one person may have both a name and a number.
    """
    aliases = arrival.inbound.aliases if arrival.inbound else ()
    theirs = any(mark(one) in case.customer.marks for one in (arrival.address, *aliases))
    if means.answer is None or not source.is_mailbox or theirs:
        return means
    return replace(means, answer=replace(means.answer, writer=arrival.address))


def ask_about_opt_out(news: CaseNews, arrival: Arrival, held: int) -> str:
    """Return the question to the owner about a possible opt-out; `held` messages are held."""
    case = news.located.case
    return (
        f"{case.customer.name} may want no more messages{quote_inline(text_of(arrival))}; "
        f"{count_of(held, 'message')} held. If so: voicenote opt-out {case.number}; "
        f"if not: {_RESUME}"
    )


def text_of(arrival: Arrival) -> str:
    """Return what a person wrote; "" when nobody did."""
    answer = arrival.inbound.answer if arrival.inbound else None
    return answer.text if answer else ""


def _who(arrival: Arrival) -> str:
    return arrival.sender or arrival.address
