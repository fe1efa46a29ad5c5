"""`rehearse` tells for each message why it would be sent, and each nudge once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.cli.commands.rehearse import _rehearsal_rows
from voicenote.engine.run.rehearsal import Rehearsed
from voicenote.engine.run.run_once import Turn
from voicenote.schedule.plans import builtin_plans
from voicenote.schedule.step_text import describe_step

Call = Callable[..., Result]
CallAt = Callable[[Path], Call]


@pytest.mark.parametrize(
    ("plan", "step", "words"),
    [
        ("make-it-right", 1, "at the first decent hour"),
        ("make-it-right", 2, "3 days after the start, unless they have answered"),
        ("make-it-right", 3, "on the promised day of amends 1.2"),
        (
            "make-it-right",
            7,
            "1 day before the target day of amends 1.2, unless the promise is kept",
        ),
        ("acknowledge", 2, "6 hours after the complaint, unless the memo has arrived"),
    ],
)
def test_a_step_is_told_in_words(plan: str, step: int, words: str) -> None:
    found = builtin_plans()[plan].steps[step - 1]
    assert describe_step(found, "1.2" if found.start.dated else "") == words


@pytest.fixture(scope="module")
def rehearsed(
    tmp_path_factory: pytest.TempPathFactory, call_at: Callable[[Path], Call]
) -> Callable[..., str]:
    """Ada is in London, the owner in Tokyo; the promise will be overdue, and nobody acts on it."""
    folder = tmp_path_factory.mktemp("rehearsed")
    by = date.today() + timedelta(days=8)  # noqa: DTZ011  the command's own clock
    (folder / "rows.csv").write_text(
        "ref,customer,language,time_zone,what_happened,bothered_most,amends,amends_kind,promised_by\n"
        f"a,Ada,en,Europe/London,The cake fell over.,Nobody called me.,A new cake,redo,{by}\n"
    )
    call = call_at(folder / "home")
    for words in (
        ("import", str(folder / "rows.csv")),
        ("script", "1"),
        ("render", "1"),
        ("approve", "1"),
    ):
        assert call(*words).exit_code == 0

    def rehearse(*words: str) -> str:
        done = call("rehearse", "--days", "14", *words, VOICENOTE_OWNER__TIME_ZONE="Asia/Tokyo")
        assert done.exit_code == 0, done.stderr
        return done.stdout

    return cache(rehearse)


def test_each_message_says_why_it_comes_and_when_there(rehearsed: Callable[..., str]) -> None:
    head, memo, check_in, *_ = rehearsed().splitlines()
    assert head.startswith("when (Asia/Tokyo)")
    assert "step 1 of make-it-right: at the first decent hour (" in memo
    assert "in Europe/London)" in memo
    assert "3 days after the start, unless they have answered" in check_in


def test_a_nudge_that_is_given_again_is_one_row(rehearsed: Callable[..., str]) -> None:
    [overdue] = [line for line in rehearsed().splitlines() if "OVERDUE" in line]
    assert " more times until " in overdue
    assert sum("OVERDUE" in row["why"] for row in json.loads(rehearsed("--json"))) > 2


def test_what_would_be_skipped_says_why(rehearsed: Callable[..., str]) -> None:
    """The status of a promise that isn't kept is not sent."""
    [status] = [line for line in rehearsed().splitlines() if "  status  " in line]
    assert "not sent" in status
    assert "the promise is not kept" in status


def test_what_failed_is_a_row_too() -> None:
    """A run of the future that could not send something was to be seen nowhere."""
    turn = Turn(reasons=[(1, "no such user")], waiting=[(2, "it waits for new words")])
    rows = _rehearsal_rows(Rehearsed(datetime(2026, 12, 1, tzinfo=UTC), turn, (), ()))
    assert [(one["case"], one["kind"], one["why"]) for one in rows] == [
        (1, "not sent", "no such user"),
        (2, "waits for you", "it waits for new words"),
    ]


def test_who_is_not_reached_is_a_row_for_programs_too(tmp_path: Path, call_at: CallAt) -> None:
    """On paper they are told of together, and once."""
    (tmp_path / "rows.csv").write_text(
        "ref,customer,email,what_happened,bothered_most\n"
        "a,Ada,,The cake fell over.,Nobody called me.\n"
        "b,Bo,,The cake was late.,Nobody called me.\n"
    )
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "voicenote.toml").write_text(
        '[channels.mail]\nkind = "email"\nhost = "127.0.0.1"\n[owner]\nemail = "a@b.example"\n'
    )
    call = call_at(tmp_path / "home")
    for words in ("import ROWS", "script --all", "render --all", "approve 1 2"):
        done = call(*words.replace("ROWS", str(tmp_path / "rows.csv")).split())
        assert done.exit_code == 0, done.stderr
    rows = json.loads(call("rehearse", "--days", "3", "--json").stdout)
    assert [(one["case"], one["why"]) for one in rows if one["kind"] == "not reached"] == [
        (1, "no channel that is set up here has an address of theirs"),
        (2, "no channel that is set up here has an address of theirs"),
    ]
    told = call("rehearse", "--days", "3")
    assert told.stderr.count("2 have no address") == 1
    assert "not reached" not in told.stdout


def test_with_nothing_to_send_it_says_until_when(call: Call) -> None:
    assert "Nothing would be sent until " in call("rehearse", "--days", "1").stderr
