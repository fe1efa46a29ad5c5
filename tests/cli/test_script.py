"""`script` and `approve`, on a real workspace with three complaints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.cli.terminal.screen import Screen

Call = Callable[..., Result]


def test_one_case_shows_its_words_and_what_comes_next(call: Call) -> None:
    done = call("script", "1")
    assert done.exit_code == 0
    assert "Hi Ada." in done.stdout
    assert "Nobody called me" in done.stdout
    assert "voicenote render 1" in done.stderr


def test_all_means_those_without_a_script(call: Call) -> None:
    call("script", "1")
    assert call("script", "--all").stdout.startswith("2 written")
    assert "every case already has a script" in call("script", "--all").stderr


def test_a_batch_is_one_imports_cases(call: Call) -> None:
    assert call("script", "--batch", "june").stdout.startswith("3 written")
    assert call("script", "--batch", "july").exit_code == 2


def test_the_same_words_again_change_nothing(call: Call) -> None:
    call("script", "1", "2")
    assert call("script", "1", "2").stdout.startswith("0 written, 2 as before")


def test_no_cases_named_is_wrong_use(call: Call) -> None:
    assert call("script").exit_code == 2
    assert call("script", "1", "--all").exit_code == 2


def test_a_number_without_a_case_does_not_stop_the_others(call: Call) -> None:
    done = call("script", "1", "99", "2")
    assert done.exit_code == 1
    assert done.stdout.startswith("2 written")
    assert "case 99: there is no case 99" in done.stderr


def test_a_single_case_keeps_the_exit_code_of_its_error(call: Call) -> None:
    assert call("script", "99").exit_code == 2
    assert call("script", "1", "--template", "nope").exit_code == 65


def test_json_has_words_warnings_and_failures(call: Call) -> None:
    rows = json.loads(call("script", "1", "99", "--json").stdout)
    assert rows[0]["case"] == 1
    assert rows[0]["script"]["sentences"][0]["section"] == "thanks"
    assert rows[0]["changed"] is True
    assert rows[1] == {
        "case": 99,
        "error": "there is no case 99",
        "advice": "see: voicenote cases --all",
    }


def test_english_is_said_where_a_language_has_no_templates(call: Call) -> None:
    assert "It is in English" in call("script", "1", "--language", "fi").stderr


def test_an_editor_changes_the_words(call: Call, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/^Hi Ada.*/Good morning Ada./" "$1"\n')
    editor.chmod(0o755)
    done = call("script", "1", "--edit", EDITOR=str(editor))
    assert done.exit_code == 0, done.stderr
    assert "Good morning Ada." in done.stdout
    assert json.loads(call("show", "1", "--json").stdout)["script"]["text"].startswith(
        "Good morning Ada."
    )


def test_closing_the_editor_without_saving_changes_nothing(call: Call) -> None:
    call("script", "1")
    assert "Nothing was changed" in call("script", "1", "--edit", EDITOR="true").stderr


def test_an_editor_that_fails_is_told_with_a_way_out(call: Call) -> None:
    done = call("script", "1", "--edit", EDITOR="false")
    assert done.exit_code == 69
    assert "--from FILE" in done.stderr


def test_without_any_editor_the_way_out_is_told(call: Call) -> None:
    done = call("script", "1", "--edit", PATH="/nowhere")
    assert done.exit_code == 69
    assert "--from FILE" in done.stderr


def test_edited_words_come_from_a_file_or_a_pipe(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("[thanks]\nThank you, Ada.\n", encoding="utf-8")
    assert call("script", "1", "--from", str(file)).stdout.strip() == "Thank you, Ada."
    piped = call("script", "1", "--from", "-", input="[own]\nIt was me.\n")
    assert piped.stdout.strip() == "It was me."


def test_a_file_that_cannot_be_read_names_its_lines(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("[thanks]\nThank you.\n[nonsense]\nHm.\n", encoding="utf-8")
    done = call("script", "1", "--from", str(file))
    assert done.exit_code == 65
    assert "words.txt:3" in done.stderr
    file.write_bytes(b"[thanks]\n\xff\xfe\n")
    assert call("script", "1", "--from", str(file)).exit_code == 65


def test_edit_takes_one_case(call: Call) -> None:
    assert call("script", "1", "2", "--edit", EDITOR="true").exit_code == 2


# -- approve ----------------------------------------------------------------------------------


def test_approve_says_when_it_leaves_in_the_customers_clock(ready: Call) -> None:
    done = ready("approve", "2")
    assert done.exit_code == 0
    assert "(America/Chicago) by outbox" in done.stdout


def test_a_case_without_a_memo_is_refused_and_the_step_named(call: Call) -> None:
    done = call("approve", "1")
    assert done.exit_code == 1
    assert "voicenote script 1" in done.stderr


def test_one_refusal_does_not_stop_the_others(ready: Call) -> None:
    ready("script", "2", "--from", "-", input="[own]\nIt was me.\n")
    done = ready("approve", "1", "2", "3")
    assert done.exit_code == 1
    assert done.stdout.startswith("2 approved")
    assert "voicenote render 2" in done.stderr


def test_approving_again_books_nothing_twice(ready: Call) -> None:
    first = json.loads(ready("approve", "1", "--json").stdout)
    second = json.loads(ready("approve", "1", "--json").stdout)
    assert first == second


def test_all_means_those_that_were_spoken(ready: Call) -> None:
    assert ready("approve", "--all").stdout.startswith("3 approved")
    done = ready("approve", "--all")
    assert done.exit_code == 0
    assert "Nothing waits" in done.stderr


def test_a_sample_without_a_listener_needs_yes(ready: Call) -> None:
    done = ready("approve", "--all", "--sample", "2")
    assert done.exit_code == 2
    assert "--yes" in done.stderr


def test_a_sample_with_yes_names_the_files_and_releases_all(ready: Call) -> None:
    done = ready("approve", "--all", "--sample", "2", "--yes")
    assert done.exit_code == 0
    assert done.stderr.count("memo.ogg") == 2
    assert done.stdout.startswith("3 approved")


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_at_a_terminal_a_sample_is_played_and_then_asked_for(
    ready: Call,
    programs: Callable[[str, str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    path = programs("ffplay", f'echo "$@" >> {tmp_path}/played')
    done = ready("approve", "--all", "--sample", "2", input=answer, PATH=path)
    assert done.exit_code == code, done.stderr
    assert len((tmp_path / "played").read_text().splitlines()) == 2
    assert "Approve all 3 memos?" in done.stderr


def test_the_same_reason_is_told_once(call: Call) -> None:
    done = call("render", "--all", "--batch", "june")
    assert done.exit_code == 0
    done = call("script", "--all", VOICENOTE_OWNER__NAME="")
    assert done.exit_code == 1
    assert done.stderr.count("nobody answers") == 1
    assert "cases 1, 2, 3: nobody answers" in done.stderr


def test_a_number_in_the_reason_does_not_part_what_is_alike(call: Call) -> None:
    done = call("approve", "1", "2")
    assert "cases 1, 2: case N has no memo of its newest script (voicenote script N)" in done.stderr


# -- a letter of one's own ------------------------------------------------------------------------

LETTER = """\
Hi Ada, it's Grace Hopper. Your cake fell over, and nobody called you.
I'm sorry. That was our mistake.

