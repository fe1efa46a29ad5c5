"""Evenings of a founder at a real terminal: a hand that slips, stops, pastes and comes back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.cli.journey import Terminal
from voicenote.cli.app import voicenote

pytestmark = pytest.mark.slow

STORY = "The ribbon was blue.\n\nI had told you twice.\nMari"
#: Each question of a case, and an answer; the last ones are the owner's own sentences.
CASE = [
    ("Who was let down?", "Mari Tamm"),
    ("Their email address", "mari@tamm.example"),
    ("What happened, in their words", "The ribbon was blue, and I had told you twice."),
    ("What bothered them most", "Nobody picked up."),
    ("What will you do to put it right?", "refund"),
    ("In a few words", "your money back"),
    ("In which currency", "EUR"),
    ("How much", "38"),
    ("By when", "4 June 2099"),
    ("told to them", "You told us twice, and it came in blue."),
    ("What we did wrong", "We packed the wrong ribbon."),
    ("What it meant for them", "Your mother saw it before you did."),
    ("What you do about it", "n"),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace whose owner is known."""
    made = ["--home", str(tmp_path / "home"), "init", "--name", "Ada Linden"]
    assert CliRunner().invoke(voicenote, [*made, "--time-zone", "tallinn"]).exit_code == 0
    return tmp_path / "home"


def sit(home: Path, *words: str, **env: str) -> Terminal:
    return Terminal(home, *(words or ("new",)), VOICENOTE_VOICE__ENGINE="silent", **env)


def shown(home: Path) -> dict[str, Any]:
    done = CliRunner().invoke(voicenote, ["--home", str(home), "show", "1", "--json"])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def finish(sitting: Terminal) -> str:
    """Take the summary, and leave the rest for later; return all that was shown."""
    sitting.answers_to("Is it right?", "")
    sitting.answers_to("Change the text in your editor?", "")
    sitting.answers_to("Whose voice should say it?", "later")
    code, text = sitting.ends()
    assert code == 0, text
    return text


def whole(case: dict[str, Any]) -> None:
    """Check that every answer of `CASE` has arrived."""
    promise = case["amends"][0]
    assert case["customer"] == "Mari Tamm"
    assert case["what_happened"] == CASE[2][1]
    assert case["bothered_most"] == "Nobody picked up."
    assert (promise["kind"], promise["text"], promise["promised_by"]) == (
        "refund", "your money back", "2099-06-04",
    )  # fmt: skip
    assert (promise["value"], promise["currency"]) == ("38", "EUR")
    assert case["our_fault"] == "We packed the wrong ribbon."


def test_ctrl_c_at_every_question_loses_no_answer(home: Path) -> None:
    for number, (question, answer) in enumerate(CASE):
        sitting = sit(home)
        if number:
            sitting.answers_to("Go on with them?", "")
        sitting.answers_to(question, answer)
        sitting.sees(CASE[number + 1][0] if number + 1 < len(CASE) else "Is it right?")
        sitting.presses_ctrl_c()
        code, text = sitting.ends()
        assert code == 130
        assert f"{number + 1} answers kept" in text or "1 answer kept" in text
    sitting = sit(home)
    sitting.answers_to("Go on with them?", "")
    text = finish(sitting)
    assert "case 1 is kept" not in text
    assert text.count("You could say it freely") == 1  # there are no ears here
    whole(shown(home))
    assert not (home / "unfinished-answers.json").exists()


def test_with_ears_and_a_microphone_it_offers_to_speak_freely_first(
    home: Path, programs: Callable[[str, str], str]
) -> None:
    path = f"{programs('arecord', 'exit 1')}{os.pathsep}{os.environ['PATH']}"
    ears = {
        "VOICENOTE_EARS__KIND": "endpoint",
        "VOICENOTE_EARS__BASE_URL": "http://localhost:9/v1",
    }
    sitting = sit(home, PATH=path, **ears)
    for question, answer in CASE:
        sitting.answers_to(question, answer)
    sitting.answers_to("Is it right?", "")
    sitting.answers_to("Say it freely now? [Y/n]", "n")
    sitting.answers_to("Change the text in your editor?", "")
    sitting.sees("1. freely, in my own words")
    sitting.answers_to("Whose voice should say it?", "later")
    assert sitting.ends()[0] == 0


