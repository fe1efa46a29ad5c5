"""R8: the harm or slightly more, never far more, rounded as money is; nothing when unfounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.followup.compensation import Adequacy, Bands, cash_step, judge, offer
from voicenote.model.case import Case, Finding
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise

BANDS = Bands()


def money(text: str) -> Money:
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


def case_of(make: Any, harm: str = "", finding: str = "justified", paid: str = "") -> Case:
    from dataclasses import replace

    case: Case = make.snapshot(finding=finding).case
    complaint = replace(case.complaint, harm=money(harm) if harm else None)
    amends: tuple[Any, ...] = ()
    if paid:
        one = make.amends()
        amends = (replace(one, promise=replace(one.promise, value=money(paid))),)
    return replace(case, complaint=complaint, amends=amends)


def promise(value: str = "", kind: str = "refund", text: str = "back") -> Promise:
    return Promise(kind=AmendsKind(kind), text=text, value=money(value) if value else None)


@pytest.mark.parametrize(
    ("harm", "finding", "wanted"),
    [
        ("40 EUR", "justified", "40 EUR"),
        ("37.40 EUR", "justified", "40 EUR"),
        ("9.99 EUR", "justified", "10 EUR"),
        ("112 USD", "justified", "120 USD"),
        ("240 USD", "justified", "250 USD"),
        ("0.03 EUR", "justified", "0.03 EUR"),
        ("1234.56 PLN", "justified", "1300 PLN"),
        ("3980 JPY", "justified", "4000 JPY"),
        ("3.333 JPY", "justified", "4 JPY"),
        ("7.03 CHF", "partly", "7.05 CHF"),
        ("7.03 SEK", "partly", "8 SEK"),
        ("7.031 BHD", "partly", "7.031 BHD"),
        ("37.40 EUR", "partly", "37.40 EUR"),
        ("40 EUR", "unfounded", ""),
        ("0 EUR", "justified", ""),
    ],
)
def test_the_offer_is_the_roundest_sum_in_the_band(harm: str, finding: str, wanted: str) -> None:
    found = offer(money(harm), Finding(finding), BANDS)
    assert (str(found) if found else "") == wanted


@given(
    st.decimals("0.05", "100000", places=2),
    st.sampled_from(["EUR", "USD", "PLN", "RON", "ILS", "JPY", "CHF", "BHD"]),
    st.sampled_from([Finding.JUSTIFIED, Finding.PARTLY]),
)
def test_an_offer_is_never_less_than_the_harm_nor_above_the_band(
    amount: Decimal, currency: str, finding: Finding
) -> None:
    found = offer(Money(amount, currency), finding, BANDS)
    assert found is not None
    step = cash_step(currency)
    assert found.amount >= amount
    assert found.amount <= amount * Decimal("1.2") or found.amount < amount + step
    assert found.amount % step == 0


def test_a_band_of_the_settings_moves_the_offer() -> None:
    bands = Bands(low=Decimal(50), high=Decimal(50), refuse=Decimal(60))
    assert str(offer(money("40 EUR"), Finding.JUSTIFIED, bands)) == "20 EUR"


@pytest.mark.parametrize(
    ("harm", "paid", "more", "level"),
    [
        ("40 EUR", "", "40 EUR", Adequacy.FINE),
        ("40 EUR", "", "48 EUR", Adequacy.FINE),
        ("40 EUR", "", "48.01 EUR", Adequacy.WARN),
        ("40 EUR", "", "60 EUR", Adequacy.WARN),
        ("40 EUR", "", "60.01 EUR", Adequacy.REFUSE),
        ("40 EUR", "40 EUR", "8 EUR", Adequacy.FINE),
        ("40 EUR", "40 EUR", "21 EUR", Adequacy.REFUSE),
        ("40 EUR", "", "200 USD", Adequacy.REFUSE),
        ("", "", "900 EUR", Adequacy.FINE),
    ],
)
def test_money_is_weighed_against_the_harm(
    make: Any, harm: str, paid: str, more: str, level: Adequacy
) -> None:
    assert judge(case_of(make, harm, paid=paid), BANDS, promise(more)).level is level


@pytest.mark.parametrize("state", ["promised", "done", "confirmed", "broken", "waived"])
def test_only_waived_money_does_not_count(make: Any, state: str) -> None:
    from dataclasses import replace

    from voicenote.model.promise import AmendsState

    case = case_of(make, "40 EUR", paid="40 EUR")
    case = replace(case, amends=(replace(case.amends[0], state=AmendsState(state)),))
    found = judge(case, BANDS, promise("30 EUR"))
    assert (found.level is Adequacy.REFUSE) == (state != "waived")


@pytest.mark.parametrize(
    ("kind", "value", "refused"),
    [
        ("refund", "5 EUR", True),
        ("credit", "5 EUR", True),
        ("gift", "5 EUR", True),
        ("refund", "", True),
        ("gift", "", False),
        ("exchange", "40 EUR", True),
        ("exchange", "", False),
        ("redo", "5 USD", True),
        ("word", "0 EUR", False),
        ("call", "", False),
        ("word", "", False),
    ],
)
def test_an_unfounded_claim_gets_no_money(make: Any, kind: str, value: str, refused: bool) -> None:
    found = judge(case_of(make, "40 EUR", "unfounded"), BANDS, promise(value, kind))
    assert (found.level is Adequacy.REFUSE) == refused
    assert ("S9" in found.what and "--override" in found.advice) == refused


def test_too_much_money_is_told_with_what_would_be_right(make: Any) -> None:
    found = judge(case_of(make, "40 EUR"), BANDS, promise("100 EUR"))
    assert "250 %" in found.what
    assert "60 EUR in all at most" in found.advice


@pytest.mark.parametrize(
    ("kind", "value", "text", "level"),
    [
        ("call", "", "call, and send you $500", Adequacy.REFUSE),
        ("exchange", "500 EUR", "a new one", Adequacy.REFUSE),
        ("word", "", "we'll send you 61 EUR", Adequacy.REFUSE),
        ("word", "", "we'll send you 50 euros", Adequacy.WARN),
        ("word", "", "we'll send you 40 euros", Adequacy.FINE),
        ("refund", "40 EUR", "send back the 40 EUR", Adequacy.FINE),
        ("refund", "40 EUR", "send back 400 EUR", Adequacy.REFUSE),
        ("gift", "", "30 EUR now and 31 EUR in May", Adequacy.REFUSE),
        ("gift", "", "five hundred euros", Adequacy.REFUSE),
        ("gift", "40 EUR", "a card, in euros", Adequacy.FINE),
        ("refund", "40 USD", "back", Adequacy.REFUSE),
        ("fix", "", "bake it again by noon", Adequacy.FINE),
    ],
)
def test_every_kind_with_a_value_or_a_sum_in_its_text_is_weighed(
    make: Any, kind: str, value: str, text: str, level: Adequacy
) -> None:
    """A harm of 40 EUR; what is promised for it counts whatever it calls itself."""
    assert judge(case_of(make, "40 EUR"), BANDS, promise(value, kind, text)).level is level


@pytest.mark.parametrize("text", ["we'll send you $500", "a card of 5 zł", "sto złotych"])
def test_an_unfounded_claim_gets_no_sum_in_the_text_either(make: Any, text: str) -> None:
    found = judge(case_of(make, "", "unfounded"), BANDS, promise("", "word", text))
    assert (found.level, found.rule) == (Adequacy.REFUSE, "S9")


@pytest.mark.parametrize(
    ("finding", "evidence", "refused"),
    [
        ("justified", "payment 7 of 40 EUR", False),
        ("justified", "payment 7 of 400 EUR", True),
        ("justified", "PayPal $40", True),
        ("unfounded", "payment 7", True),
    ],
)
def test_what_shows_the_deed_is_weighed_too(
    make: Any, finding: str, evidence: str, refused: bool
) -> None:
    case = case_of(make, "40 EUR", finding, paid="40 EUR")
    assert (judge(case, BANDS, None, {1: evidence}).level is Adequacy.REFUSE) == refused
