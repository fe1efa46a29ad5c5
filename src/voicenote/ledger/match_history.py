"""Messages that a person gave to a case: what that changed, read from the history to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select

from voicenote.ledger import attachments, customer_store, signs, tables
from voicenote.ledger.customer_store import hash_address
from voicenote.ledger.standing import UNDONE, is_standing
from voicenote.ledger.store import Transaction
from voicenote.model.address import Address

_MATCHED, _UNDONE = "arrival_matched", "match_undone"
#: What may follow in the history without changing a case.
_HARMLESS = ("owner_nudged", "arrival_unmatched", _UNDONE, UNDONE)


class Match(NamedTuple):
    """A message that was given to a case, as `kind`. `learned` are new addresses."""

    message: int
    case: int
    kind: str
    learned: Sequence[Address]


class Line(NamedTuple):
    """One line of the history."""

    number: int
    case: int | None
    event: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Before:
    """The newest rows before a match, and what the message held: (case, channel)."""

    history: int
    answers: int
    receipts: int
    held: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class PastMatch:
    """The newest match that was not undone, and what the history says of it and since."""

    number: int
    case: int
    facts: dict[str, Any]
    lines: list[Line]
    since: list[Line]


def begin(tx: Transaction, message: int) -> Before:
    """Return what is there before a message is given to a case."""
    doubts = tables.doubts.c
    held = select(doubts.case, doubts.channel).where(doubts.arrival == message)
    return Before(
        tx.newest(tables.history),
        tx.newest(tables.answers),
        tx.newest(tables.receipts),
        [(row[0], row[1]) for row in tx.connection.execute(held)],
    )


def finish(tx: Transaction, before: Before, match: Match) -> None:
    """Record in the history that a person has decided whose a message is."""
    tx.tell(
        _MATCHED,
        match.case,
        arrival=match.message,
        kind=match.kind,
        after=before.history,
        answers=before.answers,
        receipts=before.receipts,
        held=before.held,
        learned=[hash_address(one.mark) for one in match.learned],
    )


def last_match(tx: Transaction, after: int) -> PastMatch | None:
    """Return the newest match later than line `after` that was not undone, or None."""
    table = tables.history.c
    columns = select(table.number, table.case, table.event, table.facts)
    undone = {
        facts["match"]
        for facts in tx.connection.execute(
            select(table.facts).where(table.event == _UNDONE)
        ).scalars()
    }
    matches = columns.where(table.event == _MATCHED, table.number > after)
    found = [Line(*row) for row in tx.connection.execute(matches.order_by(table.number.desc()))]
    line = next((one for one in found if one.number not in undone), None)
    if line is None or line.case is None:
        return None
    person = select(tables.cases.c.customer).where(tables.cases.c.number == line.case)
    theirs = select(tables.cases.c.number).where(
        tables.cases.c.customer == person.scalar_subquery()
    )
    mine = columns.where(table.number > line.facts["after"], table.case.in_(theirs), is_standing())
    every = [Line(*row) for row in tx.connection.execute(mine.order_by(table.number))]
    return PastMatch(
        number=line.number,
        case=line.case,
        facts=line.facts,
        lines=[one for one in every if one.number < line.number],
        since=[one for one in every if one.number > line.number and one.event not in _HARMLESS],
    )


def forget_answer(tx: Transaction, past: PastMatch) -> str:
    """Delete the answer and the receipt that a match made; return the words."""
    answers, receipts = tables.answers, tables.receipts
    mine = (answers.c.case == past.case) & (answers.c.number > past.facts["answers"])
    text = tx.connection.execute(select(answers.c.text).where(mine)).scalar()
    attachments.leave_answer(tx, past.facts["arrival"])
    tx.connection.execute(delete(answers).where(mine))
    touches = {one.facts["touch"] for one in past.lines if "touch" in one.facts}
    new = (receipts.c.number > past.facts["receipts"]) & receipts.c.touch.in_(touches)
    tx.connection.execute(delete(receipts).where(new))
    return str(text or "")


def forget_learned(tx: Transaction, past: PastMatch) -> None:
    """Take the addresses from the customer that a match has given them."""
    addresses, cases = tables.addresses, tables.cases
    query = select(cases.c.customer).where(cases.c.number == past.case)
    person = tx.connection.execute(query).scalar_one()
    mine = (addresses.c.customer == person) & addresses.c.sha256.in_(past.facts["learned"])
    tx.connection.execute(delete(addresses).where(mine))
    signs.renew_signs(tx, person, customer_store.read_customer(tx, person))


def doubt_again(tx: Transaction, past: PastMatch) -> None:
    """Let the message hold again what it held."""
    values = [
        {"arrival": past.facts["arrival"], "case": case, "channel": channel}
        for case, channel in past.facts["held"]
    ]
    if values:
        tx.connection.execute(insert(tables.doubts), values)


def note_undone(tx: Transaction, past: PastMatch) -> None:
    """Record that a match was undone, so it isn't undone twice."""
    tx.tell(_UNDONE, past.case, match=past.number, arrival=past.facts["arrival"])
