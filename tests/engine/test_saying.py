"""Text becomes sentences, and sentences become sound."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.made import info_of, make_voice
from voicenote.engine.memo.plain_speech import LONGEST, say, sentences_of
from voicenote.errors import BadData, VoiceUnavailable
from voicenote.model.memo import Synthetic
from voicenote.sound.formats import Tags
from voicenote.sound.piece import Spoken
from voicenote.voice.recorded import Recorded
from voicenote.voice.silent import Silent

FACTS = [info_of(Silent, {}), info_of(Recorded, {})]


def texts(text: str, language: str = "en") -> list[str]:
    return [sentence.text for sentence in sentences_of(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("One. Two! Three?", "en", ["One.", "Two!", "Three?"]),
        ("Ask Mr. Bean. He knows.", "en", ["Ask Mr. Bean.", "He knows."]),
        ("It was J. Smith. Really.", "en", ["It was J. Smith.", "Really."]),
        ("I said “no.” Then I left.", "en", ["I said “no.”", "Then I left."]),
        ("Wait… what? Yes.", "en", ["Wait… what?", "Yes."]),
        ("It costs 3.50 today.", "en", ["It costs 3.50 today."]),
        ("Przyjdę 3. marca. Obiecuję.", "pl", ["Przyjdę 3. marca.", "Obiecuję."]),
        ("Np. tak. Dobrze.", "pl", ["Np. tak.", "Dobrze."]),
        ("Tulen 3. märtsil. Tere!", "et", ["Tulen 3. märtsil.", "Tere!"]),
        ("Vin la dvs. acasă. Bine?", "ro", ["Vin la dvs. acasă.", "Bine?"]),
        ("שלום. מה שלומך?", "he", ["שלום.", "מה שלומך?"]),
        ("سلام. حال شما چطور است؟ خوبم.", "fa", ["سلام.", "حال شما چطور است؟", "خوبم."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(
    text: str, language: str, expected: list[str]
) -> None:
    assert texts(text, language) == expected


def test_wrapped_lines_are_one_sentence_and_an_empty_line_ends_one() -> None:
    assert texts("This was\nwrapped\n\nA title\n \nThe end") == [
        "This was wrapped",
        "A title",
        "The end",
    ]


def test_money_is_said_in_words_and_written_as_it_stood() -> None:
    (sentence,) = sentences_of("You get €40 back.", "en")
    assert sentence.text == "You get €40 back."
    assert "forty euros" in sentence.said


@pytest.mark.parametrize("text", ["", " \n", "…", "-- ?!"])
def test_nothing_to_say_is_bad_data(text: str) -> None:
    with pytest.raises(BadData):
        sentences_of(text, "en")


def test_each_sentence_is_spoken_by_the_named_voice_when_it_is_written() -> None:
    made: list[float] = []

    def write(sounds: Iterator[Spoken], tags: Tags) -> float:
        assert tags.synthetic is Synthetic.YES
        made.extend(one.speak().duration_s for one in sounds)
        return sum(made)

    said = say(
        sentences_of("One. Two.", "en"), "en", "silent", {}, FACTS,
        lambda _name, options: make_voice(Silent, options), write, watermark=True,
    )  # fmt: skip
    assert len(made) == 2
    assert said.seconds == sum(made)
    assert said.name == "silent"


def test_recordings_are_never_asked_to_say_any_text() -> None:
    with pytest.raises(VoiceUnavailable):
        say(
            sentences_of("One.", "en"), "en", "auto", {}, FACTS,
            lambda _name, options: make_voice(Silent, options), lambda _sounds, _tags: 0.0,
            watermark=True,
        )  # fmt: skip


@pytest.mark.parametrize("between", [" ", ", ", "", "\n"])
def test_a_text_without_a_full_stop_is_cut_where_a_reader_breathes(between: str) -> None:
    text = between.join(["words"] * 2000)
    found = texts(text)
    assert max(map(len, found)) <= LONGEST
    assert "".join("".join(found).split()) == "".join(text.split())
    if between:
        assert all(piece.rstrip(",").endswith("words") for piece in found)
