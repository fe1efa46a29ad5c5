"""Incoming messages, each kept once; reading positions of channels; links to join a channel."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update

from voicenote.ledger import case_store, customer_store, doubts, optouts, rows, tables, touches
from voicenote.ledger.list_params import list_param
from voicenote.ledger.store import Transaction
from voicenote.model.address import Address, field_of, mark
from voicenote.model.attachment import FileView
from voicenote.model.case import Case, Stage
from voicenote.model.touch import Touch

#: The kind of an arrival that doesn't match a case: it is kept, and shown to the owner.
UNMATCHED = "unmatched"
#: The kinds of arrivals that a person wrote; machines sent all others.
WRITTEN = ("answered", "opt-out", UNMATCHED)

_LAST = (
    select(tables.arrivals.c.address, func.max(tables.arrivals.c.at))
    .where(
        tables.arrivals.c.channel == bindparam("by"),
        tables.arrivals.c.address.in_(list_param("marks")),
        tables.arrivals.c.kind.in_(WRITTEN),
    )
    .group_by(tables.arrivals.c.address)
)


def digest(text: str) -> str:
    """Return the SHA-256 that is kept instead of a mark, an address or a link's secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def place(tx: Transaction, channel: str) -> str:
    """Return the position up to which a channel was read, in its own format; "" if it never was."""
    table = tables.places
    found = tx.connection.execute(select(table.c.place).where(table.c.channel == channel)).scalar()
    return str(found or "")


