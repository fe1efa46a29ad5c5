"""The owner's own sentences: the customer's "my" and their abuse are found before they are said."""

from __future__ import annotations

from typing import Any

import pytest

from voicenote.model.case import Customer
from voicenote.model.promise import AmendsKind, Promise
from voicenote.script.whose_words import find_misvoiced

NUTS = {
    "en": "I told him twice. My daughter spent the night in hospital.",
    "et": "Ma ütlesin talle kaks korda. Mu tütar oli öö haiglas.",
    "fa": "من دو بار گفتم. دخترم شب را در بیمارستان بود.",
    "he": "אני אמרתי לו פעמיים. הבת שלי הייתה לילה בבית חולים.",
    "pl": "Powiedziałam mu dwa razy. Moja córka spędziła noc w szpitalu.",
    "ro": "Eu i-am spus de două ori. Fiica mea a stat o noapte în spital.",
}


def found(case: Any, code: str, theirs: str = "", **own: Any) -> list[tuple[str, str, bool]]:
    complaint = case(
        customer=Customer(name="Dana", language=code), what_happened=theirs or NUTS[code], **own
    ).complaint
    return [(one.field, one.words, one.abuse) for one in find_misvoiced(complaint, code)]


@pytest.mark.parametrize("code", NUTS)
def test_the_customers_own_words_are_not_the_owners(case: Any, code: str) -> None:
    (one,) = found(case, code, said_back=NUTS[code].split(". ")[1])
    assert one[0] == "said_back"
    assert not one[2]
    (one,) = found(case, code, meant=NUTS[code])
    assert one[0] == "meant"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "You told our waiter twice about the nuts, and your daughter was in hospital."),
        ("en", "I told you it would come on Friday, and it didn't."),
        ("en", "I shouted at her in front of the whole class."),
        ("et", "Te ütlesite meie kelnerile kaks korda, ja teie tütar oli öö haiglas."),
        ("fa", "شما دو بار به ما گفتید، و دخترتان شب را در بیمارستان بود."),
        ("he", "אמרתם למלצר פעמיים, והבת שלכם הייתה לילה בבית חולים."),
        ("pl", "Powiedziała Pani kelnerowi dwa razy, a Pani córka spędziła noc w szpitalu."),
        ("ro", "I-ați spus chelnerului de două ori, iar fiica dumneavoastră a stat în spital."),
    ],
)
def test_what_is_said_to_them_is_the_owners(case: Any, code: str, said: str) -> None:
    assert found(case, code, said_back=said) == []


def test_in_english_another_wording_is_offered(case: Any) -> None:
    complaint = case(what_happened=NUTS["en"], said_back=NUTS["en"].split(". ")[1]).complaint
    (one,) = find_misvoiced(complaint, "en")
    assert one.instead == "Your daughter spent the night in hospital."
    assert "say it to them, such as “Your daughter spent" in str(one)


@pytest.mark.parametrize("field", ["said_back", "our_fault", "meant"])
@pytest.mark.parametrize(
    ("code", "abuse"),
    [
        ("en", "You useless idiots let us down."),
        ("et", "Te olete lollakad."),
        ("fa", "شما احمق‌ها"),
        ("he", "אתם אידיוטים."),
        ("pl", "Jesteście idiotami."),
        ("ro", "Sunteți niște idioți."),
    ],
)
def test_abuse_is_nobodys_to_say_back(case: Any, code: str, abuse: str, field: str) -> None:
    assert found(case, code, **{field: abuse}) == [(field, abuse, True)]


def test_a_deed_with_abuse_is_told_too(case: Any) -> None:
    deed = Promise(kind=AmendsKind.CALL, text="a call", deed="I'll ring you bastards on Friday.")
    assert found(case, "en", promises=(deed,)) == [("deed", deed.deed, True)]


def test_what_we_call_ourselves_is_no_abuse(case: Any) -> None:
    assert found(case, "en", our_fault="I was an idiot, and I didn't read the label.") == []
