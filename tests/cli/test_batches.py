"""Commands that change many cases: chosen by name, batch or condition, or by the rows of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from voicenote.cli.terminal.screen import Screen


def history(call: Call, case: int) -> list[str]:
    return [
        line["event"] for line in json.loads(call("show", str(case), "--json").stdout)["history"]
    ]


def case_of(call: Call, number: int) -> Any:
    return json.loads(call("show", str(number), "--json").stdout)


def test_one_lesson_covers_the_cases_of_its_cause(call: Call) -> None:
    """Without numbers it goes to every open case of the cause that has none."""
    call("triage", "1", "2", "--cause", "Late courier")
    done = call("lesson", "--cause", "late  courier", "--prevention", "another one")
    assert (done.exit_code, done.stdout) == (0, "2 lessons written.\n")
    again = call("lesson", "--cause", "late courier", "--prevention", "another one")
    assert again.exit_code == 2
    assert "no open case without a lesson has the cause “late courier”" in again.stderr


def test_a_later_case_gets_the_lesson_of_its_cause(call: Call) -> None:
    """Its prevention needn't be typed again."""
    call("triage", "--all", "--cause", "late courier")
    first = call("lesson", "1", "--cause", "late courier", "--prevention", "another one")
    assert "2 other open cases have this cause and no lesson" in first.stderr
    assert call("lesson", "--cause", "late courier").stdout == "2 lessons written.\n"
    assert "lesson_written" in history(call, 3)


def test_an_unknown_cause_is_told_with_the_known_ones(call: Call) -> None:
    call("triage", "--all", "--cause", "late courier")
    done = call("lesson", "--cause", "late curier", "--prevention", "x")
    assert (done.exit_code, "late courier (3)" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "cases"),
    [
        (["--all"], [1, 2, 3]),
        (["--batch", "june"], [1, 2, 3]),
        (["2", "3", "2"], [2, 3]),
        (["--where", "customer = 'ada lovelace' or ref = c"], [1, 3]),
        (["--where", "stage=opened and not case > 1"], [1]),
        (["--where", "promised_by < 2027-01-01"], []),
        (["--batch", "june", "--where", 'what_happened = "The amp was late."'], [2]),
        (["--where", "stage = closed"], []),
    ],
)
def test_cases_are_chosen_in_every_way(call: Call, words: list[str], cases: list[int]) -> None:
    """By numbers, by all, by a batch, by a condition, or by two of these."""
    done = call("triage", *words, "--severity", "serious", "--json")
    assert [one["case"] for one in json.loads(done.stdout)] == cases


@pytest.mark.parametrize("name", ["close", "reopen", "lesson", "triage", "answer", "script"])
def test_a_wrong_condition_changes_nothing(call: Call, name: str) -> None:
    """A field that isn't there is named, with the nearest one."""
    more = {"answer": ["--put-right"], "triage": ["--cause", "x"]}.get(name, [])
    done = call(name, "--where", "custommer = Ada", *more)
    assert (done.exit_code, "did you mean 'customer'" in done.stderr) == (2, True)


def test_numbers_and_a_condition_contradict_each_other(call: Call) -> None:
    done = call("close", "1", "--all")
    assert (done.exit_code, "say which cases" in done.stderr) == (2, True)


def write(folder: Path, text: str) -> str:
    file = folder / "done.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_promises_are_done_from_a_file(call: Call, tmp_path: Path) -> None:
    """By name, by case number or by ref; the bad rows are told with line and field, and kept."""
    file = write(
        tmp_path,
        "amends,case,ref,evidence,comment\n"
        "1.1,,,payment 7,\n,2,,parcel 8,\n,,c,,no proof\n,,zz,x1,\n9.9,,,x2,\n,two,,x3,\n",
    )
    done = call("amends", "done", "--from", file)
    assert done.exit_code == 1
    assert "2 promises done, 4 not." in done.stdout
    assert "Not read: comment." in done.stderr
    assert "done.csv:4: amends 3.1 cannot be done without evidence" in done.stderr
    assert "done.csv:5: ref: no case has the ref 'zz'" in done.stderr
    assert "done.csv:6: there is no case 9" in done.stderr
    assert "done.csv:7: case: 'two'" in done.stderr
    kept = (tmp_path / "done.csv.rejected").read_text(encoding="utf-8").splitlines()
    assert len(kept) == 5
    assert "parcel 8" not in "".join(kept)


