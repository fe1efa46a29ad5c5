"""A restored or copied ledger asks before it sends; one that was renamed or lives on does not."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from world import Clock, Died, World, release, states, take, told, without_sound
from world import workspace as plain_workspace

from voicenote.engine.crank.adopting import adopt, doubt_of
from voicenote.engine.crank.turn import one_pass
from voicenote.engine.place import Memory, Place, Whereabouts, doubt, rival
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


ELSEWHERE = replace(HOME, path="/home/ada/copy/ledger.db", file="99")


@pytest.mark.parametrize(
    ("seat", "kept", "here", "stands", "asks"),
    [
        (None, None, HOME, False, False),  # nobody sends yet
        (HOME, None, HOME, True, False),
        (HOME, None, ELSEWHERE, True, True),  # a copy from before the first pass, or a backup
        (ELSEWHERE, HOME, HOME, True, True),  # the original of a copy that was adopted
        (ELSEWHERE, HOME, HOME, False, False),  # and that is gone
        (HOME, HOME, replace(HOME, path="/home/ada/renamed/ledger.db"), False, False),
        (HOME, HOME, replace(HOME, path="/mnt/disk/ledger.db"), True, True),  # a copied disk
        (HOME, None, replace(HOME, file="99"), False, False),  # put in its place
        (HOME, HOME, replace(HOME, host="desk.local"), True, False),
        (HOME, HOME, replace(HOME, host="3f2a91", machine=""), False, False),  # a new container
        (HOME, None, replace(HOME, machine="m2"), False, True),  # a home that two machines share
        (HOME, None, SERVED, True, True),
        (SERVED, None, HOME, True, True),  # a backup of a server, restored
        (SERVED, SERVED, SERVED, True, False),
        (SERVED, SERVED, replace(SERVED, host="web2"), True, False),
        (SERVED, SERVED, replace(SERVED, path="localhost/notes"), True, False),  # another way to it
        (replace(SERVED, path="new/notes"), SERVED, SERVED, True, True),  # a copied server, adopted
    ],
)
def test_who_has_the_seat(
    seat: Place | None, kept: Place | None, here: Place, stands: bool, asks: bool
) -> None:
    said = rival(seat, kept, here, stands=stands)
    assert bool(said) is asks
    assert not said or (seat is not None and seat.path in said)


#: What may become of a ledger and its copies: what is done, where, and to where.
PATHS = ("a", "b", "c", "d")
DEEDS = st.tuples(
    st.sampled_from(["copy", "move", "restore", "remove", "pass", "adopt"]),
    st.sampled_from(PATHS),
    st.sampled_from(PATHS),
)


class Account:
    """Copies of one ledger, by path: the file and the place that each keeps; and their seat."""

    def __init__(self) -> None:
        self.files = {"a": "1"}
        self.kept: dict[str, Place | None] = {"a": None}
        self.seat: Place | None = None
        self.made = 1

    def here(self, path: str) -> Place:
        return replace(HOME, path=path, file=self.files[path])

    def doubt(self, path: str) -> str:
        kept, here, seat = self.kept[path], self.here(path), self.seat
        stands = seat is not None and seat.path != path and self.files.get(seat.path) == seat.file
        return doubt(kept, here, Memory.NONE) or rival(seat, kept, here, stands=stands)

    def do(self, deed: str, path: str, to: str) -> None:
        if path not in self.files:
            return
        if deed in ("copy", "move", "restore") and to not in self.files:
            self.made += 1
            self.files[to] = self.files[path] if deed == "move" else str(self.made)
            self.kept[to] = None if deed == "restore" else self.kept[path]
        if deed == "remove" or (deed == "move" and self.files.get(to) == self.files[path] != ""):
            if deed == "remove" or to != path:
                del self.files[path], self.kept[path]
        if deed == "adopt" or (deed == "pass" and not self.doubt(path)):
            self.seat = self.kept[path] = self.here(path)


@given(st.lists(DEEDS, max_size=12), st.permutations(PATHS))
def test_of_all_copies_of_one_account_at_most_one_sends(
    deeds: list[tuple[str, str, str]], order: list[str]
) -> None:
    account = Account()
    for deed in deeds:
        account.do(*deed)
    sends = []
    for path in order:
        if path in account.files and not account.doubt(path):
            account.do("pass", path, path)
            sends.append(path)
    assert len(sends) <= 1
    assert all(account.doubt(path) for path in account.files if path not in sends)


def test_of_copies_that_come_at_once_one_gets_the_seat(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).mkdir()
        with closing(sqlite3.connect(tmp_path / name / "ledger.db")) as made, made:
            made.execute("create table meta (name, value)")
            made.execute("insert into meta values ('ledger_id', 'id')")
    there = Whereabouts(tmp_path / "state", "desk")
    places = [there.place_of_file(file) for file in tmp_path.glob("*/ledger.db")]
    start = threading.Barrier(len(places))

    def take_it(here: Place) -> str:
        start.wait()
        return there.sit("id", None, here)

    with ThreadPoolExecutor(len(places)) as pool:
        refused = list(pool.map(take_it, places))
    assert sorted(map(bool, refused)) == [False, True, True, True]


def test_a_new_ledger_in_the_file_of_one_that_is_gone_has_not_its_seat(tmp_path: Path) -> None:
    """A file system may give a new file the inode of one that was removed."""
    there = Whereabouts(tmp_path / "state", "desk")
    files = [tmp_path / "old.db", tmp_path / "copy.db"]
    for file, ledger_id in zip(files, ("new one", "id"), strict=True):
        with closing(sqlite3.connect(file)) as made, made:
            made.execute("create table meta (name, value)")
            made.execute("insert into meta values ('ledger_id', ?)", [ledger_id])
    old, copy = map(there.place_of_file, files)
    assert there.sit("id", None, old) == ""
    assert there.sit("id", None, copy) == ""


def test_another_name_of_the_same_file_is_no_copy(tmp_path: Path) -> None:
    there = Whereabouts(tmp_path / "state", "desk")
    (tmp_path / "ledger.db").write_bytes(b"")
    (tmp_path / "linked.db").hardlink_to(tmp_path / "ledger.db")
    for name in ("ledger.db", "linked.db", "ledger.db"):
        assert there.sit("id", None, there.place_of_file(tmp_path / name)) == ""


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


def test_the_original_of_an_adopted_copy_asks(home: Path, open_at: Open, world: World) -> None:
    shutil.copytree(home, home.with_name("copy"))
    adopt(open_at(home.with_name("copy")))
    with pytest.raises(RuleSaysNo, match="another copy of this ledger, in .*copy"):
        one_pass(open_at(home))
    assert "copy" in doubt_of(open_at(home))
    assert world.left == []


def test_it_goes_on_when_that_copy_is_gone(home: Path, open_at: Open, world: World) -> None:
    shutil.copytree(home, home.with_name("copy"))
    adopt(open_at(home.with_name("copy")))
    shutil.rmtree(home.with_name("copy"))
    assert one_pass(open_at(home)).sent == 1
    assert len(world.left) == 1


def test_of_two_copies_without_a_pass_the_first_to_come_sends(
    tmp_path: Path, open_at: Open, world: World
) -> None:
    ws = open_at(tmp_path / "one")
    release(ws, *take(ws, told(days=None)))
    ws.close()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    one_pass(open_at(tmp_path / "two"))
    with pytest.raises(RuleSaysNo, match="another copy of this ledger, in .*two"):
        one_pass(open_at(tmp_path / "one"))
    assert len(world.left) == 1


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
