"""`verify` says what marks of synthetic speech a file carries, and what each of them proves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from click.testing import Result

from voicenote.errors import BadData
from voicenote.marks import network
from voicenote.marks.watermark import add_mark
from voicenote.model.memo import Synthetic
from voicenote.sound.formats import Marking, Tags
from voicenote.sound.recording_file import read_marking, read_sound

Call = Callable[..., Result]
SAMPLE = Path(__file__).parents[2] / "samples" / "recording.ogg"
marking = pytest.mark.skipif(not network.runs_here(), reason="onnxruntime isn't installed")


@pytest.fixture
def said(call: Call, tmp_path: Path) -> Callable[..., Path]:
    """Makes a file by `say`, in the system's voice."""

    def make(name: str, **env: str) -> Path:
        words = "I am sorry that the cake came late. A new one is with you on Friday."
        done = call("say", words, "-o", str(tmp_path / name), "--voice", "system", **env)
        assert done.exit_code == 0, done.stderr
        return tmp_path / name

    return make


def found(done: Result) -> dict[str, object]:
    (one,) = json.loads(done.stdout)
    assert isinstance(one, dict)
    return one


@marking
@pytest.mark.parametrize("ending", ["ogg", "m4a", "mp3", "wav"])
def test_what_say_makes_carries_tag_and_watermark(
    call: Call, said: Callable[..., Path], ending: str
) -> None:
    done = call("verify", str(said(f"memo.{ending}")), "--json")
    one = found(done)
    assert (done.exit_code, one["synthetic"], one["tag"]) == (0, True, "yes")
    assert str(one["voice"]).endswith(" watermarked") or ending in ("mp3", "wav")
    assert one["watermark"]["found"]  # type: ignore[index]


@marking
def test_the_watermark_stays_when_the_tags_are_gone(
    call: Call, said: Callable[..., Path], tmp_path: Path
) -> None:
    clip = read_sound(said("memo.ogg"))
    (tmp_path / "bare.wav").write_bytes(clip.wav)
    done = call("verify", str(tmp_path / "bare.wav"))
    assert done.exit_code == 0
    assert "bare.wav: a machine speaks in it" in done.stdout
    assert "tag        none" in done.stdout
    assert "found, clearly" in done.stdout


def test_without_watermarks_only_the_tag_says_it(call: Call, said: Callable[..., Path]) -> None:
    one = found(call("verify", str(said("memo.ogg", VOICENOTE_SOUND__WATERMARK="false")), "--json"))
    assert (one["synthetic"], one["tag"]) == (True, "yes")
    if one["watermark"]:
        assert not one["watermark"]["found"]  # type: ignore[index]


def test_of_a_recording_it_says_that_there_is_no_mark(call: Call, tmp_path: Path) -> None:
    shutil.copy(SAMPLE, tmp_path / "own.ogg")
    done = call("verify", str(tmp_path / "own.ogg"))
    assert done.exit_code == 1
    assert "own.ogg: no mark of synthetic speech" in done.stdout
    assert "made no file with just these bytes" in done.stdout or "there is none" in done.stdout


def test_where_the_network_cannot_run_it_says_so(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    network._network.cache_clear()
    shutil.copy(SAMPLE, tmp_path / "own.ogg")
    done = call("verify", str(tmp_path / "own.ogg"))
    assert "not looked for: the watermark's network can't be run" in done.stdout


def test_what_is_no_sound_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "letter.ogg").write_text("Dear Mari,")
    for name in ("letter.ogg", "nothing.ogg"):
        done = call("verify", str(tmp_path / name))
        assert done.exit_code == BadData.exit_code
        assert name in done.stderr


def test_an_m4a_file_has_the_mark_in_a_field_of_its_own_and_plays_as_before(
    said: Callable[..., Path],
) -> None:
    file = said("memo.m4a")
    with av.open(str(file)) as container:
        tags = dict(container.metadata)
        seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
    assert tags["synthetic"] == "yes"
    assert tags["voice"].startswith("espeak-ng")
    assert tags["title"].startswith("I am sorry")
    assert seconds == pytest.approx(read_sound(file).duration_s, abs=0.1)
    assert read_marking(file).synthetic is Synthetic.YES


def test_tags_of_a_file_that_cannot_be_read_say_nothing(tmp_path: Path) -> None:
    assert read_marking(tmp_path / "nothing.ogg") == Marking()
    assert Tags().synthetic is Synthetic.NO


@marking
def test_a_file_from_elsewhere_with_the_same_mark_is_found(call: Call, tmp_path: Path) -> None:
    (tmp_path / "else.wav").write_bytes(add_mark(read_sound(SAMPLE)).wav)
    assert call("verify", str(tmp_path / "else.wav")).exit_code == 0


def test_a_file_that_cant_be_read_costs_no_other_its_result(call: Call, tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    done = call("verify", str(tmp_path), str(tmp_path / "empty.mp3"), str(SAMPLE), "--json")
    assert done.exit_code == 65
    assert [one["file"] for one in json.loads(done.stdout)] == [str(SAMPLE)]
    assert f"{tmp_path} isn't a file" in done.stderr
    assert "empty.mp3" in done.stderr
