"""Write files whole or not at all: one that must last, or many that could be made again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from voicenote.errors import Unavailable, room_for


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that lasts, whole or not at all. Raises Unavailable when it cannot be written.

    When it comes back, the file is on the disk; one that was there before is replaced.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(str(path), data, lasting=True)
    except OSError as error:
        raise _refused(path, error) from error


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
        os.makedirs(place, exist_ok=True)  # noqa: PTH103
        for name, data in files.items():
            _create(f"{place}{os.sep}{name}", data)
    except OSError as error:
        raise _refused(folder / name, error) from error


def _create(path: str, data: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o644)
    except FileExistsError:
        _replace(path, data, lasting=False)
        return
    try:
        _fill(descriptor, data, lasting=False)
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def _replace(path: str, data: bytes, *, lasting: bool) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=os.path.dirname(path))  # noqa: PTH120
    try:
        if hasattr(os, "fchmod"):  # not on Windows
            os.fchmod(descriptor, 0o644)
        _fill(descriptor, data, lasting=lasting)
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _fill(descriptor: int, data: bytes, *, lasting: bool) -> None:
    """Write all of `data` and close."""
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        left = memoryview(data)
        while left:
            left = left[file.write(left) or 0 :]
        if lasting:
            os.fsync(descriptor)


def _refused(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"{path.name} cannot be written: {error.strerror or error}",
        room_for(error, path.parent),
    )


_BINARY = getattr(os, "O_BINARY", 0)
