"""Forms of address, greetings and subjects: as given, and neutral where nothing is known (R23)."""

from __future__ import annotations

from typing import Any

import pytest

from voicenote.model.case import Customer, Failure
from voicenote.model.touch import TouchKind
from voicenote.script.addressing import Forms, choose_forms, greet, inflect, list_wordings
from voicenote.script.compose import compose
from voicenote.script.languages import language
from voicenote.script.subjects import subject, subjects


@pytest.mark.parametrize(
    ("code", "known", "called"),
    [
        ("en", {"name": "Maria Fernanda de la Cruz"}, "Maria"),
        ("en", {"name": "Dr. Ada Lovelace"}, "Dr. Ada Lovelace"),
        ("en", {"name": "Ada Lovelace", "title": "Ms", "formality": "formal"}, "Ms Lovelace"),
        ("pl", {"name": "Marta Zielińska"}, ""),
        ("pl", {"name": "Marta Zielińska", "greet_as": "Pani Marto"}, "Pani Marto"),
        ("ro", {"name": "Ana Popescu", "gender": "woman"}, "doamnă Popescu"),
        ("ro", {"name": "Ion Popescu", "gender": "man"}, "domnule Popescu"),
        ("ro", {"name": "Ana Popescu", "formality": "familiar"}, "Ana"),
        ("fa", {"name": "بهروز پاکزاد", "gender": "man"}, "آقای پاکزاد"),
        ("fa", {"name": "سارا پاکزاد", "gender": "woman"}, "خانم پاکزاد"),
        ("fa", {"name": "بهروز پاکزاد"}, "بهروز پاکزاد گرامی"),
        ("he", {"name": "דנה לוי"}, "דנה"),
        ("et", {"name": "Mari Maasikas"}, "Mari"),
        ("en", {"name": "guest"}, ""),
    ],
)
def test_a_customer_is_called_as_that_language_does(code: str, known: Any, called: str) -> None:
    assert greet(Customer(**known), language(code))[0] == called


@pytest.mark.parametrize(
    ("known", "hello"),
    [
        ({"name": "Luis Reyes"}, "Hi Luis."),
        ({"name": "Luis Reyes", "title": "Mr"}, "Hello Mr Reyes."),
        ({"name": "Luis Reyes", "formality": "formal"}, "Hello Luis Reyes."),
        ({"name": "Luis Reyes", "greet_as": "Mr Reyes"}, "Hello Mr Reyes."),
        ({"name": "Dr. Ada Lovelace"}, "Hello Dr. Ada Lovelace."),
        ({"name": "Luis Reyes", "title": "Mr", "formality": "familiar"}, "Hi Luis."),
        ({"name": "Ada and Luis", "how_many": "several"}, "Hi Ada and Luis."),
    ],
)
def test_nobody_with_a_title_is_told_hi(case: Any, facts: Any, known: Any, hello: str) -> None:
    assert compose(case(customer=Customer(**known)), facts()).sentences[0].text == hello


@pytest.mark.parametrize(
    ("code", "known", "says", "never"),
    [
        ("he", {}, "כתבתם", "כתבת "),
        ("he", {"gender": "woman"}, "המילים שלך", "שלכם"),
        ("he", {"gender": "man"}, "המילים שלך", "שלכם"),
        ("he", {"gender": "man", "how_many": "several"}, "שלכם", "שלך."),
        ("pl", {}, "wiadomości", "Pan"),
        ("pl", {"gender": "woman"}, "Pani", "Państwo"),
        ("pl", {"gender": "man"}, "Pan", "Pani"),
        ("pl", {"how_many": "several"}, "Państw", "Pani "),
        ("pl", {"gender": "woman", "formality": "familiar"}, "Twoj", "Pani"),
        ("ro", {}, "ați", "tale"),
        ("ro", {"formality": "familiar"}, "ai ", "dumneavoastră"),
        ("et", {}, "teie", "sinu"),
        ("et", {"formality": "familiar"}, "sinu", "teie"),
    ],
)
def test_a_letter_has_one_form_of_address(
    case: Any, facts: Any, code: str, known: Any, says: str, never: str
) -> None:
    who = Customer(name="X Y", language=code, **known)
    texts = [
        " ".join(
            s.text
            for s in compose(case(customer=who, ref=str(n), what_happened="…a"), facts()).sentences
            if not s.personal
        )
        for n in range(12)
    ]
    assert any(says in text for text in texts), texts
    assert not any(never in text for text in texts), texts


@pytest.mark.parametrize(("gender", "says"), [("man", "מצטער "), ("woman", "מצטערת ")])
def test_an_owner_speaks_as_who_they_are(case: Any, facts: Any, gender: str, says: str) -> None:
    texts = [
        compose(case(ref=str(n)), facts(language="he", owner_gender=gender)).text for n in range(20)
    ]
    other = {"מצטער ": "מצטערת ", "מצטערת ": "מצטער "}[says]
    assert any(says in text.replace(".", " ") for text in texts)
    assert not any(other in text.replace(".", " ") for text in texts)


def test_a_form_that_is_left_out_is_the_neutral_one() -> None:
    assert inflect("(a/b) c", Forms(3, 0)) == "a c"
    assert inflect("(a/b/=) [x/y/z]", Forms(2, 1)) == "b y"
    assert list_wordings("(a/b) | c") == ["a", "b", "c"]


def test_what_is_not_known_is_not_guessed() -> None:
    assert choose_forms(Customer(name="Marta"), "", language("pl")) == Forms(0, 0)


def test_a_subject_names_the_matter(case: Any) -> None:
    made = case(product="the blue ribbon", customer=Customer(name="Mari Tamm"))
    own = subject(made, "en-GB", TouchKind.MEMO, "Mia Berg")
    assert own == "About the blue ribbon, Mari: a message in my own voice"
    other = subject(made, "en", TouchKind.MEMO, "Mia Berg", voice="synthetic")
    assert "own voice" not in other
    assert "the blue ribbon" in other


def test_a_subject_has_the_same_form_of_address_as_the_letter(case: Any) -> None:
    made = case(customer=Customer(name="Mari Tamm", formality="familiar"))
    said = subject(made, "et", TouchKind.ACKNOWLEDGE, "Mia")
    assert "sinu" in said.lower()
    assert "teie" not in said.lower()


def test_a_subject_without_a_product_or_a_name_names_what_failed(case: Any) -> None:
    made = case(failure=Failure.LATE, customer=Customer(name="guest"))
    assert subject(made, "en", TouchKind.STATUS, "Mia") == (
        "About the delay: where my promise stands"
    )


@pytest.mark.parametrize("code", ["en", "he", "ro", "pl", "fa", "et"])
@pytest.mark.parametrize("kind", list(TouchKind))
@pytest.mark.parametrize("voice", ["own", "synthetic", "nobody"])
def test_no_subject_is_what_a_trick_has(case: Any, code: str, kind: TouchKind, voice: str) -> None:
    made = case(customer=Customer(name="guest"))
    said = subject(made, code, kind, "Mia Berg", voice=voice)
    assert said in subjects(made, "Mia Berg")
    assert said == said.strip(" :,،")
    assert "voice message for you" not in said
    assert "{" not in said
