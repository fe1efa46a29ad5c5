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


def preload() -> str:
    """Load the bundled library, if there is one, and return its version, else "".

    Call it before the first import of pyttsx3's driver, and call `forget_data_path` after the
    engine is made. Raises VoiceUnavailable when the library is there but cannot be loaded.
    """
    data = bundled_data()
    if data is None:
        return ""
    import espeakng_loader

    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise VoiceUnavailable(
            f"the bundled speech library cannot be loaded: {error}",
            "install your system's espeak-ng, or reinstall the package espeakng-loader",
        ) from error
    os.environ.setdefault(_DATA, str(short_path(data)))
    library.espeak_Info.restype = ctypes.c_char_p
    return str(library.espeak_Info(None).decode("ascii", "replace"))


def forget_data_path(before: str | None) -> None:
    """Restore the environment variable, for the programs that we start."""
    if before is None:
        os.environ.pop(_DATA, None)
    else:
        os.environ[_DATA] = before


def data_path() -> str | None:
    """Return the data path in the environment, or None."""
    return os.environ.get(_DATA)


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
