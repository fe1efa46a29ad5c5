from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import webvtt as webvtt_parser

from tests.fakes.made import make_voice
from tests.sound.sounds import (
    SCRIPT,
    SENTENCES,
    clips,
    decode,
    machine,
    measure,
    quiet_around,
    voiced,
)
from voicenote.errors import BadData, Unavailable, WrongUse
from voicenote.model.memo import Caption, Clip, Memo, Synthetic
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.sound.captions import read_webvtt, transcript, webvtt
from voicenote.sound.formats import Tags
from voicenote.sound.loudness import SYSTEM_VOICE, LoudnessReading
from voicenote.sound.mixdown import level_for, make_memo
from voicenote.voice.system import System

TAGS = Tags(title="We are sorry", artist="Dana, Ribbon Cakes", voice="recorded 1")


def made(root: Path, **changes: object) -> Memo:
    arguments = {"script": SCRIPT, "sounds": clips(), "folder": root / "memos" / "1", "root": root}
    return make_memo(**{**arguments, "tags": TAGS, **changes})  # type: ignore[arg-type]


def heard(root: Path, memo: Memo, rendition: str = "ogg") -> tuple[np.ndarray, int]:
    return decode((root / memo.files[rendition]).read_bytes())


def tags_of(path: Path) -> dict[str, str]:
    with av.open(str(path)) as container:
        found = {**container.metadata, **container.streams.audio[0].metadata}
    return {name.lower(): text for name, text in found.items()}


def test_the_memo_tells_what_its_files_are(tmp_path: Path) -> None:
    memo = made(tmp_path)
    assert set(memo.files) == {"ogg", "m4a", "mp3", "vtt", "txt"}
    assert memo.files["ogg"] == "memos/1/memo.ogg"
    ogg = (tmp_path / memo.files["ogg"]).read_bytes()
    assert memo.sha256 == hashlib.sha256(ogg).hexdigest()
    assert memo.script_sha256 == SCRIPT.sha256
    assert memo.voice == "recorded 1"
    assert memo.synthetic is Synthetic.NO


@pytest.mark.parametrize("rendition", ["ogg", "m4a", "mp3"])
def test_every_rendition_lasts_as_long_as_stated(tmp_path: Path, rendition: str) -> None:
    memo = made(tmp_path)
    with av.open(str(tmp_path / memo.files[rendition])) as container:
        assert container.streams.audio[0].channels == 1
    samples, rate = heard(tmp_path, memo, rendition)
    # an m4a's last frame is filled up to 1,024 samples; its container says how much of it to play
    near = 0.02 if rendition == "ogg" else 0.06
    assert len(samples) / rate == pytest.approx(memo.duration_s, abs=near)


def test_the_decoded_sound_is_as_loud_as_it_should_be(tmp_path: Path) -> None:
    for level in (0.01, 0.2, 0.9):
        loud = [voiced(1.5, level=level) for _ in SENTENCES]
        memo = made(tmp_path, sounds=loud)
        samples, rate = heard(tmp_path, memo)
        assert memo.loudness_lufs == pytest.approx(-16, abs=1)
        assert measure(samples, rate) == pytest.approx(memo.loudness_lufs, abs=0.1)
        assert np.abs(samples).max() <= 10 ** (-0.2 / 20)


def test_captions_rise_and_stay_inside(tmp_path: Path) -> None:
    memo = made(tmp_path)
    cues = webvtt_parser.read(str(tmp_path / memo.files["vtt"])).captions
    assert len(cues) == len(SENTENCES)
    assert cues[-1].end_in_seconds <= memo.duration_s
    assert all(one.end_in_seconds <= two.start_in_seconds for one, two in pairwise(cues))
    for cue, caption in zip(cues, memo.captions, strict=True):
        hours, minutes, seconds = map(float, cue.start.split(":"))
        start = hours * 3600 + minutes * 60 + seconds
        assert start == pytest.approx(caption.start_s, abs=0.0011)


