"""A take that says other words than its script is refused, or asked about at a terminal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.fakes.transcription_api import TranscriptionServer, transcription_server
from voicenote.ears.transcription_endpoint import TranscriptionEndpoint
from voicenote.engine.memo import microphone
from voicenote.model.memo import Clip
from voicenote.sound.recording_file import read_sound

Call = Callable[..., Result]
#: Half a minute in which somebody speaks; what they say is what the server hears.
TAKE = Path(__file__).parents[2] / "samples" / "recording.ogg"
OTHER = "My grandmother left me a teapot, and it stands on the highest shelf."


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    with transcription_server() as made:
        yield made


@pytest.fixture
def heard(call: Call, server: TranscriptionServer) -> Call:
    """Three cases with scripts, and ears behind a server."""
    ears = {
        "VOICENOTE_EARS__KIND": "endpoint",
        "VOICENOTE_EARS__BASE_URL": server.url,
        "VOICENOTE_EARS__RETRIES": "0",
        "VOICENOTE_SOUND__RENDITIONS": '["ogg"]',
    }
    assert call("script", "--all").exit_code == 0
    return lambda *words, **more: call(*words, **ears, **more)


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """Its first words."""
    whole = read_sound(TAKE)
    clip = Clip(whole.pcm[: 2 * 3 * whole.rate], whole.rate, synthetic=False)
    (tmp_path / "short.wav").write_bytes(clip.wav)
    return tmp_path / "short.wav"


def said(call: Call, number: str = "1") -> list[str]:
    listed = json.loads(call("record", number, "--list", "--json").stdout)
    return [one["text"] for one in listed["sentences"]]


def kept(home: Path) -> list[Path]:
    return list(home.glob("recordings/**/*.wav"))


def test_other_words_are_refused_with_what_was_heard(
    heard: Call, home: Path, server: TranscriptionServer
) -> None:
    server.text = OTHER
    done = heard("record", "1", "--from", str(TAKE))
    assert done.exit_code == 1
    assert "the take doesn't say the words of case 1" in done.stderr
    assert f"heard: “{OTHER}”" in done.stderr
    assert kept(home) == []


def test_the_memo_of_another_case_is_refused(
    heard: Call, home: Path, server: TranscriptionServer
) -> None:
    server.text = " ".join(said(heard, "2"))
    done = heard("record", "1", "--from", str(TAKE))
    assert (done.exit_code, kept(home)) == (1, [])
    assert "heard: “Hi Bo." in done.stderr


def test_its_own_words_are_kept_unasked(
    heard: Call, home: Path, server: TranscriptionServer
) -> None:
    server.text = " ".join(said(heard))
    done = heard("record", "1", "--from", str(TAKE))
    assert done.exit_code == 0, done.stderr
    assert "nobody listened" not in done.stderr
    assert len(kept(home)) == 1


def test_a_take_that_breaks_off_is_refused(heard: Call, server: TranscriptionServer) -> None:
    words = " ".join(said(heard)).split()
    server.text = " ".join(words[: round(len(words) * 0.93)])
    assert "it breaks off" in heard("record", "1", "--from", str(TAKE)).stderr


def test_ears_that_break_end_no_recording(
    heard: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ears may be anybody's plug-in, and raise what their port doesn't know."""

    def fall(*_: object) -> None:
        raise ZeroDivisionError("no frames")

    monkeypatch.setattr(TranscriptionEndpoint, "hear", fall)
    done = heard("record", "1", "--from", str(TAKE))
    assert (done.exit_code, len(kept(home))) == (0, 1)
    assert "the ears endpoint failed: ZeroDivisionError: no frames" in " ".join(done.stderr.split())


def test_anyway_keeps_it_and_listens_to_nothing(
    heard: Call, home: Path, server: TranscriptionServer
) -> None:
    done = heard("record", "1", "--from", str(TAKE), "--anyway")
    assert done.exit_code == 0, done.stderr
    assert (len(kept(home)), server.asked) == (1, [])


@pytest.mark.parametrize(("answer", "code", "count"), [("y", 0, 1), ("", 1, 0)])
def test_at_a_terminal_it_is_asked(
    heard: Call,
    home: Path,
    server: TranscriptionServer,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
    count: int,
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    server.text = OTHER
    done = heard("record", "1", "--from", str(TAKE), input=f"{answer}\n")
    assert "Keep it all the same?" in done.output
    assert (done.exit_code, len(kept(home))) == (code, count)


def test_a_folder_with_one_wrong_take_keeps_none(
    heard: Call, home: Path, tmp_path: Path, short: Path, server: TranscriptionServer
) -> None:
    sentences = said(heard)
    server.text = sentences[0]
    (tmp_path / "takes").mkdir()
    for place in range(len(sentences)):
        shutil.copy(short, tmp_path / "takes" / f"{place:02}.wav")
    done = heard("record", "1", "--from", str(tmp_path / "takes"))
    assert done.exit_code == 1
    assert "takes may not say the words" in done.stderr  # all of them are told, before it is asked
    assert done.stderr.count("heard: ") > 1
    assert kept(home) == []


def test_at_the_microphone_the_doubts_are_shown_before_it_is_kept(
    heard: Call,
    home: Path,
    short: Path,
    server: TranscriptionServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    monkeypatch.setattr(microphone, "record", lambda _until, _env: read_sound(short))
    server.text = OTHER
    done = heard("record", "1", input="record\nskip\nquit\n")
    assert "[redo]" in done.output
    assert f"heard: “{OTHER}”" in done.output
    assert kept(home) == []
    heard("record", "1", input="record\nkeep\nquit\n")
    assert len(kept(home)) == 1


def test_without_ears_it_says_once_that_the_words_were_not_checked(call: Call, home: Path) -> None:
    call("script", "1")
    done = call("record", "1", "--from", str(TAKE), VOICENOTE_EARS__KIND="none")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("The words weren't checked") == 1
    assert len(kept(home)) == 1


def test_ears_that_fail_stop_no_recording(
    heard: Call, home: Path, server: TranscriptionServer
) -> None:
    server.statuses = [503]
    done = heard("record", "1", "--from", str(TAKE))
    assert done.exit_code == 0, done.stderr
    assert "The words weren't checked, as nobody listened: " in done.stderr
    assert len(kept(home)) == 1


def test_a_memo_of_a_machine_is_never_the_owners_own_voice(
    ready: Call, home: Path, tmp_path: Path
) -> None:
    """Its tags say that it is synthetic; `--anyway` changes nothing."""
    memo = json.loads(ready("show", "1", "--json").stdout)["memo"]["files"]["ogg"]
    shutil.copy(memo, tmp_path / "take.ogg")
    done = ready("record", "1", "--from", str(tmp_path / "take.ogg"), "--anyway")
    assert done.exit_code == 65, done.stderr
    assert "a machine speaks in this file" in done.stderr
    assert kept(home) == []
