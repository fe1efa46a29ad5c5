"""A restored or copied ledger asks before it sends; one that was renamed or lives on does not."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
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
    LedgerRecord,
    MachineRecords,
    doubt,
    rival,
)
from voicenote.engine.run.ownership import adopt, doubt_of, remember
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, TryAgain
from voicenote.ledger import case_reports
from voicenote.ledger.store import Ledger

HOME = LedgerIdentity(host="desk", machine="m1", path="/home/ada/ledger.db", file="17")
RENAMED: dict[str, Any] = {"path": "/home/ada/renamed/ledger.db"}
ELSEWHERE: dict[str, Any] = {"path": "/home/ada/copy/ledger.db", "file": "99"}
Open = Callable[[Path], Workspace]


def seen(
    place: LedgerIdentity | None,
    here: LedgerIdentity,
    kept: LedgerIdentity | None = None,
    **more: bool,
) -> IdentityCheck:
    paths = (place.path, "localhost/notes") if place else ()
    record = LedgerRecord(place=place, paths=paths) if place else None
    return IdentityCheck(ledger_id="id", kept=kept, here=here, record=record, **more)


@pytest.mark.parametrize(
    ("changes", "more", "doubtful"),
    [
        ({}, {}, False),
        ({"host": "desk.local"}, {}, False),
        ({"host": "3f2a91", "machine": ""}, {}, False),  # a container made anew
        (RENAMED, {}, False),
        (RENAMED, {"stands": True}, True),  # a copied disk
        ({"file": "99"}, {}, False),  # put back as it was last
        ({"file": "99"}, {"agrees": False}, True),
        ({}, {"agrees": False}, True),  # an older copy was written over it
        (ELSEWHERE, {"stands": True}, True),
        (ELSEWHERE, {}, True),  # the other copy is gone, but may have sent
        ({"machine": "m2"}, {}, True),  # a machine that was cloned, or a home that two share
        ({"machine": "m2", "host": "server", "file": "99"}, {}, True),
    ],
)
@pytest.mark.parametrize("kept", [None, HOME])
def test_when_a_ledger_with_a_record_is_doubted(
    changes: dict[str, Any], more: dict[str, bool], doubtful: bool, kept: LedgerIdentity | None
) -> None:
    said = doubt(seen(HOME, replace(HOME, **changes), kept, **more))
    assert bool(said) is doubtful


NAMELESS = replace(HOME, machine="")
SERVED = LedgerIdentity(host="web1", machine="", path="db/notes", file="73/16384", server=True)


@pytest.mark.parametrize(
    ("kept", "changes", "blind", "doubtful"),
    [
        (HOME, {}, False, True),  # an older copy, and the state folder is gone
        (HOME, RENAMED, False, True),
        (HOME, {}, True, False),
        (HOME, {"host": "desk.local"}, True, False),
        (HOME, {"machine": "m2"}, True, True),
        (HOME, {"file": "99"}, True, True),
        (NAMELESS, {"host": "pod-b"}, True, True),  # its volume was cloned
        (NAMELESS, RENAMED, True, False),
        (NAMELESS, {"machine": "m1", "host": "pod-b"}, True, False),
        (SERVED, {}, False, False),  # a server is for many machines
        (SERVED, {"host": "web2"}, False, False),
        (SERVED, {"path": "staging/notes"}, False, True),  # its server was copied
        (SERVED, {"path": "db:5433/notes"}, False, True),
        (SERVED, {"file": "73/99"}, False, True),
    ],
)
def test_when_a_ledger_that_has_sent_and_has_no_record_is_doubted(
    kept: LedgerIdentity, changes: dict[str, Any], blind: bool, doubtful: bool
) -> None:
    assert bool(doubt(seen(None, replace(kept, **changes), kept, blind=blind))) is doubtful


@pytest.mark.parametrize(
    ("place", "here", "agrees", "doubtful"),
    [
        (SERVED, replace(SERVED, host="web2"), True, False),
        (SERVED, replace(SERVED, path="localhost/notes"), True, False),  # has sent by this way
        (SERVED, replace(SERVED, path="staging/notes"), True, True),  # a copied server
        (SERVED, SERVED, False, True),  # the original of one that was adopted
        (SERVED, replace(SERVED, file="73/99"), True, True),
        (SERVED, HOME, True, True),  # a backup of a server, restored
        (HOME, SERVED, True, True),
    ],
)
def test_when_a_database_on_a_server_is_doubted(
    place: LedgerIdentity, here: LedgerIdentity, agrees: bool, doubtful: bool
) -> None:
    assert bool(doubt(seen(place, here, here, agrees=agrees))) is doubtful


def test_a_ledger_that_has_no_place_yet_settles_without_a_question() -> None:
    assert doubt(seen(None, HOME)) == ""


def test_who_asks_is_told_where_the_other_copy_is() -> None:
    there = replace(HOME, **ELSEWHERE)
    assert f"in {HOME.path}, is the one that sends" in doubt(seen(HOME, there, stands=True))
    assert f"in {HOME.path}, was the one that sent" in doubt(seen(HOME, there))
    other = replace(HOME, machine="m2")
    assert f"in {HOME.path} on desk, is the one that sends" in doubt(seen(HOME, other))


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
    """A copy of a ledger: its file, its lines of history, the place that it keeps.

    In one that was `restored`, all that waits is held.
    """

    file: int
    lines: list[int]
    kept: LedgerIdentity | None = None
    restored: bool = False


class Account:
    """The copies of one ledger by path, and the record: who sends, and its newest line."""

    def __init__(self) -> None:
        self.copies = {"a": Copy(1, [1])}
        self.record: tuple[LedgerIdentity, int] | None = None
        self.numbers = itertools.count(2)
        self.newest = 1

    def look(self, path: str) -> IdentityCheck:
        copy = self.copies[path]
        here = replace(HOME, path=path, file=str(copy.file))
        if self.record is None:
            return seen(None, here, copy.kept)
        place, line = self.record
        there = self.copies.get(place.path)
        stands = there is not None and there is not copy and str(there.file) == place.file
        return seen(place, here, copy.kept, stands=stands, agrees=line in copy.lines)

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
            self.copies[to] = replace(copy, file=next(self.numbers), lines=list(copy.lines))
        elif deed == "restore":
            lines = [*copy.lines, next(self.numbers)]
            self.copies[to] = Copy(next(self.numbers), lines, restored=True)
            if not rival(self.look(to)):
                self.record = self.look(to).here, lines[-1]
        elif deed == "adopt" or (deed == "pass" and not doubt(self.look(path))):
            self.sent(path, copy, knows_all=deed == "adopt")
            return True
        return False

    def sent(self, path: str, copy: Copy, *, knows_all: bool) -> None:
        """Note a pass, or a person's word; after that, or a restore, all that waits is held."""
        restored = copy.kept is None and copy.restored
        assert knows_all or restored or self.newest in copy.lines, "it may send again what has left"
        self.newest = next(self.numbers)
        copy.lines.append(self.newest)
        copy.kept = self.look(path).here
        self.record = copy.kept, self.newest


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


