"""A cloned voice speaks only while the recorded consent of whose voice it is stands."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.voice.speech_server import Server, speech_server

SAMPLE = Path(__file__).parents[2] / "samples" / "recording.ogg"
ASIDE = {"VOICENOTE_VOICE__ENGINE": None, "VOICENOTE_EARS__KIND": "none"}


@pytest.fixture
def server() -> Iterator[Server]:
    with speech_server() as found:
        yield found


@pytest.fixture
def cloned(call: Call, home: Path, server: Server) -> Call:
    """Calls commands where English is spoken by a copy of somebody's voice."""
    (home / "voicenote.toml").write_text(
        '[voice]\ndisclosure = false\n[voice.en]\nengine = "endpoint"\n'
        f'url = "{server.url}"\nvoice = "ada"\ncloned = true\n'
        '[schedule]\nquiet_hours = "off"\nworking_days = "all"\n',
        encoding="utf-8",
    )
    return lambda *words, **env: call(*words, **{**ASIDE, **env})


def agree(call: Call, *more: str) -> None:
    done = call("voices", "consent", "ada", "--from", str(SAMPLE), *more)
    assert done.exit_code == 0, done.stderr


def test_without_consent_it_says_nothing_and_tells_the_command(
    cloned: Call, server: Server, tmp_path: Path
) -> None:
    for words in (
        ["script", "1"],
        ["say", "Hello.", "-o", str(tmp_path / "x.ogg")],
        ["doctor"],
        ["voices"],
    ):
        done = cloned(*words)
        assert "voicenote voices consent ada" in done.stdout + done.stderr, words
    assert not server.asked
    row = next(one for one in json.loads(cloned("voices", "--json").stdout) if one["consents"])
    assert (row["voice"], row["ready"]) == ("endpoint", False)
    assert row["consents"][0]["whose"] == "Grace Hopper"


def test_the_sentence_is_shown_in_six_languages_with_whose_voice_it_is(cloned: Call) -> None:
    said = {
        tongue: cloned("voices", "consent", "ada", "--language", tongue).stdout
        for tongue in ("en", "he", "ro", "pl", "fa", "et")
    }
    assert len(set(said.values())) == 6
    assert all("Grace Hopper" in text for text in said.values())
    other = cloned("voices", "consent", "ada", VOICENOTE_VOICE__EN__WHOSE="Bo Reed").stdout
    assert "Bo Reed" in other
    assert "customers of Grace Hopper" in other


def test_with_consent_it_speaks_and_always_says_that_it_is_a_computer(
    cloned: Call, home: Path, server: Server
) -> None:
    agree(cloned)
    for words in (["script", "1"], ["render", "1"]):
        done = cloned(*words)
        assert done.exit_code == 0, done.stderr
    assert server.asked
    shown = json.loads(cloned("show", "1", "--json").stdout)
    assert "disclose" in [one["section"] for one in shown["script"]["sentences"]]
    assert "consent " in shown["memo"]["voice"]
    [facts] = [json.loads(one.read_text("utf-8")) for one in (home / "consents").glob("*.json")]
    assert facts["whose"] == "Grace Hopper"
    assert facts["checked"] == "speech"
    assert len(list((home / "consents").glob("*.wav"))) == 1
    assert "who agreed on" in cloned("voices").stdout
    cloned("approve", "1", "--yes")
    rehearsed = cloned("rehearse")
    assert "taken back" not in rehearsed.stdout + rehearsed.stderr
    assert rehearsed.exit_code == 0, rehearsed.stderr
    events = json.loads(cloned("voices", "--json").stdout)
    assert any(one["consents"] and one["consents"][0]["stands"] for one in events)


def test_taken_back_it_speaks_no_more_and_no_memo_in_it_leaves(cloned: Call, home: Path) -> None:
    agree(cloned)
    for words in (["script", "1"], ["render", "1"], ["approve", "1", "--yes"]):
        done = cloned(*words)
        assert done.exit_code == 0, done.stderr
    done = cloned("voices", "consent", "ada", "--revoke")
    assert "took the consent back" in done.stdout
    assert "voicenote render 1" in done.stdout
    done = cloned("run")
    assert "was taken back" in done.stdout + done.stderr
    assert not list((home / "outbox").glob("*/*.ogg"))
    assert "voicenote voices consent ada" in cloned("script", "2").stderr
    again = cloned("voices", "consent", "ada", "--revoke")
    assert again.exit_code == 1
    assert "no consent" in again.stderr
    assert "took the consent back" in cloned("voices").stdout
    [wav] = (home / "consents").glob("*.wav")
    with wave.open(str(wav)) as old, wave.open(str(home / "new.wav"), "wb") as new:
        new.setparams(old.getparams())
        new.writeframes(old.readframes(old.getnframes() - 800))
    done = cloned("voices", "consent", "ada", "--from", str(home / "new.wav"))
    assert done.exit_code == 0, done.stderr
    done = cloned("run")  # it was made with the consent that was taken back
    assert "taken back" in done.stdout + done.stderr
    assert not list((home / "outbox").glob("*/*.ogg"))


def test_a_recording_that_is_changed_is_no_consent(cloned: Call, home: Path) -> None:
    agree(cloned)
    [wav] = (home / "consents").glob("*.wav")
    wav.write_bytes(wav.read_bytes()[:-2])
    assert "voicenote voices consent ada" in cloned("script", "1").stderr


def test_a_machine_agrees_to_nothing(cloned: Call, tmp_path: Path) -> None:
    made = tmp_path / "made.ogg"
    cloned("say", "I agree to this, and to that as well.", "--voice", "system", "-o", str(made))
    done = cloned("voices", "consent", "ada", "--from", str(made))
    assert done.exit_code == 65
    assert "a machine speaks" in done.stderr
    assert "who has not agreed" in cloned("voices").stdout


def test_a_voice_that_is_not_cloned_needs_no_consent(call: Call) -> None:
    done = call("voices", "consent", "ada")
    assert done.exit_code == 2
    assert "no cloned voice called 'ada'" in done.stderr


def test_consent_of_one_person_is_not_that_of_another(cloned: Call) -> None:
    agree(cloned)
    done = cloned("script", "1", VOICENOTE_VOICE__EN__WHOSE="Bo Reed")
    assert "Bo Reed's recorded consent" in done.stderr
