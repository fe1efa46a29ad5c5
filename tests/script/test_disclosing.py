"""The line on a machine's voice: true of who speaks, last, and once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from voicenote.model.memo import Synthetic
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.disclosing import add_disclosure, drop_disclosure
from voicenote.script.languages import language
from voicenote.script.templating import Templates

LANGUAGES = ("en", "he", "ro", "pl", "fa", "et")
TEMPLATES = Templates()
MACHINE = (Synthetic.YES, Synthetic.PARTLY)


def script(code: str = "en") -> Script:
    sentence = Sentence(Section.OWN, "It was me.", personal=False)
    return Script(language=code, template="t", sentences=(sentence,))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("synthetic", MACHINE)
def test_every_language_says_it_last_and_once(code: str, synthetic: Synthetic) -> None:
    once = add_disclosure(script(code), synthetic, TEMPLATES)
    assert [one.section for one in once.sentences] == [Section.OWN, Section.DISCLOSE]
    assert add_disclosure(once, synthetic, TEMPLATES) == once


@pytest.mark.parametrize("code", LANGUAGES)
def test_in_no_language_a_part_is_said_as_the_whole(code: str) -> None:
    tongue = language(code)
    whole = TEMPLATES.disclosure(tongue, partly=False)
    part = TEMPLATES.disclosure(tongue, partly=True)
    assert whole != part
    english = TEMPLATES.disclosure(language("en"), partly=True)
    assert code == "en" or part != english


@pytest.mark.parametrize("before", MACHINE)
@pytest.mark.parametrize("after", Synthetic)
def test_the_line_follows_the_voice(before: Synthetic, after: Synthetic) -> None:
    first = add_disclosure(script(), before, TEMPLATES)
    assert add_disclosure(first, after, TEMPLATES) == add_disclosure(script(), after, TEMPLATES)


def test_a_person_says_no_such_line() -> None:
    assert drop_disclosure(add_disclosure(script(), Synthetic.YES, TEMPLATES)) == script()


def test_the_owners_own_words_for_it_stay_as_long_as_a_machine_speaks() -> None:
    mine = Sentence(Section.DISCLOSE, "My laptop reads this to you.", personal=True)
    edited = replace(script(), sentences=(*script().sentences, mine))
    assert add_disclosure(edited, Synthetic.YES, TEMPLATES) == edited
    assert add_disclosure(edited, Synthetic.NO, TEMPLATES) == script()


def test_a_workspace_has_lines_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "_disclose.jinja").write_text("[disclose]\nA machine reads this.\n")
    said = add_disclosure(script(), Synthetic.PARTLY, Templates((tmp_path,)))
    assert said.sentences[-1].text == "A machine reads this."


def test_a_language_without_a_line_says_it_in_english() -> None:
    said = add_disclosure(script("fr"), Synthetic.YES, TEMPLATES)
    assert said.sentences[-1].text == TEMPLATES.disclosure(language("en"), partly=False)[0].text
