from __future__ import annotations

import pytest

from tests.fakes.made import make_voice
from voicenote.model.sentences import Section, Sentence
from voicenote.voice.system import System
from voicenote.voice.writing_system import language_of

HEBREW = "אתם כתבתם: העוגה הגיעה באיחור של שעה ובלי הסרט, והאורחים כבר ישבו לשולחן."
PERSIAN = "کیک یک ساعت دیر رسید و روبان نداشت و مهمان‌ها سر میز نشسته بودند."


@pytest.mark.parametrize(
    ("text", "language", "read_in"),
    [
        ("I am sorry.", "en-GB", "en-GB"),
        ("", "en", "en"),
        ("12.50", "en", "en"),
        (f"You wrote: “{HEBREW}”", "en", "he"),
        (f"You wrote: “{PERSIAN}”", "en", "fa"),
        ("وصلت الكعكة متأخرة", "en", "ar"),
        (PERSIAN, "fa-IR", "fa-IR"),
        ("торт опоздал", "pl", "ru"),
        ("торт запізнився", "uk", "uk"),
        ("η τούρτα άργησε", "ro", "el"),
        ("You wrote to us that the cake was late, חבר", "en", "en"),
        ("DHL Express 24, iPhone, האם", "he", "he"),
    ],
)
def test_most_letters_decide(text: str, language: str, read_in: str) -> None:
    assert language_of(text, language) == read_in


@pytest.mark.parametrize("words", [HEBREW, PERSIAN])
def test_a_quotation_in_another_script_is_read_and_not_spelt(words: str) -> None:
    sentence = Sentence(Section.MIRROR, f"You wrote: “{words}”", personal=True)
    assert make_voice(System, {}).speak(sentence, "en").duration_s < len(words) / 5
