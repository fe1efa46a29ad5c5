"""One case in one sitting, from a machine on which nothing has been set up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.fakes.chat_api import ChatServer, chat_server
from voicenote.cli.app import voicenote
from voicenote.cli.terminal.screen import Screen
from voicenote.model.memo import Clip
from voicenote.settings import load

Sit = Callable[..., Result]

OWNER = ["Ada Linden", "Linden Yard", "ada@linden-yard.example", "Europe/Tallinn", "en"]
CASE = ["Mari Tamm", "", "", "The ribbon was blue.", "Nobody picked up.", "redo", "a new cake", ""]
CASE += ["", "", "", ""]  # no words of one's own
CASE += [""]  # the summary is right


@pytest.fixture
def sit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sit at a terminal with the silent voice, and type lines."""
    monkeypatch.setattr(Screen, "interactive", True)

    def answered(*lines: str) -> Result:
        env = {"VOICENOTE_HOME": str(tmp_path / "home"), "VOICENOTE_VOICE__ENGINE": "silent"}
        typed = "".join(f"{line}\n" for line in lines)
        return CliRunner().invoke(voicenote, ["new"], input=typed, env=env)

    return answered


def test_a_first_sitting_asks_who_you_are_and_ends_with_a_booked_plan(sit: Sit) -> None:
    done = sit(*OWNER, *CASE, "n", "the computer's", "n", "yes", "n")
    assert done.exit_code == 0, done.output
    assert "First, and only once: who are you?" in done.output
    assert "Next: voicenote new" not in done.output
    assert "Ada Linden from Linden Yard." in done.output
    assert "make-it-right, in Europe/Tallinn time" in done.output


def test_a_second_sitting_does_not_ask_again(sit: Sit) -> None:
    sit(*OWNER, *CASE, "n", "later")
    done = sit(*CASE, "n", "later")
    assert done.exit_code == 0, done.output
    assert "who are you" not in done.output


@pytest.mark.parametrize("table", ["[owner]\n", "", "# mine\n[owner]\nname = ''\n"])
def test_settings_without_a_name_are_asked_for_it(sit: Sit, tmp_path: Path, table: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "voicenote.toml").write_text(table + "[channels]\n")
    done = sit("", "Ada Linden", "Linden Yard", *CASE, "n", "later")
    assert done.exit_code == 0, done.output
    assert "An answer is needed here." in done.output
    assert load(tmp_path / "home", {}).owner.name == "Ada Linden"
    assert table.partition("\n")[0] in (tmp_path / "home" / "voicenote.toml").read_text()


@pytest.fixture
def microphone(monkeypatch: pytest.MonkeyPatch, tones_are_speech: None) -> None:
    """One that says a tone at once."""
    moment = np.arange(16_000) / 16_000
    wave = np.sin(2 * np.pi * 180 * moment) * 0.3 * np.sin(np.pi * moment)
    clip = Clip((wave * 32767).astype("<i2").tobytes(), 16_000, synthetic=False)
    monkeypatch.setattr("voicenote.engine.memo.microphone.record", lambda _until, _env: clip)


@pytest.mark.usefixtures("microphone")
def test_a_sitting_at_the_microphone_ends_with_the_owners_own_memo(sit: Sit) -> None:
    said = ["record", "keep"] * 30  # more than there are sentences: the rest is no answer
    done = sit(*OWNER, *CASE, "n", "my own, with the microphone", *said, "n", "yes", "n")
    assert done.exit_code == 0, done.output
    assert "Every sentence is recorded in your own voice." in done.output
    assert "Case 1 is approved." in done.output


@pytest.mark.usefixtures("microphone")
def test_a_sitting_that_stops_at_the_microphone_goes_on_another_day(sit: Sit) -> None:
    done = sit(*OWNER, *CASE, "n", "my own, with the microphone", "record", "keep", "quit", "later")
    assert done.exit_code == 0, done.output
    assert "Continue any time: voicenote record 1" in done.output
    assert "Listen to it?" not in done.output
    assert "When you are ready: voicenote approve 1" not in done.output


@pytest.mark.usefixtures("microphone")
def test_quitting_the_microphone_leads_back_to_the_choice_of_a_voice(sit: Sit) -> None:
    said = ["my own, with the microphone", "record", "quit", "the computer's"]
    done = sit(*OWNER, *CASE, "n", *said, "n", "yes", "n")
    assert done.exit_code == 0, done.output
    assert "Not every sentence is recorded yet; what you have kept stays." in done.output
    assert "Case 1 is approved." in done.output


def test_a_recording_from_a_file_is_asked_for_until_it_is_one(sit: Sit, tmp_path: Path) -> None:
    (tmp_path / "notes.mp3").write_text("no sound")
    file = str(Path(__file__).parents[2] / "samples" / "recording.ogg")
    files = [str(tmp_path / "notes.mp3"), "", file]
    done = sit(*OWNER, *CASE, "n", "my own, from a file", *files, "n", "yes", "n")
    assert done.exit_code == 0, done.output
    assert "isn't a sound file that can be read" in done.output
    assert "Case 1 is approved." in done.output


@pytest.mark.parametrize(
    ("language", "answers", "gender"),
    [
        ("pl", ["woman"], "woman"),
        ("he-IL", ["she", "man"], "man"),
        ("ro", [""], ""),
        ("et", [], ""),
    ],
)
def test_an_owner_is_asked_for_the_two_ways_of_saying_i_where_there_are_two(
    sit: Sit, tmp_path: Path, language: str, answers: list[str], gender: str
) -> None:
    owner = [*OWNER[:-1], language, *answers]
    done = sit(
        *owner, "Ewa", "", "", "Było za późno.", "", "nothing yet", "", "", "", "", "n", "later"
    )
    assert done.exit_code == 0, done.output
    assert load(tmp_path / "home", {}).owner.gender == gender


