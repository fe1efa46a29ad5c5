"""Consent: whether we may write to a customer. Invite links, opting out, and holding in doubt."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from voicenote import addresses
from voicenote.delivery.inbound import Invites
from voicenote.delivery.tokens import is_token, token
from voicenote.engine.case.decisions import cancel_waiting
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo, WrongUse, short
from voicenote.ledger import (
    arrivals,
    case_store,
    customer_store,
    doubts,
    kept_arrivals,
    optouts,
    touches,
)
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.touch import Touch, TouchKind, TouchState
from voicenote.schedule.book import resume
from voicenote.unicode_forms import normal

TO_READ = "somebody has to read what the customer wrote"
#: Why a message waits because of another one that fits nobody.
UNPLACED = "somebody has to read a message that may be from this customer"
#: Too few digits for a telephone, perhaps as a spreadsheet writes them.
_SHORT = re.compile(r"(\d{1,6})(?:\.0+)?")
#: The most digits that fit the database's integer; a longer number is no case.
_LONGEST = 9


@dataclass(frozen=True, slots=True)
class OptedOut:
    """Who was opted out: the cases, each with its customer's name; and what was kept.

    `kept` are the addresses as they were read, for later imports; empty when a case was named.
    `unsure` says who else may have been meant, and what to do then. `already`: all of them had
    opted out before.
    """

    cases: tuple[tuple[int, str], ...]
    cancelled: int
    kept: tuple[str, ...] = ()
    unsure: str = ""
    already: bool = False


def opt_out(ws: Workspace, customer: str) -> OptedOut:
    """Opt out a customer, so no message is sent to them again.

    `customer` is the number of one of their cases, the token of a message to them, or one of their
    addresses, known here or not. A number that is a case here means that case. An address may be
    read in several ways; every known customer it fits is opted out. Raises WrongUse for anything
    else.
    """
    owner = ws.settings.owner
    region = addresses.region_of(owner.time_zone, owner.language)
    if is_token(customer.strip().lower()):  # the customer has pressed it: nobody takes that back
        ws.ledger.stop_recording()
    with ws.ledger.write() as tx:
        case = _case(tx, customer)
        if case is not None:
            already = optouts.has_opted_out(tx, case.number)
            cancelled = opt_out_in(tx, case)
            unsure = _also(tx, case, customer, region)
            who = ((case.number, case.customer.name),)
            return OptedOut(who, cancelled, unsure=unsure, already=already)
        return _by_address(tx, customer, region)


def _case(tx: Transaction, customer: str) -> Case | None:
    """Return the case that a number, or the token of a message, names; None for neither."""
    text = customer.strip()
    number: int | None = None
    if text.isdecimal() and len(text) <= _LONGEST:
        number = int(text)
    elif is_token(mark := text.lower()):
        keys = arrivals.keys_sent(tx)
        touch = next((arrivals.touch_by_key(tx, key) for key in keys if token(key) == mark), None)
        number = touch.case if touch else None
    if number is None or number not in case_store.load(tx, [number]):
        return None
    return case_store.locked(tx, number)


def _also(tx: Transaction, case: Case, customer: str, region: str) -> str:
    """Return who else a case's number may mean (a Telegram chat, a telephone), or ""."""
    try:
        read = addresses.read_addresses(customer, region, customer_store.find_kinds(tx))
    except BadData:
        return ""
    others = set(optouts.cases_of(tx, [one.mark for one in read]))
    others = {number for number in others if case_store.get(tx, number).customer != case.customer}
    if not others:
        return ""
    who = ", ".join(
        f"{case_store.get(tx, number).customer.name} (case {number})" for number in others
    )
    return (
        f"{customer} is also an address of {who}, who was not opted out; if you mean them: "
        f"voicenote opt-out {min(others)}"
    )


def _by_address(tx: Transaction, customer: str, region: str) -> OptedOut:
    home = addresses.at_home(customer)
    try:
        read = addresses.read_addresses(customer, region, customer_store.find_kinds(tx))
    except BadData as error:
        read = ()
        if not home:  # digits that may be a telephone number in some country count as one
            raise _nobody(customer, error) from None
    marks = [one.mark for one in read]
    numbers = {*optouts.cases_of(tx, marks), *optouts.cases_at_home(tx, home)}
    meant = list(case_store.load(tx, sorted(numbers)).values())
    if not meant and (found := _SHORT.fullmatch(normal(customer, "NFKC").strip())):
        raise WrongUse(
            f"there is no case {found[1]}", f"a Telegram id is written telegram:{found[1]}"
        )
    already = bool(meant) and numbers == optouts.find_gone(tx, sorted(numbers))
    persons = {case.customer: case.number for case in meant}  # one case of each is enough
    cancelled = sum(opt_out_in(tx, case_store.locked(tx, one)) for one in persons.values())
    cancelled += sum(opt_out_in(tx, None, mark) for mark in marks)
    if not meant:
        optouts.opt_out_home(tx, home)
    kept = tuple(one.value for one in read) or (customer.strip(),)
    return OptedOut(
        tuple((c.number, c.customer.name) for c in meant), cancelled, kept, already=already
    )


