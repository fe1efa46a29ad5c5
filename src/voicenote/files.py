"""Write files that only their owner can read, and each in full or not at all.

They hold what customers said in confidence. So new folders have the mode 0700 and files 0600,
whatever the umask is. On Windows modes mean almost nothing: there a file gets the access list of
its folder, and a folder in the user's profile is closed to others.
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
#: The mode bits for other users.
OTHERS = 0o077
#: The prefix of a file that is not complete yet.
UNFINISHED = ".new-"


def set_umask() -> None:
    """Make new files of this process, and of programs that it starts, private.

    Only for our own commands. Another program that imports this keeps its umask: files
    written here are private without it.
    """
    os.umask(OTHERS)


def expand_home(path: str | Path) -> Path:
    """Return a path with ``~`` replaced by the home folder; unchanged for an unknown user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib's raises RuntimeError there


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents. An existing one stays as it is.

    Raises OSError.
    """
    if folder.is_dir():
        return
    if not folder.parent.is_dir():  # mkdir(parents=True) would use the umask for them
        make_folder(folder.parent)
    folder.mkdir(mode=FOLDER, exist_ok=True)


def open_new(path: Path) -> BinaryIO:
    """Create a file and open it for writing. Raises FileExistsError if it exists, and OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, FILE), "wb")


def open_to_add(path: Path) -> BinaryIO:
    """Open a file for writing at its end; it is created if there is none. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY
    return os.fdopen(os.open(path, flags, FILE), "ab")


def make_file(path: Path) -> None:
    """Create an empty private file if there is none, for a program that would make it public.

    If it cannot be created, nothing happens: that program will report why.
    """
    with suppress(OSError):
        open_new(path).close()


@contextmanager
def open_beside(path: Path, *, lasting: bool = True, mode: int = FILE) -> Iterator[BinaryIO]:
    """Open a file that replaces `path` when the block succeeds, and is removed otherwise.

    With `lasting`, it is then synced to the disk. Its folder must exist. Raises OSError.
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
    """Write a file in full or not at all, synced to the disk; an earlier one is replaced.

    Raises Unavailable when it cannot be written.
    """
    try:
        make_folder(path.parent)
        with open_beside(path) as file:
            file.write(data)
    except OSError as error:
        raise _disk_error(path, error) from error


def append_line(path: Path, line: str, most: int) -> None:
    """Append a line to a private log. Raises OSError.

    A log of more than `most` bytes becomes ``NAME.1``, in place of an earlier one, and begins anew.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_size > most:
            path.replace(path.with_name(f"{path.name}.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _BINARY, FILE)
    with os.fdopen(descriptor, "ab") as file:
        file.write(f"{line}\n".encode("utf-8", "backslashreplace"))


def write_remakable(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files (by name) that can be made again, each in full or not at all.

    They are not synced to the disk, which would take longer than the rest of a memo from the cache.
    So after a power cut one may be damaged, and whoever uses it checks its hash first. Raises
    Unavailable when one cannot be written.
    """
    # Paths as text for speed: many thousands of small files are written here.
    place = str(folder)
    name = ""
    try:
        make_folder(folder)
        for name, data in files.items():
            _create(f"{place}{os.sep}{name}", data)
    except OSError as error:
        raise _disk_error(folder / name, error) from error


def close_to_others(folder: Path) -> None:
    """Remove the rights of other users from a folder and everything in it. Raises OSError."""
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode & OTHERS and not path.is_symlink():
            path.chmod(mode & ~OTHERS)


def is_open_to_others(place: Path) -> bool:
    """Whether other users of this machine can access a file or folder; False when on Windows.

    Raises OSError when it can't be examined.
    """
    return os.name != "nt" and bool(place.stat().st_mode & OTHERS)


def open_to_others(place: Path) -> Iterator[Path]:
    """Yield what other users of this machine can access: a file, a folder, and what is in it.

    Nothing in a folder that is closed to them can be accessed, whatever its own mode. On Windows
    nothing is yielded, because modes do not show it. What cannot be examined is skipped.
    """
    with suppress(OSError):
        mode = place.lstat().st_mode
        if stat.S_ISLNK(mode) or not is_open_to_others(place):
            return
        yield place
        if stat.S_ISDIR(mode):
            for inside in place.iterdir():
                yield from open_to_others(inside)


def link_tree(source: Path, target: Path) -> None:
    """Copy a folder without using space: its files are hard links where the disk allows it.

    Do not write into such a file on either side; replacing it is fine. Raises OSError.
    """
    shutil.copytree(source, target, symlinks=True, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


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
        f"{path.name} cannot be written: {error.strerror or error}", room_for(error, path.parent)
    )


_BINARY = getattr(os, "O_BINARY", 0)
