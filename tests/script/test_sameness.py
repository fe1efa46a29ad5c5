"""The bars of what is said: each person hears their own matter, and nothing that isn't so.

``complaints/LANGUAGE.txt`` are varied complaints with all that an owner may know, about half with
the owner's own sentences.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from voicenote.model.case import Case, Complaint, Customer, Failure, Stage
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.script.addressing import list_wordings
from voicenote.script.check.rules import check
from voicenote.script.compose import Draft, draft
from voicenote.script.context import ScriptContext
from voicenote.script.failure import guess_failure
from voicenote.script.languages import language
from voicenote.script.template_sources import as_line

FOLDER = Path(__file__).with_name("complaints")
FIELDS = (
    *("failure", "name", "what_happened", "bothered_most", "feeling", "at_stake", "expected"),
    *("identity", "cause", "kind", "text", "sum", "said_back", "our_fault", "meant", "deed"),
)
CODES = ["en", "he", "ro", "pl", "fa", "et"]
CURRENCIES = {"en": "USD", "he": "ILS", "ro": "RON", "pl": "PLN", "fa": "IRR", "et": "EUR"}
FACTS = ScriptContext(owner="Mia Berg", business="Linden Yard", today=date(2026, 11, 22))
#: The first person of the customers, which an owner must not say as their own.
FIRST_PERSON = {
    "en": r"\bmy (wife|son|daughter|mother|father|sister|money|job|life|child\w*|grand\w+)\b",
    "he": r"(?<!\w)(אשתי|בעלי|הבת שלי|הבן שלי|אמא שלי)(?!\w)",
    "ro": r"\b(soția mea|fata mea|mama mea|fetița mea)\b",
    "pl": r"\b(mój|moja|moje|mojej|mojego)\b",
    "fa": r"(?<!\w)(دخترم|همسرم|مادرم|پسرم)(?!\w)",
    "et": r"\b(minu tütar|minu naine|minu ema)\b",
}


def rows(code: str) -> Iterator[dict[str, str]]:
    """Yield the complaints of a language."""
    for line in (FOLDER / f"{code}.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            parts = [part.strip() for part in line.split("|")]
            yield dict(zip(FIELDS, [*parts, *[""] * len(FIELDS)], strict=False))


def case_of(row: dict[str, str], number: int, code: str) -> Case:
    """Return the case of a complaint, with a promise for the fourth of December."""
    value = Money(Decimal(row["sum"]), CURRENCIES[code]) if row["sum"] else None
    promise = Promise(
        kind=AmendsKind(row["kind"]),
        text=row["text"],
        value=value,
        promised_by=date(2026, 12, 4),
        deed=row["deed"],
    )
    return Case(
        number=number,
        stage=Stage.OPENED,
        complaint=Complaint(
            source="bars",
            ref=str(number),
            opened_at=datetime(2026, 11, 20, tzinfo=UTC),
            customer=Customer(name=row["name"], language=code),
            failure=Failure(row["failure"]),
            promises=(promise,),
            cause=row["cause"],
            said_back=row["said_back"],
            our_fault=row["our_fault"],
            meant=row["meant"],
            what_happened=row["what_happened"],
            bothered_most=row["bothered_most"],
            feeling=row["feeling"],
            at_stake=row["at_stake"],
            expected=row["expected"],
            identity=row["identity"],
        ),
    )


@cache
def drafts(code: str) -> list[tuple[Case, Draft]]:
    """Return each case of a language with its draft."""
    cases = [case_of(row, number, code) for number, row in enumerate(rows(code), 1)]
    return [(case, draft(case, FACTS)) for case in cases]


def words(text: str) -> list[str]:
    return re.findall(r"\w+(?:['’]\w+)?", text.casefold())


def quotes(sentence: str) -> bool:
    return bool(re.search("[“„«][^“”„«»]+[”“»]|”[^”]+”", sentence))


def own_share(made: Draft) -> float:
    """Return the share of the words that are this case's own."""
    all_words = [(len(words(s.said)), s.personal) for s in made.script.sentences]
    return sum(n for n, personal in all_words if personal) / sum(n for n, _ in all_words)


def very_share(case: Case, made: Draft) -> float:
    """Return the share of the words that stand in the case itself."""
    complaint = case.complaint
    texts = [getattr(complaint, name) for name in FIELDS if hasattr(complaint, name)]
    texts += [case.complaint.customer.name, *(f"{p.text} {p.deed}" for p in complaint.promises)]
    known = {*words(" ".join([*texts, complaint.what_happened, complaint.our_fault]))}
    known |= {*words(f"{complaint.said_back} {complaint.cause}")}
    said = [(sentence.personal, words(sentence.said)) for sentence in made.script.sentences]
    own = sum(word in known for personal, heard in said if personal for word in heard)
    return own / sum(len(heard) for _, heard in said)


def grams(made: Draft) -> set[tuple[str, ...]]:
    said = words(" ".join(s.said for s in made.script.sentences))
    return {tuple(said[at : at + 4]) for at in range(len(said) - 3)}


