"""Files that last, and files that can be made again: both are there whole, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from voicenote.errors import Unavailable
from voicenote.files import (
    close_to_others,
    link_tree,
    make_file,
    make_folder,
    open_to_others,
    write_remakable,
    write_whole,
)

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")


def remakable(path: Path, data: bytes) -> None:
    write_remakable(path.parent, {path.name: data})


EITHER = pytest.mark.parametrize("write", [write_whole, remakable])


@EITHER
def test_a_file_is_replaced_whole(tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
    write(tmp_path / "a" / "b.txt", b"one")
    write(tmp_path / "a" / "b.txt", b"two")
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "a").iterdir()] == [("b.txt", b"two")]


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Let the umask close nothing."""
    before = os.umask(0)
    yield
    os.umask(before)


@POSIX
@EITHER
@pytest.mark.usefixtures("no_umask")
def test_only_its_owner_may_read_it(tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
    """Nor enter a folder that was made for it, the one above it included."""
    write(tmp_path / "a" / "b" / "c.txt", b"one")
    write(tmp_path / "a" / "b" / "c.txt", b"two")
    modes = [oct(path.stat().st_mode & 0o777) for path in sorted(tmp_path.rglob("*"))]
    assert modes == ["0o700", "0o700", "0o600"]


@POSIX
@pytest.mark.usefixtures("no_umask")
def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o770)
    make_folder(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o770


@POSIX
@pytest.mark.usefixtures("no_umask")
def test_an_empty_file_is_made_closed_and_what_is_there_is_left(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    for name in ("mine", "new", "nowhere/new"):
        make_file(tmp_path / name)
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert oct((tmp_path / "new").stat().st_mode & 0o777) == "0o600"
    assert not (tmp_path / "nowhere").exists()


@POSIX
def test_what_is_open_to_others_is_found_and_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("memos/a.ogg", "outbox/b.ogg"):
        write_whole(home / name, b"closed")
        (home / name).chmod(0o640)
    assert list(open_to_others(home)) == []
    for folder in (home, home / "memos", tmp_path):
        folder.chmod(0o755)
    (home / "link").symlink_to(tmp_path)
    assert set(open_to_others(home)) == {home, home / "memos", home / "memos" / "a.ogg"}
    close_to_others(home)
    assert list(open_to_others(home)) == []
    assert oct((home / "outbox" / "b.ogg").stat().st_mode & 0o777) == "0o600"
    assert oct(tmp_path.stat().st_mode & 0o777) == "0o755"


@EITHER
def test_a_linked_copy_is_not_written_through(
    tmp_path: Path, write: Callable[[Path, bytes], None]
) -> None:
    write_whole(tmp_path / "memos" / "1" / "a.ogg", b"the real one")
    link_tree(tmp_path / "memos", tmp_path / "copy")
    copy = tmp_path / "copy" / "1" / "a.ogg"
    assert copy.samefile(tmp_path / "memos" / "1" / "a.ogg")
    write(copy, b"another one")
    assert copy.read_bytes() == b"another one"
    assert (tmp_path / "memos" / "1" / "a.ogg").read_bytes() == b"the real one"


def test_where_the_disk_cannot_link_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError

    write_whole(tmp_path / "memos" / "1" / "a.ogg", b"one")
    monkeypatch.setattr(os, "link", refused)
    link_tree(tmp_path / "memos", tmp_path / "copy")
    assert (tmp_path / "copy" / "1" / "a.ogg").read_bytes() == b"one"


def test_only_what_must_last_is_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    write_remakable(tmp_path, {"a.ogg": b"one", "a.vtt": b"two"})
    assert not flushed
    write_whole(tmp_path / "b.ogg", b"one")
    assert len(flushed) == 1


@EITHER
def test_a_place_that_cannot_be_written_is_unavailable(
    tmp_path: Path, write: Callable[[Path, bytes], None]
) -> None:
    (tmp_path / "memos").write_text("a file where the folder should be")
    with pytest.raises(Unavailable) as caught:
        write(tmp_path / "memos" / "a.ogg", b"one")
    assert caught.value.advice


@pytest.mark.unwatched
@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("call", ["write_whole(path,", "write_remakable(path.parent, {'memo.ogg':"])
def test_a_full_disk_leaves_no_half_file(tmp_path: Path, call: str, there: bool) -> None:
    code = f"""
        import resource
        from pathlib import Path
        from voicenote.errors import Unavailable
        from voicenote.files import write_remakable, write_whole
        path = Path({str(tmp_path)!r}) / "memo.ogg"
        if {there}:
            path.write_bytes(b"the old one")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            {call} bytes(100_000){"})" if "{" in call else ")"}
        except Unavailable as error:
            print(error.advice)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "ulimit -f" in done.stdout
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert left == ({"memo.ogg": b"the old one"} if there else {})
