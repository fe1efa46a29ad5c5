"""Other people's words: what is left out, what is calmed, and where they are cut."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.script.quoting import (
    clean_quote,
    cut_excerpt,
    shorten,
    to_one_line,
    trim_punctuation,
)


@pytest.mark.parametrize(
    ("wrote", "said"),
    [
        ("They took {$120.00} from me", "They took $120.00 from me"),
        ("On XX/XX/2019 XXXX XXXX called me", "On called me"),
        ("See https://example.com/a?b=c now", "See now"),
        ("Write to dana@example.com please", "Write to please"),
        ("My card 4111 1111 1111 1111 was charged", "My card was charged"),
        ("WHERE IS MY ORDER?? I AM WAITING!!!", "Where is my order? I am waiting"),
        ("Dear sir or madam, the van came late again today", "the van came late again today"),
        ("one\x00two\u202ethree\ue000", "one twothree"),
        ("{{ 7*7 }} {% raw %}", "{{ 7*7 }} {% raw %}"),
        ("XXXX", ""),
        ("a" * 4000, ""),
    ],
)
def test_what_must_not_be_read_aloud_is_left_out(wrote: Any, said: Any) -> None:
    assert trim_punctuation(clean_quote(wrote, ("dear sir or madam",))) == said


def test_an_excerpt_prefers_a_whole_sentence_without_a_gap() -> None:
    text = clean_quote("I wrote to XXXX about it. Nobody ever answered my letters. It is sad. " * 3)
    assert cut_excerpt(text, 9, "en") == ("Nobody ever answered my letters.", True)


@pytest.mark.parametrize(
    ("code", "text", "kept"),
    [
        ("en", "The van came late, and then it was full of the wrong things", "The van came late,"),
        ("en", "We waited for hours because the driver was lost in the fog", "We waited for hours"),
        ("et", "Ootasime kaks tundi, sest juht oli eksinud ja ei vastanud", "Ootasime kaks tundi,"),
        ("pl", "Czekałam dwie godziny, bo kierowca nie znał tej drogi", "Czekałam dwie godziny,"),
        ("en", "The very long and winding story of a van without any driver", ""),
    ],
)  # fmt: skip
def test_nothing_is_cut_in_the_middle_of_a_clause(code: str, text: str, kept: str) -> None:
    assert shorten(text, 7, code) == (kept, True)
    assert cut_excerpt(f"{text}.", 7, code)[0] in f"{text}."


@pytest.mark.parametrize("hostile", ["a. ", "and i ", "No. 1. ", "…", "x,y, ", "«", "shit"])
def test_a_long_text_of_nothing_is_read_in_time(hostile: str) -> None:
    started = time.process_time()
    cut_excerpt(clean_quote(hostile * 60_000), 38, "en")
    assert time.process_time() - started < 10


def test_sentences_that_stand_apart_are_quoted_apart() -> None:
    text = (
        "Your driver broke our gate. I was making soup for my aunt. "
        "Then your office refused to pay for it. I like soup."
    )
    assert cut_excerpt(text, 16, "en")[0] == (
        "Your driver broke our gate… Then your office refused to pay for it."
    )


@given(st.text(), st.integers(1, 30))
def test_an_excerpt_is_never_longer_than_asked(text: Any, limit: Any) -> None:
    assert len(trim_punctuation(cut_excerpt(clean_quote(text), limit, "en")[0]).split()) <= limit


@given(st.text())
def test_plain_text_is_one_clean_line(text: Any) -> None:
    assert to_one_line(to_one_line(text)) == to_one_line(text)
    assert len(to_one_line(text).splitlines()) <= 1
