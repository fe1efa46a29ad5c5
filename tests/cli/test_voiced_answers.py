"""Customers' voices, through the commands: fetched, played, heard, translated; and complaints."""

from __future__ import annotations

import io
import json
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.fakes.chat_api import ChatServer, chat_server
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.transcription_api import TranscriptionServer, transcription_server
from tests.fakes.web import Web
from voicenote.cli.app import voicenote
from voicenote.cli.terminal.screen import Screen
from voicenote.engine.memo import microphone

TOKEN, MARI = "4711:sesame-open", 5512345
ENV = {
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__HOLIDAYS": "off", "BOT_TOKEN": TOKEN, "PATH": "",
}  # fmt: skip
WORDS = "It's all fine now."
Say = Callable[..., Any]


def tone(seconds: float = 1.0) -> bytes:
    """A sound file; what tells speech from noise takes it for speech here."""
    samples = np.sin(np.arange(int(seconds * 16_000)) / 16) * 9000
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return held.getvalue()


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever sounds is speech."""
    monkeypatch.setattr(
        "voicenote.ears.transcription_endpoint.find_speech",
        lambda pcm: ((0.0, len(pcm) / 32_000),) if any(pcm) else (),
    )


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    with transcription_server() as made:
        made.text = WORDS
        yield made


@pytest.fixture
def bot() -> Iterator[tuple[TelegramApi, str]]:
    api = TelegramApi(TOKEN, {str(MARI): "started"})
    web = Web(api.answer)
    yield api, web.url
    web.stop()


@pytest.fixture
def say(
    ready: Say, home: Path, bot: tuple[Any, str], server: TranscriptionServer, spoken: None
) -> Say:
    """Call a command; its exit code is checked. Case 1 is Ada's, whose memo left by Telegram."""
    api, url = bot
    (home / "voicenote.toml").write_text(
        f'[channels.telegram]\nkind = "telegram"\nurl = "{url}"\ntoken = {{env = "BOT_TOKEN"}}\n'
        f'[ears]\nkind = "endpoint"\nbase_url = "{server.url}"\n',
        encoding="utf-8",
    )

    def run(*words: str, code: int = 0, **more: Any) -> Any:
        done = ready(*words, **{**ENV, **more})
        assert done.exit_code == code, (words, done.stdout, done.stderr)
        return json.loads(done.stdout) if "--json" in words and not code else done

    secret = run("channels", "link", "telegram", "1", "--json")["link"].partition("?start=")[2]
    api.updates = [update(1, text=f"/start {secret}")]
    run("receive")
    run("approve", "1", "--yes")
    assert run("run", "--json")["sent"] == 1
    return run


def update(number: int, **more: Any) -> dict[str, Any]:
    message = {
        "message_id": number, "date": int(time.time()), "chat": {"id": MARI, "type": "private"},
        "from": {"id": MARI, "is_bot": False, "first_name": "Ada"},
    }  # fmt: skip
    return {"update_id": number, "message": message | more}


def voice(number: int = 2) -> dict[str, Any]:
    sent = {
        "file_id": "AwAC", "file_unique_id": "u", "duration": 9, "mime_type": "audio/ogg",
        "file_size": 32_044,
    }  # fmt: skip
    return update(number, voice=sent)


def speaks(api: TelegramApi) -> None:
    api.files["AwAC"] = tone()
    api.updates = [voice()]


@pytest.fixture
def answered(say: Say, bot: tuple[Any, str]) -> Say:
    """Ada has sent a voice message, and a run has listened to it."""
    speaks(bot[0])
    say("run", "--json")
    return say


def test_a_voice_message_of_telegram_is_shown_with_its_words(answered: Say) -> None:
    (answer,) = answered("show", "1", "--json")["answers"]
    (file,) = answer["files"]
    assert (answer["verdict"], answer["heard"]) == ("unclear", WORDS)
    told = file["hearing"]
    assert (told["state"], told["text"], told["model"]) == ("heard", WORDS, "whisper-1")
    assert f"heard (by endpoint whisper-1): “{WORDS}”" in answered("show", "1").stdout


