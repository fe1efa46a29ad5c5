"""Records from the microphone through whatever this machine has for it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from voicenote.errors import Unavailable
from voicenote.model.memo import Clip
from voicenote.sound.read import read_sound

RATE = 48_000
_DEVICES = {"darwin": ("avfoundation", ":0"), "win32": ("dshow", "audio=default")}
#: How long a recorder is given to find out that it cannot record, in seconds.
_FIRST_S = 0.5
_ADVICE = "look whether a microphone is on, or give a file: --from FILE"


def record(until: Callable[[], None], env: Mapping[str, str]) -> Clip:
    """Record until `until` returns (the owner pressed Enter), and return what was heard.

    Raises Unavailable when nothing here can record, BadData when nothing was heard. What was
    recorded is thrown away when `until` raises.
    """
    with tempfile.TemporaryDirectory(prefix="voicenote-") as folder:
        file = Path(folder) / "take.wav"
        if _has_sounddevice():
            _by_sounddevice(file, until)
        else:
            _by_program(program(env, file), file, until)
        return read_sound(file)


def program(env: Mapping[str, str], file: Path) -> list[str]:
    """Return the command that records into `file` until it is interrupted.

    Raises Unavailable when there is none.
    """
    path = env.get("PATH")
    if found := shutil.which("arecord", path=path):
        return [found, "-q", "-f", "S16_LE", "-c", "1", "-r", str(RATE), "-t", "wav", str(file)]
    if found := shutil.which("ffmpeg", path=path):
        kind, device = _DEVICES.get(sys.platform, ("pulse", "default"))
        source = ["-f", kind, "-i", device, "-ac", "1", "-ar", str(RATE)]
        return [found, "-hide_banner", "-loglevel", "error", "-y", *source, str(file)]
    raise Unavailable(
        "there is nothing here that can record", "pip install 'voicenote[mic]', or --from FILE"
    )


def _has_sounddevice() -> bool:
    """Whether the library is there and finds PortAudio."""
    try:
        import sounddevice  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def _by_sounddevice(file: Path, until: Callable[[], None]) -> None:
    import sounddevice

    heard: list[bytes] = []

    def take(data: Any, *_: object) -> None:
        heard.append(bytes(data))

    try:
        with sounddevice.RawInputStream(RATE, channels=1, dtype="int16", callback=take):
            until()
    except sounddevice.PortAudioError as error:
        raise Unavailable(f"the microphone cannot be opened: {error}", _ADVICE) from error
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(heard))


def _by_program(command: list[str], file: Path, until: Callable[[], None]) -> None:
    name = Path(command[0]).name
    try:
        recorder = subprocess.Popen(  # noqa: S603 - a recorder from PATH, and a file of ours
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise Unavailable(f"{name} cannot be started: {error.strerror}", _ADVICE) from error
    try:
        if not _fails_at_once(recorder):
            until()
    finally:
        with suppress(OSError):
            recorder.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
        try:
            _, said = recorder.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            recorder.kill()
            _, said = recorder.communicate()
    if not file.is_file() or not file.stat().st_size:
        lines = said.decode(errors="replace").strip().splitlines()
        why = f": {lines[-1]}" if lines else ""
        raise Unavailable(f"{name} recorded nothing{why}", _ADVICE)


def _fails_at_once(recorder: subprocess.Popen[bytes]) -> bool:
    """Whether it ended with an error before anybody spoke: no device, for one."""
    with suppress(subprocess.TimeoutExpired):
        return recorder.wait(_FIRST_S) != 0
    return False
