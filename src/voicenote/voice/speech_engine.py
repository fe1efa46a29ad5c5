"""pyttsx3's one engine, made safe: one text at a time, and nothing after it has been late once.

Much of it fails in silence. Its first run returns before anything was said, an unknown voice is
only an event, and a text that comes late lands in the file that is open by then.
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

#: How long a sentence may take, seconds, and what to do when it took longer.
PATIENCE_S = 30.0
AGAIN = "run the command again; if it stays so, choose another voice in [voice]"


class SpeechEngine:
    """The one engine of this process: say a text into a file, or raise."""

    def __init__(self) -> None:
        before = espeak.data_path()
        self.pid = os.getpid()
        self.broken = ""
        self._late = False
        self._done = threading.Event()
        self._failed: list[str] = []
        try:
            library = espeak.preload()
            import pyttsx3
            from pyttsx3.engine import default_engine_by_sys_platform

            _hush(f"pyttsx3.drivers.{default_engine_by_sys_platform()}")
            self.engine: Any = pyttsx3.init()
        except (RuntimeError, ImportError, OSError, AttributeError) as error:
            raise VoiceUnavailable(
                f"the system voice is missing: {error}",
                "on Linux install espeak-ng, or the package espeakng-loader",
            ) from error
        finally:
            espeak.forget_data_path(before)
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
        """Say something nobody hears: the first run returns before anything was said."""
        with tempfile.TemporaryDirectory(prefix="vn-") as folder:
            self.say("a", Path(folder) / "first.wav", PATIENCE_S)
            time.sleep(0.05)  # the engine still tidies up after it has reported the end

    def turn_to(self, voice: str, rate: int) -> None:
        """Set voice and rate, and read both back: a refusal is only an event."""
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
        """Say `text` into `path`, and come back when the engine says that it has finished."""
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
        except BaseException:  # Ctrl-C too: what has begun must end before the next one begins
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
        """End a loop that never ends by itself; from then on the engine is not trusted."""
        self._late = True
        with contextlib.suppress(RuntimeError):  # no loop runs: the wait after it ends by itself
            self.engine.endLoop()

    def _settle(self) -> None:
        """Let the sentence that was interrupted end, or never speak again."""
        if not self._done.wait(10):
            self.broken = "the system voice was interrupted in the middle of a sentence"
        time.sleep(0.05)
        with contextlib.suppress(RuntimeError):
            self.engine.endLoop()


#: Hold it from choosing a voice until the sound has been read.
LOCK = threading.RLock()
_engines: list[SpeechEngine] = []


def the_engine() -> SpeechEngine:
    """The engine of this process, made when it is first needed. Call it under `LOCK`."""
    if not _engines:
        _engines.append(SpeechEngine())
    if _engines[0].pid != os.getpid():
        raise VoiceUnavailable(
            "the system voice does not outlive a fork", "start the process with `spawn`"
        )
    return _engines[0]


def _hush(driver: str) -> None:
    """Keep the driver off standard output and the root logger; nobody else's words are touched."""
    module = vars(importlib.import_module(driver))
    module["print"] = lambda *_, **__: None
    module["logging"] = logging.getLogger("pyttsx3")
