"""A channel is renamed or removed while messages wait for it: they are shown, and can be moved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Call = Callable[..., Result]
ANY_HOUR = {"VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all"}
CURE = "voicenote plan --from mail --by NAME"


def name_it(home: Path, *names: str) -> None:
    """Let the settings know these channels, each a folder, and use the first of them."""
    channels = "".join(f'[channels.{n}]\nkind = "outbox"\nfolder = "{n}"\n' for n in names)
    order = f'[schedule]\nchannels = ["{names[0]}"]\n'
    (home / "voicenote.toml").write_text(order + channels)


@pytest.fixture
def renamed(ready: Call, home: Path) -> Call:
    """Cases 1 and 2 wait for the channel mail, which has another name now."""
    name_it(home, "mail")
    assert ready("approve", "1", "2", **ANY_HOUR).exit_code == 0
    name_it(home, "post")
    return lambda *words, **more: ready(*words, **ANY_HOUR, **more)


@pytest.mark.parametrize(
    ("words", "code", "shown"),
    [
        (("next",), 0, "stderr"),
        (("cases",), 0, "stderr"),
        (("run",), 1, "stderr"),
        (("doctor",), 1, "stdout"),
    ],
)
def test_what_waits_for_a_channel_that_is_gone_is_shown_with_its_cure(
    renamed: Call, words: tuple[str, ...], code: int, shown: str
) -> None:
    done = renamed(*words)
    assert done.exit_code == code
    said = getattr(done, shown)
    assert said.count(CURE) == 1, "once for the channel, and not for each message"


def test_a_pass_counts_it_as_waiting_and_not_as_failed(renamed: Call) -> None:
    told = json.loads(renamed("run", "--json").stdout)
    assert (told["sent"], told["failed"], told["reasons"]) == (0, 0, [])
    assert [(one["channel"], one["count"]) for one in told["held"]] == [("mail", 2)]


def test_all_that_waits_can_be_moved_at_once_and_leaves(renamed: Call, home: Path) -> None:
    done = renamed("plan", "--from", "mail", "--by", "post", "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "in 2 cases, which waited for mail, now go by post." in done.stdout
    history = json.loads(renamed("show", "1", "--json").stdout)["history"]
    moved = [one for one in history if one["event"] == "message_moved_to_another_channel"]
    assert {(one["from"], one["to"]) for one in moved} == {("mail", "post")}
    assert renamed("run").stdout.startswith("2 put into the outbox; they have not left")
    assert len(list((home / "post").glob("c*"))) == 2
    assert CURE not in renamed("cases").stderr


def test_one_case_can_be_moved_by_itself(renamed: Call) -> None:
    done = renamed("plan", "1", "--by", "post", "--json")
    assert {one["channel"] for one in json.loads(done.stdout)["messages"]} <= {"post", "to you"}
    assert "case 2 waits for the channel 'mail'" in renamed("cases").stderr


def test_who_asked_for_the_old_name_is_reached_by_the_new_one(
    ready: Call, home: Path, tmp_path: Path
) -> None:
    """Also before anything waits for it: approving would else say that it is not set up."""
    name_it(home, "mail")
    (tmp_path / "wish.csv").write_text("customer,what_happened,channel\nDi,It broke.,mail\n")
    for words in (("import", str(tmp_path / "wish.csv")), ("script", "4"), ("render", "4")):
        assert ready(*words, **ANY_HOUR).exit_code == 0
    name_it(home, "post")
    refused = ready("approve", "4", **ANY_HOUR)
    assert refused.exit_code == 1
    assert CURE in refused.stderr
    assert ready("plan", "--from", "mail", "--by", "post", "--yes").exit_code == 0
    assert ready("approve", "4", **ANY_HOUR).exit_code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--from", "mail"), 2, "--by CHANNEL"),
        (("--by", "post"), 2, "say which case"),
        ((), 2, "say which case"),
        (("--from", "mail", "--by", "nowhere"), 78, "no channel 'nowhere'"),
        (("3", "--by", "post"), 1, "nothing of case 3 waits"),
        (("1", "--by", "post", "--from", "fax"), 1, "nothing of case 1 waits for fax"),
    ],
)
def test_what_cannot_be_moved_is_said(
    renamed: Call, words: tuple[str, ...], code: int, said: str
) -> None:
    done = renamed("plan", *words)
    assert done.exit_code == code
    assert said in done.stderr


def test_the_messages_and_the_cases_are_counted_each(renamed: Call) -> None:
    done = renamed("plan", "--from", "mail", "--by", "post", "--yes")
    assert " messages in 2 cases, which waited for mail, now go by post." in done.stdout


def test_a_channel_that_nothing_waits_for_is_refused(renamed: Call) -> None:
    """A slip in the name would look like work done."""
    done = renamed("plan", "--from", "mial", "--by", "post")
    assert done.exit_code == 1
    assert "nothing waits for 'mial'" in done.stderr
    assert " for mail" in done.stderr
    assert renamed("plan", "--from", "mial", "--by", "post", "--json").exit_code == 1


def test_a_channel_is_not_moved_to_itself(renamed: Call) -> None:
    done = renamed("plan", "--from", "post", "--by", "post")
    assert done.exit_code == 2
    assert "the same channel" in done.stderr


def test_a_move_of_all_says_which_and_needs_a_word(renamed: Call) -> None:
    done = renamed("plan", "--from", "mail", "--by", "post")
    assert done.exit_code == 2
    assert "cases 1, 2 by post" in done.stderr
    assert "--yes" in done.stderr
    assert CURE in renamed("cases").stderr
