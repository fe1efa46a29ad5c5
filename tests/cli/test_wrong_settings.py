"""Wrong settings are told once: all of them, each with its line, by every command that sends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Call = Callable[..., Result]

THREE = """\
[owner]
name = "Ada"
time_zone = "Mars/Olympus"

[schedule]
quiet_hours = "25:00-09:00"

[channels.mail]
kind = "email"
hots = "smtp.example.com"
"""
WANTED = {
    (3, "owner.time_zone"),
    (6, "schedule.quiet_hours"),
    (10, "channels.mail.hots"),
}
COMMANDS = [
    *(["run"], ["daemon"], ["approve", "1"], ["channels"], ["receive"], ["render", "1"]),
    *(["say", "Hello.", "-o", "-"], ["new", "--from", "case.toml"], ["resend", "1"]),
    *(["proof", "1"], ["run", "--to", "me@x.ee"], ["pause"], ["voices"]),
]


def write(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "voicenote.toml").write_text(text)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_three_mistakes_in_three_tables_are_one_report(
    call: Call, home: Path, words: list[str]
) -> None:
    write(home, THREE)
    done = call(*words)
    assert done.exit_code == 78
    shown = set(re.findall(r"voicenote\.toml:(\d+): ([\w.]+): ", done.stderr))
    assert shown == {(str(line), field) for line, field in WANTED}


@pytest.mark.parametrize("name", ["A. B", "A.B", "[A]", "A = B"])
def test_a_name_in_quotes_leads_to_its_own_line(call: Call, home: Path, name: str) -> None:
    write(home, f"[voice.owner.'A']\nrate = 150\n\n[voice.owner.'{name}']\nrate = 9000\n")
    done = call("run", "--json", VOICENOTE_VOICE__ENGINE=None)
    (problem,) = json.loads(done.stderr)["problems"]
    assert (problem["line"], problem["field"]) == (5, f"voice.owner.{name}.rate")


@pytest.mark.parametrize("words", [["cases"], ["next"], ["show", "1"], ["plan", "1"]], ids=" ".join)
def test_what_sends_nothing_tells_all_of_them_too(call: Call, home: Path, words: list[str]) -> None:
    """Otherwise each mended mistake would bring up the next one."""
    write(home, THREE)
    done = call(*words)
    assert done.exit_code == 78
    shown = set(re.findall(r"voicenote\.toml:(\d+): ([\w.]+): ", done.stderr))
    assert shown == {(str(line), field) for line, field in WANTED}


def test_a_limit_is_written_out(call: Call, home: Path) -> None:
    write(home, "[policy]\nper_run = -3\n")
    assert "(from 0 to 1000000)" in call("run").stderr


def test_run_tells_them_as_data(call: Call, home: Path) -> None:
    write(home, THREE)
    done = call("run", "--json", VOICENOTE_VOICE__ENGINE=None)
    assert done.exit_code == 78
    told = json.loads(done.stderr)["problems"]
    assert {(one["line"], one["field"]) for one in told} == WANTED
    assert all(one["advice"] for one in told)


def test_doctor_tells_them_beside_the_rest(call: Call, home: Path) -> None:
    write(home, THREE)
    done = call("doctor", "--json")
    assert done.exit_code == 78
    told = [row["what"] for row in json.loads(done.stdout) if row["about"] == "settings"]
    assert [one.partition(": ")[0] for one in told] == ["line 3", "line 6", "line 10"]


def test_channels_are_listed_before_what_is_wrong(call: Call, home: Path) -> None:
    write(home, THREE)
    rows = {row["channel"]: row for row in json.loads(call("channels", "--json").stdout)}
    assert not rows["mail"]["ready"]
    assert rows["outbox"]["ready"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('[channels.mail]\nkind = "emial"', "channels.mail.kind"),
        ('[channels.mail]\nkind = "email"', "channels.mail.host"),
        ('[channels.hook]\nkind = "webhook"\nurl = "http://x.ee"\nsecret = {env = "X"}',
         "channels.hook.url"),
        ('[channels.box]\nkind = "outbox"\nfloder = "out"', "channels.box.floder"),
        ('[schedule]\nworking_days = "mon-fry"', "schedule.working_days"),
        ('[schedule]\nplan = "make-it-rihgt"', "schedule.plan"),
        ('[schedule]\nchannels = ["mial"]', "schedule.channels"),
        ('[schedule]\nholidays = "XX"', "schedule.holidays"),
        ('[plans.mine]\nsteps = [{kind = "dance"}]', "plans.mine.steps[1].kind"),
        ('[voice.pl]\nengine = "sytsem"', "voice.pl.engine"),
        ('[voice.pl]\nengine = "system"\nrate = 20', "voice.pl.rate"),
        ('[voice.pl]\nengine = "endpoint"', "voice.pl.url"),
        ('[voice.pl]\nengine = "endpoint"\nurl = "http://localhost"\nlanguages = "pl"',
         "voice.pl.languages"),
        ('[voice.owner."Bo Reed".pl]\nengine = "silent"\npitch = 3',
         "voice.owner.Bo Reed.pl.pitch"),
        ('[voice.pl]\npitch = 3', "voice.pl.pitch"),
        ("[voice.pl]\nrate = 10", "voice.pl.rate"),
    ],
)  # fmt: skip
def test_each_slip_is_one_line(call: Call, home: Path, text: str, field: str) -> None:
    write(home, f"[owner]\nname = 'Ada'\n{text}\n")
    done = call("run", "--json", VOICENOTE_VOICE__ENGINE=None)
    assert done.exit_code == 78, done.stdout
    (problem,) = json.loads(done.stderr)["problems"]
    assert problem["field"] == field
    assert problem["line"] >= 3
    assert problem["advice"]


@pytest.mark.parametrize(
    "text",
    [
        '[voice]\nrate = 150\n[voice.pl]\nengine = "system"',
        '[voice]\nurl = "http://localhost:8880/v1"\n[voice.en]\nengine = "endpoint"',
        '[voice]\nrate = 340',
        '[voice]\nengine = "recorded"',
        '[channels.mail]\nkind = "email"\nhost = "smtp.ee"\npassword = {env = "NO"}\nuser = "a"',
        '[channels.box]\nkind = "outbox"',
        '[plans.mine]\nsteps = [{kind = "check-in", after = "P7D"}]\nabout = "Ours."',
    ],
)  # fmt: skip
def test_what_is_right_is_not_refused(call: Call, home: Path, text: str) -> None:
    write(home, f"[owner]\nname = 'Ada'\n{text}\n")
    done = call("run", VOICENOTE_VOICE__ENGINE=None)
    assert done.exit_code == 0, done.stderr


def test_a_variable_is_named_where_it_is_wrong(call: Call, home: Path) -> None:
    write(home, '[channels.mail]\nkind = "email"\nhost = "smtp.example.com"\n')
    done = call("run", "--json", VOICENOTE_CHANNELS__MAIL__PORT="many")
    (problem,) = json.loads(done.stderr)["problems"]
    assert (problem["file"], problem["field"]) == ("environment", "VOICENOTE_CHANNELS__MAIL__PORT")


def test_looking_at_cases_needs_no_channel(call: Call, home: Path) -> None:
    write(home, '[channels.mail]\nkind = "email"\nhots = "x"\n')
    assert call("cases").exit_code == 0
    assert call("show", "1").exit_code == 0
