"""The notation of the tables, the folding of letters, and the language of a text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.script.check import corpus
from voicenote.script.check.normalise import blank_quotations, fold
from voicenote.script.check.phrase_notation import WordForms, spellings
from voicenote.script.check.phrase_tables import languages
from voicenote.script.check.phrases import Phrases
from voicenote.script.check.rules import check
from voicenote.word_language import detect_language


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("sorry if", "I am sorry, if that helps", True),
        ("sorry if", "sorryif", False),
        ("apolog*", "our apologies", True),
        ("sorry", "sorrys", False),
        ("you (should|could) have", "You could have", True),
        ("a (very |)bad day", "a bad day", True),
        ("a (very |)bad day", "a very bad day", True),
        ("we ... pay", "we will surely and gladly pay", True),
        ("we ... pay", "we one two three four five six pay", False),
        ("i'm", "I’m", True),
        ("*site", "te ootasite", True),
        ("greseala", "greșeală", True),
        ("می‌دهیم", "پس می دهیم", True),
        ("می‌دهیم", "پس می‌دهیم", True),
        ("می‌دهیم", "پس میدهیم", True),
        ("متأسفم", "متاسفم", True),
    ],
)
def test_a_phrase_finds_what_it_says(phrase: Any, text: Any, found: Any) -> None:
    forms = WordForms(contractions={"'m": "am"}, glued=frozenset({"می"}))
    assert bool(Phrases({"g": [phrase]}, forms).find(fold(text)[0])) is found


def test_hebrew_prefixes_may_stand_before_a_word() -> None:
    words = Phrases({"g": ["טעות שלנו"]}, WordForms("ושהבלכמ", "וש"))
    assert words.find(fold("שהטעות שלנו")[0])
    assert words.find(fold("וזו טָעוּת שלנו")[0])
    assert not words.find(fold("גטעות שלנו")[0])


def test_alternatives_are_spelt_out() -> None:
    assert sorted(spellings("(a|b (c|d)) e")) == ["a e", "b c e", "b d e"]


def test_alternatives_within_one_way_do_not_multiply_with_the_others() -> None:
    """Spelling out a phrase takes as many steps as it has spellings: here 2^24 if not."""
    ways = "|".join(f"way{n} (here|there)" for n in range(24))
    assert len(spellings(f"({ways})")) == 48


def test_offsets_are_those_of_the_text_as_it_was_written() -> None:
    text = "Je\u0301 was sorry if you were offended"
    found = [one for one in check(text, "en") if one.rule == "R18"]
    assert found
    assert all(text[one.start : one.end] == one.text for one in found)


@pytest.mark.parametrize(
    "quoted",
    ["“never again”", "„nigdy więcej”", "«دیگر هرگز»", '"never again"', "„mitte kunagi“"],
)
def test_a_quotation_is_blanked_out_and_keeps_its_length(quoted: Any) -> None:
    text = f"You said {quoted} to us"
    assert len(blank_quotations(text)) == len(text)
    assert blank_quotations(text).split() == ["You", "said", quoted[0], quoted[-1], "to", "us"]


def test_gershayim_inside_a_word_are_no_quotation() -> None:
    assert blank_quotations('צה"ל אמר ש"ס') == 'צה"ל אמר ש"ס'


@pytest.mark.parametrize("language", corpus.LANGUAGES)
def test_the_language_of_a_script_is_known(language: Any) -> None:
    wrong = [s.line for s in corpus.samples(language) if detect_language(s.text) != language]
    assert not wrong


@pytest.mark.parametrize(
    "text",
    [
        "Es tut uns leid, dass Sie warten mussten, und wir zahlen das Geld zurück.",
        "Nous sommes désolés pour le retard de votre commande et nous la remboursons.",
        "نحن آسفون على التأخير في الطلب وسوف نعيد المال إليكم في هذه المدينة",
        "1234",
        "",
    ],
)
def test_other_languages_are_not_guessed(text: Any) -> None:
    assert detect_language(text) not in languages()