def test_next_says_what_was_heard_and_asks(answered: Say) -> None:
    (need,) = answered("next", "--json")
    assert (
        f'heard: "{WORDS}"; listen: voicenote play 1 --answers; is it put right? ' in need["what"]
    )
    assert need["do"] == "voicenote answer 1"


def test_a_question_for_the_verdict_begins_with_what_was_heard(
    answered: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    told = answered("answer", "1", input="put right\n")
    assert told.stderr.startswith(f"Heard: “{WORDS}”\nListen to it: voicenote play 1 --answers\n")
    verdicts = [one["verdict"] for one in answered("show", "1", "--json")["answers"]]
    assert verdicts == ["unclear", "put-right"]


def test_triage_says_that_an_answer_was_only_heard(answered: Say) -> None:
    answered("reopen", "1")
    told = answered("triage", "1", "--cause", "the oven", "--json")["warnings"]
    assert any(f'their newest answer was heard, not read: "{WORDS}"' in one for one in told)


def test_answers_are_played_in_order_with_date_channel_and_words(
    answered: Say, programs: Callable[[str, str], str], tmp_path: Path
) -> None:
    path = programs("ffplay", f'echo "$@" >> {tmp_path}/played')
    told = answered("play", "1", "--answers", PATH=path).stdout
    assert " by telegram: a voice message (9 s, 32 kB): " in told
    assert f"“{WORDS}”" in told
    assert (tmp_path / "played").read_text().strip().endswith(".ogg")


def test_without_a_player_there_are_the_paths_and_the_words(answered: Say) -> None:
    done = answered("play", "1", "--answers", code=69)
    assert "attachments" in done.stdout
    assert WORDS in done.stdout
    assert "no sound player" in done.stderr


def test_as_json_nothing_is_played(answered: Say) -> None:
    (one,) = answered("play", "1", "--answers", "--json")
    assert set(one) == {"case", "at", "channel", "file"}
    assert (one["channel"], one["file"]["hearing"]["text"]) == ("telegram", WORDS)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("play", "2", "--answers"), 1, "has sent no sound that is kept"),
        (("play", "99", "--answers"), 2, "99"),
        (("play", "x.ogg", "--answers"), 2, "plays what a customer sent"),
        (("hear", "x.ogg", "--answers"), 2, "takes the numbers of cases"),
        (("hear", "99", "--answers"), 2, "99"),
        (("hear",), 2, "say what to listen to"),
        (("hear", "1", "2"), 2, "say what to listen to"),
        (("hear", "1", "--translate"), 2, "--translate goes with --answers"),
    ],
)
def test_what_has_no_answer_is_said(
    call: Say, words: tuple[str, ...], code: int, told: str
) -> None:
    done = call(*words)
    assert done.exit_code == code, done.stderr
    assert told in done.stderr


def test_what_came_before_there_were_ears_is_heard_when_asked(
    say: Say, bot: tuple[Any, str], server: TranscriptionServer, home: Path
) -> None:
    speaks(bot[0])
    settings = (home / "voicenote.toml").read_text()
    (home / "voicenote.toml").write_text(settings.partition("[ears]")[0])
    say("run", "--json")
    assert "voicenote hear 1 --answers" in say("show", "1").stdout
    done = say("hear", "--answers", code=69)
    assert "1 voice message was not listened to: whisper isn't ready" in done.stderr
    assert server.asked == []
    (home / "voicenote.toml").write_text(settings)
    told = say("hear", "1", "--answers", "--json")
    assert (told["heard"], told["left"]) == (1, 0)
    assert f"“{WORDS}”" in say("hear", "--answers").stdout
    assert len(server.asked) == 1


