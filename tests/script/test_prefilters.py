"""What is asked before patterns, or instead of them, never misses what they would find."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voicenote.model.currencies import SIGNS
from voicenote.script import failure
from voicenote.script.amount_text import to_ascii
from voicenote.script.check.normalise import fold
from voicenote.script.figures import _NEEDS, _prefilter, _read, _read_part
from voicenote.script.habits import _weighty, _words, habits
from voicenote.script.languages import language

CODES = ("en", "he", "ro", "pl", "fa", "et")
SIGNS_OF_FIGURES = [
    *"0123456789½¼¾.,:/-–#%()' \u00a0+vVkxAZ", "12", "2026", "000", "am", "st", "5th", "USD", "EUR",
    *SIGNS, *(month for code in CODES for month in language(code).months), "kell ", "godz. ", "od ",
    " out of ", "stars", "٣", "۴", "٬",
]  # fmt: skip
#: What parts a text: quotation marks, and so many letters that a figure is far away.
BETWEEN = [*"“”„«»", " “", "” ", "”. ", " the cake was late and nobody called me back "]


@given(st.sampled_from(CODES), st.lists(st.sampled_from(SIGNS_OF_FIGURES), max_size=14))
def test_kind_of_figure_is_looked_for_where_one_is(code: str, signs: list[str]) -> None:
    """RE2 names every kind of figure of which Python's pattern finds one."""
    text = to_ascii("".join(signs))
    tongue = language(code)
    found = {kind for kind in _NEEDS if any(kind(text, tongue))}
    assert found <= _prefilter(code).may_match(text)


@given(st.sampled_from(CODES), st.lists(st.sampled_from(SIGNS_OF_FIGURES + BETWEEN), max_size=12))
@example("ro", ["am dat 5 milioane de lei pe ea"])
@example("en", ["it is 5abc“de f"])
@example("pl", ["około USD֏3»… i jeszcze"])
def test_figures_are_the_same_near_by_and_in_the_whole_text(code: str, signs: list[str]) -> None:
    """A text is read in parts, by quotation, and its figures are those of one reading."""
    text = to_ascii("".join(signs))
    assert list(_read(text, code)) == list(_read_part.__wrapped__(text, code))


@pytest.mark.parametrize("code", CODES)
def test_abuse_passes_what_is_asked_before(code: str) -> None:
    """RE2 lets through every text in which the pattern of abuse finds something."""
    own = habits(code)
    abuse = [f"so {one.replace('*', 'x')}!" for one in _words(code)["coarse"]]
    for text in (*abuse, *letters(code)):
        assert not own.coarse.search(text) or own.may_be_coarse.may_match(text)
    assert all(own.coarse.search(text) for text in abuse)


def letters(code: str) -> Iterator[str]:
    file = Path(__file__).parent / "grievances" / f"{code}.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        yield fold(json.loads(line)["text"])[0]


@pytest.mark.parametrize("code", CODES)
def test_lists_find_what_each_pattern_finds(code: str) -> None:
    """A search by first words finds in a letter what the pattern of each list finds alone."""
    for lists in (failure._lists(code), _weighty(code)):
        for text in letters(code):
            alone = {name: set(one.findall(text)) for name, one in lists.patterns.items()}
            assert lists.find(text) == {name: some for name, some in alone.items() if some}


@pytest.mark.parametrize("code", CODES)
def test_phrases_begin_with_a_word(code: str) -> None:
    """They are only looked for where a word begins."""
    for phrases in failure._words(code).values():
        assert all(re.match(r"[\w*]", fold(one)[0]) for one in phrases)