def test_ctrl_c_before_any_answer_says_that_nothing_is_kept(home: Path) -> None:
    sitting = sit(home)
    sitting.sees("Who was let down?")
    sitting.presses_ctrl_c()
    code, text = sitting.ends()
    assert code == 130
    assert "nothing is kept" in text


def test_ctrl_c_after_the_questions_keeps_the_case(home: Path) -> None:
    sitting = sit(home)
    for question, answer in CASE:
        sitting.answers_to(question, answer)
    sitting.answers_to("Is it right?", "")
    sitting.sees("Change the text in your editor?")
    sitting.presses_ctrl_c()
    code, text = sitting.ends()
    assert (code, "case 1 is kept" in text) == (130, True)
    whole(shown(home))


def test_who_the_owner_is_survives_ctrl_c(tmp_path: Path) -> None:
    sitting = sit(tmp_path / "home", "init")
    sitting.answers_to("Your name", "", "Ada Linden")
    sitting.sees("The name of your business")
    sitting.presses_ctrl_c()
    code, text = sitting.ends()
    assert (code, "1 answer kept" in text) == (130, True)
    sitting = sit(tmp_path / "home", "init")
    sitting.answers_to("The name of your business", "")
    sitting.answers_to("email", "nonsense", "ada@linden.ee")
    sitting.answers_to("Where you live", "Talinn", "tallinn")
    sitting.answers_to("Your language", "estonain", "eesti")
    code, text = sitting.ends()
    assert code == 0, text
    assert "did you mean Europe/Tallinn?" in text
    assert "did you mean Estonian (et)?" in text
    settings = (tmp_path / "home" / "voicenote.toml").read_text("utf-8")
    assert 'name = "Ada Linden"' in settings
    assert 'language = "et"' in settings


def test_nonsense_is_asked_again_with_what_was_meant(home: Path) -> None:
    slips = {
        "Their email address": "mari@",
        "What will you do to put it right?": "refnud",
        "In which currency": "eurp",
        "How much": "a lot",
        "By when": "soon",
    }
    sitting = sit(home)
    for question, answer in CASE:
        if question in slips:
            sitting.answers_to(question, slips[question])
        if question == "By when":
            sitting.answers_to(question, "1.6.2020")
        sitting.answers_to(question, answer)
    sitting.answers_to("Is it right?", "99", "perhaps")
    text = finish(sitting)
    assert "Did you mean refund?" in text
    assert "did you mean EUR?" in text
    assert "Thursday, 4 June 2099" in text
    whole(shown(home))


def test_an_empty_line_skips_a_question_or_is_asked_again(home: Path) -> None:
    sitting = sit(home)
    for question in ("Who was let down?", "Their email address", "Their telephone number"):
        sitting.answers_to(question, "")
    sitting.answers_to("What happened, in their words", "", STORY.partition("\n")[0])
    for question in ("What bothered them most", "put it right?", "told to them", "did wrong"):
        sitting.answers_to(question, "")
    sitting.answers_to("What it meant", "")
    text = finish(sitting)
    assert "An answer is needed here." in text
    assert shown(home)["what_happened"] == "The ribbon was blue."


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_a_paste_of_many_lines_is_one_answer(home: Path, term: str) -> None:
    """A name is one line; a complaint keeps its lines, on a terminal that marks no paste too."""
    sitting = sit(home, TERM=term)
    if term == "dumb":
        sitting.answers_to("Who was let down?", "Mari Tamm")
        sitting.answers_to("Their email address", "mari@tamm.example")
        sitting.sees("What happened, in their words")
        sitting.types(f"{STORY}\nand more")
    else:
        sitting.sees("Who was let down?")
        sitting.pastes("Mari\nTamm\n")
        sitting.answers_to("Their email address", "mari@tamm.example")
        sitting.sees("What happened, in their words")
        sitting.pastes(f"{STORY}\nand more\n")
    sitting.answers_to("What bothered them most", "")
    sitting.answers_to("put it right?", "nothing yet")
    for question in ("told to them", "What we did wrong", "What it meant"):
        sitting.answers_to(question, "")
    finish(sitting)
    case = shown(home)
    assert case["customer"] == "Mari Tamm"
    assert case["what_happened"] == f"{STORY}\nand more"