def test_something_is_heard_during_each_caption_and_nothing_between(tmp_path: Path) -> None:
    memo = made(tmp_path)
    samples, rate = heard(tmp_path, memo)
    for caption in memo.captions:
        inside = samples[round(caption.start_s * rate) : round(caption.end_s * rate)]
        assert np.abs(inside).max() > 0.1
    for one, two in pairwise(memo.captions):
        between = samples[round((one.end_s + 0.05) * rate) : round((two.start_s - 0.05) * rate)]
        assert np.abs(between).max() < 0.02


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = made(tmp_path / "a"), made(tmp_path / "b")
    assert one == two
    for path in one.files.values():
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


@pytest.mark.parametrize(
    ("kinds", "synthetic"),
    [("pppp", Synthetic.NO), ("ppmp", Synthetic.PARTLY), ("mmmm", Synthetic.YES)],
)
def test_every_file_says_whose_voice_it_is(
    tmp_path: Path, kinds: str, synthetic: Synthetic
) -> None:
    mixed = [machine(c) if kind == "m" else c for c, kind in zip(clips(), kinds, strict=True)]
    memo = made(tmp_path, sounds=mixed)
    assert memo.synthetic is synthetic
    for rendition in ("ogg", "m4a", "mp3"):
        tags = tags_of(tmp_path / memo.files[rendition])
        assert f"synthetic={synthetic.value}" in tags["comment"]
        assert (tags["title"], tags["artist"]) == ("We are sorry", "Dana, Ribbon Cakes")
        if rendition != "m4a":
            assert tags["synthetic"] == synthetic.value
    assert f"NOTE synthetic={synthetic.value}" in (tmp_path / memo.files["vtt"]).read_text("utf-8")
    words = (tmp_path / memo.files["txt"]).read_text("utf-8")
    assert ("computer voice" in words) is (synthetic is not Synthetic.NO)


def test_one_recording_says_it_all(tmp_path: Path) -> None:
    memo = make_memo(
        SCRIPT, quiet_around(voiced(8), 1), folder=tmp_path / "1", root=tmp_path, tags=TAGS
    )
    assert memo.duration_s == pytest.approx(8.5, abs=0.15)
    assert [caption.text for caption in memo.captions] == [s.text for s in SENTENCES]
    assert memo.captions[-1].end_s <= memo.duration_s
    assert memo.loudness_lufs == pytest.approx(-16, abs=1)


def test_a_minute_is_small_enough_to_send(tmp_path: Path) -> None:
    memo = make_memo(SCRIPT, voiced(59.5, rate=48_000), folder=tmp_path, root=tmp_path, tags=TAGS)
    assert (tmp_path / memo.files["ogg"]).stat().st_size <= 512 * 1024


@pytest.mark.parametrize("count", [0, 3, 5])
def test_sounds_that_do_not_fit_the_script_are_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(BadData, match="sounds for 4 sentences"):
        made(tmp_path, sounds=clips(count))


def test_a_silent_sentence_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    sounds = [*clips(3), Clip(bytes(32_000), 16_000, synthetic=True)]
    with pytest.raises(BadData):
        made(tmp_path, sounds=sounds)
    assert not list(tmp_path.rglob("*"))


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "memos").write_text("a file where the folder should be")
    with pytest.raises(Unavailable) as caught:
        made(tmp_path)
    assert caught.value.advice


def test_an_ogg_file_is_always_there(tmp_path: Path) -> None:
    with pytest.raises(WrongUse):
        made(tmp_path, renditions=("mp3",))


def test_captions_keep_every_word_and_every_script() -> None:
    lines = ["a < b & c --> d", "שלום, דנה!", "سلام", "two\nlines"]
    text = webvtt([Caption(k, k + 0.9, line) for k, line in enumerate(lines)], Synthetic.YES)
    assert "a &lt; b &amp; c --&gt; d" in text
    assert "שלום, דנה!" in text
    assert "two lines" in text
    assert text.count("-->") == len(lines)


