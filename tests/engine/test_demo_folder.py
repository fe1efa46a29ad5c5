"""A demo that is made again removes what the demo before it made, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from voicenote.engine.admin import demo_folder
from voicenote.errors import WrongUse


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder in which a demo was made."""
    folder = tmp_path / "demo"
    demo_folder.clear(folder)
    _make(folder)
    return folder


def _make(folder: Path) -> None:
    others = demo_folder.others(folder)
    (folder / "voicenote.toml").write_text("[owner]\n")
    with closing(sqlite3.connect(folder / "ledger.db")) as raw:
        raw.execute("create table t (a)")
    for name in ("memos/1.ogg", "outbox/c1/message.eml", "cache/x"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("made by the demo")
    (folder / "ledger.db.pass").touch()
    demo_folder.write_mark(folder, others)


def test_all_that_a_demo_made_is_removed(place: Path) -> None:
    assert demo_folder.clear(place) == []
    assert [path.name for path in place.iterdir()] == [demo_folder.MARK]


@pytest.mark.parametrize(
    "name",
    [
        *("memos-old/1.ogg", "outbox-of-mine/x", "ledger.db.copy", "cache.txt", "notes.md"),
        *("memos/mine.ogg", "outbox/c1/note.txt", "recordings/grace.wav", "templates/en/own.toml"),
    ],
)
def test_what_somebody_put_beside_it_or_into_it_stays(place: Path, name: str) -> None:
    for _ in range(2):  # the demo made after it does not take it for its own either
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("mine")
        demo_folder.clear(place)
        _make(place)
    demo_folder.clear(place)
    assert (place / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["voicenote.toml", "memos/1.ogg", "ledger.db"])
def test_what_somebody_changed_is_kept_under_another_name(place: Path, name: str) -> None:
    with (place / name).open("ab") as file:
        file.write(b"# mine")
    before = (place / name).read_bytes()
    [kept] = demo_folder.clear(place)
    assert kept.read_bytes() == before
    assert not (place / name).exists()


def test_a_ledger_with_changes_that_only_its_log_has_is_kept_with_them(place: Path) -> None:
    (place / "ledger.db-wal").write_bytes(b"newest")
    [kept] = demo_folder.clear(place)
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"newest"


def test_no_link_is_followed(place: Path, tmp_path: Path) -> None:
    """Neither one that stands where a file was, nor one where a folder was."""
    away = tmp_path / "away"
    (away / "c1").mkdir(parents=True)
    for name in ("1.ogg", "c1/message.eml"):
        (away / name).write_text("made by the demo")
    (place / "memos" / "1.ogg").unlink()
    (place / "memos" / "1.ogg").symlink_to(away / "1.ogg")
    (place / "outbox").rename(tmp_path / "moved")
    (place / "outbox").symlink_to(away)
    with pytest.raises(WrongUse, match="outbox was not made by the demo"):
        demo_folder.clear(place)
    assert (away / "1.ogg").exists()
    assert (away / "c1" / "message.eml").exists()
    assert (place / "memos" / "1.ogg").is_symlink()


@pytest.mark.parametrize("line", ["../away", "/etc/away", "memos/../../away", "notes.md", ""])
def test_a_mark_can_name_nothing_that_no_demo_makes(place: Path, tmp_path: Path, line: str) -> None:
    (tmp_path / "away").write_text("mine")
    (place / "notes.md").write_text("mine")
    mark = place / demo_folder.MARK
    mark.write_text(f"{mark.read_text()}{'0' * 64}  {line}\n")
    demo_folder.clear(place)
    assert (tmp_path / "away").exists()
    assert (place / "notes.md").exists()


@pytest.mark.parametrize("mark", ["none", "link", "empty"])
def test_a_folder_that_no_demo_has_finished_is_left_alone(
    place: Path, tmp_path: Path, mark: str
) -> None:
    file = place / demo_folder.MARK
    if mark == "link":
        file.rename(tmp_path / "mark")
        file.symlink_to(tmp_path / "mark")
    elif mark == "empty":
        file.write_text("")
    else:
        file.unlink()
    with pytest.raises(WrongUse):
        demo_folder.clear(place)
    assert (place / "memos" / "1.ogg").exists()


def test_a_workspace_begun_in_a_demos_folder_is_not_taken_for_one(tmp_path: Path) -> None:
    demo_folder.clear(tmp_path)
    demo_folder.write_mark(tmp_path, frozenset())
    (tmp_path / "ledger.db").write_text("mine")
    with pytest.raises(WrongUse, match="the demo did not make"):
        demo_folder.clear(tmp_path)
    assert (tmp_path / "ledger.db").read_text() == "mine"
