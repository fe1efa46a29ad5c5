"""Pronunciation of words in IPA, by the library espeak-ng in a child process.

The library has one language and one state for the whole process, and the system voice may be using
it. It also ends the process when its data are missing. So a child process asks it: one line of JSON
in, one line out. The child ends when its standard input is closed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import signal
import subprocess
import sys
import threading
from typing import Any, BinaryIO

from voicenote.errors import VoiceUnavailable
from voicenote.voice.espeak import packaged_data, short_path

#: What joins the letters of one sound: ``t^s``.
TIE = "^"
_PATIENCE_S = 30.0
_AGAIN = "run the command again; if it stays so, install espeakng-loader again"
# From espeak-ng's speak_lib.h.
_SYNCHRONOUS, _DO_NOT_EXIT = 2, 0x8000
_UTF8, _IPA, _TIED = 1, 0x02, 0x80


class Phonemes:
    """The child process, started at the first question."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def version(self) -> str:
        """Return the library's version. Raises VoiceUnavailable when it is missing."""
        return str(self._ask({})["version"])

    def of(self, clauses: list[str], language: str) -> list[str]:
        """Return the pronunciation of each clause, in IPA with `TIE` inside a sound.

        `language` is one of espeak-ng's names (``en-us``). Raises VoiceUnavailable.
        """
        answer: Any = self._ask({"clauses": clauses, "language": language})["ipa"]
        return list(answer)

    def close(self) -> None:
        """End the child process; the next question starts another."""
        child, self._child = self._child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def __del__(self) -> None:
        if not sys.is_finalizing():  # then the child ends automatically, with its input
            self.close()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            if self._child is None:
                self._child = _start_child()
            answer = _ask_child(self._child, question)
            if answer is None:
                self.close()
                raise VoiceUnavailable("the library espeak-ng ended while it was asked", _AGAIN)
        if "error" in answer:
            raise VoiceUnavailable(str(answer["error"]), _AGAIN)
        return answer


def _start_child() -> subprocess.Popen[bytes]:
    if packaged_data() is None:
        raise VoiceUnavailable(
            "the library espeak-ng, which tells how words are pronounced, is not here",
            "pip install espeakng-loader",
        )
    try:
        # -P: a file in the working folder must not replace a module.
        return subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise VoiceUnavailable(f"Python cannot be started again: {error}", _AGAIN) from error


def _ask_child(child: subprocess.Popen[bytes], question: dict[str, Any]) -> dict[str, Any] | None:
    """Return the answer, or None if the child ended or took too long."""
    if child.stdin is None or child.stdout is None:
        return None
    watchdog = threading.Timer(_PATIENCE_S, child.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        child.stdin.write(json.dumps(question).encode() + b"\n")
        child.stdin.flush()
        answer: dict[str, Any] = json.loads(child.stdout.readline())
    except (OSError, ValueError):
        return None
    except BaseException:  # Ctrl-C: its answer would be taken for the next question's
        child.kill()
        raise
    finally:
        watchdog.cancel()
    return answer


# -- the child ------------------------------------------------------------------------------------


def answer_all(asked: BinaryIO, told: BinaryIO) -> None:
    """Answer questions until the input ends: the main loop of the child."""
    try:
        library: ctypes.CDLL | None = _library()
        problem = ""
    except (OSError, AttributeError, ImportError) as error:
        library, problem = None, f"the library espeak-ng cannot be loaded: {error}"
    for line in asked:
        answer = {"error": problem} if library is None else _answer(library, json.loads(line))
        told.write(json.dumps(answer).encode() + b"\n")
        told.flush()


def _library() -> ctypes.CDLL:
    import espeakng_loader

    data = packaged_data()
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    folder = str(short_path(data)).encode() if data else b""
    if library.espeak_Initialize(_SYNCHRONOUS, 0, folder, _DO_NOT_EXIT) < 0:
        raise OSError("it does not find its data")
    library.espeak_Info.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_int)
    return library


def _answer(library: ctypes.CDLL, question: dict[str, Any]) -> dict[str, Any]:
    if "language" not in question:
        return {"version": library.espeak_Info(None).decode("ascii", "replace")}
    if library.espeak_SetVoiceByName(question["language"].encode()) != 0:
        return {"error": f"espeak-ng does not know the language {question['language']!r}"}
    return {"ipa": [_ipa(library, clause) for clause in question["clauses"]]}


def _ipa(library: ctypes.CDLL, clause: str) -> str:
    """Return a clause in IPA. The library converts a part at a time, and moves the pointer on."""
    buffer = ctypes.create_string_buffer(clause.encode())
    place = ctypes.c_void_p(ctypes.addressof(buffer))
    mode = _IPA | _TIED | ord(TIE) << 8
    parts = []
    while place.value:
        parts.append(library.espeak_TextToPhonemes(ctypes.byref(place), _UTF8, mode) or b"")
    return " ".join(part.decode().strip() for part in parts if part.strip())


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    answer_all(sys.stdin.buffer, sys.stdout.buffer)
