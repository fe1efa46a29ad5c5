"""Words in letters that a voice can't read are said in Latin ones, or left out: never spelled."""

from __future__ import annotations

import pytest

from voicenote.model.sentences import Section, Sentence
from voicenote.voice.writing_system import readable, unreadable


def sentence(text: str, spoken: str = "") -> Sentence:
    return Sentence(Section.OWN, text, personal=True, spoken=spoken)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "Hello 李明.", "Hello Li Ming."),
        ("en", "Hello Дмитрий, it is Ada here.", "Hello Dmitriy, it is Ada here."),
        ("en-GB", "Your order at Μαρία is late.", "Your order at Maria is late."),
        ("pl", "Dzień dobry, Юлія.", "Dzień dobry, Yuliya."),
        ("he", "שלום לך, Дмитрий.", "שלום לך, Dmitriy."),
        ("en", "Hello Łukasz and Đorđe.", "Hello Łukasz and Đorđe."),
        ("en", "Hello there דנה, it is Ada.", "Hello there, it is Ada."),
        ("et", "Tere hommikust, علی, siin Ada.", "Tere hommikust, siin Ada."),
        ("fa", "سلام علی", "سلام علی"),
        ("ru", "Здравствуйте, Дмитрий", "Здравствуйте, Дмитрий"),
        ("he", "דנה", "דנה"),
        ("en", "Hello Ada.", "Hello Ada."),
    ],
)
def test_what_is_said_of_a_sentence(language: str, text: str, said: str) -> None:
    assert readable(sentence(text), language).said == said


def test_the_owners_transliteration_comes_first() -> None:
    given = sentence("Hello there דנה.", "Hello there Dayna.")
    assert readable(given, "en") is given
    assert unreadable(given, "en") == ()


def test_what_is_left_out_is_listed() -> None:
    assert unreadable(sentence("Hello there, דנה and 李."), "en") == ("דנה",)