def test_a_corrected_rejected_file_does_the_rest(call: Call, tmp_path: Path) -> None:
    file = write(tmp_path, "case,evidence\n1,payment 7\n2,\n")
    call("amends", "done", "--from", file)
    kept = tmp_path / "done.csv.rejected"
    lines = kept.read_text(encoding="utf-8").splitlines()
    kept.write_text("\n".join([lines[0], lines[1][:-2] + '"parcel 8"']), encoding="utf-8")
    done = call("amends", "done", "--from", str(kept))
    assert (done.exit_code, done.stdout) == (0, "1 promise done.\n")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("amends", "done"), "case,evidence\n1,payment 7\n2,parcel 8\n"),
        (("lesson",), "case,cause,prevention,due,done\n1,late,a list,2027-05-01,no\n2,x,y,,yes\n"),
        (("answer",), "ref,answer,text,via\na,put-right,thank you,phone\nb,NOT-YET,,shop\n"),
        (("triage",), "case,cause,harm,currency,accept\n1,late,12.50,EUR,\n2,lost,,,yes\n"),
        (("triage",), "case,finding,reason\n1,unfounded,it was the moon\n2,partly,\n"),
        (("amends", "again"), "amends,by\n1.1,2027-08-01\n2.1,2027-08-02\n"),
        (("amends", "waive"), "amends,reason\n1.1,they said leave it\n2.1,never mind it\n"),
    ],
)
def test_a_file_given_twice_changes_nothing_more(
    call: Call, tmp_path: Path, words: tuple[str, ...], text: str
) -> None:
    """So a run that was stopped halfway is finished by the same command."""
    file = write(tmp_path, text)
    assert call(*words, "--from", file).exit_code == 0
    before = [history(call, 1), history(call, 2)]
    again = call(*words, "--from", file)
    assert (again.exit_code, "2 were so already" in again.stdout) == (0, True)
    assert [history(call, 1), history(call, 2)] == before


@pytest.mark.parametrize(
    "words", [("waive", "--reason", "never mind"), ("done", "--evidence", "payment 7")]
)
def test_each_named_promise_is_changed_not_only_the_first(
    call: Call, words: tuple[str, ...]
) -> None:
    verb, *options = words
    done = call("amends", verb, "1.1", "2.1", *options)
    assert done.exit_code == 0
    states = [case_of(call, number)["amends"][0]["state"] for number in (1, 2)]
    assert states[0] == states[1] != "promised"


def test_closing_and_opening_again_from_a_file_is_done_once(call: Call, tmp_path: Path) -> None:
    """Closed with the same outcome, or open again already, is no error."""
    for number in ("1", "2"):
        call("amends", "waive", f"{number}.1", "--reason", "they want nothing")
        call("lesson", number, "--cause", "late", "--prevention", "a list")
        call("answer", number, "--put-right")
    file = write(tmp_path, "case,outcome\n1,ally\n2,\n3,\n")
    done = call("close", "--from", file)
    assert (done.exit_code, "2 cases closed, 1 not." in done.stdout) == (1, True)
    assert "done.csv:4: case 3 cannot be closed yet" in done.stderr
    assert "2 were so already, 1 not" in call("close", "--from", file).stdout
    assert (case_of(call, 1)["outcome"], case_of(call, 2)["outcome"]) == ("ally", "satisfied")
    assert call("reopen", "--all", "--reason", "x y").stdout == "2 cases are open again.\n"
    file = write(tmp_path, "case\n1\n2\n")
    assert "2 were so already" in call("reopen", "--from", file).stdout


