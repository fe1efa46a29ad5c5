"""Whose sentences are watermarked: a machine's, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicenote.engine.memo import marked_voice
from voicenote.engine.memo.marked_voice import mark_voice
from voicenote.marks.watermark import find_mark
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.sound.recording_file import read_sound
from voicenote.voice.port import Voice
from voicenote.voice.recorded import Recorded, RecordedOptions
from voicenote.voice.silent import Silent, SilentOptions

SAMPLE = Path(__file__).parents[2] / "samples" / "recording.ogg"
SAID = Sentence(Section.OWN, "It was our mistake.", personal=False)


class Machine:
    """A voice that says always the same."""

    name, version, synthetic = "machine", "machine 1", True
    languages: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.closed = False

    def speak(self, sentence: Sentence, language: str) -> Clip:
        clip = read_sound(SAMPLE)
        return Clip(clip.pcm[: clip.rate * 8], clip.rate, synthetic=True)

    def close(self) -> None:
        self.closed = True


def test_each_sentence_of_a_machine_is_watermarked_and_its_version_says_so() -> None:
    voice = mark_voice(Machine(), wanted=True)
    assert isinstance(voice, Voice)
    assert (voice.name, voice.version, voice.synthetic) == (
        "machine",
        "machine 1 watermarked",
        True,
    )
    clip = voice.speak(SAID, "en")
    assert find_mark(clip).found
    assert clip.synthetic


def test_a_marked_voice_closes_the_voice_in_it() -> None:
    machine = Machine()
    mark_voice(machine, wanted=True).close()
    assert machine.closed


def test_a_voice_is_left_alone_where_no_mark_is_wanted_or_none_can_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine()
    assert mark_voice(machine, wanted=False) is machine
    monkeypatch.setattr(marked_voice, "runs_here", lambda: False)
    assert mark_voice(machine, wanted=True) is machine


def test_a_person_is_never_marked_nor_is_a_hum_without_words(tmp_path: Path) -> None:
    own = Recorded(RecordedOptions(folder=tmp_path, owner="Ada"))
    silent = Silent(SilentOptions())
    assert mark_voice(own, wanted=True) is own
    assert mark_voice(silent, wanted=True) is silent
