"""Opt-outs: who wants no more messages, recorded by person and by hashed address.

A row is the hash of an address in its normal spelling (`WHOLE`). If only digits without a country
were given, it is the hash of those digits (`HOME`). Rows from before schema 0007 are hashes of what
was typed (`TYPED`). `recognise` matches the last two to customers when these are added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, insert, or_, select, update

from voicenote.addresses import home_of
from voicenote.ledger import customer_store, tables
from voicenote.ledger.customer_store import hash_address
from voicenote.ledger.list_params import list_param
from voicenote.ledger.store import Transaction
from voicenote.model.address import NUMBERS, mark, twins
from voicenote.model.case import Case, Customer

WHOLE, HOME, TYPED = "whole", "home", ""


def _select_gone(*which: ColumnElement[bool]) -> Select[Any]:
    """Return the query for cases whose customer opted out, or an address of theirs (`which`)."""
    people, theirs = tables.customers, tables.addresses
    by_address = exists().where(
        theirs.c.customer == tables.cases.c.customer,
        tables.optouts.c.address_sha256 == theirs.c.sha256,
        *which,
    )
    return (
        select(tables.cases.c.number)
        .join(people, people.c.number == tables.cases.c.customer)
        .where(tables.cases.c.number.in_(list_param("cases")))
        .where(people.c.opted_out_at.is_not(None) | by_address)
    )


_GONE = _select_gone()
#: Without those who only got the address afterwards.
_GONE_THEMSELVES = _select_gone(tables.optouts.c.at >= tables.addresses.c.since)
_OPTED_OUT = select(tables.optouts.c.address_sha256, tables.optouts.c.at).where(
    tables.optouts.c.address_sha256.in_(list_param("marks"))
)


def opt_out(tx: Transaction, case: Case) -> None:
    """Record that the customer of a case opted out.

    It is stored by hashed address, which outlives the person's data, and on the person, who may
    have no address.
    """
    people = tables.customers
    mine = select(tables.cases.c.customer).where(tables.cases.c.number == case.number)
    person = people.c.number == mine.scalar_subquery()
    tx.connection.execute(update(people).where(person).values(opted_out_at=tx.now))
    _keep(tx, case.customer.marks, WHOLE)
    tx.tell("customer_opted_out", case.number)


def opt_out_address(tx: Transaction, address: str) -> list[int]:
    """Record that whoever has this address opted out; return their cases."""
    if _keep(tx, [mark(address)], WHOLE):
        tx.tell("customer_opted_out")
    else:  # said once more, maybe by another person, who has had the address only since then
        table = tables.optouts
        again = table.c.address_sha256 == hash_address(mark(address))
        tx.connection.execute(update(table).where(again).values(at=tx.now))
    return cases_of(tx, [mark(address)])


def opt_out_home(tx: Transaction, digits: Iterable[str]) -> None:
    """Record an opt-out by digits without a country, for customers who are added later.

    `digits` come from `addresses.at_home`.
    """
    if _keep(tx, [_home(one) for one in digits], HOME):
        tx.tell("customer_opted_out")


def _home(digits: str) -> str:
    return f"home:{digits}"


def _keep(tx: Transaction, marks: Iterable[str], form: str, at: datetime | None = None) -> int:
    """Add the hashes that aren't there yet, as of now unless `at`; return how many."""
    table = tables.optouts
    digests = sorted({hash_address(one) for one in marks})
    known = _known_digests(tx, digests)
    fresh = [
        {"address_sha256": d, "at": at or tx.now, "form": form} for d in digests if d not in known
    ]
    if fresh:
        tx.connection.execute(insert(table), fresh)
    return len(fresh)


def _known_digests(tx: Transaction, digests: Iterable[str]) -> dict[str, datetime]:
    """Return when each of these hashes opted out, if it did."""
    asked = {"marks": sorted(digests)}
    found = tx.connection.execute(_OPTED_OUT, asked) if asked["marks"] else ()
    return {row.address_sha256: row.at for row in found}


def recognise(tx: Transaction, people: Sequence[tuple[int, Customer]]) -> None:
    """Opt out those of `people`, new or with new addresses, whom an earlier opt-out means."""
    forms = _forms(tx)
    if not forms:
        return
    meant = {
        number: {hash_address(one) for one in _spellings(customer, forms)}
        for number, customer in people
    }
    known = _known_digests(tx, set().union(*meant.values()))
    gone = [number for number, marks in meant.items() if marks & known.keys()]
    if gone:
        one = tables.customers.c.number.in_(gone) & tables.customers.c.opted_out_at.is_(None)
        tx.connection.execute(update(tables.customers).where(one).values(opted_out_at=tx.now))
        _keep(
            tx,
            [m for number, who in people if number in gone for m in map(mark, _numbers(who))],
            WHOLE,
        )


