from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.made import make_voice
from voicenote.errors import BadData, Unavailable, VoiceUnavailable
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.voice.recorded import Recorded

CLIP = Clip(b"\x00\x10" * 8000, 16_000, synthetic=False)
SORRY = Sentence(Section.OWN, "I am  sorry.", personal=False)
OTHER = Sentence(Section.OWN, "Your ribbon was missing.", personal=True)


def voice(folder: Path, owner: str = "Dana") -> Recorded:
    return make_voice(Recorded, {"folder": folder, "owner": owner})


def test_a_recording_comes_back_as_it_was(tmp_path: Path) -> None:
    voice(tmp_path).add(SORRY, "en", CLIP)
    assert voice(tmp_path).speak(SORRY, "en-GB") == CLIP


def test_a_shared_sentence_is_found_whatever_its_section_and_spaces(tmp_path: Path) -> None:
    voice(tmp_path).add(SORRY, "en", CLIP)
    again = Sentence(Section.INVITE, "I am sorry.", personal=True)
    assert voice(tmp_path).missing([again, OTHER], "en") == (OTHER,)


def test_a_missing_sentence_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceUnavailable, match="Your ribbon was missing"):
        voice(tmp_path).speak(OTHER, "en")


@pytest.mark.parametrize(("owner", "language"), [("Noa", "en"), ("Dana", "ro")])
def test_another_owner_or_language_has_recordings_of_its_own(
    tmp_path: Path, owner: str, language: str
) -> None:
    voice(tmp_path).add(SORRY, "en", CLIP)
    with pytest.raises(VoiceUnavailable):
        voice(tmp_path, owner).speak(SORRY, language)


def test_a_second_take_replaces_the_first(tmp_path: Path) -> None:
    voice(tmp_path).add(SORRY, "en", CLIP)
    better = Clip(b"\x00\x20" * 4000, 8_000, synthetic=False)
    voice(tmp_path).add(SORRY, "en", better)
    assert voice(tmp_path).speak(SORRY, "en") == better
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_whole_memo_is_kept_by_its_script(tmp_path: Path) -> None:
    assert voice(tmp_path).whole("a" * 64) is None
    voice(tmp_path).add_whole("a" * 64, CLIP)
    assert voice(tmp_path).whole("a" * 64) == CLIP
    assert voice(tmp_path, "Noa").whole("a" * 64) is None


def test_a_hash_that_is_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData):
        voice(tmp_path).add_whole("../../etc/passwd", CLIP)


@pytest.mark.parametrize(
    "clip", [Clip(b"", 16_000, synthetic=False), Clip(b"ab", 16_000, synthetic=True)]
)
def test_nothing_and_a_machines_voice_are_not_kept(tmp_path: Path, clip: Clip) -> None:
    with pytest.raises(BadData):
        voice(tmp_path).add(SORRY, "en", clip)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"RIFF\xff\0\0\0WAVEfmt \xff\xff\xff\x7f" + b"\1" * 40]
)
def test_a_broken_recording_is_unavailable(tmp_path: Path, data: bytes) -> None:
    path = voice(tmp_path).add(SORRY, "en", CLIP)
    path.write_bytes(data)
    with pytest.raises(VoiceUnavailable, match="cannot be read"):
        voice(tmp_path).speak(SORRY, "en")


def test_a_folder_that_cannot_be_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable) as caught:
        voice(tmp_path / "file").add(SORRY, "en", CLIP)
    assert caught.value.advice


def test_a_stamp_tells_the_sound_and_nothing_else(tmp_path: Path) -> None:
    assert voice(tmp_path / "a").stamp(SORRY, "en") == ""
    voice(tmp_path / "a").add(SORRY, "en", CLIP)
    voice(tmp_path / "b").add(SORRY, "en", CLIP)
    first = voice(tmp_path / "a").stamp(SORRY, "en")
    assert first == voice(tmp_path / "b").stamp(SORRY, "en")
    voice(tmp_path / "a").add(SORRY, "en", Clip(b"\x00\x20" * 8000, 16_000, synthetic=False))
    assert first != voice(tmp_path / "a").stamp(SORRY, "en")
