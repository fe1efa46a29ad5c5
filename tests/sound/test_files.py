"""Files that last, and files that can be made again: both are there whole, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from voicenote.errors import Unavailable
from voicenote.sound.files import write_remakable, write_whole


def remakable(path: Path, data: bytes) -> None:
    write_remakable(path.parent, {path.name: data})


EITHER = pytest.mark.parametrize("write", [write_whole, remakable])


@EITHER
def test_a_file_is_replaced_whole(tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
    write(tmp_path / "a" / "b.txt", b"one")
    write(tmp_path / "a" / "b.txt", b"two")
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "a").iterdir()] == [("b.txt", b"two")]


@EITHER
def test_others_may_read_it_as_the_umask_says(
    tmp_path: Path, write: Callable[[Path, bytes], None]
) -> None:
    write(tmp_path / "a.txt", b"one")
    assert os.stat(tmp_path / "a.txt").st_mode & 0o444 == 0o444  # noqa: PTH116


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


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("call", ["write_whole(path,", "write_remakable(path.parent, {'memo.ogg':"])
def test_a_full_disk_leaves_no_half_file(tmp_path: Path, call: str, there: bool) -> None:
    code = f"""
        import resource
        from pathlib import Path
        from voicenote.errors import Unavailable
        from voicenote.sound.files import write_remakable, write_whole
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
    assert "make room" in done.stdout
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert left == ({"memo.ogg": b"the old one"} if there else {})
