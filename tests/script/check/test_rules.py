"""Each rule finds its own, and leaves good words alone; with a case, and without one."""

from __future__ import annotations

import dataclasses
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.errors import WrongUse
from voicenote.model.case import Case, Complaint, Customer, Lesson, Stage
from voicenote.model.case import Finding as Outcome
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.findings import LintLevel, rules
from voicenote.script.check.learned_likeness import BAD, Likeness
from voicenote.script.check.phrase_tables import languages
from voicenote.script.check.rules import check
from voicenote.script.languages import language as tongue_of
from voicenote.script.templating import Templates

DAY = datetime(2026, 12, 1, tzinfo=UTC)
WHOLE = (
    "You told us that the cake fell over. This was our mistake, and I answer for it. I am sorry. "
    "We will give you your money back by Friday."
)
SAID = [
    ("R18", "I am sorry if you were offended."),
    ("R18", "We apologise for any inconvenience."),
    ("R18", "I am sorry you feel that way."),
    ("R18", "I am sorry, but you should have called."),
    ("R18", "If you had read the label, it would have worked."),
    ("R18", "Had somebody been at home on the first try, it would have come in time."),
    ("R18", "You gave us an incomplete address."),
    ("R18", "This has never happened to anybody else."),
    ("R18", "Black Friday was hard for everybody."),
    ("R18", "Mistakes were made."),
    ("R18", "As per our policy we cannot help."),
    ("R18", "It was only a small delay."),
    ("R18", "These things happen."),
    ("R17", "While we have you, look at our autumn range."),
    ("R17", "Please leave us a five-star review."),
    ("R7", "It will never happen again."),
    ("S24", "Thank you so much!"),
    ("S24", "We are VERY SORRY about it."),
    ("S24", "Calm down, please."),
]
FINE = [
    "I am sorry that the cake came late.",
    "You asked if the parcel had left, and nobody answered.",
    "Please tell me if something is still missing.",
    "We are changing how we check the orders.",
    "Your insurance policy is valid again.",
    "You never got an answer.",
    "The IBAN was wrong.",
    "Had I written the address down, it would have come in time.",
    "Had somebody here read your letter, it would have come in time.",
    "We had somebody waiting at the wrong door.",
    "Black Friday was when you ordered it.",
    "“You should have called me! Never again!” is what you told us.",
    "You should have received it on Monday.",
]


def codes(found: Any, level: LintLevel | None = None) -> list[str]:
    return [one.rule for one in found if level is None or one.level is level]


def script(*sentences: tuple[Section, str], template: str = "justified") -> Script:
    said = tuple(Sentence(section, text, personal=False) for section, text in sentences)
    return Script(language="en", template=template, sentences=said)


def behind(
    *,
    harm: int | None = None,
    value: int | None = None,
    kind: AmendsKind = AmendsKind.REFUND,
    finding: Outcome = Outcome.JUSTIFIED,
    lesson: Lesson | None = None,
    **facts: object,
) -> CheckContext:
    """A case with one promise, and what has happened in it."""
    promise = Promise(kind=kind, text="x", value=Money(Decimal(value), "EUR") if value else None)
    complaint = Complaint(
        source="test",
        ref="1",
        opened_at=DAY,
        customer=Customer(name="Dana"),
        what_happened="x",
        finding=finding,
        harm=None if harm is None else Money(Decimal(harm), "EUR"),
    )
    amends = (Amends(case=1, k=1, promise=promise, state=AmendsState.PROMISED),)
    case = Case(number=1, stage=Stage.OPENED, complaint=complaint, amends=amends, lesson=lesson)
    return CheckContext(background=CaseBackground(case=case, **facts))  # type: ignore[arg-type]


def of(rule: str, asked: CheckContext, text: str = WHOLE) -> list[LintLevel]:
    return [one.level for one in check(text, "en", asked) if one.rule == rule]


@pytest.mark.parametrize(("rule", "text"), SAID)
def test_each_bad_sentence_breaks_its_rule(rule: Any, text: Any) -> None:
    found = check(text, "en")
    assert rule in codes(found)
    assert all(text[one.start : one.end] == one.text for one in found)


@pytest.mark.parametrize("text", FINE)
def test_good_sentences_are_left_alone(text: Any) -> None:
    found = check(text, "en", CheckContext(template="check-in"))
    assert not {"R7", "R17", "R18", "S24"}.intersection(codes(found)), found


def test_a_whole_apology_has_no_error_and_no_warning() -> None:
    assert {one.level for one in check(WHOLE, "en")} <= {LintLevel.HINT}


@pytest.mark.parametrize(
    ("without", "rule", "level"),
    [
        ("This was our mistake, and I answer for it. ", "R1", LintLevel.ERROR),
        ("We will give you your money back by Friday.", "R1", LintLevel.ERROR),
        ("I am sorry. ", "R1", LintLevel.HINT),
        ("You told us that the cake fell over. ", "R2", LintLevel.WARNING),
    ],
)
def test_a_missing_part_is_told(without: Any, rule: Any, level: Any) -> None:
    found = check(WHOLE.replace(without, ""), "en")
    assert (rule, level) in [(one.rule, one.level) for one in found]


