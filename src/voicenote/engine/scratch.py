"""Temporary folders in a workspace: hidden, private, and on its own disk.

A killed process can't remove its folder. So each has a lock beside it, which the operating system
frees when its holder dies, and every run removes the folders that nobody holds any more.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from voicenote.files import FILE, make_folder

_PREFIX = ".copy-"
_LOCK = ".lock"


@contextmanager
def open_scratch(home: Path) -> Iterator[Path]:
    """Create a folder inside `home` that is removed at the end. Raises OSError."""
    from filelock import FileLock

    make_folder(home)
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_LOCK, dir=home)
    os.close(descriptor)
    # The lock comes first, so a folder whose lock is free has no owner any more.
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


def sweep_scratch(home: Path, before: Callable[[Path], None] = lambda _: None) -> None:
    """Remove the folders of `open_scratch` whose process has died, as far as possible.

    `before` is called with each of them, while it is still there.
    """
    from filelock import FileLock, Timeout

    for folder in {found.with_suffix("") for found in home.glob(f"{_PREFIX}*")}:
        file = folder.with_suffix(_LOCK)
        with suppress(OSError, Timeout):
            with FileLock(file, blocking=False, mode=FILE):
                before(folder)
                _remove(folder, file)
            if os.name == "nt":  # an open file can't be removed there
                file.unlink(missing_ok=True)


def _remove(folder: Path, lock: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        lock.unlink(missing_ok=True)