def recognise_addresses(tx: Transaction, customer: Customer) -> None:
    """Record under the customer's very addresses what an earlier opt-out means by them.

    For addresses that a person typed, perhaps wrongly: the opt-out goes with the address.
    """
    for one in customer.addresses if (forms := _forms(tx)) else ():
        alone = replace(customer, addresses=(one,))
        known = _known_digests(tx, map(hash_address, _spellings(alone, forms)))
        if known:
            _keep(tx, [one.mark], WHOLE, min(known.values()))


def _forms(tx: Transaction) -> set[str]:
    """Return the forms of the opt-outs that are there."""
    return set(tx.connection.execute(select(tables.optouts.c.form).distinct()).scalars())


def _numbers(customer: Customer) -> list[str]:
    return [one.value for one in customer.addresses if one.kind in NUMBERS]


def _spellings(customer: Customer, forms: Collection[str]) -> set[str]:
    """Return the spellings under which a customer may have opted out, for these forms of row.

    Guessing what was typed is slow, so it is only done when there are such rows.
    """
    # before schema 0010 each of two numbers of one telephone had a hash of its own
    found = {twin for one in customer.marks for twin in (one, *twins(one))}
    if TYPED in forms:
        found |= {typed for one in tuple(found) for typed in typed_as(one)}
    if HOME in forms:
        found |= {_home(home_of(one)) for one in _numbers(customer)}
    return found


def typed_as(address: str) -> set[str]:
    """Return the spellings of an address as a person may have typed it before schema 0007."""
    if "@" in address[1:]:
        return {address, f"<{address}>", f"mailto:{address}", f"{address}."}
    if not address.startswith("+"):
        return {address}
    import phonenumbers
    from phonenumbers import PhoneNumberFormat as Form

    try:
        parsed = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return {address}
    forms = (Form.INTERNATIONAL, Form.NATIONAL)
    said = {address, home_of(address), *(phonenumbers.format_number(parsed, f) for f in forms)}
    for sign in " -()/":
        said |= {one.replace(sign, "") for one in said} | {one.replace("-", " ") for one in said}
    said |= {f"+{parsed.country_code} {home_of(address)}"}
    abroad = {one.removeprefix("+") for one in said if one.startswith("+")}
    return said | abroad | {f"00{one}" for one in abroad} | {f"00 {one}" for one in abroad}


def cases_of(tx: Transaction, marks: Iterable[str]) -> list[int]:
    """Return the cases of whoever has one of these addresses (as marks), in order."""
    case = tables.cases
    owners = customer_store.select_owners(tx, marks)
    query = select(case.c.number).where(case.c.customer.in_(owners)).order_by(case.c.number)
    return list(tx.connection.execute(query).scalars())


def cases_beside(tx: Transaction, numbers: Sequence[int]) -> list[int]:
    """Return these cases, and those of whoever has an address of their customers; in order."""
    cases, mine, same = tables.cases, tables.addresses.alias(), tables.addresses.alias()
    theirs = select(cases.c.customer).where(cases.c.number.in_(numbers))
    owners = select(same.c.customer).join(mine, mine.c.sha256 == same.c.sha256)
    owners = owners.where(mine.c.customer.in_(theirs))
    found = select(cases.c.number).where(cases.c.customer.in_(owners))
    return sorted({*numbers, *tx.connection.execute(found).scalars()})


def cases_at_home(tx: Transaction, digits: Iterable[str]) -> list[int]:
    """Return the cases of whoever has a number with these digits at home (without a country)."""
    table, wanted = tables.addresses, set(digits)
    if not wanted:
        return []
    ends = {one[-5:] for one in wanted}
    like = or_(*(table.c.value.like(f"%{end}") for end in ends))
    query = select(tables.cases.c.number, table.c.value)
    query = query.join(table, table.c.customer == tables.cases.c.customer)
    found = tx.connection.execute(query.where(table.c.kind.in_(NUMBERS), like))
    return sorted({number for number, value in found if home_of(value) in wanted})


def find_gone(tx: Transaction, numbers: Sequence[int]) -> set[int]:
    """Return those of these cases whose customer, or one of their addresses, opted out."""
    return set(tx.connection.execute(_GONE, {"cases": list(numbers)}).scalars())


def is_gone_themselves(tx: Transaction, case: int) -> bool:
    """Return whether the customer of a case opted out, whatever address they get.

    An address that they only have since it opted out says nothing about them: it may be mistyped.
    """
    return tx.connection.execute(_GONE_THEMSELVES, {"cases": [case]}).first() is not None


def has_opted_out(tx: Transaction, case: int) -> bool:
    """Return whether the customer of a case, or one of their addresses, opted out."""
    return bool(find_gone(tx, [case]))
