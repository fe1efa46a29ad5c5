"""Every row and rule of the method has a place and a test; and the rows that templates hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.script.check import figures
from voicenote.model.case import Complaint, Customer, Finding
from voicenote.model.sentences import Section
from voicenote.script.check.phrase_tables import languages
from voicenote.script.compose import compose

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "method.md").read_text("utf-8")
ROWS = PAGE.partition("## How well")[0]
CODES = [f"S{n}" for n in range(1, 29)] + [f"R{n}" for n in range(1, 24) if n not in (5, 12)]
EVERY = pytest.mark.parametrize("code", languages())
APOLOGIES = pytest.mark.parametrize("name", ["justified", "partly"])


def line(code: str) -> str:
    found: str
    (found,) = re.findall(rf"^\| {code} \|.*$", ROWS, re.MULTILINE)
    return found


@pytest.mark.parametrize("code", CODES)
def test_every_row_has_a_place_and_a_test_that_are_there(code: Any) -> None:
    named = re.findall(r"`([\w/.-]+?)(?:::(\w+))?`", line(code))
    assert named
    for path, test in named:
        assert (ROOT / path).is_file(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8"), test
    assert any(test for _, test in named)


def test_the_figures_on_the_page_are_those_of_the_check() -> None:
    assert figures.with_table(PAGE) == PAGE


def sections(script: Any) -> dict[Section, str]:
    found: dict[Section, str] = {}
    for one in script.sentences:
        found[one.section] = f"{found.get(one.section, '')} {one.text}".strip()
    return found


@EVERY
@pytest.mark.parametrize(
    ("field", "section"),
    [
        ("what_happened", Section.MIRROR),
        ("bothered_most", Section.MIRROR),
        ("feeling", Section.VALIDATE),
        ("at_stake", Section.VALIDATE),
        ("identity", Section.VALIDATE),
        ("expected", Section.VALIDATE),
        ("meant", Section.VALIDATE),
        ("said_back", Section.MIRROR),
        ("our_fault", Section.OWN),
    ],
)
def test_each_level_is_answered_in_its_section(
    case: Any, facts: Any, code: Any, field: Any, section: Any
) -> None:
    said = sections(compose(case(**{field: "Amarok"}), facts(language=code)))
    assert "Amarok" in said[section]


@EVERY
@APOLOGIES
def test_mirror_and_what_it_meant_come_before_the_deed(
    case: Any, facts: Any, refund: Any, code: Any, name: Any
) -> None:
    script = compose(case(), facts(template=name, language=code, promises=(refund,)))
    order = list(dict.fromkeys(one.section for one in script.sentences))
    wanted = [Section.MIRROR, Section.VALIDATE, Section.OWN, Section.AMENDS]
    assert [section for section in order if section in wanted] == wanted


@EVERY
@APOLOGIES
def test_every_apology_invites_an_answer(
    case: Any, facts: Any, refund: Any, code: Any, name: Any
) -> None:
    script = compose(case(), facts(template=name, language=code, promises=(refund,)))
    last = [one for one in script.sentences if one.section is Section.INVITE]
    assert last
    assert script.sentences[-1] == last[-1]


@EVERY
def test_the_acknowledgement_asks_and_offers_nothing(case: Any, facts: Any, code: Any) -> None:
    said = sections(compose(case(), facts(template="acknowledge", language=code)))
    assert any(sign in said[Section.INVITE] for sign in "?؟")
    assert Section.AMENDS not in said


def test_the_benefit_of_the_doubt_is_the_default() -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 12, 1, tzinfo=UTC)
    made = Complaint(
        source="t", ref="1", opened_at=at, customer=Customer(name="A"), what_happened="x"
    )
    assert made.finding is Finding.JUSTIFIED
