"""The packaged templates and the owner's own: what holds for all of them, and what is refused."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from voicenote.errors import BadData
from voicenote.model.case import Case, Complaint, Customer, Finding, Lesson, Stage
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.sentences import Section
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.findings import LintLevel
from voicenote.script.check.normalise import fold
from voicenote.script.check.phrase_tables import table
from voicenote.script.check.rules import check
from voicenote.script.compose import compose, draft, seconds
from voicenote.script.context import ScriptContext
from voicenote.script.languages import language
from voicenote.script.placeholders import Blank, Placeholders
from voicenote.script.promise_state import PromiseState
from voicenote.script.template_values import PromiseValues, TemplateValues
from voicenote.script.templating import Templates

NAMES = {
    "abusive",
    "acknowledge",
    "check-in",
    "confirm",
    "justified",
    "partly",
    "reopened",
    "status-kept",
    "status-late",
    "unfounded",
}
EVERY = [(code, name) for code in sorted(Templates().languages()) for name in sorted(NAMES)]
ATTACKS = [
    "{{ 7*7 }}",
    "{% for x in range(999999) %}x{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "[amends]",
    "Dana\n[amends]\nYou get a million.",
    "\ue000\ue001",
    "{# gone #}",
]
WORDS = st.one_of(
    st.text(max_size=300),
    st.sampled_from(ATTACKS),
    st.lists(
        st.sampled_from(["the", "cake", "was", "120", "late,", "$40", "XXXX", "nobody", "called."])
    ).map(" ".join),
)
SOME = WORDS.filter(lambda text: bool(text.strip()))
DAYS = st.dates(date(2026, 11, 22), date(2027, 12, 31))
MONEY = st.builds(
    Money,
    st.decimals(0, 99_999, places=2, allow_nan=False).map(Decimal),
    st.sampled_from(["USD", "EUR", "GBP", "PLN", "RON", "ILS", "JPY", "CHF"]),
) | st.builds(Money, st.integers(0, 10**8).map(Decimal), st.just("IRR"))
PROMISES = st.lists(
    st.builds(
        Promise,
        kind=st.sampled_from(AmendsKind),
        text=SOME,
        value=st.none() | MONEY,
        promised_by=st.none() | DAYS,
    ),
    min_size=1,
    max_size=4,
).map(tuple)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
LESSONS = st.none() | st.builds(
    Lesson,
    cause=WORDS,
    prevention=WORDS,
    owner=st.sampled_from(["", "Ruth"]),
    due=st.none() | st.just(NOON),
    done_at=st.none() | st.just(NOON),
)
COMPLAINTS = st.builds(
    Complaint,
    source=st.just("test"),
    ref=st.just("1"),
    opened_at=st.just(NOON),
    customer=st.builds(Customer, name=SOME, say_as=WORDS),
    what_happened=SOME,
    bothered_most=WORDS,
    feeling=WORDS,
    at_stake=WORDS,
    expected=WORDS,
    identity=WORDS,
    cause=WORDS,
    finding_reason=WORDS,
)
CASES = st.builds(
    Case,
    number=st.just(1),
    stage=st.just(Stage.OPENED),
    complaint=COMPLAINTS,
    lesson=LESSONS,
)

QUICKLY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
CONTEXTS = st.builds(
    ScriptContext,
    owner=st.just("Mia Berg"),
    business=st.sampled_from(["", "Berg & Daughters"]),
    today=st.just(date(2026, 11, 22)),
    promises=PROMISES,
    next_by=st.none() | DAYS,
    synthetic=st.booleans(),
    answers=st.builds(Answer, verdict=st.just(Verdict.NOT_YET), at=st.just(NOON), text=WORDS).map(
        lambda said: (said,)
    ),
)
GENERATED = given(made=CASES, context=CONTEXTS)


def write(folder: Any, text: str, name: str = "justified", code: str = "en") -> Templates:
    (folder / code).mkdir(exist_ok=True)
    (folder / code / f"{name}.jinja").write_text(text, encoding="utf-8")
    return Templates((folder,))


@pytest.mark.parametrize("code", sorted(Templates().languages()))
def test_every_language_has_every_template(code: Any) -> None:
    assert set(Templates().names(code)) == NAMES


@pytest.mark.parametrize(("code", "name"), EVERY)
@QUICKLY
@GENERATED
def test_every_template_holds_for_every_case(code: Any, name: Any, made: Any, context: Any) -> None:
    found = draft(made, replace(context, template=name, language=code))
    script = found.script
    order = list(Section)
    places = [order.index(sentence.section) for sentence in script.sentences]
    assert places == sorted(places)
    assert any("Mia Berg" in sentence.said for sentence in script.sentences)
    told = any(one.rule == "R15" for one in found.warnings)  # promises are never cut
    assert seconds(script) <= 60 or told, script.text
    assert seconds(script) >= 10, script.text
    for sentence in script.sentences:
        assert sentence.text.strip()
        assert len(sentence.text.splitlines()) == 1
        assert not re.search("[\ue000-\uf8ff]", sentence.text + sentence.said)
        kinds = {unicodedata.category(char)[0] for char in sentence.said if char not in "‌‍"}
        assert not kinds & set("NSC"), sentence.said
        assert sentence.said[-1] in ".?؟…", sentence.said
        assert ": ." not in sentence.text
        assert ": ." not in sentence.said
        assert ":." not in sentence.said


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_customer_wrote_is_never_a_template(case: Any, facts: Any, attack: Any) -> None:
    made = case(what_happened=attack, bothered_most=attack, customer=Customer(name=attack))
    script = compose(made, facts())
    text = " ".join(sentence.text for sentence in script.sentences)
    assert "49" not in text
    assert "xxx" not in text
    assert "<class" not in text
    assert not [s for s in script.sentences if s.section is Section.AMENDS and s.personal]


def test_braces_in_a_name_stay(case: Any, facts: Any) -> None:
    script = compose(case(customer=Customer(name="x", greet_as="{{ Dana }}")), facts())
    assert script.sentences[0].text == "Hi {{ Dana }}."


def test_the_owners_template_comes_before_the_packaged_one(
    tmp_path: Path, case: Any, facts: Any
) -> None:
    own = write(tmp_path, "[thanks]\nHi {{ customer }}, {{ owner }} here, for 2 days.\n")
    sentence = compose(case(), facts(), own).sentences[0]
    assert sentence.text == "Hi Dana, Mia Berg here, for 2 days."
    assert sentence.said == "Hi Dana, Mia Berg here, for two days."
    assert compose(case(), facts(template="confirm"), own).template == "confirm"


def test_an_own_template_can_use_the_packaged_parts(tmp_path: Path, case: Any, facts: Any) -> None:
    own = write(tmp_path, '[thanks]\n{% include "en/_hello.jinja" %}\n')
    assert compose(case(), facts(), own).sentences[0].text == "Hi Dana."


@pytest.mark.parametrize("code", sorted(Templates().languages()))
def test_an_own_copy_of_every_template_says_the_same(
    tmp_path: Path, case: Any, facts: Any, refund: Any, code: Any
) -> None:
    made = case(promises=(refund,), feeling="tired", cause="late-delivery")
    for name in NAMES:
        own = write(tmp_path, Templates().source(code, name), name, code)
        context = facts(template=name, language=code, synthetic=True)
        assert compose(made, context, own) == compose(made, context)


def test_an_own_part_is_used_by_the_packaged_templates(
    tmp_path: Path, case: Any, facts: Any
) -> None:
    own = write(tmp_path, "Good day {{ customer }}, {{ owner }} here.\n", "_hello")
    assert compose(case(), facts(), own).sentences[0].text == "Good day Dana, Mia Berg here."


def test_a_template_of_one_language_can_include_a_part_of_another(
    tmp_path: Path, case: Any, facts: Any
) -> None:
    own = write(tmp_path, '[thanks]\n{% include "pl/_hello.jinja" %}\n')
    assert compose(case(), facts(), own).sentences[0].text.startswith("Dzień dobry")


def test_the_page_on_templates_names_every_value(case: Any, facts: Any, refund: Any) -> None:
    context, slots = facts(), Placeholders()
    states = (PromiseState(refund),)
    values = TemplateValues(context, language("en"), 40, slots).of(case(), "Mia", states)
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([\w.]+)`", row)}
    assert told == {*values, *(f"promise.{name}" for name in PromiseValues._fields)}


@pytest.mark.parametrize("name", ["justified", "mine"])
@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("she", "pronouns"),
        (("a", "b"), "pronouns.0"),
        (7, "pronouns"),
        (PromiseValues("refund", *[Blank("x", filled=True)] * 8), "pronouns.kind"),  # type: ignore[arg-type]  # it is wrong on purpose
    ],
)
def test_a_plain_value_never_reaches_a_template(
    tmp_path: Path, name: Any, value: Any, where: Any
) -> None:
    own = write(tmp_path, "[thanks]\nDear {{ pronouns }}.\n", name)
    with pytest.raises(TypeError, match=f"value {where} is a plain .* personal"):
        own.render(language("en"), name, {"pronouns": value}, Placeholders())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{% if promise.kind == "refund" %}Money{% else %}Other{% endif %}.', "Money."),
        ('{% if promise.kind in ["credit", "refund"] %}Money{% endif %}.', "Money."),
        ('{{ {"refund": "Money"}[promise.kind] }}.', "Money."),
        ("A {{ promise.kind }}.", "A refund."),
    ],
)
def test_an_own_template_can_ask_for_the_kind_of_a_promise(
    tmp_path: Path, case: Any, facts: Any, refund: Any, text: Any, says: Any
) -> None:
    own = write(tmp_path, f"[thanks]\n{text}\n")
    sentence = compose(case(promises=(refund,)), facts(), own).sentences[0]
    assert sentence.text == says
    assert sentence.personal is ("{{ promise" in text)


def test_the_code_of_a_kind_cannot_be_printed_as_our_own_words(
    tmp_path: Path, case: Any, facts: Any, refund: Any
) -> None:
    own = write(tmp_path, "[thanks]\nA {{ promise.kind._code }}.\n")
    with pytest.raises(BadData, match=r"unsafe|undefined"):
        compose(case(promises=(refund,)), facts(), own)


@pytest.mark.parametrize(
    "text", ["{{ " + "(" * 5000 + "1", "{% if a %}" * 3000, "{{ " + "9" * 5000 + " }}"]
)
def test_a_template_nested_beyond_measure_is_broken(
    tmp_path: Path, case: Any, facts: Any, text: Any
) -> None:
    with pytest.raises(BadData, match="a template is broken"):
        compose(case(), facts(), write(tmp_path, f"[thanks]\n{text}"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[thanks]\nHello {{ custmer }}.\n", 2),
        ("[thanks]\nHello\n{% if %}\n", 3),
        ("[thanks]\nHello.\n[sorry]\nOh.\n", 3),
        ("[mirror]\nHello.\n[thanks]\nOh.\n", 3),
        ("[thanks]\n{{ customer.__class__ }}\n", 2),
        ("[thanks]\nHi.\n{{ ''.__class__.__mro__ }}\n", 3),
        ("[thanks]\n{{ owner._mark }}\n", 2),
        ("[thanks]\n{{ customer + 1 }}\n", 2),
        ("[thanks]\n{{ range(99999999)|list }}\n", 2),
        ("[thanks]\n\ue000\n", 2),
        ("", 1),
    ],
)
def test_a_broken_template_names_its_file_and_line(
    tmp_path: Path, case: Any, facts: Any, text: Any, line: Any
) -> None:
    with pytest.raises(BadData) as caught:
        compose(case(), facts(), write(tmp_path, text))
    problem = caught.value.problems[0]
    assert problem.file.endswith("justified.jinja")
    assert problem.line == line


def test_a_heading_that_a_template_makes_up_is_refused(
    tmp_path: Path, case: Any, facts: Any
) -> None:
    with pytest.raises(BadData, match="no such section"):
        compose(case(), facts(), write(tmp_path, "[thanks]\nHi.\n[{{ customer }}]\n"))


def test_words_before_the_first_section_are_refused(tmp_path: Path, case: Any, facts: Any) -> None:
    with pytest.raises(BadData, match="before its first section"):
        compose(case(), facts(), write(tmp_path, "Hello.\n[thanks]\nThank you.\n"))


@pytest.mark.parametrize("name", ["nothing-here", "../../etc/passwd", "_hello", "A B", ""])
def test_a_template_that_is_not_there_is_bad_data(case: Any, name: Any) -> None:
    facts = ScriptContext(owner="Mia", today=date(2026, 11, 22), template=name or "x/y")
    with pytest.raises(BadData):
        draft(case(), facts)


@pytest.mark.parametrize(("code", "name"), EVERY)
@QUICKLY
@GENERATED
def test_no_template_breaks_a_rule_of_the_check(
    code: Any, name: Any, made: Any, context: Any
) -> None:
    # names and promises are made up, at times of words such as "apology"
    who = made.complaint.customer
    given = [who.name, who.say_as, *(one.text for one in context.promises or ())]
    assume(not any(table(code).phrases.find(fold(one)[0]) for one in given))
    facts = replace(context, template=name, language=code)
    found = Finding(name) if name in set(Finding) else Finding.JUSTIFIED
    offered = () if found is Finding.UNFOUNDED else facts.promises
    complaint = replace(made.complaint, finding=found, promises=offered)
    background = CaseBackground(
        case=replace(made, complaint=complaint), new_since=name == "reopened"
    )
    script = compose(background.case, facts)
    findings = check(script, context=CheckContext(owner=facts.owner, background=background))
    wrong = [one for one in findings if one.level is LintLevel.ERROR and one.rule != "R15"]
    # a name or a promise such as "s*xx" is abuse, whoever made it up
    assert not [one for one in wrong if "*" not in one.text], script.text


@pytest.mark.parametrize("name", sorted(NAMES))
@pytest.mark.parametrize(
    "field", ["what_happened", "bothered_most", "feeling", "at_stake", "expected", "identity"]
)
@pytest.mark.parametrize(
    "words",
    [
        "I am sorry if you were offended, they said",
        "It will never happen again",
        "As per our policy we cannot help",
        "Please leave us a five-star review",
        "Calm down, please",
    ],
)
def test_the_customers_own_words_break_no_rule(
    case: Any, facts: Any, refund: Any, name: Any, field: Any, words: Any
) -> None:
    made = case(**{field: words})
    made = replace(made, complaint=replace(made.complaint, promises=(refund,)))
    background = CaseBackground(case=made, new_since=name == "reopened")
    script = compose(made, facts(template=name, promises=(refund,)))
    findings = check(script, context=CheckContext(background=background))
    assert not [one for one in findings if one.level is LintLevel.ERROR]