def advance(tx: Transaction, channel: str, to: str) -> None:
    """Store the position up to which a channel was read; an empty `to` changes nothing."""
    if to:
        tx.put(tables.places, {"channel": channel}, place=to, at=tx.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One incoming message or report. `mark` and `address` are plain here, hashed in the ledger.

    `at` is when it was written or happened. `case` is None when it doesn't match one; then
    `reason` says why, `text` keeps the words, and `heard` what is needed to give it to a case
    later. `everywhere`: its mark is the same in every channel, like that of an email in a mailbox
    that two channels read.
    """

    channel: str
    mark: str
    kind: str
    at: datetime
    address: str = ""
    case: int | None = None
    sender: str = ""
    subject: str = ""
    text: str = ""
    reason: str = ""
    heard: Mapping[str, Any] = field(default_factory=dict)
    everywhere: bool = False


def keep(tx: Transaction, came: Came) -> bool:
    """Store an arrival; return False when it is already there and must not be handled again."""
    if is_kept(tx, came.channel, came.mark, everywhere=came.everywhere):
        return False
    table = tables.arrivals
    address = digest(mark(came.address)) if came.address else ""
    hashed = {"mark": digest(came.mark), "address": address}
    tx.connection.execute(insert(table).values(**rows.write(came, table) | hashed))
    if came.kind == UNMATCHED:
        tx.tell("arrival_unmatched", None, channel=came.channel, reason=came.reason)
    return True


def is_kept(tx: Transaction, channel: str, its_mark: str, *, everywhere: bool) -> bool:
    """Return whether an arrival is there, by this channel or, with `everywhere`, by any."""
    table = tables.arrivals
    same = table.c.mark == digest(its_mark)
    if not everywhere:
        same &= table.c.channel == channel
    return tx.connection.execute(select(table.c.number).where(same)).first() is not None


def written_by(tx: Transaction, channel: str, addresses: Sequence[str]) -> dict[str, datetime]:
    """Return when each of these addresses last wrote by a channel (UTC), matched to a case or not.

    Addresses that never wrote are left out.
    """
    marks = {address: digest(mark(address)) for address in addresses if address}
    if not marks:
        return {}
    asked = {"by": channel, "marks": sorted(set(marks.values()))}
    wrote = {row[0]: row[1] for row in tx.connection.execute(_LAST, asked)}
    return {address: wrote[one] for address, one in marks.items() if one in wrote}


@dataclass(frozen=True, slots=True)
class UnmatchedArrival:
    """An arrival that doesn't match a case, and why. `shown_at`: when the owner saw it. UTC.

    `held` are the cases that it may be about, `whom` their customers in words: what goes to them
    is held until a person has looked. `files` came with it.
    """

    number: int
    channel: str
    at: datetime
    sender: str
    subject: str
    text: str
    reason: str
    shown_at: datetime | None
    held: tuple[int, ...] = ()
    whom: str = ""
    files: tuple[FileView, ...] = ()


def unmatched(tx: Transaction, after: int = 0) -> list[UnmatchedArrival]:
    """Return the arrivals after number `after` that don't match a case, oldest first.

    Those that a person has put away are left out.
    """
    table, held = tables.arrivals, doubts.cases_by_arrival(tx)
    names = [one.name for one in fields(UnmatchedArrival) if one.name in table.c]
    query = select(*(table.c[name] for name in names))
    query = query.where(table.c.kind == UNMATCHED, table.c.number > after)
    query = query.where(table.c.settled_at.is_(None)).order_by(table.c.number)
    found = (UnmatchedArrival(*row) for row in tx.connection.execute(query))
    return [
        replace(one, held=(cases := held.get(one.number, ())), whom=doubts.names_of(tx, cases))
        for one in found
    ]


def number_of(tx: Transaction, channel: str, its_mark: str) -> int:
    """Return the number of the arrival with this mark, which is there."""
    table = tables.arrivals
    same = (table.c.mark == digest(its_mark)) & (table.c.channel == channel)
    return int(tx.connection.execute(select(table.c.number).where(same)).scalar_one())


def last(tx: Transaction) -> int:
    """Return the number of the newest arrival; 0 when there is none."""
    return tx.newest(tables.arrivals)


def waiting(tx: Transaction) -> list[int]:
    """Return the numbers of unmatched arrivals that hold nobody and wait for the owner.

    What a person wrote waits until it is put away or given to a case, a report until it is shown.
    """
    table = tables.arrivals
    query = select(table.c.number).where(table.c.kind == UNMATCHED, table.c.settled_at.is_(None))
    query = query.where(or_(table.c.shown_at.is_(None), table.c.address != ""))
    query = query.where(table.c.number.not_in(select(tables.doubts.c.arrival)))
    return list(tx.connection.execute(query.order_by(table.c.number)).scalars())


def mark_shown(tx: Transaction, numbers: Sequence[int]) -> None:
    """Record that the owner has been shown these arrivals."""
    table = tables.arrivals
    for chunk in case_store.chunks(numbers):
        where = table.c.number.in_(chunk) & table.c.shown_at.is_(None)
        tx.connection.execute(update(table).where(where).values(shown_at=tx.now))


def touch_by_key(tx: Transaction, key: str) -> Touch | None:
    """Return the message with this idempotency key, or None."""
    return _find_newest(tx, tables.touches.c.key == key)


def touch_by_message(tx: Transaction, identifier: str) -> Touch | None:
    """Return the newest message sent under this identifier, ours or the provider's; or None."""
    receipts = tables.receipts
    told = select(receipts.c.touch).where(receipts.c.provider_id == identifier)
    table = tables.touches
    return _find_newest(tx, or_(table.c.message_id == identifier, table.c.number.in_(told)))


def _find_newest(tx: Transaction, where: ColumnElement[bool]) -> Touch | None:
    return next(iter(touches.select_touches(tx, where, tables.touches.c.number.desc())), None)


def keys_sent(tx: Transaction) -> list[str]:
    """Return the keys of all messages that were ever tried, newest first."""
    table = tables.touches
    query = select(table.c.key).where(table.c.message_id != "").order_by(table.c.number.desc())
    return list(tx.connection.execute(query).scalars())


def cases_at(tx: Transaction, *marks: str) -> list[Case]:
    """Return the cases of whoever has one of these addresses (marks), of any kind."""
    wanted = [one for one in marks if one]
    numbers = optouts.cases_of(tx, wanted) if wanted else []
    return list(case_store.load(tx, numbers).values())


def is_strangers(tx: Transaction, address: str) -> bool:
    """Return whether no customer has this address (a mark) and nobody opted out with it."""
    gone = select(tables.optouts.c.at).where(tables.optouts.c.address_sha256 == digest(address))
    return not cases_at(tx, address) and tx.connection.execute(gone).first() is None


def first_day(tx: Transaction) -> datetime | None:
    """Return when the first case was added (UTC), or None. Nothing older can be an answer."""
    return tx.connection.execute(select(func.min(tables.cases.c.added_at))).scalar()


def make_link(tx: Transaction, channel: str, case: int, secret: str) -> None:
    """Store a link by which a case's customer may join a channel; their older unused links end."""
    table = tables.links
    older = (table.c.case == case) & (table.c.channel == channel) & table.c.used_at.is_(None)
    tx.connection.execute(
        update(table).where(older & table.c.ended_at.is_(None)).values(ended_at=tx.now)
    )
    values = {"digest": digest(secret), "channel": channel, "case": case, "made_at": tx.now}
    tx.connection.execute(insert(table).values(**values))
    tx.tell("link_made", case, channel=channel)


def use_link(tx: Transaction, channel: str, secret: str) -> int | None:
    """Use a link up and return its case; None when it is unknown, used or ended."""
    table = tables.links
    good = (table.c.digest == digest(secret)) & (table.c.channel == channel)
    good &= table.c.used_at.is_(None) & table.c.ended_at.is_(None)
    number = tx.connection.execute(select(table.c.case).where(good)).scalar()
    if number is None:
        return None
    done = tx.connection.execute(update(table).where(good).values(used_at=tx.now))
    return int(number) if done.rowcount == 1 else None


def join(tx: Transaction, case: Case, address: Address) -> None:
    """Add an address to the customer of a case, who has shown that it is theirs."""
    query = select(tables.cases.c.customer).where(tables.cases.c.number == case.number)
    number = tx.connection.execute(query).scalar_one()
    customer_store.give_addresses(tx, number, [address])
    optouts.recognise(tx, [(number, customer_store.read_customer(tx, number))])
    closed = {"closed": True} if case.stage is Stage.CLOSED else {}
    tx.tell("customer_joined", case.number, by=field_of(address.kind), **closed)


def learn(tx: Transaction, case: Case, kind: str, addresses: Sequence[str]) -> None:
    """Add addresses that a channel says are those of a case's customer, if nobody has them yet.

    They identify the customer from now on. Messages go on going to the number known before.
    """
    query = select(tables.cases.c.customer).where(tables.cases.c.number == case.number)
    number = tx.connection.execute(query).scalar_one()
    new = [Address(kind, one) for one in dict.fromkeys(addresses) if one]
    new = [one for one in new if not customer_store.find_owners(tx, [one.mark])]
    if not new:
        return
    before = case.customer.address(kind)
    kept = [one for one in case.customer.addresses if one.kind == kind and one.value == before]
    customer_store.give_addresses(tx, number, [*kept, *new])
    optouts.recognise(tx, [(number, customer_store.read_customer(tx, number))])
    tx.tell("address_learned", case.number, by=field_of(kind))


def move(tx: Transaction, customers: Collection[int], kind: str, addresses: Sequence[str]) -> None:
    """Add the addresses that customers have from now on; the first is the one to write to."""
    new = [Address(kind, one) for one in addresses]
    for number in sorted(customers):
        customer_store.give_addresses(tx, number, new)
        optouts.recognise(tx, [(number, customer_store.read_customer(tx, number))])
