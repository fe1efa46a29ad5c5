"""What a complaint asks for, how grave it is, and the only sum it names, in six languages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from voicenote.model.case import Case, Customer
from voicenote.script.asked import find_asked, find_grave_words, named_sum


def case_of(make: Any, text: str, language: str, **more: Any) -> Case:
    who = Customer(name="Dana", language=language)
    made: Case = make(customer=who, what_happened=text, **more)
    return made


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("en", "The kettle leaks. I want my money back.", "refund"),
        ("en", "Please send me a replacement.", "exchange"),
        ("en", "I'd like somebody to call me, today.", "call"),
        ("en", "You refused to exchange it, and I don't want a voucher.", None),
        ("en", "I don't want a refund, I want it repaired.", "fix"),
        ("en", "The refund came after a month.", None),
        ("et", "Palun makske raha tagasi.", "refund"),
        ("et", "Soovin, et mulle helistataks.", "call"),
        ("et", "Ma ei taha allahindlust, tahan uut pesumasinat.", "exchange"),
        ("fa", "لطفاً پولم را پس بدهید.", "refund"),
        ("fa", "می‌خواهم تعویض شود.", "exchange"),
        ("fa", "لطفا با من تماس بگیرید.", "call"),
        ("he", "אני רוצה את הכסף בחזרה.", "refund"),
        ("he", "בבקשה תחליפו את המקרר.", "exchange"),
        ("he", "אבקש שתתקשרו אליי.", "call"),
        ("pl", "Żądam zwrotu pieniędzy.", "refund"),
        ("pl", "Proszę o wymianę na nowy egzemplarz.", "exchange"),
        ("pl", "Nie chcę bonu, chcę, żeby ktoś zadzwonił.", "call"),
        ("ro", "Vreau banii înapoi.", "refund"),
        ("ro", "Vă rog să înlocuiți produsul.", "exchange"),
        ("ro", "Aștept să mă sunați.", "call"),
    ],
)
def test_a_deed_is_asked_for_in_so_many_words(
    case: Any, language: str, text: str, kind: str | None
) -> None:
    asked = find_asked(case_of(case, text, language))
    assert (asked.kind.value if asked else None) == kind
    assert asked is None or asked.words in text


def test_what_they_expected_needs_no_please(case: Any) -> None:
    asked = find_asked(case_of(case, "It leaks.", "en", expected="my money back"))
    assert asked is not None
    assert (asked.kind.value, asked.words) == ("refund", "my money back")


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "We spent the night in Hospital.", ("Hospital",)),
        ("et", "Laps sattus haiglasse.", ("haiglasse",)),
        ("fa", "دخترم به بیمارستان رفت.", ("بیمارستان",)),
        ("he", "הבת שלי הגיעה לבית חולים.", ("לבית חולים",)),
        ("pl", "Córka trafiła do szpitala.", ("szpitala",)),
        ("ro", "Fiica mea a ajuns la spital.", ("spital",)),
        ("en", "The parcel came nine days late.", ()),
    ],
)
def test_a_danger_is_told_with_the_words_it_stands_on(
    case: Any, language: str, text: str, words: tuple[str, ...]
) -> None:
    assert find_grave_words(case_of(case, text, language)) == words


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("You charged me 38 EUR, and 38 EUR again.", Decimal(38)),
        ("I paid 120 EUR and got 38 EUR back.", None),
        ("Nothing about money.", None),
    ],
)
def test_only_a_sum_without_another_beside_it_counts(
    case: Any, text: str, amount: Decimal | None
) -> None:
    found = named_sum(case_of(case, text, "en"))
    assert (found.amount if found else None) == amount
