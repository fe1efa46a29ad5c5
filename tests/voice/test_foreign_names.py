"""A name in letters that a voice doesn't know is never spelt as "Chinese letter", by any voice."""

from __future__ import annotations

import unicodedata

import pytest

from voicenote.model.sentences import Section, Sentence
from voicenote.script.languages import language, packaged_languages
from voicenote.voice.writing_system import readable, unreadable

#: A name in each writing system, and the languages that are written in it.
NAMES = {
    "יעל": {"he"}, "محمد": {"fa"}, "پریسا": {"fa"}, "Дмитрий": set(), "李明": set(),
    "さくら": set(), "김민수": set(), "สมชาย": set(), "राजेश": set(), "አበበ": set(), "Γιώργος": set(),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(packaged_languages()))
@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_has_only_letters_that_voices_of_the_language_know(
    name: str, code: str
) -> None:
    """Every voice is given these words: what it can't read is in Latin letters, or left out."""
    tongue = language(code)
    text = f"{tongue.weekdays[0]}, {name}, {tongue.months[0]} {tongue.weekdays[1]}."
    one = Sentence(Section.THANKS, text, personal=True)
    said = readable(one, code)
    kinds = {unicodedata.name(sign).split()[0] for sign in said.said if sign.isalpha()}
    own = {"he": {"HEBREW"}, "fa": {"ARABIC"}}.get(code, set())
    assert kinds <= {"LATIN", *own}
    assert (name in said.said) == (code in NAMES[name])
    assert name not in said.said or not unreadable(one, code)
