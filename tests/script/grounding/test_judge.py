"""The judge: honest drafts pass, and nothing that an adversary adds reaches approval."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.script.grounding.drafts import TODAY, Draft, Told, doubts_of, honest, script_of, told
from tests.script.grounding.unseen import doubted
from voicenote.script.check.learned_likeness import rarity
from voicenote.script.compose import compose
from voicenote.script.grounding.claim_tables import known_languages
from voicenote.script.grounding.claimed_figures import in_digits
from voicenote.script.grounding.claims import Doubt
from voicenote.script.grounding.held_words import HeldWords
from voicenote.script.grounding.judge import judge
from voicenote.script.languages import packaged_languages

#: Doubts that are named to the owner; for any other one a draft is refused.
NAMED = {"fact"}
ATTACKS = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text("utf-8"))
FACTS = tomllib.loads(Path(__file__).with_name("invented_facts.toml").read_text("utf-8"))
LANGUAGES = sorted(packaged_languages())


def attacked(code: str, attacks: dict[str, Any] = ATTACKS) -> Iterator[tuple[Told, Draft, str]]:
    """A draft of every case of a language, with every lie in it."""
    for one in told():
        if one.template.language != code:
            continue
        for section, lies in attacks[code].items():
            for lie in lies:
                for draft in one.drafts[:1]:
                    yield one, {**draft, section: [*draft.get(section, []), lie]}, lie


def refuses(doubts: tuple[Doubt, ...]) -> bool:
    """Whether a draft is sent back for its doubts."""
    return bool({one.kind for one in doubts} - NAMED)


def test_every_language_of_the_templates_can_be_judged() -> None:
    assert known_languages() == packaged_languages()


def test_honest_drafts_pass() -> None:
    """About 95 of 100; two sentences, which are in eleven of these drafts, are still refused."""
    drafts = list(honest())
    assert len(drafts) >= 200
    doubts = [doubts_of(one, draft) for one, draft in drafts]
    refused = [[str(one) for one in each] for each in doubts if refuses(each)]
    assert len(refused) <= 0.06 * len(drafts), refused
    assert sum(bool(each) for each in doubts) <= 0.25 * len(drafts)


def test_drafts_that_were_written_after_the_tables_pass_too() -> None:
    by_name = {one.case.customer.name: one for one in told()}
    file = Path(__file__).with_name("honest_later.toml")
    rows = tomllib.loads(file.read_text("utf-8"))["draft"]
    refused = [row for row in rows if refuses(doubts_of(by_name[row.pop("customer")], row))]
    assert len(refused) <= 0.1 * len(rows), refused


@pytest.mark.parametrize("code", LANGUAGES)
def test_hardly_a_lie_passes(code: str) -> None:
    """Of 1,307 in all languages nine are neither refused nor named, two English sentences."""
    drafts = list(attacked(code))
    passed = [lie for one, draft, lie in drafts if not doubts_of(one, draft)]
    assert len(passed) <= 0.03 * len(drafts), passed
    assert len(drafts) >= 40  # and more than 500 in all languages


def test_most_lies_without_a_figure_are_named() -> None:
    """A strike, a drunken cook, a known fault: people, places and causes that no case has."""
    drafts = [row for code in LANGUAGES for row in attacked(code, FACTS)]
    passed = [lie for one, draft, lie in drafts if not doubts_of(one, draft)]
    assert len(passed) <= 0.2 * len(drafts), passed


#: Of each set: how many honest drafts may be refused, how many lies of each kind may pass.
#: It has learned from the first three, and the last shows what to expect of others.
SETS = (
    ("unseen", 2, {"deed": 3, "fact": 8, "promise": 2}),
    ("later", 1, {"fact": 1}),
    ("third", 3, {"name": 1, "promise": 2, "fact": 3}),
    ("fourth", 22, {"name": 1, "promise": 1, "fact": 4}),
)


@pytest.mark.parametrize(("name", "most", "passing"), SETS)
def test_what_other_hands_wrote_is_told_apart(
    name: str, most: int, passing: dict[str, int]
) -> None:
    refused = [[str(one) for one in row[3]] for row in doubted(f"{name}_honest") if refuses(row[3])]
    assert len(refused) <= most, refused
    passed = Counter(row[0] for row in doubted(f"{name}_lies") if not row[3])
    assert passed <= Counter(passing), passed


def test_a_promise_that_is_left_out_is_named() -> None:
    one = next(one for one in told() if one.case.customer.name == "Omar Haddad")
    doubts = doubts_of(one, {**one.drafts[0], "amends": []})
    assert [doubt.text for doubt in doubts if doubt.kind == "missing"] == [
        "Eva, who leads our drivers, rings you"
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_other_figures_in_an_honest_draft_are_seen(code: str) -> None:
    """Each figure of a promise is changed where it is said."""
    swaps = {
        "38": "83", "480": "580", "899": "999", "240": "420", "210": "310", "42": "52",
        "1,240.50": "1,420.50", "1200000": "2100000", "thirty-eight": "eighty-three",
        "dwieście": "trzysta", "mie": "zece mii", "nelikümmend": "viiskümmend",
        "מאתיים": "אלפיים", "دویست": "سیصد", "Friday": "Saturday", "Monday": "Sunday",
        "piątku": "soboty", "środy": "soboty", "vineri": "duminică", "joi": "luni",
        "reedel": "pühapäeval", "kolmapäeval.": "pühapäeval.", "שישי": "ראשון", "חמישי": "שני",
        "جمعه": "دوشنبه", "شنبه": "دوشنبه", "Saturday": "Friday", "Tuesday": "Sunday",
    }  # fmt: skip
    tried = 0
    for one in told():
        for draft in one.drafts if one.template.language == code else ():
            for old, new in swaps.items():
                amends = [text.replace(old, new) for text in draft.get("amends", [])]
                if amends != draft.get("amends", []):
                    tried += 1
                    doubts = doubts_of(one, {**draft, "amends": amends})
                    assert doubts, (old, new, amends)
    assert tried >= 3


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("My son was shouted at by your driver.", "person"),
        ("Please read {this}.", "markup"),
        ("Write to anna@x.example.", "markup"),
        ("We shouted “get out” at him.", "markup"),
        ("I've already called Eva about it.", "done"),
        ("I will be glad. " * 80, "length"),
    ],
)
def test_each_doubt_has_its_kind(said: str, kind: str) -> None:
    one = told()[1]
    doubts = doubts_of(one, {**one.drafts[0], "mirror": [said]})
    assert kind in [doubt.kind for doubt in doubts], doubts
    assert all(str(doubt) for doubt in doubts)


def test_another_language_is_seen() -> None:
    polish = next(one for one in told() if one.template.language == "pl")
    english = told()[0]
    script = replace(script_of(english, english.drafts[0]), language="pl")
    doubts = judge(script, polish.case, polish.context, template=polish.template)
    assert "language" in [doubt.kind for doubt in doubts]
    unknown = replace(script, language="xx")
    doubts = judge(unknown, polish.case, polish.context, template=polish.template)
    assert [doubt.kind for doubt in doubts] == ["language"]


def test_a_sum_that_was_promised_and_is_not_said_is_missed() -> None:
    one = told()[0]
    doubts = doubts_of(one, {**one.drafts[0], "amends": ["I'm refunding the delivery."]})
    assert "missing" in [doubt.kind for doubt in doubts]


@pytest.mark.parametrize(
    ("said", "section", "kind"),
    [
        ("You can keep the sofa as well, and I'll send a second one.", "amends", "deed"),
        ("Siobhan told you to wait.", "mirror", "fact"),
        ("Marcus told you to wait.", "mirror", "name"),
        ("You waited for three months.", "mirror", "number"),
        ("You waited for a month.", "mirror", "fact"),
    ],
)
def test_what_nothing_in_the_case_says_has_its_kind(said: str, section: str, kind: str) -> None:
    one = told()[1]
    draft = {**one.drafts[0], section: [*one.drafts[0].get(section, []), said]}
    assert kind in [doubt.kind for doubt in doubts_of(one, draft)]


def test_a_quotation_of_the_complaint_may_stand() -> None:
    one = told()[1]
    words = " ".join(one.case.complaint.what_happened.split()[:3])
    quoting = {**one.drafts[0], "mirror": [f"What you heard was '{words}'."]}
    assert "markup" not in [doubt.kind for doubt in doubts_of(one, quoting)]


@pytest.mark.parametrize(
    ("code", "word", "held"),
    [
        ("en", "refunded", "refund"),
        ("pl", "naprawimy", "naprawa"),
        ("et", "kringli", "kringel"),
        ("he", "והתיקון", "תיקון"),
        ("he", "התיקונים", "תיקון"),
    ],
)
def test_a_word_is_known_in_other_forms(code: str, word: str, held: str) -> None:
    words = HeldWords([held], code)
    assert word in words
    assert "zzzz" not in words


def test_a_word_that_every_letter_has_is_not_rare() -> None:
    assert rarity("you", "en") < 0.25 < rarity("marmalade", "en")


@pytest.mark.parametrize(
    ("code", "said", "ahead", "so"),
    [
        ("en", "You'll have it in two days.", 2, True),
        ("en", "You'll have it in two days.", 3, False),
        ("en", "You'll have it in a fortnight.", 14, True),
        ("en", "You'll have it the day after tomorrow.", 2, True),
        ("en", "You'll have it by the end of the month.", 31, True),
        ("en", "You'll have it by the end of the month.", 30, False),
        ("ro", "O aveți poimâine.", 2, True),
        ("ro", "O aveți poimâine.", 4, False),
        ("pl", "Będzie pojutrze.", 2, True),
        ("pl", "Będzie za tydzień.", 6, False),
        ("et", "See on teil ülehomme.", 2, True),
        ("et", "See on teil nädala pärast.", 5, False),
        ("he", "זה יגיע עד התשיעי בחודש.", 9, True),
        ("he", "זה יגיע עד התשיעי בחודש.", 10, False),
        ("fa", "پس فردا به دستتان می‌رسد.", 2, True),
        ("fa", "پس فردا به دستتان می‌رسد.", 3, False),
    ],
)
def test_a_day_may_be_told_as_it_is_seen_from_today(
    code: str, said: str, ahead: int, so: bool
) -> None:
    one = next(one for one in told() if one.template.language == code)
    day = TODAY + timedelta(ahead)
    amends = tuple(
        replace(each, promise=replace(each.promise, promised_by=day)) for each in one.case.amends
    )
    case = replace(one.case, amends=amends, lesson=None)
    here = replace(one, case=case, template=compose(case, one.context))
    doubts = doubts_of(here, {**one.drafts[0], "amends": [said]})
    assert so is ({doubt.kind for doubt in doubts}.isdisjoint({"date", "time", "number"})), doubts


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("نُه میلیون ریال", "9000000"),
        ("دو میلیون و پانصد", "2500000"),
        ("دو میلیون ریال", "2000000"),
    ],
)
def test_persian_sums_are_read_as_they_are_said(said: str, number: str) -> None:
    assert number in in_digits(said, "fa")
