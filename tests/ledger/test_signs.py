"""Whom a message may be from is found by an index, and is whom a look at everybody would find."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import MetaData, insert

from tests.ledger.test_store import of_release
from voicenote.followup.likely import Person, find_likely
from voicenote.ledger import arrivals, case_store, customer_store, match_history, signs, tables
from voicenote.ledger.changes import change_case
from voicenote.ledger.store import Ledger, open_ledger
from voicenote.model.address import Address, is_account_id
from voicenote.model.case import Complaint, Customer
from voicenote.model.likeness import signs_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST = ("Mari", "Jaan", "Zoë", "José", "שרה", "Ali", "Li", "Ann-Mari", "O'Neil", "ПЁТР")
LAST = ("Tamm", "Õun", "Kask", "Díaz", "לוי", "رضایی", "Marić", "Li", "")
WHERE = ("gmail.com", "saar.ee", "tamm.example", "mail.ru")
ROLES = ("info", "sales", "office", "mari.tamm", "jaan", "kask1", "marit")


def somebody(chance: random.Random) -> tuple[str, list[Address]]:
    """Return a name and addresses that many others nearly have."""
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)}".strip()
    own = name.casefold().replace(" ", chance.choice(("", ".", "_")))
    local = chance.choice((own, *ROLES))
    found = [Address("email", f"{local}@{chance.choice(WHERE)}")]
    number = f"{chance.choice(('+372', '+49', '+44'))}{chance.choice((5551234, 5559876))}"
    if chance.random() < 0.4:
        found.append(Address("whatsapp", number))
    if chance.random() < 0.2:
        found.append(Address("whatsapp", f"EE.{chance.randrange(10**6):06}"))
    if chance.random() < 0.2:
        found.append(Address("telegram", f"@{own.replace('.', '_')}"))
    return name, found


def everybody(people: list[tuple[int, Customer]]) -> list[Person]:
    return [Person(case, one.name, one.marks) for case, one in people]


def test_the_index_finds_whom_a_look_at_everybody_finds(ledger: Ledger) -> None:
    chance = random.Random(11)  # noqa: S311 - people that can be had again
    told = []
    for number in range(150):
        name, addresses = somebody(chance)
        person = Customer(name=name, addresses=tuple(addresses))
        what = f"The cake {number} fell over."
        told.append(
            Complaint(source="x", ref=f"{number}", opened_at=NOON, customer=person,
                      what_happened=what)
        )  # fmt: skip
    with ledger.write() as tx:
        added = case_store.add(tx, told)
        for one in added[::7]:
            change_case(tx, one.case, "close", outcome="lost")
        open_ = [one.case for at, one in enumerate(added) if at % 7]
        people = [(number, case_store.get(tx, number).customer) for number in open_]
        for _ in range(120):
            sender, addresses = somebody(chance)
            sender = chance.choice((sender, sender.split()[0], sender[:1], "🌸"))
            written = [one.value for one in chance.sample(addresses, k=1)]
            ours = map(Person._make, signs.find_people(tx, sender, written))
            found = find_likely(sender, written, ours, lambda _: (), opt_out=True)
            want = find_likely(sender, written, everybody(people), lambda _: (), opt_out=True)
            assert found == want, (sender, written)


def test_those_without_an_id_are_those_who_were_written_to(ledger: Ledger) -> None:
    people = [
        Customer(name="Mari", addresses=(Address("whatsapp", "+37255512345"),)),
        Customer(name="Jaan", addresses=(Address("whatsapp", "EE.12345"),)),
        Customer(name="Ann", addresses=(Address("whatsapp", "+37255554321"),)),
    ]
    with ledger.write() as tx:
        added = case_store.add(
            tx,
            [
                Complaint(source="x", ref=one.name, opened_at=NOON, customer=one,
                          what_happened=f"{one.name}'s cake fell.")
                for one in people
            ],
        )  # fmt: skip
        for one in added[:2]:
            values = {"key": f"c{one.case}", "case": one.case, "round": 1, "plan": "standard",
                      "step": 1, "kind": "memo", "channel": "chat", "wanted_at": NOON,
                      "due_at": NOON, "state": "accepted", "sent_at": NOON}  # fmt: skip
            tx.connection.execute(insert(tables.touches), values)
        assert signs.cases_without_id(tx, "chat", None) == [added[0].case]
        assert signs.cases_without_id(tx, "mail", None) == []
        assert signs.cases_without_id(tx, "chat", 0) == []


def test_an_address_that_is_learned_or_taken_back_changes_the_signs(ledger: Ledger) -> None:
    person = Customer(name="Mari Tamm", addresses=(Address("whatsapp", "+37255512345"),))
    with ledger.write() as tx:
        (added,) = case_store.add(
            tx,
            [Complaint(source="x", ref="1", opened_at=NOON, customer=person,
                       what_happened="The cake fell.")],
        )  # fmt: skip
        case = case_store.get(tx, added.case)
        before = signs_in(tx.connection)
        begun = match_history.begin(tx, 1)
        arrivals.learn(tx, case, "whatsapp", ["EE.777777"])
        assert signs_in(tx.connection) == before | {"id"}
        learned = [Address("whatsapp", "EE.777777")]
        match_history.finish(tx, begun, match_history.Match(1, case.number, "answered", learned))
        past = match_history.last_match(tx, 0)
        assert past is not None
        match_history.forget_learned(tx, past)
        assert signs_in(tx.connection) == before


def signs_in(connection: object) -> set[str]:
    from sqlalchemy import Connection, select

    assert isinstance(connection, Connection)
    return set(connection.execute(select(tables.signs.c.sign)).scalars())


@pytest.mark.parametrize("name", ["Mari Tamm", "Ä" * 150])
def test_whoever_was_there_before_gets_signs(
    url: str, clock: Callable[[], datetime], new_id: Callable[[], str], name: str
) -> None:
    with of_release(url, "0012") as connection:
        old = MetaData()
        old.reflect(connection)
        connection.execute(insert(old.tables["meta"]), {"name": "ledger_id", "value": "kept"})
        person = {"name": name, "say_as": "", "language": "", "time_zone": "", "channel": ""}
        connection.execute(insert(old.tables["customers"]), person)
        address = {"customer": 1, "kind": "email", "value": "mari.tamm@saar.ee", "typed": "",
                   "sha256": "0" * 64, "since": clock()}  # fmt: skip
        connection.execute(insert(old.tables["addresses"]), address)
    opened = open_ledger(url, clock=clock, actor="tester", new_id=new_id)
    with opened.read() as tx:
        assert signs_in(tx.connection) == signs_of(name, ["mari.tamm@saar.ee"])
        assert customer_store.read_customer(tx, 1).name == name
    opened.close()


def test_only_who_shares_a_sign_is_read(ledger: Ledger) -> None:
    """However many there are."""
    people = [
        Customer(name=f"Nr{chr(97 + n % 26)} Kask{chr(97 + n // 26)}",
                 addresses=(Address("email", f"n{n}xyz@x.example"),))
        for n in range(500)
    ]  # fmt: skip
    with ledger.write() as tx:
        case_store.add(
            tx,
            [Complaint(source="x", ref=str(n), opened_at=NOON, customer=one,
                       what_happened=f"Cake {n} fell.") for n, one in enumerate(people)],
        )  # fmt: skip
        found = list(signs.find_people(tx, "Nra Kaskb", ["EE.12345", "n7xyz@other.example"]))
    assert 1 < len(found) < 50
    assert not is_account_id("n7xyz@other.example")
