"""Every packaged template passes the check, whatever the customer wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.findings import LintLevel
from voicenote.script.check.phrase_tables import languages
from voicenote.script.check.rules import check
from voicenote.script.check.template_samples import sample_case, samples
from voicenote.script.compose import compose
from voicenote.script.templating import Templates

EVERY = list(samples(Templates()))
ANGRY = "You should have said SORRY! Never again, if you were offended, mistakes were made"


def test_every_language_has_rules() -> None:
    assert set(languages()) == Templates().languages()


@pytest.mark.parametrize(
    ("script", "asked"),
    EVERY,
    ids=[f"{s.language}-{s.template}-{n % 2}" for n, (s, _) in enumerate(EVERY)],
)
def test_every_template_has_neither_errors_nor_warnings(script: Any, asked: Any) -> None:
    assert [one for one in check(script, "", asked) if one.level is not LintLevel.HINT] == []


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("name", ["justified", "partly", "reopened"])
def test_a_speaker_who_sees_to_it_herself_passes_too(code: str, name: str) -> None:
    made, context = sample_case(code, name, full=True)
    assert made.lesson
    mine = replace(made, lesson=replace(made.lesson, owner=context.owner))
    background = CaseBackground(case=mine, new_since=name == "reopened")
    asked = CheckContext(owner=context.owner, background=background)
    found = check(compose(mine, context, Templates()), "", asked)
    assert [one for one in found if one.level is not LintLevel.HINT] == []


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("name", ["justified", "partly", "reopened", "unfounded", "check-in"])
def test_what_the_customer_wrote_is_not_held_against_the_owner(
    case: Any, facts: Any, refund: Any, code: Any, name: Any
) -> None:
    words = dict.fromkeys(("what_happened", "bothered_most", "feeling", "at_stake"), ANGRY)
    made = case(**words, expected=ANGRY, identity=ANGRY)
    promises = () if name == "unfounded" else (refund,)
    script = compose(made, facts(template=name, language=code, promises=promises))
    assert [one for one in check(script) if one.level is LintLevel.ERROR] == []
