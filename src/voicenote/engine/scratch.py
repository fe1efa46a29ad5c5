"""Folders in a workspace for copies that are thrown away: hidden, private, and on its own disk.

A process that is killed cannot throw its copy away. So each has a lock beside it, which the
operating system frees when its holder dies, and every pass sweeps what nobody holds any more.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from voicenote.files import FILE, make_folder

_PREFIX = ".copy-"
_LOCK = ".lock"


@contextmanager
def open_scratch(home: Path) -> Iterator[Path]:
    """Make a folder inside `home` that is removed at the end. Raises OSError."""
    from filelock import FileLock

    make_folder(home)
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_LOCK, dir=home)
    os.close(descriptor)
    # The lock comes first, so that a folder whose lock is free has nobody any more.
    lock = FileLock(name, mode=FILE)
    lock.acquire()
    folder = Path(name).with_suffix("")
    try:
        make_folder(folder)
        yield folder
    finally:
        _remove(folder, Path(name))
        lock.release()
        if os.name == "nt":
            Path(name).unlink(missing_ok=True)


def sweep_scratch(home: Path) -> None:
    """Remove the folders of `open_scratch` whose process has died. What cannot be stays."""
    from filelock import FileLock, Timeout

    for folder in {found.with_suffix("") for found in home.glob(f"{_PREFIX}*")}:
        file = folder.with_suffix(_LOCK)
        with suppress(OSError, Timeout):
            with FileLock(file, blocking=False, mode=FILE):
                _remove(folder, file)
            if os.name == "nt":  # where a file that is open cannot be removed
                file.unlink(missing_ok=True)


def _remove(folder: Path, lock: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        lock.unlink(missing_ok=True)
