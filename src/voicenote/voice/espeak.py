"""The bundled espeak-ng library on Linux, so that no system package is needed.

pyttsx3 asks the dynamic loader for ``libespeak-ng.so.1``. If the library of `espeakng_loader` was
loaded first with RTLD_GLOBAL, the loader uses that one. It reads its data from where the
environment says, and *ends the process* if they are missing, so this module checks first.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voicenote.errors import VoiceUnavailable

#: The library cuts off longer data paths.
_LONGEST_PATH = 120
_DATA = "ESPEAK_DATA_PATH"


def packaged_data() -> Path | None:
    """Return the data folder in the package `espeakng_loader`, or None. Loads nothing."""
    found = importlib.util.find_spec("espeakng_loader")
    if found is None or not found.origin:
        return None
    data = Path(found.origin).parent / "espeak-ng-data"
    return data if (data / "phontab").is_file() else None


def bundled_data() -> Path | None:
    """Return the data folder for the system voice: the package's on Linux, otherwise None."""
    return packaged_data() if sys.platform.startswith("linux") else None


def bundled_languages() -> frozenset[str]:
    """Return the primary subtags of the bundled voices; empty if none are bundled."""
    data = bundled_data()
    if data is None:
        return frozenset()
    tags = (path.name for path in (data / "lang").rglob("*") if path.is_file())
    return frozenset(tag.split("-", 1)[0].lower() for tag in tags)


@contextmanager
def bundled_library() -> Iterator[str]:
    """Load the bundled library, if there is one, and yield its version, else "".

    Import pyttsx3's driver and make the engine inside: only there the environment says where the
    data are, because it is also that of the programs that we start. Raises VoiceUnavailable when
    the library is there but cannot be loaded.
    """
    data = bundled_data()
    if data is None:
        yield ""
        return
    import espeakng_loader

    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise VoiceUnavailable(
            f"the bundled speech library cannot be loaded: {error}",
            "install your system's espeak-ng, or reinstall the package espeakng-loader",
        ) from error
    library.espeak_Info.restype = ctypes.c_char_p
    told_already = _DATA in os.environ
    os.environ.setdefault(_DATA, str(short_path(data)))
    try:
        yield str(library.espeak_Info(None).decode("ascii", "replace"))
    finally:
        if not told_already:
            os.environ.pop(_DATA, None)


def short_path(data: Path) -> Path:
    """Return a path to `data` that is short enough for the library: itself, or a link to it."""
    if len(os.fsencode(data)) <= _LONGEST_PATH:
        return data
    # It must live until the process ends: languages are read when they are first spoken.
    folder = tempfile.TemporaryDirectory(prefix="vn-")
    atexit.register(folder.cleanup)
    link = Path(folder.name) / "espeak-ng-data"
    link.symlink_to(data, target_is_directory=True)
    return link
