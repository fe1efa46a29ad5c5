"""The six languages: what their tables say, and what their templates must not."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from voicenote.model.case import Customer, Failure, Finding
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.touch import TouchKind
from voicenote.script.addressing import OR, list_wordings
from voicenote.script.compose import compose
from voicenote.script.languages import language
from voicenote.script.numbers import say_date, say_money, write_date, write_money
from voicenote.script.spoken import spell_out
from voicenote.script.template_sources import as_line, packaged_names, skeleton_lines
from voicenote.script.templating import Templates

CODES = ["en", "et", "fa", "he", "pl", "ro"]
OTHERS = [code for code in CODES if code != "en"]
ENGLISH = set(
    re.findall(
        r"\w+",
        "the and you we us our your is are was this that it of for with have has will what told "
        "sorry thank please answer promise by date not in from hello i my me on at if there to",
    )
)
#: Words of one script that are spelled like one of the English ones above.
ALIKE = {
    "ro": {"la", "is", "us", "me", "at", "are", "i"},
    "pl": {"to", "my", "i", "me", "by"},
    "et": {"me", "on"},
}
APOLOGIES = {
    "en": ("sorry", "apolog"),
    "et": ("vabandust", "kahju"),
    "fa": ("متأسف", "عذر"),
    "he": ("צר לי", "סליחה", "מתנצל"),
    "pl": ("przepraszam", "przykro"),
    "ro": ("rău", "scuze"),
}
LETTERS = {"fa", "he"}
RIBBON = Promise(kind=AmendsKind.REDO, text="x", promised_by=date(2026, 12, 4))


def lines(code: str) -> list[str]:
    """Every sentence of a language's templates, its Jinja taken out."""
    tables = language(code).phrases.values()
    lines = {as_line(phrase) for table in tables for phrase in table.values()}
    wordings = {one for line in lines for one in list_wordings(line)}
    return sorted(re.sub(r"\{\{.*?\}\}", " ", one) for one in wordings)


def test_all_six_languages_are_there() -> None:
    assert sorted(Templates().languages()) == CODES


@pytest.mark.parametrize("code", CODES)
def test_the_tables_of_a_language_are_whole(code: Any) -> None:
    tongue = language(code)
    assert tongue.code == code
    assert (len(tongue.weekdays), len(tongue.days), len(tongue.months)) == (7, 31, 12)
    assert len(set(tongue.days)) == 31
    assert len(set(tongue.months)) == 12
    assert {"USD", "EUR", "GBP", "PLN", "RON", "ILS", "IRR"} <= set(tongue.coins)


@pytest.mark.parametrize("code", CODES)
def test_the_tables_hold_nothing_that_a_voice_cannot_say(code: Any) -> None:
    tongue = language(code)
    for word in (*tongue.weekdays, *tongue.days, *tongue.months, *tongue.symbols.values()):
        assert spell_out(word, tongue) == word


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_word_is_left(code: Any) -> None:
    words = set(re.findall(r"[^\W\d_]+", " ".join(lines(code)).lower()))
    if code in LETTERS:
        assert not re.search("[A-Za-z]", " ".join(words))
    assert not (words & ENGLISH) - ALIKE.get(code, set())


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_each_phrase_that_the_skeletons_name_and_no_other(code: Any) -> None:
    phrases = language(code).phrases
    wanted: dict[str, set[str]] = {"shared": set()}
    for name in packaged_names():
        for line in skeleton_lines(name):
            if line.by_failure:
                for kind in (*Failure, "other"):
                    wanted.setdefault(str(kind), set()).add(line.key)
            elif line.key in phrases["shared"]:
                wanted["shared"].add(line.key)
            else:
                wanted.setdefault(name.lstrip("_"), set()).add(line.key)
    assert {name: set(own) for name, own in phrases.items()} == wanted


@pytest.mark.parametrize("code", OTHERS)
def test_a_phrase_names_the_same_values_in_every_language(code: Any) -> Any:
    def values(text: str | list[str]) -> set[frozenset[str]]:
        wordings = [text] if isinstance(text, str) else text
        return {frozenset(re.findall(r"\{\{ ([\w.]+)", one)) for one in wordings}

    own = language(code).phrases
    for template, english in language("en").phrases.items():
        for key, phrase in english.items():
            assert values(own[template][key]) == values(phrase), (template, key)


@pytest.mark.parametrize("code", CODES)
def test_every_wording_ends_and_its_forms_are_closed(code: Any) -> None:
    tongue = language(code)
    for template, table in tongue.phrases.items():
        for key, phrase in table.items():
            for one in list_wordings(as_line(phrase)):
                assert one[-1] in ".?؟", (template, key)
                assert not re.search(r"[()\[\]/=|]|  ", one), (template, key, one)
    for sentence in re.findall(r"\(([^()]*/[^()]*)\)", str(tongue.phrases)):
        assert len(sentence.split("/")) in (1, len(tongue.forms)), sentence


@pytest.mark.parametrize("code", CODES)
def test_the_tables_of_a_language_name_every_kind(code: Any) -> None:
    tongue = language(code)
    assert set(tongue.matters) == {*Failure, "other"}
    assert set(tongue.subjects) == {*TouchKind, "memo-synthetic", "memo-written"}
    assert tongue.forms[0] == "neutral"
    assert "neutral" in tongue.greeting


