"""`render`, `record`, `play`, `say`: real files, real sound, fake players and recorders."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import Result

Call = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("tones_are_speech")
Programs = Callable[[str, str], str]


def take(path: Path, seconds: float = 24) -> Path:
    """A recording: a tone that swells and falls, as speech does."""
    moment = np.arange(round(seconds * 16_000)) / 16_000
    tone = np.sin(2 * np.pi * 220 * moment) * (0.3 + 0.2 * np.sin(2 * np.pi * 3 * moment))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    return path


def heard(path: Path) -> tuple[str, float, dict[str, str]]:
    """The codec, seconds and tags of a sound file."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        frames = sum(frame.samples for frame in container.decode(stream))
        tags = {**container.metadata, **stream.metadata}
        return stream.codec_context.name, frames / stream.rate, tags


# -- render -----------------------------------------------------------------------------------


def test_render_speaks_what_was_written_and_then_nothing_again(call: Call) -> None:
    call("script", "1", "2")
    assert call("render", "--all").stdout.startswith("2 spoken;")
    assert call("render", "--all").stdout.startswith("0 spoken, 2 unchanged;")


def test_only_what_changed_is_spoken_again(ready: Call) -> None:
    ready("script", "2", "--from", "-", input="[own]\nIt was me, and I am sorry.\n")
    assert ready("render", "--all").stdout.startswith("1 spoken, 2 unchanged;")


def test_a_memo_whose_file_is_gone_is_made_again(ready: Call, home: Path) -> None:
    file = json.loads(ready("play", "1", "--json").stdout)["file"]
    Path(file).unlink()
    assert ready("play", "1").exit_code == 1
    assert "spoken:" in ready("render", "1").stdout
    assert ready("play", "1", "--json").exit_code == 0


def test_one_case_tells_its_voice_and_why(ready: Call) -> None:
    row = json.loads(ready("render", "1", "--json").stdout)[0]
    assert row["voice"].startswith("silent")
    assert row["why"] == "you asked for silent"
    assert row["made"] is False
    assert row["synthetic"] is True
    assert set(row["files"]) == {"ogg", "mp3", "vtt", "txt"}


def test_a_case_without_a_script_does_not_stop_the_others(call: Call) -> None:
    call("script", "1", "3")
    done = call("render", "1", "2", "3")
    assert done.exit_code == 1
    assert done.stdout.startswith("2 spoken")
    assert "case 2 has no script yet (voicenote script 2)" in done.stderr


def test_no_voice_for_a_language_is_told_by_case(ready: Call) -> None:
    done = ready("render", "1", "2", VOICENOTE_VOICE__ENGINE="kokoro")
    assert done.exit_code == 1
    assert "cases 1, 2: no voice can say this in en: kokoro is not ready" in done.stderr
    assert ready("render", "1", VOICENOTE_VOICE__ENGINE="kokoro").exit_code == 69


def test_a_voice_that_is_not_there_is_a_wrong_setting(ready: Call) -> None:
    done = ready("render", "1", VOICENOTE_VOICE__ENGINE="nobody")
    assert done.exit_code == 78
    assert "there is no voice 'nobody'" in done.stderr


def test_nothing_to_render_says_so(call: Call) -> None:
    done = call("render", "--all")
    assert done.exit_code == 0
    assert "There are no scripts to speak" in done.stderr


def kept_memos(home: Path) -> int:
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        return int(ledger.execute("select count(*) from memos").fetchone()[0])


def test_ctrl_c_keeps_what_is_finished(call: Call, home: Path, tmp_path: Path) -> None:
    rows = "".join(f"r{n},Cus Tomer {n},en,UTC,It broke.\n" for n in range(40))
    file = tmp_path / "more.csv"
    file.write_text("ref,customer,language,time_zone,what_happened\n" + rows)
    call("import", str(file))
    call("script", "--all")
    env = {**os.environ, "VOICENOTE_HOME": str(home), "VOICENOTE_VOICE__ENGINE": "silent"}
    words = [sys.executable, "-m", "voicenote", "render", "--all"]
    child = subprocess.Popen(words, env=env, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    before = kept_memos(home)
    while kept_memos(home) < before + 2 and time.monotonic() < deadline:
        assert child.poll() is None
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert "of 43 were finished" in said
    assert "what was finished is kept" in said
    rest = json.loads(call("render", "--all", "--json").stdout)
    assert 0 < sum(not row["made"] for row in rest) < 43
    assert len(rest) == 43


# -- record -----------------------------------------------------------------------------------


def test_a_take_becomes_the_memo_in_the_owners_voice(call: Call, tmp_path: Path) -> None:
    call("script", "1")
    file = take(tmp_path / "take.wav")
    done = call("record", "1", "--from", str(file), VOICENOTE_VOICE__ENGINE="auto")
    assert done.exit_code == 0, done.stderr
    assert "words a minute" in done.stdout
    assert "LUFS" in done.stdout
    memo = json.loads(call("show", "1", "--json").stdout)["memo"]
    assert memo["synthetic"] is False


def test_a_take_is_said_whatever_voice_the_settings_wish(call: Call, tmp_path: Path) -> None:
    call("script", "1")
    call(
        "record", "1", "--from", str(take(tmp_path / "take.wav")), VOICENOTE_VOICE__ENGINE="silent"
    )
    memo = json.loads(call("show", "1", "--json").stdout)["memo"]
    assert memo["synthetic"] is False


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "doesn't exist"), (b"", "is empty"), (b"no sound at all" * 99, "isn't a sound file")],
)
def test_a_take_that_is_none_is_bad_data(
    call: Call, tmp_path: Path, content: bytes | None, says: str
) -> None:
    call("script", "1")
    file = tmp_path / "take.wav"
    if content is not None:
        file.write_bytes(content)
    done = call("record", "1", "--from", str(file))
    assert done.exit_code == 65
    assert says in done.stderr