def _nobody(customer: str, error: BadData) -> WrongUse:
    """Return the error for a name that is neither a case nor an address."""
    text, case = customer.strip(), "give the number of one of their cases"
    if text.isdecimal():
        return WrongUse(f"there is no case {text}", f"{case}, or {error.advice}")
    if "@" in text[1:]:
        why = f"{error.advice[:1].lower()}{error.advice[1:]}"
        what = f"{short(text)} isn't an email address: {why}"
        return WrongUse(what, f"correct it, or {case}")
    if text.startswith("@"):
        return WrongUse(f"{short(text)} isn't a Telegram name", f"{error.advice}, or {case}")
    return WrongUse(f"{short(text)} isn't an address, nor a case", f"{case}, or {error.advice}")


def opt_out_in(tx: Transaction, case: Case | None, *addresses_: str) -> int:
    """Opt out the customer of a case, addresses (marks), or both; return how many are cancelled."""
    numbers: set[int] = set()
    if case is not None:
        optouts.opt_out(tx, case)
        numbers |= {case.number, *optouts.cases_of(tx, case.customer.marks)}
    for one in filter(None, addresses_):
        numbers |= set(optouts.opt_out_address(tx, one))
    return sum(cancel_waiting(tx, number, "the customer opted out") for number in sorted(numbers))


def hold_in(
    tx: Transaction, numbers: Collection[int], channel: str = "", reason: str = TO_READ
) -> int:
    """Hold waiting messages to the customers of these cases, in all their cases; return how many.

    For when a customer may have said something that only a person can judge. With `channel`, only
    what goes by it. Nudges to the owner go on. `reason` is TO_READ or UNPLACED; the first outlives
    the second, so a question of their own isn't settled by a look at somebody else's message.
    """
    held: set[int] = set()
    for some in case_store.chunks(sorted(set(numbers))):
        theirs = [
            touch
            for touch in touches.of_cases(tx, optouts.cases_beside(tx, some))
            if touch.kind is not TouchKind.NUDGE and channel in ("", touch.channel)
        ]
        due = [one for one in theirs if one.state is TouchState.DUE]
        touches.change_touches(
            tx, "hold", [(one, {"reason": reason}) for one in due], {"reason": reason}
        )
        held.update(one.number for one in due)
        if reason == TO_READ:
            for touch in theirs:
                if touch.state is TouchState.HELD and touch.reason == UNPLACED:
                    touches.note(tx, touch.number, reason)
    return len(held)


def let_go(ws: Workspace, arrival: int) -> tuple[int, ...]:
    """Put an unmatched arrival away, and let messages go on that it holds; return the cases.

    What another arrival holds too, or what became due meanwhile by other reasons, stays held.
    Raises WrongUse when there is no such message, or it waits for nobody any more.
    """
    with ws.ledger.write() as tx:
        kept = kept_arrivals.get(tx, arrival)
        if kept.kind != arrivals.UNMATCHED or kept.settled_at is not None:
            done = f"belongs to case {kept.case}" if kept.case else "was put away"
            raise WrongUse(
                f"message {arrival} {done} already", "see: voicenote receive --unmatched"
            )
        held = let_go_in(ws, tx, arrival)
        arrivals.mark_shown(tx, [arrival])
        kept_arrivals.settle(tx, arrival)
    return held


def let_go_in(ws: Workspace, tx: Transaction, arrival: int) -> tuple[int, ...]:
    """Let messages go on that an arrival holds, as `let_go` does; return the cases, if any."""
    held = doubts.cases_by_arrival(tx).get(arrival, ())
    for some in case_store.chunks(doubts.settle(tx, arrival=arrival)):
        waiting: dict[int, list[Touch]] = {}
        for touch in touches.of_cases(tx, some):
            if touch.state is TouchState.HELD and touch.reason == UNPLACED:
                waiting.setdefault(touch.case, []).append(touch)
        moved: list[tuple[Touch, dict[str, object]]] = []
        for case in case_store.load(tx, sorted(waiting)).values():
            mine = [one for one in waiting[case.number] if one.round == case.round]
            times = resume([t.planned for t in mine], ws.hours_of(case), ws.owner_hours, tx.now)
            moved += [
                (touch, {"due_at": new.due_at, "too_late_at": new.too_late_at, "reason": ""})
                for touch, new in zip(mine, times, strict=True)
            ]
        touches.change_touches(tx, "resume", moved)
    return held


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link for the customer of a case; whoever opens it is taken for that customer, once."""

    case: int
    customer: str
    channel: str
    link: str


def invite(ws: Workspace, name: str, number: int) -> Invitation:
    """Make a link with which a case's customer joins a channel; an older one stops working.

    It carries a random secret, of which only the hash is kept. Raises WrongUse for a channel that
    nobody has to join, RuleSaysNo for a customer who opted out, and Postponed when the channel
    can't be reached.
    """
    channel: object = ws.channel(name)
    if not isinstance(channel, Invites):
        raise WrongUse(f"nobody needs an invitation for {name!r}", "see: voicenote channels")
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        gone = optouts.has_opted_out(tx, number)
    if gone:
        raise RuleSaysNo(
            f"{case.customer.name} wants no more messages", "don't write to them again"
        )
    secret = ws.new_id()
    link = channel.make_link(secret)
    with ws.ledger.write() as tx:
        arrivals.make_link(tx, name, number, secret)
    return Invitation(number, case.customer.name, name, link)
