"""The rules that hold words to the facts of their case, and to the ear: R19 to R23."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.findings import LintLevel
from voicenote.script.check.rules import check

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
NUTS = "I told the waiter twice about the nuts and my daughter spent the night in hospital."
GOOD = (
    "You told our waiter twice about the nuts, and your daughter spent the night in hospital. "
    "That was our fault, and I am sorry. We are paying the clinic this week."
)


def behind(
    happened: str = NUTS,
    *,
    promise: str = "",
    state: AmendsState = AmendsState.PROMISED,
    customer: Customer | None = None,
    **facts: str,
) -> CheckContext:
    complaint = Complaint(
        source="t",
        ref="1",
        opened_at=DAY,
        customer=customer or Customer(name="Dana"),
        what_happened=happened,
        **facts,  # type: ignore[arg-type]
    )
    made = Promise(kind=AmendsKind.WORD, text=promise) if promise else None
    amends = (Amends(case=1, k=1, promise=made, state=state),) if made else ()
    case = Case(number=1, stage=Stage.OPENED, complaint=complaint, amends=amends)
    return CheckContext(background=CaseBackground(case=case))


def told(text: str, asked: CheckContext | None = None, language: str = "en") -> set[str]:
    """The rules of this module that a text breaks."""
    found = check(text, language, asked)
    codes = {"R19", "R20", "R21", "R22", "R23"}
    return {one.rule for one in found if one.rule in codes and one.level is not LintLevel.HINT}


def test_words_that_name_what_happened_are_fine() -> None:
    assert told(GOOD, behind()) == set()


@pytest.mark.parametrize(
    ("template", "mirror", "named"),
    [
        ("justified", "“On Monday…”", True),
        ("justified", "“Something else.”", False),
        ("reopened", "You answered me. “The new one is blue too.”", True),
    ],
)
def test_their_own_words_name_what_happened_however_few(
    template: str, mirror: str, *, named: bool
) -> None:
    said = [
        (Section.MIRROR, "You wrote to us.", False),
        (Section.MIRROR, mirror, True),
        (Section.OWN, "That was our fault. I am sorry.", False),
    ]
    script = Script(
        language="en", template=template, sentences=tuple(Sentence(*one) for one in said)
    )
    found = check(script, "", behind(f"On Monday {NUTS}"))
    assert ("R19" not in {one.rule for one in found}) is named


def test_words_that_would_fit_any_case_name_nothing() -> None:
    any_case = "You wrote to us. It was our fault, and I am sorry. I will call you today."
    assert told(any_case, behind()) == {"R19"}
    assert told(any_case) == set()


def test_words_of_another_language_are_not_looked_for() -> None:
    happened = "Kelner dwa razy usłyszał o orzechach, a córka spędziła noc w szpitalu."
    assert "R19" not in told("You wrote. It was our fault. I am sorry.", behind(happened))


@pytest.mark.parametrize(
    ("state", "wrong"), [(AmendsState.PROMISED, {"R20"}), (AmendsState.DONE, set())]
)
def test_a_deed_is_claimed_only_when_it_is_done(state: Any, wrong: Any) -> None:
    text = f"{GOOD} We have already refunded you."
    assert told(text, behind(promise="your money", state=state)) == wrong


def test_a_promise_is_mentioned_only_when_one_was_made() -> None:
    text = f"{GOOD} I am calling tonight, as I promised."
    assert told(text, behind()) == {"R20"}
    assert told(text, behind(promise="a call tonight")) == set()


def test_a_promise_is_said_whole() -> None:
    asked = behind(promise="I come to you in person, if you will have me.")
    assert told(f"{GOOD} I come to you in person.", asked) == {"R22"}
    assert told(f"{GOOD} I come to you in person, if you will have me.", asked) == set()


def test_the_customers_first_person_is_never_the_owners() -> None:
    text = "The nuts were told, and my daughter spent the night in hospital. You were right."
    assert "R21" in told(text, behind())
    quoted = "You wrote: “my daughter spent the night in hospital”. That was our fault."
    assert told(quoted, behind()) == set()


@pytest.mark.parametrize(
    "seen",
    ["https://x.example/y", "Write to help@x.example.", "Ask @mia_berg.", "It is **ours**.",
     "Thursday (see below) is fine.", "[Pay here]"],
)  # fmt: skip
def test_what_only_eyes_can_see_is_told(seen: str) -> None:
    assert told(f"{GOOD} {seen}") == {"R21"}


def test_a_quotation_says_that_it_is_one() -> None:
    assert told(f"{GOOD} “I never want to see you again.” I understand.") == {"R21"}
    assert told(f"{GOOD} You wrote: “I never want to see you again.”") == set()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("he", ("סיפרת לנו על התור, וכתבת לנו פעמיים. שלחנו לך את הטופס שלך, ואתם מחכים לו, "
               "והבטחנו לכם תשובה. התשובה שלכם אצלי.")),
        ("ro", ("Ne-ai scris de două ori, iar tu ai așteptat. Îți trimit banii azi. "
               "Dumneavoastră aveți dreptate, și veți primi tot.")),
        ("pl", ("Napisałaś do nas dwa razy, a Twoja paczka leżała. Zwracam Ci pieniądze. "
               "Proszę Pani, Pani paczka jest u Pani dzisiaj.")),
        ("et", ("Sa kirjutasid meile ja sinu pakk seisis. Teie raha tuleb teile täna, ja te "
               "saate selle kätte. Helistan sulle.")),
    ],
)  # fmt: skip
def test_two_forms_of_address_in_one_letter_are_told(language: str, text: str) -> None:
    assert "R23" in told(text, None, language)


@pytest.mark.parametrize(("own", "mixed"), [("בעלך", True), ("בעלכם", False), ("האורח", False)])
def test_the_owners_own_sentence_has_the_form_of_the_others(own: str, *, mixed: bool) -> None:
    """One word is enough where the letter's own form is known: in a composed script."""
    sentences = (
        Sentence(Section.MIRROR, f"המלצר שלנו לעג למבטא של {own} ליד השולחן.", personal=True),
        Sentence(Section.OWN, "זו טעות שלנו, והאחריות עליי. צר לי.", personal=False),
        Sentence(Section.INVITE, "מה הייתם רוצים שאומר לצוות כאן?", personal=False),
    )
    found = check(Script(language="he", template="justified", sentences=sentences))
    assert ("R23" in {one.rule for one in found}) is mixed


