"""Kokoro with a tiny model of its shape; `real_kokoro.py` tries the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.made import info_of, make_voice
from tests.voice import tiny_kokoro
from voicenote.errors import BadSettings, VoicenoteError, VoiceUnavailable
from voicenote.model.sentences import Section, Sentence
from voicenote.voice.kokoro import Kokoro
from voicenote.voice.kokoro_letters import MOST, NUMBERS, clauses, letters, portions

pytest.importorskip("onnxruntime")


def said(text: str) -> Sentence:
    return Sentence(Section.OWN, text, personal=False)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    return tiny_kokoro.files(tmp_path)


@pytest.fixture
def voice(settings: dict[str, object]) -> Iterator[Kokoro]:
    made = make_voice(Kokoro, settings)
    yield made
    made.close()


# -- the letters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ipa", "language", "written"),
    [
        ("həlˈo^ʊ", "en-us", "həlˈO"),
        ("həlˈə^ʊ", "gmw/en", "həlˈQ"),
        ("d^ʒˈʌd^ʒd", "en-us", "ʤˈʌʤd"),
        ("lˈɪɾə^l", "en-us", "lˈɪTᵊl"),
        ("fˈɔː^ɹɾi dˈɑːlɚz", "en-us", "fˈɔɹTi dˈɑləɹz"),
        ("ˈɔːdə", "gmw/en", "ˈɔːdə"),
        ("a^ɪm t^ʃˈɔ^ɪs", "en-us", "Im ʧˈYs"),
        ("d^ʑˈɛɲ dˈɔbrɨ", "pl", "ʥˈɛɲ dˈɔbrɨ"),
        ("ʑrˈudwɔ", "pl", "ʒrˈudwɔ"),
        ("t^sinˈe^at^sʲʲ", "ro", "ʦinˈeaʦʲ"),
    ],
)
def test_ipa_is_written_in_its_letters(ipa: str, language: str, written: str) -> None:
    assert letters(ipa, language) == written


@given(st.text())
def test_nothing_is_written_that_it_never_learnt(ipa: str) -> None:
    for language in ("en-us", "gmw/en", "pl"):
        assert set(letters(ipa, language)) <= set(NUMBERS)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Hello Dana, this is Ada.", [("Hello Dana", ","), ("this is Ada", ".")]),
        ("Mr. Smith, at 3 p.m. today", [("Mr. Smith", ","), ("at 3 p.m. today", "")]),
        ("It was red. We asked", [("It was red", "."), ("We asked", "")]),
        ("Really?! Yes — now…", [("Really", "?"), ("Yes", "—"), ("now", "…")]),
        ("سلام، خوبی؟", [("سلام", ","), ("خوبی", "?")]),
        ("“Well-known” (yes)", [("Well-known yes", "")]),
        ("...", []),
    ],
)
def test_a_sentence_is_cut_at_its_marks(text: str, cut: list[tuple[str, str]]) -> None:
    assert clauses(text) == cut


@given(st.lists(st.text("ab ", min_size=1, max_size=40), max_size=9), st.integers(1, 30))
def test_portions_lose_nothing_and_are_short_enough(spoken: list[str], most: int) -> None:
    found = portions(spoken, most)
    assert all(0 < len(one) <= most for one in found if one.strip())
    if all(len(word) <= most for one in spoken for word in one.split()):
        assert "".join(found).replace(" ", "") == "".join(spoken).replace(" ", "")


# -- the voice --------------------------------------------------------------------------------


def test_the_mark_at_the_end_and_the_pack_decide_how_it_is_read(voice: Kokoro) -> None:
    assert voice._written("Hello.", "en", british=True) == ["həlˈQ."]
    assert voice._written("Cześć?", "pl", british=True)[0].endswith("?")


def test_a_pack_that_is_not_british_reads_american(settings: dict[str, object]) -> None:
    folder = Path(str(settings["home"]))
    (folder / "if_test.bin").write_bytes(tiny_kokoro.pack())
    voice = make_voice(Kokoro, {**settings, "voice": "if_test.bin"})
    assert voice._written("Hello.", "en", british=False) == ["həlˈO."]
    assert "Italian accent" in info_of(Kokoro, {**settings, "voice": "if_test.bin"}).note


def test_a_sentence_longer_than_it_takes_at_once_is_said_whole(voice: Kokoro) -> None:
    text = "and then nobody came, " * 60
    letters_in_all = len(" ".join(voice._written(text, "en", british=True)))
    clip = voice.speak(said(text), "en")
    assert letters_in_all > MOST
    assert clip.duration_s > 0.9 * letters_in_all * tiny_kokoro.SAMPLES / 24_000


def test_a_faster_rate_is_shorter(settings: dict[str, object], voice: Kokoro) -> None:
    fast = make_voice(Kokoro, {**settings, "rate": 330})
    text = said("Your money is on its way.")
    assert fast.speak(text, "en").duration_s == pytest.approx(
        voice.speak(text, "en").duration_s / 2, rel=0.01
    )


def test_the_version_tells_the_model_the_pack_and_the_rate_apart(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    settings = tiny_kokoro.files(here)
    versions = [
        make_voice(Kokoro, settings).version,
        make_voice(Kokoro, {**settings, "rate": 150}).version,
    ]
    (here / "bm_test.bin").write_bytes(tiny_kokoro.pack(0.2))
    versions.append(make_voice(Kokoro, settings).version)
    (here / "model.onnx").write_bytes(tiny_kokoro.model() + tiny_kokoro.field(9, "note"))
    versions.append(make_voice(Kokoro, settings).version)
    assert len(set(versions)) == 4
    assert make_voice(Kokoro, tiny_kokoro.files(there)).version == versions[0]


def test_another_export_names_its_inputs_otherwise(settings: dict[str, object]) -> None:
    model = Path(str(settings["home"])) / "model.onnx"
    model.write_bytes(tiny_kokoro.model(tokens="input_ids"))
    assert make_voice(Kokoro, settings).speak(said("I am sorry."), "en").duration_s > 0.3


def test_it_says_what_it_cannot_speak(voice: Kokoro) -> None:
    with pytest.raises(VoiceUnavailable, match="does not speak 'he'"):
        voice.speak(said("שלום"), "en")


def test_silence_is_never_passed_off_as_speech(settings: dict[str, object]) -> None:
    pack = Path(str(settings["home"])) / "bm_test.bin"
    pack.write_bytes(tiny_kokoro.pack(0.0012))
    with pytest.raises(VoiceUnavailable, match="made silence"):
        make_voice(Kokoro, settings).speak(said("I am sorry."), "en")


def test_a_closed_voice_says_so(voice: Kokoro) -> None:
    voice.close()
    with pytest.raises(VoiceUnavailable, match="closed"):
        voice.speak(said("I am sorry."), "en")


# -- files that are not what they should be ---------------------------------------------------

WHOLE = tiny_kokoro.model()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("model.onnx", None, "doesn't exist"),
        ("model.onnx", b"", "is not an ONNX model"),
        ("model.onnx", b"Not Found\n", "is not an ONNX model"),
        ("model.onnx", b"<!DOCTYPE html><html>" * 90, "is not an ONNX model"),
        ("model.onnx", WHOLE[: len(WHOLE) // 2], "is not whole"),
        ("model.onnx", b"PK\x03\x04" + bytes(5000), "is not an ONNX model"),
        ("bm_test.bin", None, "doesn't exist"),
        ("bm_test.bin", b"", "is not a voice of Kokoro"),
        ("bm_test.bin", tiny_kokoro.pack()[:-100], "is not a voice of Kokoro"),
        ("bm_test.bin", b"a text, not a voice\n" * 512, "is not a voice of Kokoro"),
        ("bm_test.bin", bytes(522240), "is not a voice of Kokoro"),
        ("bm_test.bin", b"\xff" * 522240, "is not a voice of Kokoro"),
    ],
)
def test_a_wrong_file_is_named_with_what_to_do(
    settings: dict[str, object], name: str, data: bytes | None, words: str
) -> None:
    path = Path(str(settings["home"])) / name
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(VoicenoteError, match=words) as caught:
        make_voice(Kokoro, settings)
    assert name in caught.value.what
    assert caught.value.advice


def test_a_folder_in_place_of_the_model_is_named(settings: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match="cannot be read"):
        make_voice(Kokoro, {**settings, "model": ".."})


def test_a_model_of_something_else_is_named_when_it_is_asked_to_speak(
    settings: dict[str, object],
) -> None:
    model = Path(str(settings["home"])) / "model.onnx"
    model.write_bytes(tiny_kokoro.model(style="picture"))
    with pytest.raises(VoiceUnavailable, match="model of something else"):
        make_voice(Kokoro, settings).speak(said("I am sorry."), "en")


def test_a_whole_file_that_does_not_load_is_named(settings: dict[str, object]) -> None:
    model = Path(str(settings["home"])) / "model.onnx"
    model.write_bytes(tiny_kokoro.field(1, 8) + tiny_kokoro.field(7, "no graph at all"))
    with pytest.raises(VoiceUnavailable, match="cannot be loaded"):
        make_voice(Kokoro, settings).speak(said("I am sorry."), "en")


def test_the_facts_say_what_is_missing_without_loading_anything(
    settings: dict[str, object],
) -> None:
    info = info_of(Kokoro, {})
    assert not info.installed
    assert "voicenote voices add kokoro" in info.advice
    assert "he" not in info.languages
    assert "voice is not named" in info_of(Kokoro, {**settings, "voice": ""}).advice
    assert info_of(Kokoro, settings).installed
