from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fakes.databases import own_database
from voicenote.ledger.store import Ledger, open_ledger
from voicenote.model.address import Address
from voicenote.model.case import Complaint, Customer
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def new_id() -> Callable[[], str]:
    counter = itertools.count(1)
    return lambda: f"{next(counter):012x}{0:020x}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
        return
    with own_database(request.getfixturevalue("postgres_url")) as own:
        yield own


@pytest.fixture
def ledger(url: str, clock: Clock, new_id: Callable[[], str]) -> Iterator[Ledger]:
    opened = open_ledger(url, clock=clock, actor="tester", new_id=new_id)
    yield opened
    opened.close()


@pytest.fixture
def complaint() -> Callable[..., Complaint]:
    def make(ref: str = "A-1", **changes: object) -> Complaint:
        email = str(changes.pop("email", "dana@example.com"))
        person = Customer(
            name=str(changes.pop("name", "Dana")),
            addresses=(Address("email", email),) if email else (),
            time_zone="Asia/Jerusalem",
        )
        values: dict[str, object] = {
            "source": "csv",
            "ref": ref,
            "opened_at": NOON,
            "customer": person,
            "what_happened": "The ribbon on the cake was blue, not ivory.",
            "harm": Money(Decimal("40.00"), "EUR"),
            "promises": (
                Promise(
                    kind=AmendsKind.REFUND,
                    text="send back what the ribbon cost",
                    value=Money(Decimal("40.00"), "EUR"),
                    promised_by=NOON.date() + timedelta(days=7),
                ),
            ),
        }
        return Complaint(**{**values, **changes})  # type: ignore[arg-type]

    return make
