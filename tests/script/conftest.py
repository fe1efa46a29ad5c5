"""Cases and facts to compose from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.script.context import ScriptContext

TODAY = date(2026, 11, 22)


@pytest.fixture
def case() -> Callable[..., Case]:
    def make(
        *,
        customer: Customer | None = None,
        round: int = 1,  # noqa: A002
        lesson: object = None,
        amends: tuple[object, ...] = (),
        **complaint: object,
    ) -> Case:
        words = {
            "what_happened": "The wedding cake came without its ribbon.",
            "ref": "1",
        } | complaint
        return Case(
            number=1,
            stage=Stage.OPENED,
            round=round,
            lesson=lesson,  # type: ignore[arg-type]
            amends=amends,  # type: ignore[arg-type]
            complaint=Complaint(
                source="test",
                opened_at=datetime(2026, 11, 20, tzinfo=UTC),
                customer=customer or Customer(name="Dana Levi", language="en"),
                **words,  # type: ignore[arg-type]
            ),
        )

    return make


@pytest.fixture
def facts() -> Callable[..., ScriptContext]:
    def make(**changed: object) -> ScriptContext:
        usual = {"owner": "Mia Berg", "business": "Berg & Daughters", "today": TODAY}
        return ScriptContext(**(usual | changed))  # type: ignore[arg-type]

    return make


@pytest.fixture
def refund() -> Promise:
    return Promise(
        kind=AmendsKind.REFUND,
        text="the full price of the cake",
        value=Money(Decimal("240.00"), "USD"),
        promised_by=date(2026, 12, 4),
    )