def test_what_was_heard_is_translated_by_the_writer_and_kept(
    say: Say, bot: tuple[Any, str], server: TranscriptionServer
) -> None:
    server.text = "Kõik on nüüd hea. Aitäh, Ada."
    say("edit", "1", "--set", "language=et")
    speaks(bot[0])
    say("run", "--json")

    def back(facts: dict[str, Any]) -> dict[str, Any]:
        assert (facts["from"], facts["to"]) == ("et", "en")
        (one,) = facts["sections"]
        assert one["sentences"][0] == "Kõik on nüüd hea."
        return {"sections": [{**one, "sentences": ["All is well now.", "Thanks."]}]}

    with chat_server(back) as writer:
        env = writing(writer)
        assert say("hear", "1", "--answers", "--translate", "--json", **env)["translated"] == 1
        assert say("hear", "1", "--answers", "--translate", "--json", **env)["translated"] == 0
        assert len(writer.asked) == 1
    assert "in en, by endpoint" in (page := say("show", "1").stdout)
    assert "“All is well now. Thanks.”" in page


def writing(server: ChatServer) -> dict[str, str]:
    return {
        "VOICENOTE_WRITER__KIND": "endpoint", "VOICENOTE_WRITER__BASE_URL": server.url,
        "VOICENOTE_WRITER__MODEL": "small",
    }  # fmt: skip


def test_without_a_writer_nothing_is_translated(
    say: Say, bot: tuple[Any, str], server: TranscriptionServer
) -> None:
    say("edit", "1", "--set", "language=et")
    speaks(bot[0])
    say("run", "--json")
    assert "set up another writer" in say("hear", "1", "--answers", "--translate", code=1).stderr


# -- complaints -----------------------------------------------------------------------------------


@pytest.fixture
def complaint(tmp_path: Path) -> Path:
    (tmp_path / "complaint.wav").write_bytes(tone())
    return tmp_path / "complaint.wav"


@pytest.fixture
def eared(call: Say, server: TranscriptionServer, spoken: None) -> Say:
    server.text = "The ribbon was blue, and nobody picked up the telephone."
    ears = {"VOICENOTE_EARS__KIND": "endpoint", "VOICENOTE_EARS__BASE_URL": server.url}
    return lambda *words, **more: call(*words, **{**ears, **more})


def test_a_recording_becomes_a_case_of_its_words_and_is_kept(
    eared: Say, server: TranscriptionServer, complaint: Path
) -> None:
    told = json.loads(eared("new", "--from", str(complaint), "--json").stdout)
    assert (told["case"], told["added"]) == (4, True)
    view = json.loads(eared("show", "4", "--json").stdout)
    (file,) = view["files"]
    assert view["what_happened"] == server.text == file["hearing"]["text"]
    assert (file["complaint"], file["name"]) == (True, "complaint.wav")
    assert Path(file["file"]).read_bytes() == complaint.read_bytes()
    assert (
        "from a recording, as it was heard: voicenote play 4 --answers" in eared("show", "4").stdout
    )
    assert [
        one["case"] for one in json.loads(eared("play", "4", "--answers", "--json").stdout)
    ] == [4]
    found = json.loads(eared("triage", "4", "--cause", "x", "--json").stdout)["warnings"]
    assert any("the complaint was heard in a recording" in one for one in found)


def test_the_same_recording_is_one_case(eared: Say, complaint: Path) -> None:
    eared("new", "--from", str(complaint))
    told = json.loads(eared("new", "--from", str(complaint), "--json").stdout)
    assert (told["case"], told["added"]) == (4, False)
    assert len(json.loads(eared("show", "4", "--json").stdout)["files"]) == 1


def test_its_language_is_recognised(
    eared: Say, server: TranscriptionServer, complaint: Path
) -> None:
    server.text = (
        "Pael oli sinine ja keegi ei võtnud telefoni vastu, kuigi ma helistasin kolm korda."
    )
    eared("new", "--from", str(complaint))
    assert json.loads(eared("show", "4", "--json").stdout)["language"] == "et"
    assert "language" not in server.asked[0]