I will bring you a new cake on Friday.
Is there anything else I can do?
"""


def test_a_whole_letter_becomes_the_script_word_by_word(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text(LETTER, encoding="utf-8")
    done = call("script", "1", "--from", str(file))
    assert done.exit_code == 0, done.stderr
    assert done.stdout.split() == LETTER.split()
    (one,) = json.loads(call("script", "1", "--from", str(file), "--json").stdout)
    assert one["changed"] is False
    sections = [sentence["section"] for sentence in one["script"]["sentences"]]
    assert sections == ["thanks", "mirror", "own", "own", "amends", "invite"]
    assert all(sentence["personal"] for sentence in one["script"]["sentences"])


def test_a_letter_comes_through_a_pipe_too(call: Call) -> None:
    done = call("script", "1", "--from", "-", input=LETTER)
    assert done.stdout.split() == LETTER.split()


def test_a_letter_with_an_error_is_kept_and_told_and_not_approved(ready: Call) -> None:
    letter = LETTER.replace("That was our mistake.", "We are sorry if you were offended.")
    done = ready("script", "1", "--from", "-", input=letter)
    assert done.exit_code == 0, done.stderr
    assert "R18: “sorry if you" in done.stderr
    assert "approve 1 --anyway REASON" in done.stderr
    assert ready("render", "1").exit_code == 0
    refused = ready("approve", "1")
    assert refused.exit_code == 1
    assert "R18" in refused.stderr


def test_a_deed_that_no_promise_holds_is_told_with_the_way_to_add_it(call: Call) -> None:
    assert call("amends", "waive", "1.1", "--reason", "she laughs").exit_code == 0
    done = call("script", "1", "--from", "-", input=LETTER)
    assert "S3: “I will bring you a new cake on Friday.” isn't a promise" in done.stderr
    assert "voicenote amends add 1" in done.stderr
    call("amends", "add", "1", "--kind", "redo", "--text", "a new cake", "--by", "2027-06-04")
    assert "S3" not in call("script", "1", "--from", "-", input=LETTER).stderr


def test_a_sum_or_a_day_that_the_case_does_not_hold_is_told(call: Call) -> None:
    letter = LETTER.replace("on Friday", "by 4 June, and €75 with it")
    told = call("script", "1", "--from", "-", input=letter).stderr
    assert "R20" in told
    assert "75" in told
    assert "4 June" not in told  # that is the day which was promised


def test_a_change_that_no_lesson_holds_is_told(call: Call) -> None:
    letter = f"{LETTER.replace('Is there', 'From now on we pin every tier. Is there')}"
    assert "voicenote lesson 1" in call("script", "1", "--from", "-", input=letter).stderr


def test_a_letter_in_another_language_is_named_as_such(call: Call) -> None:
    letter = (
        "Dzień dobry, tu Grace Hopper. Tort spadł. Przepraszam, to nasza wina. Oddajemy pieniądze."
    )
    done = call("script", "1", "--from", "-", "--language", "pl", "--json", input=letter)
    assert json.loads(done.stdout)[0]["script"]["language"] == "pl"
    edited = call("script", "1", "--from", "-", "--language", "pl", input="[own]\nIt was me.\n")
    assert edited.exit_code == 2


def test_a_letter_waits_for_words_again_when_the_case_changes(ready: Call) -> None:
    ready("script", "1", "--from", "-", input=LETTER)
    assert ready("render", "1").exit_code == 0
    assert ready("amends", "add", "1", "--kind", "gift", "--text", "flowers").exit_code == 0
    refused = ready("approve", "1")
    assert refused.exit_code == 1
    assert "R20" in refused.stderr


@pytest.mark.parametrize(
    ("letter", "says"),
    [
        ("", "standard input has no words in it"),
        (" \n\n", "standard input has no words in it"),
        ("# a comment\n[thanks]\n", "standard input has no words in it"),
        ("Best regards,\nAnna Saar\n", "nothing besides a greeting and a signature"),
        ("Dear Ada,\n\nKind regards,\nAnna Saar\n+372 555 0101\n", "nothing besides"),
        ("Lugupidamisega\nAnna Saar", "nothing besides"),
        ("Z poważaniem,\nAnna Saar", "nothing besides"),
        ("Cu stimă,\nAnna Saar", "nothing besides"),
        ("בברכה,\nאנה", "nothing besides"),
        ("با احترام\nآنا", "nothing besides"),
    ],
)
def test_a_letter_that_says_nothing_is_refused(call: Call, letter: str, says: str) -> None:
    done = call("script", "1", "--from", "-", input=letter)
    assert done.exit_code == 65
    assert says in done.stderr
    assert "write what you want to say" in done.stderr
    assert json.loads(call("show", "1", "--json").stdout)["script"] is None


def test_hints_on_a_letter_are_for_who_wants_more(call: Call) -> None:
    hint = "R1: It does not say what will be different"
    assert hint not in call("script", "1", "--from", "-", input=LETTER).stderr
    assert hint in call("-v", "script", "1", "--from", "-", input=LETTER).stderr


def test_a_case_that_has_everything_could_not_say_more(call: Call) -> None:
    for number in ("1", "2", "3"):
        told = ("--said-back", "You waited, and nobody rang.", "--cause", "no one looked")
        own = ("--our-fault", "We forgot you.", "--meant", "You lost the day.")
        assert call("triage", number, *told, *own).exit_code == 0
    done = call("script", "--all")
    assert "could say more" not in done.stdout
    assert "your own words stand for: " in call("script", "1").stderr


ESTONIAN = (
    "Tere, Ada. Te ootasite torti terve päeva ja keegi ei helistanud teile. "
    "See oli meie viga ja mul on kahju. Toome teile reedel uue tordi."
)


def test_a_letter_in_another_language_is_refused_with_the_way_to_mean_it(call: Call) -> None:
    done = call("script", "1", "--from", "-", input=ESTONIAN)
    assert done.exit_code == 2
    assert "the letter is in Estonian (et), and the customer's language is English" in done.stderr
    assert "--language et" in done.stderr
    assert json.loads(call("show", "1", "--json").stdout)["script"] is None


def test_the_language_of_a_letter_does_not_stick(call: Call) -> None:
    def language() -> str:
        return str(json.loads(call("show", "1", "--json").stdout)["script"]["language"])

    assert call("script", "1", "--from", "-", "--language", "et", input=ESTONIAN).exit_code == 0
    assert language() == "et"
    assert call("script", "1", "--from", "-", input=LETTER).exit_code == 0
    assert language() == "en"


def test_a_letter_that_is_not_in_the_language_that_was_named_is_told(call: Call) -> None:
    done = call("script", "1", "--from", "-", "--language", "en", input=ESTONIAN)
    assert done.exit_code == 0
    assert "The words are in Estonian (et), and are read as English (en)." in done.stderr


def test_at_a_terminal_another_language_is_asked_about(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    (tmp_path / "letter.txt").write_text(ESTONIAN, encoding="utf-8")
    words = ("script", "1", "--from", str(tmp_path / "letter.txt"))
    assert call(*words, input="n\n").exit_code == 2
    done = call(*words, input="y\n")
    assert done.exit_code == 0, done.stderr
    assert "Say it to them in Estonian (et)?" in done.stderr


def test_an_edited_script_in_another_language_is_told(call: Call) -> None:
    edited = f"[mirror]\n{ESTONIAN}\n"
    done = call("script", "1", "--from", "-", input=edited)
    assert "The words are in Estonian (et), and are read as English (en)." in done.stderr
