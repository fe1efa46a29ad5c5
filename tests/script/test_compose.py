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

ASKS = (
    "What would put this right for you?",
    "Please tell me what would put this right.",
    "What can we do to put it right?",
)


def words_of(script: Any) -> str:
    return " ".join(sentence.text for sentence in script.sentences)


def section(script: Any, wanted: Section) -> list[str]:
    return [s.text for s in script.sentences if s.section is wanted]


def test_the_owner_is_named_aloud(case: Any, facts: Any) -> None:
    assert "It's Mia Berg from Berg and Daughters." in [
        s.said for s in compose(case(), facts()).sentences
    ]


def test_a_case_that_nobody_answers_for_is_refused(case: Any, facts: Any) -> None:
    with pytest.raises(RuleSaysNo, match="S1"):
        compose(case(), facts(owner=" "))


def test_the_owner_of_the_case_answers_when_the_facts_name_none(case: Any, facts: Any) -> None:
    assert "It's Ruth from" in words_of(compose(case(owner="Ruth"), facts(owner="")))


def test_what_bothered_them_most_is_said_back_before_sorry(case: Any, facts: Any) -> None:
    script = compose(case(bothered_most="Nobody called me"), facts())
    text = words_of(script)
    assert "“The wedding cake came without its ribbon”." in text
    assert text.index("“Nobody called me”.") < text.index("sorry")


def test_sentences_of_the_case_are_personal_and_those_of_the_owner_shared(
    case: Any, facts: Any, refund: Any
) -> None:
    script = compose(case(promises=(refund,), bothered_most="Nobody called me"), facts())
    personal = [s.text for s in script.sentences if s.personal]
    assert personal == [
        "Hi Dana.",
        "“The wedding cake came without its ribbon”.",
        "What bothered you most was this, “Nobody called me”.",
        "The full price of the cake, $240.",
        "By Friday, 4 December.",
    ]


def test_money_and_dates_are_said_in_words(case: Any, facts: Any, refund: Any) -> None:
    spoken = [s.said for s in compose(case(promises=(refund,)), facts()).sentences]
    assert "The full price of the cake, two hundred forty dollars." in spoken
    assert "By Friday, the fourth of December." in spoken


def test_a_long_aside_is_a_sentence_of_its_own(case: Any, facts: Any) -> None:
    most = "nobody called me before the guests had all gone home again"
    assert f" this. “N{most[1:]}”. " in words_of(compose(case(bothered_most=most), facts()))


def test_the_name_is_said_as_the_customer_wants(case: Any, facts: Any) -> None:
    script = compose(case(customer=Customer(name="Dana", say_as="Dahna")), facts())
    assert script.sentences[0].text == "Hi Dana."
    assert script.sentences[0].said == "Hi Dahna."


def test_unfounded_has_no_apology_and_no_money(case: Any, facts: Any, refund: Any) -> None:
    script = compose(
        case(finding=Finding.UNFOUNDED, finding_reason="the ribbon is there", promises=(refund,)),
        facts(),
    )
    assert script.template == "unfounded"
    assert not section(script, Section.AMENDS)
    text = words_of(script).lower()
    assert not any(word in text for word in ("sorry", "apolog", "regret", "$", "dollar"))
    assert "thank" in text


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
    assert "these are your words. “The ribbon is the wrong colour”." in words_of(script)


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
    said = words_of(compose(case(lesson=firm), facts()))
    assert "Two people check the order." in said
    assert "Ruth sees to that by Tuesday, 15 December." in said
    assert "There's something that we want to do differently." in words_of(
        compose(case(lesson=loose), facts())
    )
    assert not section(compose(case(), facts()), Section.PREVENT)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "I'll see to that myself by Tuesday, 15 December."),
        ("et", "Selle eest hoolitsen ma ise, "),
        ("fa", "به این کار می‌رسم."),
        ("he", "אני אטפל בזה בעצמי, "),
        ("pl", "Dopilnuję tego osobiście, "),
        ("ro", "De asta mă ocup chiar eu, "),
    ],
)
def test_a_speaker_does_not_tell_of_herself_by_name(
    case: Any, facts: Any, code: str, said: str
) -> None:
    due, text = datetime(2026, 12, 15, tzinfo=UTC), "two people check the order"
    firm = Lesson(cause="x", prevention=text, owner=facts().owner.upper(), due=due)
    assert said in words_of(compose(case(lesson=firm), facts(language=code)))


def test_without_amends_it_asks_and_warns(case: Any, facts: Any) -> None:
    made = draft(case(), facts())
    assert section(made.script, Section.AMENDS)[-1] in ASKS
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


def test_no_promise_is_left_out_and_too_much_is_told(case: Any, facts: Any, refund: Any) -> None:
    made = draft(case(promises=(refund,) * 9), facts())
    assert words_of(made.script).count("The full price of the cake") == 9
    assert "R15" in {warning.rule for warning in made.warnings}


