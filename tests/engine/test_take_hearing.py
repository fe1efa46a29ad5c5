"""A take is heard once, and a doubtful long one again in two parts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from voicenote.engine.memo import take_hearing
from voicenote.engine.memo.take_hearing import TakeHearing, hear_sentences
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.model.transcript import HeardSentence, Transcript

TEXT = "Your washing machine leaked over the whole kitchen floor, and that is our fault."
BEGIN, END = TEXT[:44], TEXT[44:]
RATE = 8_000


class Ears:
    """Ears that hear these texts, one after another."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def hear(self, _clip: Clip, language: str) -> Transcript:
        text = self.texts.pop(0)
        return Transcript(language=language, speech_s=1, sentences=(HeardSentence(0, 1, text),))


def heard(ears: Ears, monkeypatch: pytest.MonkeyPatch, seconds: float = 20) -> TakeHearing:
    clip = Clip(bytes(round(2 * RATE * seconds)), RATE, synthetic=False)
    monkeypatch.setattr(take_hearing, "halve", lambda whole: (whole, whole))
    ws: Any = SimpleNamespace(ears=ears, deaf_because="")
    return hear_sentences(ws, [Sentence(Section.OWN, TEXT, personal=True)], "en", clip, ())


def test_what_is_heard_at_once_is_heard_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert heard(Ears(TEXT), monkeypatch) == TakeHearing()


def test_a_take_of_which_half_was_skipped_is_heard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert heard(Ears(END, BEGIN, END), monkeypatch) == TakeHearing()


def test_what_is_missing_both_times_is_told_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    (_, told) = heard(Ears("A teapot.", BEGIN, "A cup."), monkeypatch).doubts
    assert told == "heard: “A teapot.”"


def test_a_short_take_is_heard_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert heard(Ears("A teapot."), monkeypatch, seconds=3).doubts
