"""Giving an unmatched arrival to the case that a person says it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicenote.delivery.inbound import Arrival, Polls
from voicenote.engine.case.consent import let_go_in
from voicenote.engine.run.apply_arrival import ArrivalWriter
from voicenote.engine.run.arrival_text import sent_to, without_ours
from voicenote.engine.run.correlate import Matched, Source, last_sent, locate
from voicenote.engine.run.interpret_arrival import interpret_arrival
from voicenote.engine.run.kept_arrival import (
    JOINED,
    REPORT,
    addresses_of,
    recall_arrival,
    what_it_was,
)
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.followup.interpret import Way
from voicenote.ledger import (
    arrivals,
    case_store,
    customer_store,
    kept_arrivals,
    match_history,
    touches,
)
from voicenote.ledger.arrivals import UNMATCHED
from voicenote.ledger.kept_arrivals import KeptArrival
from voicenote.ledger.match_history import Match
from voicenote.ledger.store import Transaction
from voicenote.model.address import Address
from voicenote.model.case import Case, Stage

_SEE = "see: voicenote receive --unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedByHand:
    """What became of message `message`: it is now the customer's of `case`, as `kind`.

    `learned` are the addresses that are the customer's from now on. `let_go` are the cases that it
    held until now. `notes` are what the owner should know; `more` the numbers of unmatched
    messages from the same address.
    """

    message: int
    case: int
    customer: str
    kind: str
    learned: tuple[str, ...]
    let_go: tuple[int, ...]
    notes: tuple[str, ...] = ()
    more: tuple[int, ...] = ()


def match_by_hand(
    ws: Workspace, message: int, number: int, *, anyway: bool = False
) -> MatchedByHand:
    """Make an unmatched message the answer, or the opt-out, of the customer of a case.

    All happens that would have happened if it had been recognised. The writer's address becomes one
    more of the customer's. Raises WrongUse for an unknown message or case, RuleSaysNo for one that
    is settled, a closed case, a machine's report, and for an address of another customer: with
    `anyway`, the words count and the address stays theirs.
    """
    with ws.ledger.write() as tx:
        kept = kept_arrivals.get(tx, message)
        case = case_store.locked(tx, number)
        _check(kept, case)
        source = _source_of(ws, kept)
        known = addresses_of(kept)
        sure = known[:1] if source.is_mailbox else known
        others = _others(tx, case, [source.mark(one) for one in sure])
        if others and not anyway:
            raise RuleSaysNo(
                f"{known[0]} is an address of {others}, not of {case.customer.name}",
                f"if {case.customer.name} wrote it, add --anyway: the address stays where it is",
            )
        begun = match_history.begin(tx, message)
        before, told = case.customer.addresses, touches.last_nudge(tx)
        let_go = let_go_in(ws, tx, message)
        if what_it_was(kept) == JOINED:
            kind = _join(tx, kept, case, source)
        else:
            arrivals.learn(tx, case, source.field, () if others else sure)
            kind = _apply(ws, tx, source, kept, number, theirs=not others)
        after = case_store.get(tx, number).customer.addresses
        learned = tuple(one for one in after if one not in before)
        match_history.finish(tx, begun, Match(message, number, kind, learned))
        return MatchedByHand(
            message=message,
            case=number,
            customer=case.customer.name,
            kind=kind,
            learned=tuple(one.value for one in learned),
            let_go=let_go,
            notes=tuple(text for _, text in touches.nudges_since(tx, told)),
            more=kept_arrivals.unmatched_from(tx, kept),
        )


def _check(kept: KeptArrival, case: Case) -> None:
    """Raise RuleSaysNo when a message can't be given to a case."""
    if kept.kind != UNMATCHED:
        if kept.case is None:
            raise RuleSaysNo(f"message {kept.number} is settled already", _SEE)
        raise RuleSaysNo(
            f"message {kept.number} belongs to case {kept.case} already",
            f"see: voicenote show {kept.case}; if you said so and it is wrong: voicenote undo",
        )
    by_hand = f'voicenote answer {case.number} --text "…"'
    if kept.settled_at is not None:
        raise RuleSaysNo(
            f"message {kept.number} was let go", f"if it was from case {case.number}: {by_hand}"
        )
    if what_it_was(kept) == REPORT:
        raise RuleSaysNo(
            f"message {kept.number} is a machine's report, not somebody's words",
            f"if you know what it means: voicenote show {case.number}",
        )
    if case.stage is Stage.CLOSED:
        raise RuleSaysNo(
            f"case {case.number} is closed",
            f"open it again: voicenote reopen {case.number}; if they want no more messages: "
            f"voicenote opt-out {case.number}",
        )


def _source_of(ws: Workspace, kept: KeptArrival) -> Source:
    """Return the channel of a message. Raises WrongUse when it can't receive any more."""
    channel: object = ws.channel(kept.channel)
    if not isinstance(channel, Polls):
        raise WrongUse(f"the channel {kept.channel!r} receives nothing", "see: voicenote channels")
    return Source(name=kept.channel, field=channel.field, is_mailbox=channel.is_mailbox)


def _others(tx: Transaction, case: Case, marks: Sequence[str]) -> str:
    """Return whose addresses these are, other than the case's customer's; or ""."""
    strangers = [one for one in marks if one not in case.customer.marks]
    owners = customer_store.find_owners(tx, strangers)
    names = {one.name for one in customer_store.read_customers(tx, owners).values()}
    return " and ".join(sorted(names))


def _join(tx: Transaction, kept: KeptArrival, case: Case, source: Source) -> str:
    """Add the address of someone who joined without a good link; return the kind."""
    kept_arrivals.give_to_case(tx, kept.number, JOINED, case.number)
    arrivals.join(tx, case, Address(source.field, addresses_of(kept)[0]))
    return JOINED


def _apply(
    ws: Workspace, tx: Transaction, source: Source, kept: KeptArrival, number: int, *, theirs: bool
) -> str:
    """Do with a message what is done with one that is recognised by its address.

    `theirs`: the address isn't another customer's, so an opt-out may count for it too.
    """
    arrival: Arrival = without_ours(recall_arrival(kept), sent_to(ws, tx, (number,)))
    if arrival.inbound and arrival.inbound.opt_out and not theirs:
        inbound = replace(arrival.inbound, address="", aliases=())
        arrival = replace(arrival, inbound=inbound, address="")
    case = case_store.get(tx, number)
    touch = last_sent(tx, source, case, arrival.inbound)
    matched = Matched(way=Way.ADDRESS, case=case, touch=touch, ours=True)
    located = locate(ws, tx, source, matched)
    writer = ArrivalWriter(ws, tx, source, arrival, kept.number)
    return writer.apply(interpret_arrival(source, arrival, matched, located))