def shared_grams(code: str) -> tuple[list[float], list[float]]:
    """Return the shares of common 4-grams of all pairs, and of the pairs of different kinds."""
    each = [(case.complaint.failure, grams(made)) for case, made in drafts(code)]
    pairs = [
        (one[0] is other[0], len(one[1] & other[1]) / min(len(one[1]), len(other[1])))
        for one, other in combinations(each, 2)
    ]
    return [share for _, share in pairs], [share for same, share in pairs if not same]


@pytest.mark.parametrize("code", CODES)
def test_about_half_of_what_a_customer_hears_is_their_own(code: str) -> None:
    assert statistics.median(own_share(made) for _, made in drafts(code)) >= 0.45


@pytest.mark.parametrize("code", CODES)
def test_two_customers_hear_different_messages(code: str) -> None:
    every, different = shared_grams(code)
    assert max(different) <= 0.45
    assert statistics.mean(every) <= 0.25


@pytest.mark.parametrize("code", CODES)
def test_every_fact_is_heard_or_named(code: str) -> None:
    for case, made in drafts(code):
        complaint, told = case.complaint, " ".join(w.what for w in made.warnings)
        text = made.script.text.casefold()
        for name in ("said_back", "our_fault", "meant"):
            assert getattr(complaint, name).casefold()[:-1] in text
        for name in ("what_happened", "bothered_most", "feeling", "at_stake", "expected", "cause"):
            given = getattr(complaint, name)
            heard = " ".join(words(given))[:25] in " ".join(words(text))
            quoted = name == "what_happened" and any(
                " ".join(words(part)) in " ".join(words(given))
                for part in re.findall("[“„”«](.*?)[”“»]", made.script.text)
            )
            named = name.replace("_", " ") in told
            assert not given or heard or quoted or named, (name, made.script.text)


@pytest.mark.parametrize("code", CODES)
def test_no_label_with_a_colon(code: str) -> None:
    for _, made in drafts(code):
        for sentence in made.script.sentences:
            assert ":" not in sentence.text, sentence.text


@pytest.mark.parametrize("code", CODES)
def test_the_customers_my_is_only_in_a_quotation(code: str) -> None:
    for _, made in drafts(code):
        for sentence in made.script.sentences:
            ours = re.sub("[“„”«].*?[”“»]", " ", sentence.text)
            found = re.search(FIRST_PERSON[code], ours, re.IGNORECASE)
            assert not (found and sentence.personal), sentence.text


@pytest.mark.parametrize("code", CODES)
def test_a_quotation_is_said_to_be_one_before_and_after(code: str) -> None:
    for _, made in drafts(code):
        said = made.script.sentences
        quoted = [n for n, sentence in enumerate(said) if quotes(sentence.text)]
        for place in quoted:
            bare = said[place].text[0] in "“„”«"
            assert not bare or place - 1 in quoted or not said[place - 1].personal
        if quoted:
            assert not said[quoted[-1] + 1].personal


@pytest.mark.parametrize("code", CODES)
def test_a_quotation_is_ended_once(code: str) -> None:
    """The first phrase of ours after their words ends them; no other one speaks of them."""
    ends = {
        way
        for key in ("you-are-right", "end-of-quote")
        for way in list_wordings(as_line(language(code).phrases["shared"][key]))
    }
    for _, made in drafts(code):
        said = [sentence.text for sentence in made.script.sentences]
        quoted = [n for n, text in enumerate(said) if quotes(text)]
        assert [n for n, text in enumerate(said) if text in ends] == [
            last + 1 for last in quoted[-1:]
        ]


@pytest.mark.parametrize("code", CODES)
def test_the_check_finds_their_words_announced(code: str) -> None:
    for _, made in drafts(code):
        found = check(made.script)
        assert not [one for one in found if one.rule == "R21"], made.script.text


@pytest.mark.parametrize("code", CODES)
def test_a_minute_is_enough(code: str) -> None:
    for _, made in drafts(code):
        assert not [one for one in made.warnings if one.rule == "R15"]


@pytest.mark.parametrize("code", CODES)
def test_the_kind_of_failure_is_guessed(code: str) -> None:
    cases = [case_of(row, number, code) for number, row in enumerate(rows(code), 1)]
    right = sum(guess_failure(blind(case)) is case.complaint.failure for case in cases)
    assert right / len(cases) >= 0.75


def blind(case: Case) -> Case:
    """Return the case as it came, without what the owner said of its kind."""
    return replace(case, complaint=replace(case.complaint, failure=None))


def figures() -> Iterator[str]:
    """Yield the rows of the table in docs/templates.md."""
    for code in CODES:
        every, different = shared_grams(code)
        own = statistics.median(own_share(made) for _, made in drafts(code))
        very = statistics.median(very_share(case, made) for case, made in drafts(code))
        cases = [case for case, _ in drafts(code)]
        right = sum(guess_failure(blind(case)) is case.complaint.failure for case in cases)
        yield (
            f"| {code} | {len(cases)} | {own:.0%} | {very:.0%} | {statistics.mean(every):.0%} | "
            f"{max(different):.0%} | {right / len(cases):.0%} |"
        )


def test_the_page_has_the_figures() -> None:
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    for row in figures():
        assert row in page, "\n".join(figures())