def test_sorry_before_what_bothered_them_is_an_error() -> None:
    found = check("I am sorry. " + WHOLE.replace("I am sorry. ", ""), "en")
    assert codes(found, LintLevel.ERROR) == ["R2"]


def test_the_owner_must_be_named_when_there_is_one() -> None:
    assert "S1" in codes(check(WHOLE, "en", CheckContext(owner="Mia Berg")), LintLevel.ERROR)
    assert "S1" not in codes(check(f"This is Mia. {WHOLE}", "en", CheckContext(owner="Mia Berg")))
    assert "S1" not in codes(check(WHOLE, "en"))


def test_unfounded_allows_no_apology_and_no_money() -> None:
    found = check(WHOLE, "en", CheckContext(finding=Outcome.UNFOUNDED))
    assert codes(found).count("S9") == 2
    assert "S9" in codes(check(WHOLE, "en", behind(finding=Outcome.UNFOUNDED)))
    assert "S9" not in codes(check(WHOLE, "en"))


def test_a_vow_needs_a_lesson_with_an_owner_and_a_date() -> None:
    text = f"{WHOLE} It will never happen again."
    lesson = Lesson(cause="x", prevention="y", owner="Ruth", due=DAY)
    assert of("R7", CheckContext(), text) == [LintLevel.WARNING]
    assert of("R7", behind(), text) == [LintLevel.ERROR]
    assert of("R7", behind(lesson=dataclasses.replace(lesson, due=None)), text) == [LintLevel.ERROR]
    assert of("R7", behind(lesson=lesson), text) == []


def test_a_second_apology_needs_a_new_deed_or_a_kept_promise() -> None:
    assert of("R6", behind(apologised_on=date(2026, 11, 1))) == [LintLevel.ERROR]
    assert of("R6", behind(apologised_on=date(2026, 11, 1), new_since=True)) == []
    assert of("R6", behind()) == []
    assert of("R6", CheckContext()) == []


@pytest.mark.parametrize("template", ["check-in", "status-late", "status-kept", "confirm"])
def test_what_comes_after_the_memo_does_not_apologise_again(template: Any) -> None:
    assert of("R6", CheckContext(template=template)) == [LintLevel.ERROR]


@pytest.mark.parametrize(
    ("value", "levels"),
    [
        (99, [LintLevel.HINT]),
        (100, []),
        (120, []),
        (121, [LintLevel.WARNING]),
        (150, [LintLevel.WARNING]),
        (151, [LintLevel.ERROR]),
    ],
)
def test_compensation_is_the_harm_or_slightly_more(value: Any, levels: Any) -> None:
    assert of("R8", behind(harm=100, value=value)) == levels


def test_a_recorded_override_and_the_settings_move_the_band() -> None:
    assert of("R8", behind(harm=100, value=151, overridden=True)) == [LintLevel.WARNING]
    assert of("R8", behind(harm=100, value=151, high=160.0, refuse=200.0)) == []
    assert of("R8", behind(harm=None, value=151)) == []


@pytest.mark.parametrize(
    ("harm", "kind", "levels"),
    [
        (100, AmendsKind.REFUND, []),
        (100, AmendsKind.WORD, [LintLevel.WARNING]),
        (None, AmendsKind.REFUND, [LintLevel.HINT]),
        (None, AmendsKind.EXCHANGE, []),
    ],
)
def test_the_kind_of_the_amends_matches_the_harm(harm: Any, kind: Any, levels: Any) -> None:
    assert of("R9", behind(harm=harm, kind=kind)) == levels


def test_money_without_words_is_a_hint() -> None:
    bare = "You told us that the cake fell over. We will give you your money back by Friday."
    assert of("R10", behind(harm=10, value=10), bare) == [LintLevel.HINT]
    assert of("R10", behind(harm=10, value=10)) == []
    assert of("R10", CheckContext(), bare) == []


@pytest.mark.parametrize(
    ("times", "level"),
    [(1, LintLevel.HINT), (10, None), (25, LintLevel.WARNING), (60, LintLevel.ERROR)],
)
def test_length_is_a_hint_a_warning_or_an_error(times: Any, level: Any) -> None:
    text = "You told us about it on that day. " * times
    assert [one.level for one in check(text, "en")] == ([level] if level else [])


def test_a_sentence_longer_than_a_breath_is_a_warning() -> None:
    found = check("and then " * 30 + "it ended.", "en")
    assert codes(found, LintLevel.WARNING) == ["R15"]


def test_a_slow_voice_takes_longer() -> None:
    text = "You told us about it on that day. " * 15
    assert "R15" not in codes(check(text, "en"))
    assert "R15" in codes(check(text, "en", CheckContext(wpm=80)), LintLevel.WARNING)


def test_sections_out_of_order_are_told() -> None:
    made = script((Section.AMENDS, "We will pay."), (Section.MIRROR, "You told us."))
    assert "S21" in codes(check(made))


