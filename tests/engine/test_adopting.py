"""A restored or copied ledger asks before it sends; one that was renamed or lives on does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from world import Clock, Died, World, release, states, take, told, without_sound
from world import workspace as plain_workspace

from voicenote.engine.crank.adopting import adopt, doubt_of
from voicenote.engine.crank.turn import one_pass
from voicenote.engine.place import Memory, Place, Whereabouts, doubt
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import listing
from voicenote.ledger.store import Ledger

HOME = Place(host="desk", machine="m1", path="/home/ada/ledger.db", file="17")
Open = Callable[[Path], Workspace]


@pytest.mark.parametrize(
    ("changes", "memory", "doubtful"),
    [
        ({}, Memory.NONE, False),
        ({}, Memory.AGREES, False),
        ({"host": "desk.local"}, Memory.NONE, False),
        ({"host": "3f2a91", "machine": ""}, Memory.NONE, False),  # a container made anew
        ({"path": "/home/ada/renamed/ledger.db"}, Memory.NONE, False),
        ({"file": "99"}, Memory.AGREES, False),  # put back as it was last
        ({"file": "99"}, Memory.NONE, True),
        ({"file": "99", "path": "/mnt/ledger.db"}, Memory.AGREES, True),
        ({"machine": "m2"}, Memory.NONE, True),  # a machine that was cloned
        ({"machine": "m2", "host": "server", "file": "99"}, Memory.NONE, True),
        ({}, Memory.DIFFERS, True),  # an older copy was written over it
    ],
)
def test_when_there_is_a_doubt(changes: dict[str, str], memory: Memory, doubtful: bool) -> None:
    assert bool(doubt(HOME, replace(HOME, **changes), memory)) is doubtful


NAMELESS = replace(HOME, machine="")
SERVED = Place(host="web1", machine="", path="db/notes", file="73/16384", server=True)
#: As a release wrote it that kept neither the port nor that it is a server.
KEPT_BEFORE = replace(SERVED, server=False)


@pytest.mark.parametrize(
    ("kept", "changes", "memory", "doubtful"),
    [
        (NAMELESS, {"host": "pod-b"}, Memory.NONE, True),  # its volume was cloned
        (NAMELESS, {"host": "pod-b"}, Memory.AGREES, False),
        (NAMELESS, {"path": "/home/ada/renamed/ledger.db"}, Memory.NONE, False),
        (NAMELESS, {"machine": "m1", "host": "pod-b"}, Memory.NONE, False),
        (SERVED, {"path": "staging/notes"}, Memory.NONE, True),  # its server was copied
        (SERVED, {"path": "db:5433/notes"}, Memory.NONE, True),
        (SERVED, {"path": "localhost/notes"}, Memory.AGREES, False),  # has sent by this way before
        (SERVED, {"host": "web2"}, Memory.NONE, False),
        (KEPT_BEFORE, {"path": "db:5432/notes", "server": True}, Memory.NONE, False),
    ],
)
def test_a_copied_disk_or_server_has_the_same_file_and_is_doubted(
    kept: Place, changes: dict[str, Any], memory: Memory, doubtful: bool
) -> None:
    assert bool(doubt(kept, replace(kept, **changes), memory)) is doubtful


def test_a_ledger_that_has_no_place_yet_settles_without_a_question() -> None:
    assert doubt(None, HOME, Memory.NONE) == ""


@pytest.fixture
def open_at(tmp_path: Path, clock: Clock, world: World) -> Iterator[Open]:
    opened: list[Workspace] = []

    def open_(home: Path) -> Workspace:
        home.mkdir(exist_ok=True)
        there = Whereabouts(tmp_path / "state", "desk")
        opened.append(plain_workspace(home, clock, world, whereabouts=there))
        return opened[-1]

    with without_sound():
        yield open_
        for ws in opened:
            ws.close()


@pytest.fixture
def home(tmp_path: Path, open_at: Open) -> Path:
    """A workspace with one touch that is due, and a pass behind it."""
    ws = open_at(tmp_path / "home")
    one_pass(ws)
    release(ws, *take(ws, told(days=None)))
    ws.close()
    return tmp_path / "home"


def events(ws: Workspace) -> list[str]:
    with ws.ledger.read() as tx:
        return [row["event"] for row in listing.history(tx)]


def test_at_home_it_sends_and_asks_nothing(home: Path, open_at: Open, world: World) -> None:
    one_pass(open_at(home))
    assert len(world.left) == 1
    assert doubt_of(open_at(home)) == ""


def test_a_renamed_workspace_is_the_same_one(home: Path, open_at: Open, world: World) -> None:
    home.rename(home.with_name("renamed"))
    one_pass(open_at(home.with_name("renamed")))
    assert len(world.left) == 1


def test_a_copy_asks_before_it_sends_and_the_original_does_not(
    home: Path, open_at: Open, world: World
) -> None:
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    with pytest.raises(RuleSaysNo, match="copy of the one in") as refused:
        one_pass(open_at(copy))
    assert "voicenote adopt" in refused.value.advice
    assert world.left == []
    one_pass(open_at(home))
    assert len(world.left) == 1


def test_an_older_file_written_over_the_ledger_asks_before_it_sends(
    home: Path, open_at: Open, world: World
) -> None:
    older = (home / "ledger.db").read_bytes()
    ws = open_at(home)
    one_pass(ws)
    ws.close()
    (home / "ledger.db").write_bytes(older)  # the same inode
    with pytest.raises(RuleSaysNo, match="older than the one that has sent"):
        one_pass(open_at(home))
    assert len(world.left) == 1


def test_so_does_one_from_before_a_pass_that_was_killed(
    home: Path, open_at: Open, world: World
) -> None:
    older = (home / "ledger.db").read_bytes()
    world.fates = ["died after the act"]
    ws = open_at(home)
    with pytest.raises(Died):
        one_pass(ws)
    ws.close()
    (home / "ledger.db").write_bytes(older)
    with pytest.raises(RuleSaysNo, match="older"):
        one_pass(open_at(home))
    assert len(world.left) == 1


def test_adopted_it_holds_what_waits_because_it_may_have_left(
    home: Path, open_at: Open, world: World
) -> None:
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    ws = open_at(copy)
    done = adopt(ws)
    assert (done.held, done.cases) == (len(states(ws, 1)), (1,))
    assert one_pass(ws).sent == 0
    assert "ledger_adopted" in events(ws)
    assert world.left == []


def test_one_that_was_only_moved_goes_on_as_it_is(home: Path, open_at: Open, world: World) -> None:
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    ws = open_at(copy)
    assert adopt(ws, moved=True).held == 0
    assert one_pass(ws).sent == 1
    assert len(world.left) == 1


def test_to_adopt_what_is_at_home_changes_nothing(home: Path, open_at: Open) -> None:
    ws = open_at(home)
    before = events(ws)
    assert adopt(ws).doubt == ""
    assert events(ws) == before


def test_without_a_memory_a_ledger_at_home_sends_and_a_copy_asks(
    home: Path, open_at: Open, world: World
) -> None:
    """As in a container whose home is thrown away."""
    shutil.rmtree(home.with_name("state"))
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    with pytest.raises(RuleSaysNo):
        one_pass(open_at(copy))
    assert one_pass(open_at(home)).sent == 1
    assert len(world.left) == 1


def test_a_memory_that_cannot_be_read_or_written_stops_nothing(
    home: Path, open_at: Open, world: World
) -> None:
    shutil.rmtree(home.with_name("state"))
    home.with_name("state").write_text("no folder")
    assert one_pass(open_at(home)).sent == 1
    assert len(world.left) == 1


def test_a_database_has_a_place_too(postgres_url: str, tmp_path: Path, clock: Clock) -> None:
    ledger = Ledger(create_engine(postgres_url), clock, "tester")
    place = Whereabouts(tmp_path, "desk").place(ledger)
    ledger.close()
    assert place.file
    assert "@" not in place.path