ASKED = ["Dana Roth", "", "", "I told your waiter twice about the nuts.", "It cost me a night."]
PROMISED = ["refund", "your money back", "EUR", "38", "2027-06-04"]


def shown(sit: Sit, tmp_path: Path, *words: str) -> dict[str, Any]:
    """Sit through a case with these sentences, and return it."""
    done = sit(*OWNER, *ASKED, *PROMISED, *words, "", "n", "later")
    assert done.exit_code == 0, done.output
    env = {"VOICENOTE_HOME": str(tmp_path / "home")}
    page = CliRunner().invoke(voicenote, ["show", "1", "--json"], env=env)
    found: dict[str, Any] = json.loads(page.stdout)
    return found | {"screen": done.output}


def test_a_proposal_is_taken_only_when_it_was_read(sit: Sit, tmp_path: Path) -> None:
    case = shown(sit, tmp_path, "", "", "", "")
    assert "A proposal: You told our waiter twice about the nuts." in case["screen"]
    assert "A proposal: It cost you a night." in case["screen"]
    assert "A proposal: You'll have your money back, €38, by Friday, 4 June" in case["screen"]
    assert (case["said_back"], case["our_fault"], case["meant"]) == ("", "", "")
    assert case["amends"][0]["deed"] == ""


def test_a_proposal_is_taken_by_yes_and_other_words_in_its_place(sit: Sit, tmp_path: Path) -> None:
    said = ["y", "We served her the pesto anyway.", "You sat up all night.", "yes"]
    case = shown(sit, tmp_path, *said)
    assert case["said_back"] == "You told our waiter twice about the nuts."
    assert case["our_fault"] == "We served her the pesto anyway."
    assert case["meant"] == "You sat up all night."
    assert case["amends"][0]["deed"].startswith("You'll have your money back, €38, by")


def test_the_one_sum_in_the_deed_is_its_worth(sit: Sit, tmp_path: Path) -> None:
    """Enter takes it: nobody types a sum twice, and a refund has one."""
    promised = ["refund", "your money back, all 38 EUR", "", "", "2027-06-04"]
    done = sit(*OWNER, *ASKED, *promised, "", "", "", "", "", "n", "later")
    assert done.exit_code == 0, done.output
    env = {"VOICENOTE_HOME": str(tmp_path / "home")}
    page = CliRunner().invoke(voicenote, ["show", "1", "--json"], env=env)
    (deed,) = json.loads(page.stdout)["amends"]
    assert (float(deed["value"]), deed["currency"]) == (38, "EUR")


def test_yes_to_no_proposal_is_asked_again(sit: Sit, tmp_path: Path) -> None:
    case = shown(sit, tmp_path, "n", "y", "We were careless.", "", "")
    assert "Please write the sentence" in case["screen"]
    assert (case["said_back"], case["our_fault"]) == ("", "We were careless.")


def test_too_long_a_sentence_is_asked_again(sit: Sit, tmp_path: Path) -> None:
    case = shown(sit, tmp_path, "x" * 2_001, "You waited.", "", "", "")
    assert "the most is 2,000" in case["screen"]
    assert case["said_back"] == "You waited."


def test_a_case_without_a_promise_is_not_asked_for_its_deed(sit: Sit) -> None:
    done = sit(*OWNER, *ASKED, "nothing yet", "", "", "", "", "n", "later")
    assert done.exit_code == 0, done.output
    assert "What you do about it" not in done.output


def test_a_complaint_in_another_language_has_no_proposal(sit: Sit) -> None:
    words = "Kurier krzyczał na mojego syna i nikt mnie za to nie przeprosił, a czekałam tydzień."
    done = sit(
        *OWNER, "Ewa", "", "", words, "", "", "", "nothing yet", "", "", "", "", "n", "later"
    )
    assert done.exit_code == 0, done.output
    assert "A proposal" not in done.output


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A writer in the settings, which reads a feeling and a failure in every complaint."""
    found = [
        {"field": "feeling", "value": "let down", "words": "The ribbon was blue"},
        {"field": "failure", "value": "wrong", "words": "blue"},
    ]
    with chat_server(lambda _facts: {"proposals": found}) as server:
        table = {"KIND": "endpoint", "BASE_URL": server.url, "MODEL": "toy", "RETRIES": "0"}
        for name, value in table.items():
            monkeypatch.setenv(f"VOICENOTE_WRITER__{name}", value)
        yield server


def case_in(tmp_path: Path) -> dict[str, Any]:
    command = ["--home", str(tmp_path / "home"), "show", "1", "--json"]
    found: dict[str, Any] = json.loads(CliRunner().invoke(voicenote, command).stdout)
    return found


def test_a_writers_proposals_are_offered_one_by_one(
    sit: Sit, writer: ChatServer, tmp_path: Path
) -> None:
    done = sit(*OWNER, *CASE, "y", "n", "y")
    assert "it says: “The ribbon was blue”" in done.output
    assert len(writer.asked) >= 1
    case = case_in(tmp_path)
    assert (case["failure"], case.get("feeling", "")) == ("wrong", "")


def test_a_writer_that_cannot_be_asked_ends_no_sitting(
    sit: Sit, writer: ChatServer, tmp_path: Path
) -> None:
    writer.statuses = [500]
    done = sit(*OWNER, *CASE, "y", "n", "later")
    assert "Is it so?" not in done.output
    assert case_in(tmp_path)["case"] == 1


def test_without_a_writer_nothing_is_offered(sit: Sit) -> None:
    assert "Let your writer read it" not in sit(*OWNER, *CASE, "n", "later").output
