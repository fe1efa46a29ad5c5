"""Every packaged template passes the check, whatever the customer wrote."""

from __future__ import annotations

from typing import Any

import pytest

from voicenote.script.check.findings import LintLevel
from voicenote.script.check.phrase_tables import languages
from voicenote.script.check.rules import check
from voicenote.script.check.template_samples import samples
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
@pytest.mark.parametrize("name", ["justified", "partly", "reopened", "unfounded", "check-in"])
def test_what_the_customer_wrote_is_not_held_against_the_owner(
    case: Any, facts: Any, refund: Any, code: Any, name: Any
) -> None:
    words = dict.fromkeys(("what_happened", "bothered_most", "feeling", "at_stake"), ANGRY)
    made = case(**words, expected=ANGRY, identity=ANGRY)
    promises = () if name == "unfounded" else (refund,)
    script = compose(made, facts(template=name, language=code, promises=promises))
    assert [one for one in check(script) if one.level is LintLevel.ERROR] == []
