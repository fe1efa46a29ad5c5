"""Words that nobody should give: refused in two lines, before anything is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.cli.money import money
from voicenote.errors import WrongUse

Call = Callable[..., Result]
PROMISE = ("amends", "add", "1", "--kind", "refund", "--text", "back", "--override", "they ask")


def refused(done: Result, code: int = 2) -> str:
    assert done.exit_code == code, (done.stdout, done.stderr)
    assert "our fault" not in done.stderr
    return done.stderr


# Money is read as an import reads it.


def test_a_comma_before_three_digits_is_a_thousand(call: Call) -> None:
    done = call(*PROMISE, "--value", "1,234", "--currency", "usd")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "Promised: amends 1.2, worth 1234 USD.\n"


def test_triage_reads_money_as_amends_does(call: Call) -> None:
    done = call("triage", "1", "--harm", "1,234", "--currency", "usd", "--json")
    assert json.loads(done.stdout)["harm"] in ("1234", "1234 USD")


@pytest.mark.parametrize("value", ["-5", "1e9999", "5e400", "nan", "5.9991", "cheap", "1 or 2"])
def test_an_amount_that_is_none_is_refused_everywhere(call: Call, value: str) -> None:
    refused(call(*PROMISE, f"--value={value}", "--currency", "EUR"))
    refused(call("triage", "1", f"--harm={value}", "--currency", "EUR"))
    refused(call("triage", "1", "--accept", f"--value={value}", "--currency", "EUR"))


def test_a_currency_that_nobody_has_is_refused(call: Call) -> None:
    assert "no currency" in refused(call(*PROMISE, "--value", "5", "--currency", "QQQ"))
    refused(call("triage", "1", "--harm", "5", "--currency", "qqq"))


def test_an_amount_without_a_currency_is_refused(call: Call) -> None:
    assert "--currency" in refused(call(*PROMISE, "--value", "5"))


def test_the_coins_of_a_currency_are_its_own() -> None:
    assert str(money("5.125", "KWD")) in ("5.125 KWD", "5125 KWD")
    with pytest.raises(WrongUse, match="finer than the coins of JPY"):
        money("5.5", "JPY")


# Days and numbers within reach.


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_out_of_reach_is_refused(call: Call, day: str) -> None:
    refused(call(*PROMISE, "--by", day))
    refused(call("amends", "again", "1.1", "--by", day))
    refused(call("lesson", "1", "--cause", "a", "--prevention", "b", "--due", day))
    refused(call("triage", "1", "--accept", "--by", day))
    refused(call("rehearse", "--until", day))


def test_a_lesson_keeps_its_day(call: Call) -> None:
    assert call("lesson", "1", "--cause", "a", "--prevention", "b", "--due", "2027-02-03")
    shown = json.loads(call("show", "1", "--json").stdout)
    assert shown["lesson"]["due"] == "2027-02-03T00:00:00Z"


@pytest.mark.parametrize("command", ["show", "render", "approve", "plan", "close"])
def test_a_number_that_no_case_can_have_is_refused(call: Call, command: str) -> None:
    refused(call(command, "99999999999999999999"))


@pytest.mark.parametrize("name", ["99999999999999999999.1", "1.99999999999999999999"])
def test_a_name_that_no_promise_can_have_is_refused(call: Call, name: str) -> None:
    refused(call("amends", "done", name, "--evidence", "x"))


def test_a_daemon_without_a_number_is_refused(call: Call, home: Path) -> None:
    refused(call("daemon", "--every", "nan"))