def record_of(home: Path) -> Path:
    [file] = home.with_name("state").glob("*.json")
    return file


def test_while_one_asks_whether_it_may_send_no_other_does(
    home: Path, open_at: Open, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicenote.engine.ledger_identity._PATIENCE_S", 0)
    with (
        FileLock(record_of(home).with_suffix(".lock")),
        pytest.raises(TryAgain, match="another copy"),
    ):
        one_pass(open_at(home))
    assert world.left == []
    one_pass(open_at(home))
    assert len(world.left) == 1


def test_a_new_ledger_in_the_file_of_one_that_is_gone_is_no_other_copy(
    home: Path, open_at: Open
) -> None:
    """A file system may give a new file the inode of one that was removed."""
    shutil.copytree(home, home.with_name("copy"))
    with closing(sqlite3.connect(home / "ledger.db")) as made, made:
        made.execute("update meta set value = 'new one' where name = 'ledger_id'")
    assert "is gone now" in doubt_of(open_at(home.with_name("copy")))


def test_another_name_of_the_same_file_is_no_copy(home: Path, open_at: Open) -> None:
    linked = home.with_name("linked")
    linked.mkdir()
    (linked / "ledger.db").hardlink_to(home / "ledger.db")
    for place in (home, linked, home):
        ws = open_at(place)
        one_pass(ws)
        ws.close()


def test_a_record_that_was_taken_over_is_not_taken_back_in_silence(
    home: Path, open_at: Open
) -> None:
    """A run that ends after another copy was adopted must not say that it is the one that sends."""
    shutil.copytree(home, home.with_name("copy"))
    adopt(open_at(home.with_name("copy")))
    remember(open_at(home))
    assert doubt_of(open_at(home.with_name("copy"))) == ""
    assert doubt_of(open_at(home))


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
    with pytest.raises(RuleSaysNo, match=r"another copy of this ledger, in .*home") as refused:
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


@pytest.mark.parametrize(
    "damage",
    [
        {"at": "yesterday"},
        {"at": "2026-03-02T09:00:00"},  # a naive moment
        {"number": 10**400},
        {"number": None},
        {"place": asdict(HOME) | {"path": "ledger.db"}},
        {"place": asdict(HOME) | {"path": 5}},
        {"place": asdict(HOME) | {"path": "a\0b"}},
        {"paths": 5},
    ],
)
def test_a_damaged_record_is_asked_about_and_stops_no_command(
    home: Path, open_at: Open, world: World, damage: dict[str, Any]
) -> None:
    one_pass(open_at(home))
    (file,) = home.with_name("state").glob("*.json")
    good = file.read_text()
    file.write_text(json.dumps(json.loads(good) | damage))
    assert doubt_of(open_at(home))
    assert adopt(open_at(home)).doubt
    assert doubt_of(open_at(home)) == ""


@pytest.mark.parametrize("text", ["[1]", "null", "{", "[" * 100_000, '{"place": 5}'])
def test_a_record_that_is_no_record_is_none(home: Path, open_at: Open, text: str) -> None:
    one_pass(open_at(home))
    (file,) = home.with_name("state").glob("*.json")
    file.write_text(text)
    assert "nothing is remembered" in doubt_of(open_at(home))
