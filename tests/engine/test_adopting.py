"""A restored or copied ledger asks before it sends; one that was renamed or lives on does not."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from tests.engine.world import Clock, Died, World, release, states, take, told, without_sound
from tests.engine.world import workspace as plain_workspace
from voicenote.engine.ledger_identity import (
    IdentityCheck,
    LedgerIdentity,
    MachineRecords,
    Memory,
    doubt,
    rival,
)
from voicenote.engine.run.ownership import adopt, doubt_of
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, TryAgain
from voicenote.ledger import case_reports
from voicenote.ledger.store import Ledger

HOME = LedgerIdentity(host="desk", machine="m1", path="/home/ada/ledger.db", file="17")
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
        ({}, Memory.LOST, True),  # an older copy, and the state folder is gone
        ({"path": "/home/ada/renamed/ledger.db"}, Memory.LOST, True),
        ({}, Memory.DIFFERS, True),  # an older copy was written over it
    ],
)
def test_when_there_is_a_doubt(changes: dict[str, Any], memory: Memory, doubtful: bool) -> None:
    assert bool(doubt(HOME, replace(HOME, **changes), memory)) is doubtful


NAMELESS = replace(HOME, machine="")
SERVED = LedgerIdentity(host="web1", machine="", path="db/notes", file="73/16384", server=True)
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
        (SERVED, {"host": "web2"}, Memory.LOST, False),  # a server is for many machines
        (KEPT_BEFORE, {"path": "db:5432/notes", "server": True}, Memory.NONE, False),
    ],
)
def test_a_copied_disk_or_server_has_the_same_file_and_is_doubted(
    kept: LedgerIdentity, changes: dict[str, Any], memory: Memory, doubtful: bool
) -> None:
    assert bool(doubt(kept, replace(kept, **changes), memory)) is doubtful


def test_a_ledger_that_has_no_place_yet_settles_without_a_question() -> None:
    assert doubt(None, HOME, Memory.NONE) == ""


ELSEWHERE = replace(HOME, path="/home/ada/copy/ledger.db", file="99")


def seen(
    kept: LedgerIdentity | None, here: LedgerIdentity, memory: Memory = Memory.NONE
) -> IdentityCheck:
    return IdentityCheck(ledger_id="id", kept=kept, here=here, memory=memory)


@pytest.mark.parametrize(
    ("seat", "kept", "here", "stands", "asks"),
    [
        (None, None, HOME, False, False),  # nobody sends yet
        (HOME, None, HOME, True, False),
        (HOME, None, ELSEWHERE, True, True),  # a copy from before the first pass, or a backup
        (ELSEWHERE, HOME, HOME, True, True),  # the original of a copy that was adopted
        (ELSEWHERE, HOME, HOME, False, True),  # and that is gone, but may have sent
        (ELSEWHERE, None, HOME, False, True),  # so may the original of a copy without a pass
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
    seat: LedgerIdentity | None,
    kept: LedgerIdentity | None,
    here: LedgerIdentity,
    stands: bool,
    asks: bool,
) -> None:
    said = rival(seat, seen(kept, here), stands=stands)
    assert bool(said) is asks
    assert not said or (seat is not None and seat.path in said)


def test_what_was_restored_takes_the_seat_of_what_is_gone_and_of_nothing_else() -> None:
    restored = seen(None, ELSEWHERE, Memory.AGREES)
    assert rival(HOME, restored, stands=False) == ""
    assert rival(HOME, restored, stands=True)


#: What may become of a ledger and its copies: what is done, where, and to where.
PATHS = ("a", "b", "c")


def deeds(paths: Sequence[str]) -> list[tuple[str, str, str]]:
    alone = itertools.product(("remove", "pass", "pass", "adopt"), paths, [""])
    pairs = itertools.permutations(paths, 2)
    return [*alone, *((deed, *pair) for pair in pairs for deed in ("copy", "move", "restore"))]


#: With two places it finds more, with three it finds other things.
STORIES = st.lists(st.sampled_from(deeds(PATHS[:2])), max_size=12) | st.lists(
    st.sampled_from(deeds(PATHS)), max_size=12
)


@dataclass
class Copy:
    """A copy of a ledger: its file, its lines of history, the place that it keeps."""

    file: int
    lines: list[int]
    kept: LedgerIdentity | None = None


class Account:
    """The copies of one ledger by path, who has the seat, and the newest line of each path."""

    def __init__(self) -> None:
        self.copies = {"a": Copy(1, [1])}
        self.seat: LedgerIdentity | None = None
        self.memory: dict[str, int] = {}
        self.numbers = itertools.count(2)
        self.newest = 1

    def look(self, path: str) -> IdentityCheck:
        copy = self.copies[path]
        memory = Memory.NONE
        if path in self.memory:
            memory = Memory.AGREES if self.memory[path] in copy.lines else Memory.DIFFERS
        return seen(copy.kept, replace(HOME, path=path, file=str(copy.file)), memory)

    def doubt(self, path: str) -> str:
        look, seat = self.look(path), self.seat
        there = self.copies.get(seat.path) if seat else None
        stands = seat is not None and there is not None and str(there.file) == seat.file
        return doubt(look.kept, look.here, look.memory) or rival(
            seat, look, stands=stands and there is not self.copies[path]
        )

    def do(self, deed: str, path: str, to: str) -> bool:
        """Do it, where it can be done; return whether this sends."""
        if path not in self.copies or to in self.copies:
            return False
        copy = self.copies[path]
        if deed in ("remove", "move"):
            del self.copies[path]
        if deed == "move":
            self.copies[to] = copy
        elif deed == "copy":
            self.copies[to] = Copy(next(self.numbers), list(copy.lines), copy.kept)
        elif deed == "restore":
            self.memory[to] = next(self.numbers)
            self.copies[to] = Copy(next(self.numbers), [*copy.lines, self.memory[to]])
        elif deed == "adopt" or (deed == "pass" and not self.doubt(path)):
            self.sent(path, copy, knows_all=deed == "adopt")
            return True
        return False

    def sent(self, path: str, copy: Copy, *, knows_all: bool) -> None:
        """Note a pass, or a person's word; after that, or a restore, all that waits is held."""
        restored = copy.kept is None and path in self.memory
        assert knows_all or restored or self.newest in copy.lines, "it may send again what has left"
        self.newest = self.memory[path] = next(self.numbers)
        copy.lines.append(self.newest)
        self.seat = copy.kept = self.look(path).here


