"""A power cut anywhere in a pass: the disk has only what a lasting write had brought to it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.crank import START, Fuse, report, seed, workspace
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace

#: Each touch has so many moments in which the power may go: those of test_kills.py.
CASES, MOMENTS = 3, 9


class Dark(BaseException):
    """The power went: nothing after this line is done."""


class Moment(Fuse):
    """Lets the power go at its n-th tick."""

    def tick(self) -> None:
        self.ticks += 1
        if self.ticks == self.left:
            raise Dark


def files(home: Path) -> list[Path]:
    return [home / name for name in ("ledger.db", "ledger.db-wal")]


def watched(ws: Workspace, disk: Path) -> None:
    """After each lasting write, keep what is on the disk then: all that was written before it."""
    plain = ws.ledger.write

    @contextlib.contextmanager
    def write(actor: str | None = None, *, lasting: bool = True) -> Iterator[Any]:
        with plain(actor, lasting=lasting) as tx:
            yield tx
        if lasting:
            keep(ws.home, disk)

    ws.ledger.write = write  # type: ignore[method-assign]


def keep(home: Path, disk: Path) -> None:
    disk.mkdir(exist_ok=True)
    for file in files(home):
        if file.exists():
            shutil.copy(file, disk / file.name)


def cut(home: Path, can_ask: bool, moment: int) -> bool:
    """Let the power go at that moment of a pass; return whether it was still at work then."""
    disk, url = home / "disk", f"sqlite:///{home / 'ledger.db'}"
    burning = Moment(0)
    ws = workspace({"can_ask": can_ask}, home, url, START, burning)
    watched(ws, disk)
    keep(home, disk)
    burning.ticks, burning.left = 0, moment
    gone = False
    try:
        one_pass(ws)
    except Dark:
        gone = True
    finally:
        burning.left = 0
        ws.close()
    if gone:
        for file in [*files(home), home / "ledger.db-shm"]:
            file.unlink(missing_ok=True)
        for file in disk.iterdir():
            shutil.copy(file, home / file.name)
    return gone


@pytest.mark.parametrize("can_ask", [True, False])
def test_after_a_power_cut_nothing_leaves_twice_and_nothing_is_lost(
    tmp_path: Path, can_ask: bool
) -> None:
    fresh = tmp_path / "fresh"
    (fresh / "world").mkdir(parents=True)
    order = {"can_ask": can_ask}
    ws = workspace(order, fresh, f"sqlite:///{fresh / 'ledger.db'}", START, Fuse(0))
    seed(ws, CASES)
    ws.close()
    worst, moment, went = 0, 0, True
    while went:
        moment += 1
        home = tmp_path / f"at-{moment}"
        shutil.copytree(fresh, home)
        went = cut(home, can_ask, moment)
        ws = workspace(order, home, f"sqlite:///{home / 'ledger.db'}", START, Fuse(0))
        for _ in range(2):
            one_pass(ws)
        found = report(ws.ledger, home)
        ws.close()
        assert found["twice"] == found["lost"] == found["said_sent_but_not"] == []
        worst = max(worst, len(found["uncertain"]))
    assert moment > CASES * MOMENTS
    assert worst == (0 if can_ask else 1), "only what was leaving is uncertain"
