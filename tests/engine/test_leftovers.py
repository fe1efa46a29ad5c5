"""What killed processes left in a workspace goes with the next pass, and what lives stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.world import Clock, Died, World, release, take, told, touches_of, without_sound
from tests.engine.world import workspace as plain_workspace
from tests.fakes.made import make_channel
from voicenote.delivery.outbox import Outbox
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.run.recovery import sweep_leftovers
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.scratch import open_scratch
from voicenote.engine.workspace import Workspace
from voicenote.ledger.changes import change_touch


@pytest.fixture
def ws(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """A workspace whose channel is a real outbox."""
    home = tmp_path / "home"
    home.mkdir()
    with without_sound():
        opened = plain_workspace(home, clock, World(), None, MachineRecords(tmp_path / "s", "here"))
        opened.make_channel = lambda name: make_channel(
            Outbox, name, {"folder": str(home / "outbox")}, clock
        )
        yield opened
        opened.close()


def hidden(ws: Workspace) -> list[str]:
    return [path.name for path in (ws.home / "outbox").iterdir() if path.name.startswith(".")]


def half_sent(ws: Workspace, key: str) -> None:
    (ws.home / "outbox" / f".{key}~x.part").mkdir(parents=True)


def test_a_pass_sweeps_what_a_killed_one_left_before_its_commit(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next pass writes the same message anew, and asks nobody about the first half."""
    release(ws, *take(ws, told()))

    def killed(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr("voicenote.delivery.outbox._sync", killed)
        patch.setattr("voicenote.delivery.outbox.shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(Died):
            one_pass(ws)
    assert len(hidden(ws)) == 1
    assert one_pass(ws).sent == 1
    assert hidden(ws) == []


def test_an_attempt_that_is_under_way_elsewhere_keeps_its_draft(ws: Workspace) -> None:
    """As on a server, where another machine may hold the claim."""
    (number,) = take(ws, told())
    release(ws, number)
    memo = touches_of(ws, number)[0]
    half_sent(ws, memo.key)
    with ws.ledger.write() as tx:
        change_touch(tx, memo.number, "claim", claim="other", lease_until=tx.now)
    sweep_leftovers(ws)
    assert hidden(ws) == [f".{memo.key}~x.part"]


def test_a_run_sweeps_the_memos_that_a_killed_render_has_not_kept(ws: Workspace) -> None:
    """What the ledger has stays, and so does what no list names."""
    release(ws, *take(ws, told()))
    (kept,) = (ws.home / "memos" / "000001").iterdir()
    half, other = kept.with_name("opening-r1-half"), kept.with_name("mine")
    scratch = ws.home / ".copy-abc"
    for folder in (half, other, scratch):
        folder.mkdir()
    (half / "memo.ogg").write_bytes(b"OggS")
    for folder in (kept, half):
        (scratch / "~".join(folder.relative_to(ws.home).parts)).touch()
    assert one_pass(ws).sent == 1
    assert {one.name for one in (ws.home / "memos" / "000001").iterdir()} == {kept.name, "mine"}
    assert not scratch.exists()


def test_a_memo_that_could_not_be_kept_is_removed(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = take(ws, told())
    release(ws, number)
    before = sorted((ws.home / "memos").rglob("*"))
    (second,) = take(ws, told("B"))

    def killed(*_: object) -> None:
        raise Died

    monkeypatch.setattr("voicenote.engine.memo.render_case.keep_memo", killed)
    with pytest.raises(Died):
        release(ws, second)
    assert [one for one in (ws.home / "memos").rglob("*.ogg") if one not in before] == []


@pytest.mark.parametrize(("age_s", "stays"), [(60, True), (7200, False)])
def test_another_ledgers_draft_is_left_for_an_hour(ws: Workspace, age_s: int, stays: bool) -> None:
    half_sent(ws, "of-another")
    at = ws.clock().timestamp() - age_s
    os.utime(ws.home / "outbox" / ".of-another~x.part", (at, at))
    sweep_leftovers(ws)
    assert bool(hidden(ws)) is stays


def test_a_pass_sweeps_a_dead_rehearsal_and_no_living_one(ws: Workspace) -> None:
    (ws.home / ".copy-dead").mkdir()
    (ws.home / ".copy-dead" / "ledger.db").touch()
    with open_scratch(ws.home) as living:
        one_pass(ws)
        assert living.is_dir()
    assert [path for path in ws.home.iterdir() if path.name.startswith(".copy-")] == []