def test_recording_needs_a_script_first(call: Call, tmp_path: Path) -> None:
    done = call("record", "1", "--from", str(take(tmp_path / "take.wav")))
    assert done.exit_code == 1
    assert "voicenote script 1" in done.stderr


def test_without_a_terminal_the_microphone_stays_off(call: Call) -> None:
    call("script", "1")
    done = call("record", "1")
    assert done.exit_code == 2
    assert "--from FILE" in done.stderr


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    monkeypatch.setattr("voicenote.engine.memo.microphone._has_sounddevice", lambda: False)


@pytest.mark.usefixtures("at_a_terminal")
def test_the_microphone_records_until_enter(call: Call, programs: Programs, tmp_path: Path) -> None:
    """A take with a fault is offered again at once, and kept when its speaker wants it so."""
    call("script", "1")
    spoken = take(tmp_path / "spoken.wav")
    path = programs("arecord", f'for last; do :; done; /bin/cp {spoken} "$last"')
    more = {"PATH": path, "VOICENOTE_VOICE__ENGINE": "auto"}
    done = call("record", "1", "--whole", input="\n\n" + "\n" + "\n\n" + "n\n", **more)
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("Record it again?") == 2
    assert "Nobody called me" in done.stderr
    assert "made by a computer" not in done.stderr
    assert json.loads(call("show", "1", "--json").stdout)["memo"]["synthetic"] is False


@pytest.mark.usefixtures("at_a_terminal")
def test_a_recorder_that_fails_is_told_with_its_words(call: Call, programs: Programs) -> None:
    call("script", "1")
    path = programs("arecord", "echo no such card >&2; exit 1")
    done = call("record", "1", input="\n\n", PATH=path)
    assert done.exit_code == 69
    assert "no such card" in done.stderr
    assert "--from FILE" in done.stderr


@pytest.mark.usefixtures("at_a_terminal")
def test_nothing_that_records_is_told_with_a_cure(call: Call) -> None:
    call("script", "1")
    done = call("record", "1", input="\n\n", PATH="/nowhere")
    assert done.exit_code == 69
    assert "voicenote[mic]" in done.stderr


# -- play -------------------------------------------------------------------------------------


def test_play_hands_the_memo_to_the_player(ready: Call, programs: Programs, tmp_path: Path) -> None:
    path = programs("ffplay", f'echo "$@" > {tmp_path}/played')
    assert ready("play", "1", PATH=path).exit_code == 0
    assert "memo.ogg" in (tmp_path / "played").read_text()


def test_a_player_of_plain_sound_gets_it_decoded(
    ready: Call, programs: Programs, tmp_path: Path
) -> None:
    path = programs("aplay", f'/bin/cp "$2" {tmp_path}/played.wav')
    assert ready("play", "1", PATH=path).exit_code == 0
    assert heard(tmp_path / "played.wav")[0] == "pcm_s16le"


def test_any_file_can_be_played(bare: Call, programs: Programs, tmp_path: Path) -> None:
    file = take(tmp_path / "take.wav", 1)
    path = programs("mpv", f'echo "$@" > {tmp_path}/played')
    assert bare("play", str(file), PATH=path).exit_code == 0
    assert str(file) in (tmp_path / "played").read_text()
    assert bare("play", str(tmp_path / "nope.wav")).exit_code == 65


def test_no_player_names_the_file(ready: Call) -> None:
    done = ready("play", "1", PATH="/nowhere", DISPLAY=None, WAYLAND_DISPLAY=None)
    assert done.exit_code == 69
    assert "memo.ogg" in done.stderr


def test_a_player_that_fails_is_told(ready: Call, programs: Programs) -> None:
    path = programs("ffplay", "echo no sound card >&2; exit 1")
    done = ready("play", "1", PATH=path)
    assert done.exit_code == 69
    assert "no sound card" in done.stderr


def test_play_without_a_memo_names_the_next_step(call: Call) -> None:
    assert "voicenote script 1" in call("play", "1").stderr
    call("script", "1")
    assert "voicenote render 1" in call("play", "1").stderr


# -- say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "codec"),
    [("ogg", "opus"), ("opus", "opus"), ("m4a", "aac"), ("mp3", "mp3float"), ("wav", "pcm_s16le")],
)
def test_say_writes_what_the_ending_names(
    bare: Call, home: Path, tmp_path: Path, ending: str, codec: str
) -> None:
    file = tmp_path / f"memo.{ending}"
    done = bare("say", "Hello there. How are you today?", "-o", str(file))
    assert done.exit_code == 0, done.stderr
    name, seconds, _ = heard(file)
    assert name.startswith(codec.removesuffix("float"))
    assert seconds > 2
    assert not home.exists()


