"""What may leave, as the owner sees it: limits, pauses, proofs, other ways, copies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.fakes.web import Reply, Web

Call = Callable[..., Result]
HOOK = {"VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all"}


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web(lambda _request: Reply(204))
    yield server
    server.stop()


@pytest.fixture
def hooked(ready: Call, home: Path, web: Web) -> Call:
    """Three cases that are released, and leave by the webhook `hook`, or by the folder `shelf`."""
    (home / "voicenote.toml").write_text(
        f'[channels.hook]\nkind = "webhook"\nurl = "{web.url}/in"\nsecret = {{env = "HOOK"}}\n'
        '[channels.shelf]\nkind = "outbox"\nfolder = "shelf"\n'
    )

    def call(*words: str, **env: str) -> Result:
        return ready(*words, **{**HOOK, "HOOK": "hush", **env})

    assert call("approve", "--all").exit_code == 0
    return call


def refuse(web: Web) -> None:
    web.answer = lambda _request: Reply(422, {"error": "no such customer"})


def test_a_limit_says_how_many_wait_and_until_when(hooked: Call, web: Web) -> None:
    done = hooked("run", VOICENOTE_POLICY__PER_HOUR="2")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "2 sent\n"
    assert "1 wait: limit of 2 an hour by hook; the next goes out from " in done.stderr
    assert len(web.requests) == 2
    told = json.loads(hooked("run", "--json", VOICENOTE_POLICY__PER_HOUR="2").stdout)
    [held] = told["held"]
    assert (held["channel"], held["count"], held["why"]) == (
        "hook",
        1,
        "limit of 2 an hour by hook",
    )
    assert held["until"]


def test_a_limit_is_quiet_under_cron(hooked: Call) -> None:
    assert hooked("-q", "run", VOICENOTE_POLICY__PER_HOUR="2").stderr == ""


def test_a_pause_is_told_everywhere_and_ended_by_name(hooked: Call, web: Web) -> None:
    refuse(web)
    env = {"VOICENOTE_POLICY__PAUSE_AFTER": "2", "VOICENOTE_SCHEDULE__CHANNELS": '["hook"]'}
    done = hooked("run", **env)
    told = "hook is paused: 2 of 2 messages of the batch june were refused or bounced"
    assert (done.exit_code, f"1 wait: {told}" in done.stderr) == (1, True), done.stderr
    for words in (("cases",), ("next",), ("doctor",), ("pause",)):
        seen = hooked(*words, **env)
        assert told in seen.stdout + seen.stderr, words
    again = hooked("resend", "1", "--json", **env)
    assert json.loads(again.stdout)["case"] == 1
    assert told in json.loads(again.stderr)["warning"]
    assert hooked("pause").exit_code == 1
    web.answer = lambda _request: Reply(204)
    assert hooked("run", **env).exit_code == 1
    assert hooked("pause", "--resume", "nothing").exit_code == 1
    assert "hook goes on" in hooked("pause", "--resume", "hook").stderr
    assert hooked("run", **env).stdout == "2 sent\n"
    assert hooked("pause").stdout == "No channel is paused.\n"
    assert json.loads(hooked("pause", "--json").stdout) == []


def test_what_is_sent_again_by_a_paused_channel_is_told_to_wait(hooked: Call, web: Web) -> None:
    refuse(web)
    env = {"VOICENOTE_POLICY__PAUSE_AFTER": "2", "VOICENOTE_SCHEDULE__CHANNELS": '["hook"]'}
    hooked("run", **env)
    done = hooked("resend", "1", **env)
    assert done.exit_code == 0, done.stderr
    assert "hook is paused: 2 of 2 messages" in done.stderr
    assert "voicenote pause --resume hook" in done.stderr
    assert "--set " in hooked("show", "2").stdout


def test_what_a_channel_refuses_goes_by_the_next_and_show_tells_it(hooked: Call, web: Web) -> None:
    refuse(web)
    order = {"VOICENOTE_SCHEDULE__CHANNELS": '["hook", "shelf"]'}
    done = hooked("run", **order)
    assert (done.exit_code, done.stdout) == (1, "3 uncertain\n"), "a folder has sent nothing"
    assert "hook refused it, so it goes by shelf" in done.stderr
    assert "memo by shelf, refused by hook: uncertain" in hooked("show", "1").stdout
    told = json.loads(hooked("show", "1", "--json").stdout)
    assert told["messages"][0]["refused_by"] == ["hook"]
    assert "message_took_another_way" in {one["event"] for one in told["history"]}


def test_a_person_may_choose_another_way(hooked: Call, home: Path, web: Web) -> None:
    refuse(web)
    only = {"VOICENOTE_SCHEDULE__CHANNELS": '["hook"]'}
    by_hand = {**only, "VOICENOTE_SCHEDULE__OUTBOX": "by hand"}
    assert hooked("run", **only).exit_code == 1
    assert hooked("resend", "2", "--by", "pigeon").exit_code == 78
    assert "by hand" in hooked("resend", "2", "--by", "shelf").stderr
    assert hooked("resend", "2", "--by", "shelf", **by_hand).exit_code == 0
    assert hooked("run", **by_hand).stdout == "1 uncertain\n"
    assert "1 marked as sent" in hooked("mark-sent", "2").stdout
    assert len(list((home / "shelf").glob("c2*"))) == 1


def test_a_proof_goes_to_the_owner_and_the_customer_gets_nothing(
    hooked: Call, home: Path, web: Web
) -> None:
    before = hooked("show", "1", "--json").stdout
    done = hooked("proof", "1", "--to", "me@saar.ee", "--by", "hook")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ("Case 1: proof by hook to me@saar.ee.\nThe customer got nothing.\n")
    [request] = web.requests
    assert request.json["to"] == "me@saar.ee"
    assert request.json["subject"].startswith("[PROOF, not sent to Ada Lovelace]")
    was, now = json.loads(before), json.loads(hooked("show", "1", "--json").stdout)
    assert was["messages"] == now["messages"]
    assert now["history"][-1]["event"] == "proof_sent"
    assert hooked("proof", "1").exit_code == 2
    assert not list((home / "outbox").glob("*"))


def test_run_to_sends_proofs_and_makes_no_pass(hooked: Call, web: Web) -> None:
    done = hooked("run", "--to", "me@saar.ee", "--json")
    assert [one["case"] for one in json.loads(done.stdout)] == [1, 2, 3]
    assert {request.json["to"] for request in web.requests} == {"me@saar.ee"}
    assert hooked("run").stdout == "3 sent\n"


def test_a_copied_workspace_asks_before_it_sends(hooked: Call, home: Path, tmp_path: Path) -> None:
    assert hooked("run", VOICENOTE_POLICY__PER_HOUR="1").stdout == "1 sent\n"
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)

    def there(*words: str) -> Result:
        return hooked("--home", str(copy), *words)

    refused = there("run")
    assert refused.exit_code == 1
    assert f"another copy of this ledger, in {home}/ledger.db, is the one" in refused.stderr
    assert "voicenote adopt" in refused.stderr
    assert "another copy of this ledger" in there("doctor").stdout
    done = there("adopt")
    assert done.stdout.startswith("This ledger sends from here now; its other copies")
    assert "messages are held" in done.stderr
    assert there("run").stdout == ""
    assert there("adopt").stdout.startswith("This ledger already sends from here")


def test_the_original_of_an_adopted_copy_asks_and_can_take_its_seat_back(
    hooked: Call, home: Path, tmp_path: Path
) -> None:
    assert hooked("run", VOICENOTE_POLICY__PER_HOUR="1").stdout == "1 sent\n"
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    assert hooked("--home", str(copy), "adopt").exit_code == 0
    refused = hooked("run")
    assert refused.exit_code == 1
    assert f"another copy of this ledger, in {copy}/ledger.db, is the one" in refused.stderr
    assert "another copy of this ledger" in hooked("doctor").stdout
    assert hooked("adopt", "--moved").exit_code == 0
    assert hooked("run").stdout == "2 sent\n"
    assert hooked("--home", str(copy), "run").exit_code == 1


def test_a_copy_that_was_made_before_the_first_pass_asks(
    bare: Call, home: Path, tmp_path: Path
) -> None:
    assert bare("init").exit_code == 0
    shutil.copytree(home, tmp_path / "copy")
    refused = bare("--home", str(tmp_path / "copy"), "run")
    assert refused.exit_code == 1
    assert f"another copy of this ledger, in {home}/ledger.db" in refused.stderr
    assert bare("run").exit_code == 0


def test_a_moved_workspace_goes_on_when_its_owner_says_so(
    hooked: Call, home: Path, tmp_path: Path
) -> None:
    assert hooked("run", VOICENOTE_POLICY__PER_HOUR="1").stdout == "1 sent\n"
    shutil.copytree(home, tmp_path / "moved")
    shutil.rmtree(home)
    moved = ("--home", str(tmp_path / "moved"))
    told = json.loads(hooked(*moved, "adopt", "--moved", "--json").stdout)
    assert (told["held"], told["cases"], told["uncertain"]) == (0, [], 0)
    assert hooked(*moved, "run").stdout == "2 sent\n"