def test_the_form_that_the_customer_wants_is_known() -> None:
    text = "Sa kirjutasid meile ja sinu pakk seisis. Helistan sulle täna."
    formal = Customer(name="Dana", language="et", formality="formal")
    asked = behind("Pakk seisis laos üksteist päeva ja keegi ei helistanud.", customer=formal)
    assert "R23" in told(text, asked, "et")
    assert "R23" not in told(text, None, "et")


@pytest.mark.parametrize(
    ("text", "level"),
    [("You called us useless idiots.", "error"), ("I was an idiot.", "warning")],
)
def test_abuse_is_an_error_and_a_coarse_word_about_oneself_a_warning(text: str, level: str) -> None:
    found = [one for one in check(f"{GOOD} {text}", "en") if one.rule == "R21"]
    assert [one.level.value for one in found] == [level]


@pytest.mark.parametrize("template", ["confirm", "check-in", "status-kept", "closing", "silence"])
@pytest.mark.parametrize(
    ("code", "claim"),
    [
        ("en", "We have done what we said."),
        ("et", "Tegime kõik, mida lubasime."),
        ("fa", "به قولمان عمل کردیم."),
        ("he", "עשינו את כל מה שהבטחנו."),
        ("pl", "Zrobiliśmy wszystko, co obiecaliśmy."),
        ("ro", "Am făcut tot ce am promis."),
    ],
)
def test_no_message_says_that_something_is_done_before_it_is(
    template: str, code: str, claim: str
) -> None:
    """R20 holds for every message, not for the apology alone."""
    said = Sentence(Section.AMENDS, claim, personal=True)
    script = Script(language=code, template=template, sentences=(said,))
    asked = behind(promise="a new cake")
    assert "R20" in {one.rule for one in check(script, "", asked)}
    kept = behind(promise="a new cake", state=AmendsState.DONE)
    assert "R20" not in {one.rule for one in check(script, "", kept)}