def test_the_file_says_that_a_machine_spoke(bare: Call, tmp_path: Path) -> None:
    file = tmp_path / "memo.ogg"
    bare("say", "Hello.", "-o", str(file))
    assert heard(file)[2]["synthetic"] == "yes"


@pytest.mark.parametrize(
    ("words", "given", "language"),
    [
        ("Przepraszam za spóźnienie, oddam Pani pieniądze w piątek.", (), "pl"),
        ("Przepraszam za spóźnienie, oddam Pani pieniądze w piątek.", ("--language", "en"), "en"),
        ("I am sorry that we were late, and your money is on its way.", (), "en"),
        ("Tak.", (), "en"),
    ],
)
def test_say_speaks_the_language_of_the_words_and_tells(
    bare: Call, tmp_path: Path, words: str, given: tuple[str, ...], language: str
) -> None:
    done = bare("say", words, "-o", str(tmp_path / "a.ogg"), "--json", *given)
    assert json.loads(done.stdout)["language"] == language, done.stderr
    assert ("These words look Polish" in done.stderr) is (language == "pl")


def test_say_takes_a_file_or_a_pipe(bare: Call, tmp_path: Path) -> None:
    source = tmp_path / "words.txt"
    source.write_text("One. Two.", encoding="utf-8")
    for words in (["--file", str(source)], ["-"], []):
        done = bare("say", *words, "-o", str(tmp_path / "a.ogg"), "--json", input="One. Two.")
        assert json.loads(done.stdout)["sentences"] == 2, done.stderr


def test_say_to_standard_output_is_ogg_and_nothing_else(bare: Call, tmp_path: Path) -> None:
    done = bare("say", "Hello.", "-o", "-")
    assert done.exit_code == 0
    (tmp_path / "a.ogg").write_bytes(done.stdout_bytes)
    assert heard(tmp_path / "a.ogg")[0].startswith("opus")
    assert "by silent" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["Hello.", "-o", "memo.pdf"], 2),
        (["Hello."], 2),
        (["Hello.", "--file", "x", "-o", "a.ogg"], 2),
        (["--file", "/nowhere/x.txt", "-o", "a.ogg"], 65),
        (["…", "-o", "a.ogg"], 65),
        (["Hello.", "-o", "/proc/a.ogg"], 69),
        (["Hello.", "-o", "/proc/nowhere/a.ogg"], 2),
        (["Hello.", "-o", "a.ogg", "--voice", "nobody"], 69),
        (["Hello.", "-o", "a.ogg", "--language", "not a tag"], 2),
        (["Hello.", "-o", "-", "--json"], 2),
    ],
)
def test_what_cannot_be_said_is_told(bare: Call, words: list[str], code: int) -> None:
    done = bare("say", *words)
    assert done.exit_code == code, done.stderr
    assert "this is our fault" not in done.stderr


def test_a_full_disk_is_told(home: Path) -> None:
    env = {**os.environ, "VOICENOTE_HOME": str(home), "VOICENOTE_VOICE__ENGINE": "silent"}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "voicenote", "say", "Hello.", "-o", "-"],
            stdout=full,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=env,
            check=False,
        )
    assert done.returncode == 69
    assert b"free some space" in done.stderr


def test_the_system_voice_speaks(bare: Call, tmp_path: Path) -> None:
    file = tmp_path / "memo.ogg"
    done = bare("say", "Hello there.", "-o", str(file), "--voice", "system", "--rate", "120")
    assert done.exit_code == 0, done.stderr
    assert 0.8 < heard(file)[1] < 4
    assert "120wpm" in done.stdout


# -- pictures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_a_memo_is_drawn(ready: Call, tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / "deep" / f"memo.{ending}"
    done = ready("play", "1", "--picture", str(file), "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["picture"] == str(file)
    assert file.read_bytes().startswith(begins)


def test_the_picture_of_a_machines_memo_says_so(ready: Call, tmp_path: Path) -> None:
    ready("play", "1", "--picture", str(tmp_path / "memo.svg"))
    text = (tmp_path / "memo.svg").read_text()
    assert "synthetic voice" in text
    assert "Ada" not in text


def test_any_sound_file_is_drawn(bare: Call, tmp_path: Path) -> None:
    done = bare("play", str(take(tmp_path / "a.wav")), "--picture", str(tmp_path / "a.svg"))
    assert done.stdout == f"Drawn: {tmp_path}/a.svg\n"


@pytest.mark.parametrize(("name", "code"), [("a.gif", 2), ("a", 2), ("/proc/a.svg", 69)])
def test_a_picture_that_cannot_be_drawn_is_refused(
    ready: Call, tmp_path: Path, name: str, code: int
) -> None:
    done = ready("play", "1", "--picture", str(tmp_path / name))
    assert done.exit_code == code
    assert "Traceback" not in done.stderr