def test_lines_sent_as_if_typed_are_shown_again_as_one_answer(home: Path) -> None:
    sitting = sit(home)
    sitting.answers_to("Who was let down?", "Mari Tamm")
    sitting.answers_to("Their email address", "mari@tamm.example")
    sitting.sees("What happened, in their words")
    sitting.types(STORY.replace("\n", "\r"))
    sitting.answers_to("several lines; press Enter", "")
    sitting.sees("What bothered them most")
    sitting.presses_ctrl_c()
    assert "3 answers kept" in sitting.ends()[1]
    kept = json.loads((home / "unfinished-answers.json").read_text("utf-8"))
    assert kept["case"]["what_happened"] == STORY


def test_the_sign_to_go_back_counts_behind_an_answer_that_is_there(home: Path) -> None:
    """Going back twice: the answer of the question before stands on its line already."""
    sitting = sit(home)
    sitting.answers_to("Who was let down?", "Mari Kask")
    sitting.answers_to("Their email address", "mari@kask.example")
    sitting.answers_to("What happened, in their words", "<")
    sitting.answers_to("Their email address", "<")
    sitting.sees("Who was let down?")
    sitting.presses_ctrl_c()
    assert "isn't an email address" not in sitting.ends()[1]


def test_any_answer_can_be_changed_before_it_is_written(home: Path) -> None:
    sitting = sit(home)
    sitting.answers_to("Who was let down?", "<", "Mari Kask")
    sitting.answers_to("Their email address", "mari@kask.example")
    sitting.answers_to("What happened, in their words", "<")
    sitting.sees("Their email address")
    sitting.presses("\x15")  # Ctrl-U empties the line
    sitting.types("mari@tamm.example")
    for question, answer in CASE[2:]:
        sitting.answers_to(question, answer)
    sitting.answers_to("Is it right?", "1")
    sitting.sees("Who was let down?")
    sitting.presses("\x15")
    sitting.types("Mari Tamm")
    sitting.answers_to("Is it right?", "6")
    sitting.answers_to("Where do they live?", "Chicago")
    text = finish(sitting)
    assert "This is the first question." in text
    case = shown(home)
    whole(case)
    assert case["time_zone"] == "America/Chicago"
    assert case["addresses"]["email"] == ["mari@tamm.example"]


def test_a_customer_abroad_is_asked_for_language_and_clock(home: Path) -> None:
    words = "Kurier krzyczał na mojego syna i nikt mnie za to nie przeprosił, a czekałam tydzień."
    sitting = sit(home)
    sitting.answers_to("Who was let down?", "Ewa")
    sitting.answers_to("Their email address", "ewa@sklep.pl")
    sitting.answers_to("What happened, in their words", words)
    sitting.answers_to("Which language do you speak with them? [pl]", "polsh", "")
    sitting.answers_to("Where do they live? A city or a time zone [Europe/Warsaw]", "")
    sitting.answers_to("What bothered them most", "Nikt nie przeprosił.")
    sitting.answers_to("put it right?", "nothing yet")
    for question in ("told to them", "What we did wrong", "What it meant"):
        sitting.answers_to(question, "")
    text = finish(sitting)
    assert "did you mean Polish (pl)?" in text
    case = shown(home)
    assert (case["language"], case["time_zone"]) == ("pl", "Europe/Warsaw")


def test_an_unfinished_case_can_be_forgotten(home: Path) -> None:
    sitting = sit(home)
    sitting.answers_to("Who was let down?", "Mari Tamm")
    sitting.sees("Their email address")
    sitting.presses_ctrl_c()
    sitting.ends()
    sitting = sit(home)
    sitting.sees("about Mari Tamm")
    sitting.answers_to("Go on with them?", "n")
    sitting.sees("Who was let down?")
    sitting.presses_ctrl_c()
    assert "nothing is kept" in sitting.ends()[1]


def test_a_full_disk_is_told_at_the_end_of_the_sitting(home: Path) -> None:
    (home / "unfinished-answers.json").mkdir()
    sitting = sit(home)
    sitting.answers_to("Who was let down?", "Mari Tamm")
    sitting.sees("Their email address")
    sitting.presses_ctrl_c()
    code, text = sitting.ends()
    assert (code, "your answers are not kept: " in text) == (130, True)