@pytest.mark.parametrize(
    ("env", "raw", "code", "told"),
    [
        (
            {"VOICENOTE_EARS__KIND": "none", "VOICENOTE_EARS__BASE_URL": None},
            tone(),
            69,
            "nobody could listen to complaint.wav",
        ),
        ({}, tone()[:44] + bytes(32_000), 65, "nothing was said in complaint.wav"),
        ({}, b"words", 65, "complaint.wav can't be heard: it isn't a sound file"),
        ({}, b"", 65, "complaint.wav can't be heard: it is empty"),
        ({}, None, 65, "doesn't exist"),
    ],
)
def test_a_recording_without_words_is_no_case_where_nobody_can_be_asked(
    eared: Say, complaint: Path, env: dict[str, str | None], raw: bytes | None, code: int, told: str
) -> None:
    complaint.unlink() if raw is None else complaint.write_bytes(raw)
    done = eared("new", "--from", str(complaint), **env)
    assert done.exit_code == code, done.stderr
    assert told in done.stderr
    assert len(json.loads(eared("cases", "--json").stdout)) == 3


@pytest.fixture
def sit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: TranscriptionServer, spoken: None
) -> Say:
    """Sit at a terminal without a microphone, and type lines."""
    monkeypatch.setattr(Screen, "interactive", True)
    monkeypatch.setattr(microphone, "can_record", lambda env: False)
    server.text = "The ribbon was blew."

    def run(file: Path | None, *lines: str, kind: str = "endpoint") -> Result:
        env = {
            "VOICENOTE_HOME": str(tmp_path / "home"), "VOICENOTE_VOICE__ENGINE": "silent",
            "VOICENOTE_EARS__KIND": kind,
        }  # fmt: skip
        if kind == "endpoint":
            env["VOICENOTE_EARS__BASE_URL"] = server.url
        words = ["new", *(["--from", str(file)] if file else [])]
        typed = "".join(f"{line}\n" for line in lines)
        return CliRunner().invoke(voicenote, words, input=typed, env=env)

    return run


OWNER = ["Ada Linden", "Linden Yard", "ada@linden-yard.example", "Europe/Tallinn", "en"]
REST = ["Nobody picked up.", "redo", "a new cake", "", "", "", "", "", "", "n", "later"]


def shown(sit: Say, tmp_path: Path) -> dict[str, Any]:
    env = {"VOICENOTE_HOME": str(tmp_path / "home")}
    done = CliRunner().invoke(voicenote, ["show", "1", "--json"], env=env)
    view: dict[str, Any] = json.loads(done.stdout)
    return view


def test_at_a_terminal_the_words_are_shown_and_corrected_by_hand(
    sit: Say, complaint: Path, tmp_path: Path
) -> None:
    done = sit(complaint, *OWNER, "Mari Tamm", "", "", "The ribbon was blue.", *REST)
    assert done.exit_code == 0, done.output
    assert "Heard in complaint.wav:\nThe ribbon was blew." in done.output
    view = shown(sit, tmp_path)
    assert (view["what_happened"], view["customer"]) == ("The ribbon was blue.", "Mari Tamm")
    assert view["files"][0]["hearing"]["text"] == "The ribbon was blew."


def test_without_ears_the_owner_types_the_words_and_the_sound_is_kept(
    sit: Say, complaint: Path, tmp_path: Path
) -> None:
    done = sit(
        complaint, *OWNER, "Mari Tamm", "", "", "The ribbon was blue.", *REST, kind="whisper"
    )
    assert done.exit_code == 0, done.output
    assert "Nobody could listen to complaint.wav: whisper isn't ready" in done.output
    assert 'pip install "voicenote[ears]"' in done.output
    view = shown(sit, tmp_path)
    assert view["what_happened"] == "The ribbon was blue."
    assert (view["files"][0]["hearing"], view["files"][0]["state"]) == (None, "kept")


def test_a_sitting_that_was_stopped_goes_on_with_its_recording(
    sit: Say, complaint: Path, tmp_path: Path
) -> None:
    sit(complaint, *OWNER, "Mari Tamm")
    done = sit(None, "y", "", "", "The ribbon was blue.", *REST)
    assert done.exit_code == 0, done.output
    assert shown(sit, tmp_path)["files"][0]["complaint"] is True


def test_a_recording_does_not_end_up_with_another_unfinished_case(
    sit: Say, complaint: Path
) -> None:
    sit(None, *OWNER, "Mari Tamm")
    done = sit(complaint, "y")
    assert done.exit_code == 2
    assert "the answers of an unfinished case are kept" in done.output
