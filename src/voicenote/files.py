"""Write files for their owner alone, and whole or not at all.

What is written here is what customers told in confidence. So a folder that it makes has the mode
0700 and a file 0600, whatever the umask says. On Windows modes mean next to nothing: there a file
has the access list of its folder, and a folder in the user's profile is closed to others.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from voicenote.errors import Unavailable, room_for

FOLDER = 0o700
FILE = 0o600
#: What others may do, as bits of a mode.
OTHERS = 0o077
#: How the name of a file begins that is not whole yet.
UNFINISHED = ".new-"


def set_umask() -> None:
    """Close to others what this process makes from now on, and what programs make that it starts.

    For a process of our own. Whoever uses this as a library keeps their umask: what we write
    ourselves is private without it.
    """
    os.umask(OTHERS)


def expand_home(path: str | Path) -> Path:
    """Return a path with the home folder in place of ``~``; as it is where nobody has that name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib's raises RuntimeError there


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing. One that is there stays as it is.

    Raises OSError.
    """
    if folder.is_dir():
        return
    if not folder.parent.is_dir():  # mkdir(parents=True) would leave those to the umask
        make_folder(folder.parent)
    folder.mkdir(mode=FOLDER, exist_ok=True)


def open_new(path: Path) -> BinaryIO:
    """Open a file that is not there yet, to write to it. Raises FileExistsError, OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, FILE), "wb")


def make_file(path: Path) -> None:
    """Make an empty file where there is none, for a program that would make it open to others.

    Where it cannot be made, nothing happens: that program will say why.
    """
    with suppress(OSError):
        open_new(path).close()


@contextmanager
def open_beside(path: Path, *, lasting: bool = True, mode: int = FILE) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` when the block ends well, and else is removed.

    `lasting`: it is on the disk by then. Its folder must be there. Raises OSError.
    """
    descriptor, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode != FILE and hasattr(os, "fchmod"):  # not on Windows
                os.fchmod(descriptor, mode)
            yield cast("BinaryIO", file)
            if lasting:
                file.flush()
                os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that lasts, whole or not at all. Raises Unavailable when it cannot be written.

    When it comes back, the file is on the disk; one that was there before is replaced.
    """
    try:
        make_folder(path.parent)
        with open_beside(path) as file:
            file.write(data)
    except OSError as error:
        raise _disk_error(path, error) from error


def write_remakable(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files (by name) that can be made again, each whole or not at all.

    They are not flushed to the disk, which would take longer than all the rest of a memo whose
    sentences are known. So after a power cut one may be torn, and whoever uses it holds it against
    its hash first. Raises Unavailable when one cannot be written.
    """
    # Paths as text: many thousands of small files are written so.
    place = str(folder)
    name = ""
    try:
        make_folder(folder)
        for name, data in files.items():
            _create(f"{place}{os.sep}{name}", data)
    except OSError as error:
        raise _disk_error(folder / name, error) from error


def close_to_others(folder: Path) -> None:
    """Take the rights of others from a folder and from all that is in it. Raises OSError."""
    for path in (folder, *_inside(folder)):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode & OTHERS and not path.is_symlink():
            path.chmod(mode & ~OTHERS)


def open_to_others(place: Path) -> Iterator[Path]:
    """Give what others on this machine have a right to: a file, a folder, and what is in it.

    What is in a folder that is closed to them they cannot reach, whatever its own mode. Nothing on
    Windows, where a mode does not tell. What cannot be looked at is passed over.
    """
    with suppress(OSError):
        mode = place.lstat().st_mode
        if os.name == "nt" or stat.S_ISLNK(mode) or not mode & OTHERS:
            return
        yield place
        if stat.S_ISDIR(mode):
            for inside in place.iterdir():
                yield from open_to_others(inside)


def link_tree(source: Path, target: Path) -> None:
    """Make a copy of a folder that takes no room: its files are links, where the disk can link.

    Neither side may write into such a file; replacing it is well. Raises OSError.
    """
    make_folder(target)
    for path in source.iterdir():
        if path.is_dir() and not path.is_symlink():
            link_tree(path, target / path.name)
            continue
        try:
            os.link(path, target / path.name)
        except OSError:
            shutil.copy2(path, target / path.name)


def _inside(place: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(place):
        yield from (Path(folder, name) for name in (*folders, *files))


def _create(path: str, data: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, FILE)
    except FileExistsError:
        with open_beside(Path(path), lasting=False) as beside:
            beside.write(data)
        return
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            left = memoryview(data)
            while left:
                left = left[file.write(left) or 0 :]
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def _disk_error(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"{path.name} cannot be written: {error.strerror or error}",
        room_for(error, path.parent),
    )


_BINARY = getattr(os, "O_BINARY", 0)