def test_a_long_promise_is_said_whole_and_asked_for_again(case: Any, facts: Any) -> None:
    text = "we send " + "a new ribbon of silk, and then " * 20 + "if you will have us"
    made = draft(case(promises=(Promise(kind=AmendsKind.REDO, text=text),)), facts())
    assert text[1:] in words_of(made.script)
    assert "R22" in {warning.rule for warning in made.warnings}


def test_money_that_the_promise_names_is_not_said_twice(case: Any, facts: Any, refund: Any) -> None:
    named = dataclasses.replace(refund, text="the 240 dollars that you paid")
    text = words_of(compose(case(promises=(named,)), facts()))
    assert text.count("240") == 1


@pytest.mark.parametrize(
    "text",
    ["a new cake on Friday", "a new cake by December 4", "a new cake, 4/12", "new 2026-12-04"],
)
def test_a_day_that_the_promise_names_is_not_said_twice(
    case: Any, facts: Any, refund: Any, text: str
) -> None:
    named = dataclasses.replace(refund, text=text)
    assert "By Friday" not in words_of(compose(case(promises=(named,)), facts()))


def test_the_owners_own_words_for_the_deed_stand_alone(case: Any, facts: Any, refund: Any) -> None:
    deed = "Your money went back this morning. You'll see it by Friday."
    said = section(
        compose(case(promises=(dataclasses.replace(refund, deed=deed),)), facts()), Section.AMENDS
    )
    assert said == ["Your money went back this morning.", "You'll see it by Friday."]


def test_the_owners_own_words_stand_for_the_customers(case: Any, facts: Any, refund: Any) -> None:
    made = draft(
        case(
            promises=(refund,),
            said_back="You told our waiter twice about the nuts. Your daughter was in hospital.",
            our_fault="We served her the pesto anyway.",
            meant="You sat by her bed all night.",
            bothered_most="I told him twice",
            feeling="terrified",
            cause="the order was not marked",
        ),
        facts(),
    )
    text = words_of(made.script)
    assert "You told our waiter twice about the nuts. Your daughter was in hospital." in text
    assert text.index("You sat by her bed") < text.index("We served her the pesto anyway.")
    assert "“" not in text
    assert "your own words stand for: what happened, bothered most, feeling, cause" in {
        warning.what for warning in made.warnings
    }


def test_what_is_said_back_as_its_meaning_is_not_quoted_as_well(
    case: Any, facts: Any, refund: Any
) -> None:
    told = {"bothered_most": "I felt like a fool.", "meant": "You felt like a fool."}
    text = words_of(compose(case(promises=(refund,), **told), facts()))
    assert text.count("like a fool") == 1
    assert "You felt like a fool." in text


def test_what_is_pleasant_goes_before_a_word_of_theirs(case: Any, facts: Any, refund: Any) -> None:
    full = dict.fromkeys(("bothered_most", "feeling", "at_stake", "identity"), "")
    words = {name: f"{name} was more than I can say in words" for name in full}
    made = draft(case(promises=(refund,), **words), facts(wpm=110))
    text = words_of(made.script)
    assert seconds(made.script, 110) <= 60
    assert "hold me" not in text.lower()
    assert "reaches me" not in text
    dropped = next(w.what for w in made.warnings if w.what.startswith("left out"))
    assert "identity" in dropped
    assert "bothered most" not in dropped


def test_it_is_fitted_at_the_pace_of_the_voice(case: Any, facts: Any, refund: Any) -> None:
    words = dict.fromkeys(("feeling", "at_stake", "identity", "expected"), "more than I can say")
    made = case(promises=(refund,), **words)
    slow, quick = (draft(made, facts(wpm=wpm)).script for wpm in (100, 190))
    assert len(slow.sentences) < len(quick.sentences)


def test_the_same_case_has_the_same_words_and_others_have_others(case: Any, facts: Any) -> None:
    scripts = [compose(case(ref=str(n)), facts()) for n in (1, 1, 2, 3, 4, 5)]
    assert scripts[0] == scripts[1]
    assert len({script.text for script in scripts}) > 3


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
    assert "by Wednesday, 9 December." in words_of(dated)
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
    assert said[1:] == ["A new ribbon.", "By Friday, 4 December."]


def test_a_promise_whose_words_cannot_be_said_is_called_by_its_kind(case: Any, facts: Any) -> None:
    promise = Promise(kind=AmendsKind.REFUND, text="***", promised_by=date(2026, 12, 4))
    said = section(compose(case(promises=(promise,)), facts()), Section.AMENDS)
    assert said[1] == "Your money back."


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
    assert compose(case(customer=who), facts()).sentences[0].text == "Hi Kai."