#: So many sentences an owner records, to speak every message of every kind in their own voice.
RECORDINGS = 200


@pytest.mark.parametrize("code", CODES)
def test_an_owner_can_record_what_is_shared(code: Any) -> None:
    phrases = language(code).phrases
    shared = {
        wording
        for table in phrases.values()
        for phrase in table.values()
        for wording in as_line(phrase).split(OR)
        if "{{" not in wording
    }
    assert len(shared) <= RECORDINGS


@pytest.mark.parametrize("code", CODES)
def test_only_the_memo_and_a_reopened_case_apologise(case: Any, facts: Any, code: Any) -> None:
    apologies = APOLOGIES[code]
    for name in ("justified", "partly", "reopened"):
        text = said(case, facts, code, name)
        assert any(word in text for word in apologies), name
    for name in ("unfounded", "abusive", "acknowledge", "check-in", "status-kept", "status-late"):
        text = said(case, facts, code, name)
        assert not any(word in text for word in apologies), name


def said(case: Any, facts: Any, code: str, name: str) -> str:
    made = case(finding=Finding.UNFOUNDED, customer=Customer(name="X"), promises=(RIBBON,))
    script = compose(made, facts(template=name, language=code))
    return " ".join(sentence.said for sentence in script.sentences).lower()


@pytest.mark.parametrize("code", CODES)
def test_sentences_are_short_enough_to_be_spoken(code: Any) -> None:
    assert max(len(line.split()) for line in lines(code)) <= 24


@pytest.mark.parametrize(
    ("code", "amount", "currency", "words"),
    [
        ("pl", "1", "PLN", "jeden złoty"),
        ("pl", "2", "PLN", "dwa złote"),
        ("pl", "5", "PLN", "pięć złotych"),
        ("pl", "12", "PLN", "dwanaście złotych"),
        ("pl", "22", "PLN", "dwadzieścia dwa złote"),
        ("pl", "240.50", "PLN", "dwieście czterdzieści złotych i pięćdziesiąt groszy"),
        ("pl", "2", "EUR", "dwa euro"),
        ("ro", "1", "RON", "un leu"),
        ("ro", "2", "RON", "doi lei"),
        ("ro", "2", "GBP", "două lire"),
        ("ro", "19", "RON", "nouăsprezece lei"),
        ("ro", "20", "RON", "douăzeci de lei"),
        ("ro", "240.01", "RON", "două sute patruzeci de lei și un ban"),
        ("he", "1", "ILS", "שקל אחד"),
        ("he", "2", "ILS", "שני שקלים"),
        ("he", "3", "ILS", "שלושה שקלים"),
        ("he", "240.50", "ILS", "מאתיים ארבעים שקלים וחמישים אגורות"),
        ("fa", "1200000", "IRR", "یک میلیون و دویست هزار ریال"),
        ("fa", "2.50", "EUR", "دو یورو و پنجاه سنت"),
        ("et", "1", "EUR", "üks euro"),
        ("et", "240.01", "EUR", "kakssada nelikümmend eurot ja üks sent"),
        ("et", "0.05", "EUR", "viis senti"),
    ],
)
def test_money_is_said_as_people_say_it(code: Any, amount: Any, currency: Any, words: Any) -> None:
    assert say_money(Money(Decimal(amount), currency), language(code)) == words


@pytest.mark.parametrize(
    ("code", "written", "spoken"),
    [
        ("en", "Friday, 4 December", "Friday, the fourth of December"),
        ("et", "reede, 4. detsember", "reede, neljas detsember"),
        ("fa", "جمعه ۱۳ آذر", "جمعه، سیزدهم آذر"),
        ("he", "יום שישי, 4 בדצמבר", "יום שישי, ארבעה בדצמבר"),
        ("pl", "piątek, 4 grudnia", "piątek, czwarty grudnia"),
        ("ro", "vineri, 4 decembrie", "vineri, patru decembrie"),
    ],
)
def test_dates_are_said_as_people_say_them(code: Any, written: Any, spoken: Any) -> None:
    day, today, tongue = date(2026, 12, 4), date(2026, 11, 22), language(code)
    assert write_date(day, today, tongue) == written
    assert say_date(day, today, tongue) == spoken


@pytest.mark.parametrize(
    ("code", "written"),
    [("en", "$240"), ("et", "240 $"), ("fa", "$ ۲۴۰"), ("he", "240 $"), ("pl", "240 USD")],
)
def test_money_on_paper_has_no_marks_and_no_empty_cents(code: Any, written: Any) -> None:
    text = write_money(Money(Decimal("240.00"), "USD"), language(code))
    assert text.isprintable()
    assert "00" not in text
    assert sorted(text) == sorted(written) or code in ("fa", "pl")


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("text", ["5 & 7%", "a@b", "#3 + 4 = 7°", "1,299.50", "21.12.2026"])
def test_symbols_have_words_in_every_language(code: Any, text: Any) -> None:
    spoken = spell_out(text, language(code))
    assert not re.search(r"[\d&%@#+=°]", spoken)
    assert not re.search(r"\s[.,]", spoken)


def test_the_joiners_inside_persian_words_stay() -> None:
    assert "می‌دهیم" in spell_out("پول شما را پس می‌دهیم 5", language("fa"))
