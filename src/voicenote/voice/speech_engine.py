"""The one pyttsx3 engine of a process, made safe: one text at a time, and none after a timeout.

Many of its failures are silent. Its first run returns before it has spoken, an unknown voice is
only an event, and a late text ends up in the file that is open by then.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from voicenote.errors import VoiceUnavailable
from voicenote.voice import espeak

#: How long a sentence may take in seconds, and the advice when it takes longer.
PATIENCE_S = 30.0
AGAIN = "run the command again; if it stays so, choose another voice in [voice]"


class SpeechEngine:
    """The one engine of this process. `say` speaks a text into a file, or raises."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.broken = ""
        self._late = False
        self._done = threading.Event()
        self._failed: list[str] = []
        try:
            with espeak.bundled_library() as library:
                import pyttsx3
                from pyttsx3.engine import default_engine_by_sys_platform

                _hush(f"pyttsx3.drivers.{default_engine_by_sys_platform()}")
                self.engine: Any = pyttsx3.init()
        except (RuntimeError, ImportError, OSError, AttributeError) as error:
            raise VoiceUnavailable(
                f"the system voice is missing: {error}",
                "on Linux install espeak-ng, or the package espeakng-loader",
            ) from error
        self.version = f"espeak-ng {library}" if library else f"pyttsx3 {self.engine}"
        self.engine.connect("finished-utterance", self._finished)
        self.engine.connect("error", self._error)
        self._warm_up()
        self.voices = {
            voice.id: tuple(str(tag).lower().replace("_", "-") for tag in voice.languages or ())
            for voice in self.engine.getProperty("voices")
        }

    def _finished(self, *, completed: bool = True, **_: object) -> None:
        if not completed:
            self._failed.append("it stopped half-way")
        self._done.set()

    def _error(self, *, exception: object = "", **_: object) -> None:
        self._failed.append(str(exception))

    def _warm_up(self) -> None:
        """Speak into a file that is thrown away: the first run returns before it has spoken."""
        with tempfile.TemporaryDirectory(prefix="vn-") as folder:
            self.say("a", Path(folder) / "first.wav", PATIENCE_S)
            time.sleep(0.05)  # the engine still cleans up after it has reported the end

    def turn_to(self, voice: str, rate: int) -> None:
        """Set voice and rate, and read both back, because a refusal is only an event."""
        for name, value in (("voice", voice), ("rate", rate)):
            if self.engine.getProperty(name) == value:
                continue
            self.engine.setProperty(name, value)
            # The rate is set by the engine's own thread, a moment later.
            deadline = time.monotonic() + 2
            while (got := self.engine.getProperty(name)) != value:
                if time.monotonic() > deadline:
                    raise VoiceUnavailable(f"the system voice keeps its {name} {got!r}", AGAIN)
                time.sleep(0.001)

    def say(self, text: str, path: Path, patience: float) -> None:
        """Speak `text` into the file `path`, and return when the engine reports the end.

        Waits at most `patience` seconds. Raises VoiceUnavailable.
        """
        if self.broken:
            raise VoiceUnavailable(self.broken, AGAIN)
        self._done.clear()
        self._failed.clear()
        watchdog = threading.Timer(patience, self._give_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            self.engine.save_to_file(text, str(path))
            self.engine.runAndWait()
        except BaseException:  # Ctrl-C too: this sentence must end before the next one begins
            self._settle()
            raise
        finally:
            watchdog.cancel()
        if self._late or not self._done.wait(patience):
            self.broken = "the system voice did not answer in time"
            raise VoiceUnavailable(self.broken, AGAIN)
        if self._failed:
            raise VoiceUnavailable(f"the system voice failed: {self._failed[0]}", AGAIN)

    def _give_up(self) -> None:
        """Stop a loop that does not end; from then on the engine isn't used any more."""
        self._late = True
        with contextlib.suppress(RuntimeError):  # no loop is running: the wait for it times out
            self.engine.endLoop()

    def _settle(self) -> None:
        """Let the interrupted sentence end, or else never use the engine again."""
        if not self._done.wait(10):
            self.broken = "the system voice was interrupted in the middle of a sentence"
        time.sleep(0.05)
        with contextlib.suppress(RuntimeError):
            self.engine.endLoop()


#: Hold it from setting the voice until the sound has been read.
LOCK = threading.RLock()
_engines: list[SpeechEngine] = []


def the_engine() -> SpeechEngine:
    """Return the engine of this process, made when first needed. Call it under `LOCK`."""
    if not _engines:
        _engines.append(SpeechEngine())
    if _engines[0].pid != os.getpid():
        raise VoiceUnavailable(
            "the system voice does not outlive a fork", "start the process with `spawn`"
        )
    return _engines[0]


def _hush(driver: str) -> None:
    """Keep the driver's output off standard output and the root logger."""
    module = vars(importlib.import_module(driver))
    module["print"] = lambda *_, **__: None
    module["logging"] = logging.getLogger("pyttsx3")
