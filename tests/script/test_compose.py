"""case → script, through the public functions and the packaged English templates."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

import pytest

from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.model.case import Customer, Finding, Lesson
from voicenote.model.greeting import NOBODY
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.sentences import Section
from voicenote.model.touch import TouchKind
from voicenote.script.compose import compose, draft, seconds, template_for


def words_of(script: Any) -> str:
    return " ".join(sentence.text for sentence in script.sentences)


def section(script: Any, wanted: Section) -> list[str]:
    return [s.text for s in script.sentences if s.section is wanted]


def test_the_owner_is_named_aloud(case: Any, facts: Any) -> None:
    assert "This is Mia Berg, from Berg and Daughters." in [
        s.said for s in compose(case(), facts()).sentences
    ]


def test_a_case_that_nobody_answers_for_is_refused(case: Any, facts: Any) -> None:
    with pytest.raises(RuleSaysNo, match="S1"):
        compose(case(), facts(owner=" "))


def test_the_owner_of_the_case_answers_when_the_facts_name_none(case: Any, facts: Any) -> None:
    assert "This is Ruth" in words_of(compose(case(owner="Ruth"), facts(owner="")))


def test_what_bothered_them_most_is_said_back_before_sorry(case: Any, facts: Any) -> None:
    script = compose(case(bothered_most="Nobody called me"), facts())
    text = words_of(script)
    assert "In your words: “Nobody called me”." in text
    assert text.index("Nobody called me") < text.index("sorry")


def test_sentences_of_the_case_are_personal_and_those_of_the_owner_shared(
    case: Any, facts: Any, refund: Any
) -> None:
    script = compose(case(promises=(refund,), bothered_most="Nobody called me"), facts())
    personal = [s.text for s in script.sentences if s.personal]
    assert personal == [
        "Hello Dana Levi.",
        "In your words: “Nobody called me”.",
        "What I promise you: the full price of the cake.",
        "It comes to $240.",
        "You will have it by Friday, 4 December.",
    ]


def test_money_and_dates_are_said_in_words(case: Any, facts: Any, refund: Any) -> None:
    spoken = [s.said for s in compose(case(promises=(refund,)), facts()).sentences]
    assert "It comes to two hundred forty dollars." in spoken
    assert "You will have it by Friday, the fourth of December." in spoken


def test_the_name_is_said_as_the_customer_wants(case: Any, facts: Any) -> None:
    script = compose(case(customer=Customer(name="Dana", say_as="Dahna")), facts())
    assert script.sentences[0].text == "Hello Dana."
    assert script.sentences[0].said == "Hello Dahna."


def test_unfounded_has_no_apology_and_no_money(case: Any, facts: Any, refund: Any) -> None:
    script = compose(
        case(finding=Finding.UNFOUNDED, finding_reason="the ribbon is there", promises=(refund,)),
        facts(),
    )
    assert script.template == "unfounded"
    assert not section(script, Section.AMENDS)
    text = words_of(script).lower()
    assert not any(word in text for word in ("sorry", "apolog", "regret", "$", "dollar"))
    assert text.count("thank you") == 2


@pytest.mark.parametrize(
    "template", ["check-in", "status-kept", "status-late", "confirm", "unfounded", "abusive"]
)
def test_only_the_memo_and_a_reopened_case_apologise(
    case: Any, facts: Any, refund: Any, template: Any
) -> None:
    script = compose(case(promises=(refund,)), facts(template=template))
    assert "sorry" not in words_of(script).lower()


def test_a_reopened_case_apologises_only_beside_a_new_deed(
    case: Any, facts: Any, refund: Any
) -> None:
    with_deed = draft(case(round=2, promises=(refund,)), facts())
    without = draft(case(round=2), facts())
    assert "sorry" in words_of(with_deed.script)
    assert "sorry" not in words_of(without.script)
    assert "R6" in {warning.rule for warning in without.warnings}


def test_a_reopened_case_says_the_last_answer_back(case: Any, facts: Any) -> None:
    answers = tuple(
        Answer(verdict=Verdict.NOT_YET, at=datetime(2026, 12, day, tzinfo=UTC), text=text)
        for day, text in ((1, "Not yet"), (2, "The ribbon is the wrong colour"))
    )
    script = compose(case(round=2), facts(answers=answers))
    assert "This is what you answered: “The ribbon is the wrong colour”." in words_of(script)


def test_what_an_answer_without_words_is_shown_as_is_never_said(case: Any, facts: Any) -> None:
    answers = tuple(
        Answer(verdict=Verdict.NOT_YET, at=datetime(2026, 12, day, tzinfo=UTC), text=text)
        for day, text in ((1, "Not yet, it is blue\n[a picture: a.jpg, 2 kB]"), (2, "[a file]"))
    )
    said = words_of(compose(case(round=2), facts(answers=answers)))
    assert "“Not yet, it is blue”" in said
    assert "[" not in said


def test_prevention_is_promised_only_with_a_person_and_a_date(case: Any, facts: Any) -> None:
    firm = Lesson(
        cause="x",
        prevention="two people check the order",
        owner="Ruth",
        due=datetime(2026, 12, 15, tzinfo=UTC),
    )
    loose = dataclasses.replace(firm, owner="")
    assert "we are changing this: two people check the order" in words_of(
        compose(case(lesson=firm), facts())
    )
    assert "What we are working on" in words_of(compose(case(lesson=loose), facts()))
    assert "I am looking into how this could happen." in words_of(compose(case(), facts()))


def test_without_amends_it_asks_and_warns(case: Any, facts: Any) -> None:
    made = draft(case(), facts())
    assert "Please tell me what would put this right." in section(made.script, Section.AMENDS)
    assert "S3" in {warning.rule for warning in made.warnings}


def test_a_machine_that_speaks_says_so_last(case: Any, facts: Any) -> None:
    assert "computer" in compose(case(), facts(synthetic=True)).sentences[-1].text
    assert not section(compose(case(), facts()), Section.DISCLOSE)


def test_a_language_without_templates_falls_back_to_english_and_says_so(
    case: Any, facts: Any
) -> None:
    made = draft(case(), facts(language="tlh"))
    assert made.fell_back
    assert made.script.language == "en"
    assert not draft(case(), facts(language="en-GB")).fell_back


def test_long_words_are_shortened_before_the_memo_is_too_long(
    case: Any, facts: Any, refund: Any
) -> None:
    tale = "It began on Monday when the van came late again. " * 200
    script = compose(case(what_happened=tale, feeling=tale, promises=(refund,)), facts())
    assert seconds(script) <= 60


def test_every_promise_that_is_not_spoken_is_warned_about(
    case: Any, facts: Any, refund: Any
) -> None:
    made = draft(case(promises=(refund,) * 5), facts())
    assert any("did not fit" in warning.what for warning in made.warnings)


def test_money_that_the_promise_names_is_not_said_twice(case: Any, facts: Any, refund: Any) -> None:
    named = dataclasses.replace(refund, text="the 240 dollars that you paid")
    text = words_of(compose(case(promises=(named,)), facts()))
    assert "It comes to" not in text


def amends(k: int, state: AmendsState, refund: Promise) -> Amends:
    return Amends(case=1, k=k, promise=refund, state=state)


@pytest.mark.parametrize(
    ("kind", "complaint", "wanted"),
    [
        (TouchKind.MEMO, {}, "justified"),
        (TouchKind.MEMO, {"finding": Finding.PARTLY}, "partly"),
        (TouchKind.MEMO, {"finding": Finding.UNFOUNDED}, "unfounded"),
        (TouchKind.MEMO, {"abusive": True}, "abusive"),
        (TouchKind.MEMO, {"round": 2}, "reopened"),
        (TouchKind.MEMO, {"round": 2, "abusive": True}, "abusive"),
        (TouchKind.LAST_WORD, {"abusive": True}, "abusive"),
        (TouchKind.LAST_WORD, {"finding": Finding.UNFOUNDED}, "unfounded"),
        (TouchKind.ACKNOWLEDGE, {}, "acknowledge"),
        (TouchKind.CHECK_IN, {}, "check-in"),
        (TouchKind.CONFIRM, {}, "confirm"),
        (TouchKind.STATUS, {}, "status-late"),
    ],
)
def test_each_touch_has_its_template(case: Any, kind: Any, complaint: Any, wanted: Any) -> None:
    assert template_for(case(**complaint), kind) == wanted


def test_a_status_knows_whether_its_own_promise_was_kept(case: Any, refund: Any) -> None:
    two = (amends(1, AmendsState.DONE, refund), amends(2, AmendsState.PROMISED, refund))
    made = case(amends=two)
    assert template_for(made, TouchKind.STATUS, 1) == "status-kept"
    assert template_for(made, TouchKind.STATUS, 2) == "status-late"
    assert template_for(made, TouchKind.STATUS) == "status-late"


def test_a_nudge_has_no_script(case: Any) -> None:
    with pytest.raises(WrongUse):
        template_for(case(), TouchKind.NUDGE)


def test_a_status_without_a_promise_is_refused(case: Any, facts: Any) -> None:
    with pytest.raises(RuleSaysNo):
        compose(case(), facts(kind=TouchKind.STATUS))


def test_a_late_promise_gives_its_new_date_or_none(case: Any, facts: Any, refund: Any) -> None:
    late = {"template": "status-late"}
    dated = compose(case(promises=(refund,)), facts(next_by=date(2026, 12, 9), **late))
    assert "The new date is Wednesday, 9 December." in words_of(dated)
    undated = draft(case(promises=(refund,)), facts(**late))
    assert "R11" in {warning.rule for warning in undated.warnings}


def test_a_waived_promise_is_not_spoken_of(case: Any, facts: Any, refund: Any) -> None:
    waived = amends(1, AmendsState.WAIVED, refund)
    text = words_of(compose(case(amends=(waived,), promises=(refund,)), facts()))
    assert "full price" not in text


@pytest.mark.parametrize("kind", list(AmendsKind))
def test_every_kind_of_amends_has_words(case: Any, facts: Any, kind: Any) -> None:
    promise = Promise(kind=kind, text="a new ribbon", promised_by=date(2026, 12, 4))
    said = section(compose(case(promises=(promise,)), facts()), Section.AMENDS)
    assert len(said) == 3
    assert said[1] == "What I promise you: a new ribbon."


def test_a_promise_whose_words_cannot_be_said_is_called_by_its_kind(case: Any, facts: Any) -> None:
    promise = Promise(kind=AmendsKind.REFUND, text="***", promised_by=date(2026, 12, 4))
    said = section(compose(case(promises=(promise,)), facts()), Section.AMENDS)
    assert said[1] == "What I promise you: your money back."


def test_nobody_promises_for_a_day_that_has_passed(case: Any, facts: Any, refund: Any) -> None:
    late = dataclasses.replace(refund, promised_by=date(2026, 11, 21))
    made = draft(case(promises=(late,)), facts())
    assert "November" not in made.script.text
    assert "S27" in {warn.rule for warn in made.warnings}


HELLO = {"en": "Hello.", "he": "שלום.", "ro": "Bună ziua.", "pl": "Dzień dobry.", "fa": "سلام.",
         "et": "Tere."}  # fmt: skip


@pytest.mark.parametrize("name", ["there", NOBODY, "kai@example.com", "Guest", "Caller +372 555"])
@pytest.mark.parametrize("code", sorted(HELLO))
def test_who_gave_no_name_is_greeted_without_one(
    case: Any, facts: Any, code: str, name: str
) -> None:
    script = compose(case(customer=Customer(name=name)), facts(language=code))
    assert script.sentences[0].text == script.sentences[0].said == HELLO[code]


def test_how_a_name_is_said_greets_who_has_only_an_address(case: Any, facts: Any) -> None:
    who = Customer(name="kai@example.com", say_as="Kai")
    assert compose(case(customer=who), facts()).sentences[0].text == "Hello Kai."