def test_captions_read_back_as_they_were_written() -> None:
    cues = [Caption(0.25, 1.5, "Salt & <pepper>."), Caption(3661.5, 3670, "00:01 --> 00:02")]
    assert read_webvtt(webvtt(cues, Synthetic.YES)) == cues


def test_captions_past_an_hour_and_without_length_are_well_formed() -> None:
    text = webvtt([Caption(3661.5, 3661.5, "x"), Caption(3661.5, 3670, "y")], Synthetic.NO)
    assert "01:01:01.500 --> 01:01:01.501" in text
    assert "01:01:01.501 --> 01:01:10.000" in text


@pytest.mark.parametrize(
    ("language", "word"), [("he-IL", "מחשב"), ("et", "arvuti"), ("sv", "comp")]
)
def test_the_transcript_names_the_voice_in_its_language(language: str, word: str) -> None:
    script = Script(language=language, template="", sentences=SENTENCES)
    assert word in transcript(script, Synthetic.YES)
    assert word not in transcript(script, Synthetic.NO)


@pytest.mark.parametrize("tool", ["ffmpeg", "opusinfo"])
def test_other_programs_find_nothing_wrong(
    tmp_path: Path, tool: str, need: Callable[[object, str], None]
) -> None:
    program = shutil.which(tool) or ""
    need(program, f"{tool} is not installed")
    memo = made(tmp_path)
    for rendition in ("ogg", "m4a", "mp3") if tool == "ffmpeg" else ("ogg",):
        path = str(tmp_path / memo.files[rendition])
        command = [program, path]
        if tool == "ffmpeg":
            command = [program, "-v", "warning", "-i", path, "-f", "null", "-"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0
        assert done.stderr == ""
        assert "WARNING" not in done.stdout


def test_the_system_voice_says_a_whole_memo(tmp_path: Path) -> None:
    words = ("Thank you for telling us.", "The ribbon was missing.", "I am sorry.", "May I call?")
    sentences = tuple(Sentence(Section.OWN, text, personal=False) for text in words)
    script = Script(language="en", template="", sentences=sentences)
    voice = make_voice(System, {})
    spoken = [voice.speak(sentence, "en") for sentence in sentences]
    memo = made(tmp_path, script=script, sounds=spoken, level=level_for(voice.name, voice.version))
    samples, _ = heard(tmp_path, memo)
    assert memo.synthetic is Synthetic.YES
    assert memo.loudness_lufs == pytest.approx(SYSTEM_VOICE.target_lufs, abs=1)
    assert np.abs(samples).max() <= 10 ** (-0.2 / 20)


def test_an_own_level_is_kept(tmp_path: Path) -> None:
    memo = made(tmp_path, level=LoudnessReading(target_lufs=-20))
    assert memo.loudness_lufs == pytest.approx(-20, abs=1)


def test_a_memo_without_ogg_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="always has an Ogg file"):
        made(tmp_path, renditions=("mp3",))


@pytest.mark.parametrize(
    ("name", "version", "gain"),
    [
        ("system", "espeak-ng 1.51 auto 165wpm", 8.0),
        ("system", "pyttsx3 espeak auto 165wpm", 8.0),
        ("system", "pyttsx3 nsss auto 165wpm", None),
        ("hibari", "hibari-tts 0.2.1 heart 175wpm", 10.6),
        ("recorded", "recorded 1", None),
    ],
)
def test_only_a_voice_that_was_measured_has_a_constant_gain(
    name: str, version: str, gain: float | None
) -> None:
    assert level_for(name, version).gain_db == gain


def test_a_level_is_proven_up_to_the_loudness_at_which_it_was_tried() -> None:
    tried = {lufs: level_for("system", "espeak-ng", lufs) for lufs in (-20.0, -16.0, -12.0)}
    assert [level.proven for level in tried.values()] == [True, True, False]
    assert tried[-20.0].gain_db == 4.0
