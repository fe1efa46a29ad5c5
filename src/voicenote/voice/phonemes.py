"""Pronunciation of words in IPA, by the library espeak-ng in a child process.

The library has one language and one state for the whole process, and the system voice may be using
it. It also ends the process when its data are missing. So a `Worker` asks it.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

from voicenote.errors import TookTooLong, Unavailable, VoiceUnavailable
from voicenote.extras import how_to_install_packages
from voicenote.voice.espeak import packaged_data, short_path
from voicenote.worker import Worker

P = ParamSpec("P")
T = TypeVar("T")

#: What joins the letters of one sound: ``t^s``.
TIE = "^"
_PATIENCE_S = 30.0
_AGAIN = "run the command again; if it stays so, install espeakng-loader again"
# From espeak-ng's speak_lib.h.
_SYNCHRONOUS, _DO_NOT_EXIT = 2, 0x8000
_UTF8, _IPA, _TIED = 1, 0x02, 0x80


class Phonemes:
    """The library in a process of its own, started at the first question."""

    def __init__(self) -> None:
        self._worker = Worker(_PATIENCE_S)
        weakref.finalize(self, self._worker.close)

    def version(self) -> str:
        """Return the library's version. Raises VoiceUnavailable when it is missing."""
        return self._ask(library_version)

    def of(self, clauses: list[str], language: str) -> list[str]:
        """Return the pronunciation of each clause, in IPA with `TIE` inside a sound.

        `language` is one of espeak-ng's names (``en-us``). Raises VoiceUnavailable.
        """
        return self._ask(pronounce, clauses, language)

    def close(self) -> None:
        """End the process; the next question starts another."""
        self._worker.close()

    def _ask(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        if packaged_data() is None:
            raise VoiceUnavailable(
                "the library espeak-ng, which tells how words are pronounced, isn't installed",
                how_to_install_packages("espeakng-loader"),
            )
        try:
            return self._worker.run(work, *args, **named)
        except VoiceUnavailable:
            raise
        except TookTooLong as error:
            raise VoiceUnavailable(
                "the library espeak-ng ended while it was asked", _AGAIN
            ) from error
        except Unavailable as error:
            raise VoiceUnavailable("Python cannot be started again", _AGAIN) from error


# -- in the child ---------------------------------------------------------------------------------


def library_version() -> str:
    """Return the version of the library in this process. Raises VoiceUnavailable."""
    return str(_library().espeak_Info(None).decode("ascii", "replace"))


def pronounce(clauses: list[str], language: str) -> list[str]:
    """Return each clause in IPA, by the library in this process. Raises VoiceUnavailable."""
    library = _library()
    if library.espeak_SetVoiceByName(language.encode()) != 0:
        raise VoiceUnavailable(f"espeak-ng does not know the language {language!r}", _AGAIN)
    return [_ipa(library, clause) for clause in clauses]


@lru_cache
def _library() -> ctypes.CDLL:
    try:
        import espeakng_loader

        data = packaged_data()
        folder = str(short_path(data)).encode() if data else b""
        library = ctypes.CDLL(espeakng_loader.get_library_path())
        found = library.espeak_Initialize(_SYNCHRONOUS, 0, folder, _DO_NOT_EXIT)
        library.espeak_Info.restype = ctypes.c_char_p
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        library.espeak_TextToPhonemes.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_int)
    except (OSError, AttributeError, ImportError) as error:
        raise VoiceUnavailable(
            f"the library espeak-ng cannot be loaded: {error}", _AGAIN
        ) from error
    if found < 0:
        raise VoiceUnavailable("the library espeak-ng does not find its data", _AGAIN)
    return library


def _ipa(library: ctypes.CDLL, clause: str) -> str:
    """Return a clause in IPA. The library converts a part at a time, and moves the pointer on."""
    buffer = ctypes.create_string_buffer(clause.encode())
    place = ctypes.c_void_p(ctypes.addressof(buffer))
    mode = _IPA | _TIED | ord(TIE) << 8
    parts = []
    while place.value:
        parts.append(library.espeak_TextToPhonemes(ctypes.byref(place), _UTF8, mode) or b"")
    return " ".join(part.decode().strip() for part in parts if part.strip())