def test_a_cell_is_read_as_the_option_of_its_name(call: Call, tmp_path: Path) -> None:
    """Its line, its column and what may stand there are told; the good rows are done."""
    file = write(
        tmp_path,
        "case,severity,harm,Override\n1,grave,,\n2,serious,,\n3,,12,\n1,low,,ok\n",
    )
    done = call("triage", "--from", file)
    assert "done.csv:2: severity: 'grave' is not one of" in done.stderr
    assert "done.csv:4: " in done.stderr
    assert "done.csv:5: Override: 'ok' gives no reason" in done.stderr
    assert "1 case triaged, 3 not." in done.stdout


def test_a_file_in_which_no_row_works_is_bad_data(call: Call, tmp_path: Path) -> None:
    done = call("close", "--from", write(tmp_path, "case\n7\n8\n"), "--json")
    failure = json.loads(done.stderr)
    assert (done.exit_code, failure["problems"][1]["line"]) == (65, 3)
    assert "correct" in failure["advice"]


def test_a_file_without_cases_says_what_it_has(call: Call, tmp_path: Path) -> None:
    done = call("close", "--from", write(tmp_path, "name,outcome\nAda,ally\n"))
    assert (done.exit_code, "it has: name, outcome" in done.stderr) == (65, True)


@pytest.mark.parametrize(("text", "what"), [("", "is empty"), ("case,outcome\n", "has no rows")])
def test_an_empty_file_is_told_as_such(call: Call, tmp_path: Path, text: str, what: str) -> None:
    done = call("close", "--from", write(tmp_path, text))
    assert (done.exit_code, f"done.csv {what}" in done.stderr) == (65, True), done.stderr
    assert "complaints" not in done.stderr


def test_an_empty_file_of_a_new_case_is_told_as_such(call: Call, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(" \n")
    assert "one.toml is empty" in call("new", "--from", str(tmp_path / "one.toml")).stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("batch", "june"), "'june' isn't one of hold, list, resume, show; for 'june': voicenote"),
        (("batch", "june"), "voicenote batch show june"),
        (("channels", "mail"), "voicenote channels test mail"),
        (("amends", "moon"), "'moon' isn't one of "),
    ],
)
def test_a_name_in_the_place_of_a_command_is_told_what_to_do(
    call: Call, words: tuple[str, ...], told: str
) -> None:
    done = call(*words)
    assert (done.exit_code, told in " ".join(done.stderr.split())) == (2, True), done.stderr


def test_a_file_may_be_json_lines(call: Call, tmp_path: Path) -> None:
    """Rows as programs write them."""
    file = tmp_path / "done.jsonl"
    rows = [{"case": 1, "cause": "late"}, {"ref": "b", "cause": "lost"}]
    file.write_text("\n".join(map(json.dumps, rows)))
    assert call("triage", "--from", str(file)).stdout == "2 cases triaged.\n"
    assert case_of(call, 2)["cause"] == "lost"


def test_a_file_and_numbers_contradict_each_other(call: Call, tmp_path: Path) -> None:
    done = call("close", "1", "--from", write(tmp_path, "case\n1\n"))
    assert (done.exit_code, "the file says which cases" in done.stderr) == (2, True)


def test_promises_are_chosen_by_state_kind_and_case(call: Call) -> None:
    """All of a case by its number; a condition knows the promise and its case."""
    done = call("amends", "done", "1", "--evidence", "payment 7", "--json")
    assert json.loads(done.stdout) == [{"amends": "1.1", "state": "done"}]
    where = "kind = refund and customer = 'Bo Diddley'"
    done = call("amends", "done", "--where", where, "--evidence", "payment 8", "--json")
    assert json.loads(done.stdout) == [{"amends": "2.1", "state": "done"}]
    assert call("amends", "confirm", "--all").stdout == "2 promises confirmed.\n"
    assert call("amends", "broken", "--batch", "june").stdout == "1 promise broken.\n"