def test_an_offer_before_the_apology_is_told() -> None:
    text = (
        "You told us that it broke. We will repair it tomorrow. It was our fault, and I am sorry."
    )
    assert "S21" in codes(check(text, "en"), LintLevel.WARNING)


def test_the_customers_words_in_a_script_are_theirs() -> None:
    said = Sentence(Section.VALIDATE, "How you felt: sorry, if I was offended!", personal=True)
    made = Script(language="en", template="check-in", sentences=(said,))
    assert not {"R18", "R6", "S24"}.intersection(codes(check(made)))


def test_levels_can_be_set_for_a_rule_and_for_one_way_to_break_it() -> None:
    text = f"{WHOLE} Mistakes were made, as per our policy!"
    levels = {"R18": LintLevel.HINT, "R18.policy": LintLevel.WARNING, "S24": LintLevel.OFF}
    found = [(f.rule, f.level) for f in check(text, "en", None, levels) if f.rule in ("R18", "S24")]
    assert found == [("R18", LintLevel.HINT), ("R18", LintLevel.WARNING)]


def test_a_language_without_a_table_is_wrong_use() -> None:
    with pytest.raises(WrongUse, match="'de'"):
        check("Es tut uns leid.", "de")


@pytest.mark.parametrize(
    "fault", ["As per our policy, this is not possible.", "It wasn't that bad."]
)
def test_what_a_phrase_finds_in_a_letter_is_told_whatever_the_likeness_thinks(fault: str) -> None:
    """As a hint at least, and in a script as the error it is."""
    letter = (
        "Hi Dana, it's Tom. Your cake came with another child's name, and your son saw it first. "
        f"I iced it from the wrong slip. I'm so sorry. {fault} I'm bringing a new one by four."
    )
    assert "R18" in {one.rule for one in check(letter, "en")}


@pytest.mark.parametrize("language", languages())
def test_every_language_says_what_to_write_instead(language: Any) -> None:
    from voicenote.script.check.phrase_tables import table

    phrases = table(language)
    for code, rule in rules().items():
        for kind in rule.violations:
            assert phrases.advise(code, kind), f"{code}.{kind}"


@pytest.mark.parametrize("language", languages())
def test_nothing_that_is_said_instead_breaks_a_rule_itself(language: Any) -> None:
    from voicenote.script.check.phrase_tables import table

    for way, text in table(language).instead.items():
        found = check(text, language, CheckContext(template="check-in"))
        assert not {"R17", "R18", "S24"}.intersection(codes(found)), (way, found)


@given(st.text(max_size=400), st.sampled_from(languages()))
def test_any_text_can_be_checked(text: Any, language: Any) -> None:
    for one in check(text, language):
        assert text[one.start : one.end] == one.text


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["! ", "“", '"a ', "sorry if ", "you should have been "])
def test_a_text_without_end_takes_no_time_without_end(unit: Any) -> None:
    begun = time.process_time()
    check(unit * 10_000, "en")
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("name", "told"),
    [("Guest", True), ("kai@example.com", True), ("Dana Levi", False), ("(no name)", False)],
)
def test_a_name_that_is_none_is_told(name: str, told: bool) -> None:
    known = behind().background
    assert known is not None
    complaint = dataclasses.replace(known.case.complaint, customer=Customer(name=name))
    case = dataclasses.replace(known.case, complaint=complaint)
    context = CheckContext(background=CaseBackground(case=case))
    assert ("R21" in codes(check("I am sorry.", "en", context), LintLevel.HINT)) is told


@pytest.mark.parametrize("partly", [False, True])
def test_the_line_about_the_voice_takes_no_responsibility(*, partly: bool) -> None:
    said = (
        (Section.MIRROR, "Your letter says our clerk called you a liar in front of the queue."),
        (Section.OWN, "That must have been dreadful, with everybody looking at you. I am sorry."),
        (Section.AMENDS, "Come in any day and we will talk it over, for as long as you like."),
    )
    letter = tuple(Sentence(section, text, personal=True) for section, text in said)
    line = Templates().disclosure(tongue_of("en"), partly=partly)
    scripts = [
        Script(language="en", template="justified", sentences=all_)
        for all_ in (letter, (*letter, *line))
    ]
    levels = [
        {one.rule for one in check(script) if one.level is LintLevel.ERROR} for script in scripts
    ]
    assert levels == [{"R1"}, {"R1"}]


def test_talking_down_is_told_where_the_likeness_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An answer to an unfounded complaint isn't judged by it, so nothing else would tell it."""
    surely = Likeness(dict.fromkeys((*BAD, "ours", "repair"), 0.9))
    monkeypatch.setattr("voicenote.script.check.rules.weigh", lambda *_: surely)
    text = (
        "Hello Ana, Ruth here. You wrote that the lamp hums. We tried it for a day. "
        "You should just calm down about it. Bye for now, Ana."
    )
    found = check(text, "en", CheckContext(finding=Outcome.UNFOUNDED))
    assert "S24" in {one.rule for one in found}
