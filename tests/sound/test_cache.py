from __future__ import annotations

import os
import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.sound.piece import _read_clip, _read_piece
from voicenote.sound.piece_cache import Cache, Shown, key_of

KEY = key_of("a sentence")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def kept(folder: Path, *names: str, size: int = 100, limit: int = 10**9) -> Cache:
    cache = Cache(folder, limit)
    for name in names:
        data = name.encode() * (size // len(name))
        cache.keep(key_of(name), data, data)
    return cache


def test_what_is_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    kept(tmp_path, "one")
    assert Cache(tmp_path).load(key_of("one"), bytes) == b"one" * 33


def test_what_was_never_kept_is_not_there(tmp_path: Path) -> None:
    assert Cache(tmp_path / "none").load(KEY, bytes) is None
    assert Cache(tmp_path / "none").shown() == Shown(0, 0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "longer", "other"])
def test_a_damaged_entry_is_not_used_and_goes(tmp_path: Path, damage: str) -> None:
    kept(tmp_path, "one")
    (path,) = files(tmp_path)
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(
        {
            "flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "cut": data[:-1],
            "empty": b"",
            "longer": data + b"x",
            "other": b"OggS" * 40,
        }[damage]
    )
    assert Cache(tmp_path).load(key_of("one"), bytes) is None
    assert not files(tmp_path)


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    cache = kept(tmp_path, "old", "used", "new")
    for moment, name in enumerate(["used", "old", "new"]):
        os.utime(cache._path(key_of(name)), (10_000 + moment, 10_000 + moment))
    assert Cache(tmp_path).load(key_of("used"), bytes) is not None  # now it is the newest
    assert cache.prune(300) == Shown(1, 119)
    fresh = Cache(tmp_path)
    assert fresh.load(key_of("old"), bytes) is None
    assert fresh.load(key_of("used"), bytes)
    assert fresh.load(key_of("new"), bytes)


def test_it_stays_below_its_limit_by_itself(tmp_path: Path) -> None:
    kept(tmp_path, *(f"name {n}" for n in range(400)), size=1000, limit=50_000)
    assert 20_000 < Cache(tmp_path).shown().size <= 50_000 * 1.05


def test_nothing_is_left_when_all_is_pruned(tmp_path: Path) -> None:
    cache = kept(tmp_path, "one", "two")
    assert cache.prune(0).entries == 2
    assert cache.load(key_of("one"), bytes) is None
    assert cache.shown() == Shown(0, 0)


def test_a_disk_that_refuses_does_not_stop_a_memo(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("where the folder should be")
    kept(place, "one")
    assert Cache(place).load(key_of("one"), bytes) is None


def test_what_a_dead_process_left_half_written_goes(tmp_path: Path) -> None:
    cache = kept(tmp_path, "one")
    (path,) = files(tmp_path)
    for name, age in ((".new-old", 7200), (".new-fresh", 0)):
        half = path.with_name(name)
        half.write_bytes(b"x")
        os.utime(half, (path.stat().st_mtime - age,) * 2)
    assert cache.shown().entries == 1
    assert {p.name for p in files(tmp_path)} == {path.name, ".new-fresh"}


def test_memory_holds_few(tmp_path: Path) -> None:
    cache = kept(tmp_path, *(f"name {n}" for n in range(500)))
    assert len(cache._near) <= 64


def test_several_processes_may_write_and_read_the_same_entries(tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from voicenote.sound.piece_cache import Cache, key_of
        cache = Cache(Path({str(tmp_path)!r}), 400_000)
        for n in range(400):
            name = str(n % 40)
            data = name.encode() * 5000
            found = Cache(Path({str(tmp_path)!r})).load(key_of(name), bytes)
            assert found is None or found == data
            cache.keep(key_of(name), data, data)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in running] == [b""] * 3
    assert not [path for path in files(tmp_path) if path.name.startswith(".")]


@given(st.binary(max_size=200))
def test_what_is_no_entry_is_said_so(data: bytes) -> None:
    for read in (_read_piece, _read_clip):
        try:
            read(data)
        except (ValueError, struct.error):
            continue