def test_what_keeps_cases_open_is_counted(call: Call) -> None:
    """Of many, each gap once, with how many have it."""
    done = call("close", "1", "2", "3")
    assert done.exit_code == 1
    assert "3 of them: the lesson is not written: voicenote lesson N" in done.stderr
    word = "the customer has not said that it is put right (0 of 3 questions went unanswered)"
    assert f"3 of them: {word}: voicenote answer N" in done.stderr
    assert "0 cases closed, 3 not." in done.stdout


def test_a_lesson_said_anew_keeps_that_it_is_done(call: Call) -> None:
    """A correction of its words doesn't take back that its prevention is in place."""
    call("lesson", "1", "--cause", "late", "--prevention", "a list", "--done")
    call("lesson", "1", "--prevention", "a longer list")
    assert json.loads(call("lesson", "1", "--done", "--json").stdout) == {
        "case": 1,
        "cause": "late",
        "prevention": "a longer list",
        "done": True,
    }


def test_a_promise_made_again_tells_of_words_with_the_old_day(call: Call) -> None:
    """The deed names the day that was promised before."""
    deed = "I'll bring you a new cake on Friday, 4 June."
    call("amends", "say", "1.1", "--deed", deed)
    done = call("amends", "again", "1.1", "--by", "2027-07-05")
    assert "amends 1.1: the deed says “friday”" in done.stderr
    assert "voicenote amends say 1.1 --deed" in done.stderr
    new = "I'll bring you a new cake on Monday, 5 July."
    done = call("amends", "again", "1.1", "--by", "2027-07-05", "--deed", new)
    assert done.stderr == ""
    assert case_of(call, 1)["amends"][0]["deed"] == new


def test_a_batch_is_listed_and_shown(call: Call) -> None:
    """How many cases it has, at which step, and what comes next."""
    assert "june" in call("batch").stdout
    (one,) = json.loads(call("batch", "list", "--json").stdout)
    assert (one["batch"], one["cases"], one["stages"]) == ("june", 3, {"opened": 3})
    assert "Next: voicenote script --batch 'june'" in call("batch", "show", "june").stdout
    wrong = call("batch", "hold", "july")
    assert (wrong.exit_code, "known: june" in wrong.stderr) == (2, True)


def test_a_batch_on_hold_waits_and_goes_on(ready: Call) -> None:
    """Its messages are held; one case of it can't be let go alone; then all go on."""
    ready("approve", "1", "2")
    held = json.loads(ready("batch", "hold", "june", "--json").stdout)
    assert held["messages"] > 1
    assert "ON HOLD" in ready("batch").stdout
    alone = ready("plan", "1", "--resume")
    assert (alone.exit_code, "batch resume 'june'" in alone.stderr) == (1, True)
    freed = json.loads(ready("batch", "resume", "june", "--json").stdout)
    assert freed == {"batch": "june", "on_hold": False, "messages": held["messages"]}
    assert "ON HOLD" not in ready("batch").stdout


def test_a_run_by_hand_says_what_is_on_hold(ready: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """It printed nothing, as if nothing waited; in cron it still is silent, but not to programs."""
    always = {"VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all"}
    always["VOICENOTE_SCHEDULE__HOLIDAYS"] = "off"
    ready("approve", "1", "2", "3", **always)
    ready("batch", "hold", "june")
    assert ready("run", **always).output == ""
    told = json.loads(ready("run", "--json", **always).stdout)["on_hold"]
    what = "3 due messages of the batch june: on hold"
    assert told == [{"what": what, "do": "voicenote batch resume 'june'"}]
    monkeypatch.setattr(Screen, "watched", True)
    said = ready("run", **always).stderr
    assert f"{what}; voicenote batch resume 'june'" in said


def test_a_run_in_a_pipe_that_did_something_says_what_is_on_hold(ready: Call) -> None:
    always = {"VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all"}
    ready("approve", "1", "2", "3", **always)
    ready("plan", "1", "--hold")
    done = ready("run", **always)
    assert "2 put into the outbox" in done.stdout
    assert "1 due message of case 1: on hold; voicenote plan 1 --resume" in done.stderr