@settings(max_examples=500)
@given(STORIES, st.lists(st.sampled_from(PATHS), max_size=6))
def test_of_all_copies_of_one_account_at_most_one_sends_and_that_knows_what_has_left(
    story: list[tuple[str, str, str]], passes: list[str]
) -> None:
    account = Account()
    for deed in story:
        account.do(*deed)
    sent = [path for path in passes if account.do("pass", path, "")]
    assert len(set(sent)) <= 1


def test_while_one_takes_the_seat_no_other_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = MachineRecords(tmp_path, "desk")
    assert there.sit(seen(None, HOME)) == ""
    [seat] = tmp_path.glob("*.seat.json")
    monkeypatch.setattr("voicenote.engine.ledger_identity._PATIENCE_S", 0)
    with FileLock(seat.with_suffix(".lock")), pytest.raises(TryAgain, match="another copy"):
        there.sit(seen(None, ELSEWHERE))
    assert there.sit(seen(None, HOME)) == ""


def test_a_new_ledger_in_the_file_of_one_that_is_gone_has_not_its_seat(tmp_path: Path) -> None:
    """A file system may give a new file the inode of one that was removed."""
    there = MachineRecords(tmp_path / "state", "desk")
    files = [tmp_path / "old.db", tmp_path / "copy.db"]
    for file, ledger_id in zip(files, ("new one", "id"), strict=True):
        with closing(sqlite3.connect(file)) as made, made:
            made.execute("create table meta (name, value)")
            made.execute("insert into meta values ('ledger_id', ?)", [ledger_id])
    old, copy = map(there.place_of_file, files)
    assert there.sit(seen(None, old)) == ""
    assert there.sit(seen(None, copy, Memory.AGREES)) == ""


def test_another_name_of_the_same_file_is_no_copy(tmp_path: Path) -> None:
    there = MachineRecords(tmp_path / "state", "desk")
    (tmp_path / "ledger.db").write_bytes(b"")
    (tmp_path / "linked.db").hardlink_to(tmp_path / "ledger.db")
    for name in ("ledger.db", "linked.db", "ledger.db"):
        assert there.sit(seen(None, there.place_of_file(tmp_path / name))) == ""


@pytest.fixture
def open_at(tmp_path: Path, clock: Clock, world: World) -> Iterator[Open]:
    opened: list[Workspace] = []

    def open_(home: Path) -> Workspace:
        home.mkdir(exist_ok=True)
        there = MachineRecords(tmp_path / "state", "desk")
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
        return [row["event"] for row in case_reports.history(tx)]


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
    with pytest.raises(RuleSaysNo, match=r"another copy of this ledger, in .*copy"):
        one_pass(open_at(home))
    assert "copy" in doubt_of(open_at(home))
    assert world.left == []


def test_so_it_does_when_that_copy_is_gone_for_it_may_have_sent(
    home: Path, open_at: Open, world: World
) -> None:
    shutil.copytree(home, home.with_name("copy"))
    adopt(open_at(home.with_name("copy")))
    shutil.rmtree(home.with_name("copy"))
    with pytest.raises(RuleSaysNo, match="was the one that sent"):
        one_pass(open_at(home))
    adopt(open_at(home), moved=True)
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
    with pytest.raises(RuleSaysNo, match=r"another copy of this ledger, in .*two"):
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


def test_where_all_memory_is_lost_a_ledger_that_has_sent_asks_once(
    home: Path, open_at: Open, world: World
) -> None:
    """It may be an older one, of the same inode: nobody could tell."""
    older = (home / "ledger.db").read_bytes()
    ws = open_at(home)
    assert one_pass(ws).sent == 1
    ws.close()
    (home / "ledger.db").write_bytes(older)
    shutil.rmtree(home.with_name("state"))
    for _ in range(2):
        with pytest.raises(RuleSaysNo, match="nothing is remembered of it") as refused:
            one_pass(open_at(home))
    assert "adopt --moved" in refused.value.advice
    assert adopt(open_at(home)).held
    assert one_pass(open_at(home)).sent == 0
    assert len(world.left) == 1


def test_a_ledger_without_a_pass_has_nothing_to_remember(
    tmp_path: Path, open_at: Open, world: World
) -> None:
    ws = open_at(tmp_path / "new")
    release(ws, *take(ws, told(days=None)))
    assert one_pass(ws).sent == 1


def test_a_memory_that_cannot_be_read_or_written_stops_nothing(
    home: Path, open_at: Open, world: World
) -> None:
    shutil.rmtree(home.with_name("state"))
    home.with_name("state").write_text("no folder")
    assert one_pass(open_at(home)).sent == 1
    assert len(world.left) == 1


def test_a_database_has_a_place_too(postgres_url: str, tmp_path: Path, clock: Clock) -> None:
    ledger = Ledger(create_engine(postgres_url), clock, "tester")
    place = MachineRecords(tmp_path, "desk").place(ledger)
    ledger.close()
    assert place.file
    assert "@" not in place.path
