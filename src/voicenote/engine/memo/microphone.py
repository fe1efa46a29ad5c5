"""Recording from the microphone with whatever this machine has."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from voicenote.engine.memo.coach import check_speech
from voicenote.errors import Unavailable
from voicenote.extras import how_to_install
from voicenote.model.memo import Clip
from voicenote.sound.recording_file import read_sound

RATE = 48_000
#: What ffmpeg records from, by platform, the likeliest first.
_SOURCES: Mapping[str, Sequence[tuple[str, str]]] = {
    "darwin": [("avfoundation", ":0")],
    "win32": [("dshow", "audio=default")],
}
_ON_LINUX = (("pulse", "default"), ("alsa", "default"))
#: How long a recorder may take to begin or to fail, and how often to check, in seconds.
_FIRST_S, _LOOK_S = 5.0, 0.05
_ADVICE = "check that a microphone is on, or give a file: --from FILE"


def record(until: Callable[[], None], env: Mapping[str, str]) -> Clip:
    """Record until `until` returns (the owner pressed Enter), and return what was heard.

    Uses sounddevice, arecord or ffmpeg, the first that is installed and finds a microphone. Raises
    Unavailable with the first one's reason when none does, BadData when nobody was heard. The
    recording is thrown away when `until` raises.
    """
    with tempfile.TemporaryDirectory(prefix="voicenote-") as folder:
        file = Path(folder) / "take.wav"
        ways = [partial(_by_sounddevice, file, until)] if _has_sounddevice() else []
        ways += [partial(_by_program, command, file, until) for command in programs(env, file)]
        first: Unavailable | None = None
        for record_by in ways:
            failure = record_by()
            if failure is None:
                clip = read_sound(file)
                check_speech(clip)
                return clip
            first = first or failure
    raise first or Unavailable(
        "no recording program was found",
        f"{how_to_install('mic')}, or install ffmpeg; or give a file: --from FILE",
    )


def can_record(env: Mapping[str, str]) -> bool:
    """Return whether this machine has something to record with; not whether it has a microphone."""
    return _has_sounddevice() or bool(programs(env, Path("take.wav")))


def programs(env: Mapping[str, str], file: Path) -> list[list[str]]:
    """Return the commands that record into `file` until they are interrupted, the best first."""
    path = env.get("PATH")
    found: list[list[str]] = []
    if arecord := shutil.which("arecord", path=path):
        told = [arecord, "-q", "-f", "S16_LE", "-c", "1", "-r", str(RATE), "-t", "wav", str(file)]
        found.append(told)
    if ffmpeg := shutil.which("ffmpeg", path=path):
        for kind, device in _SOURCES.get(sys.platform, _ON_LINUX):
            source = ["-f", kind, "-i", device, "-ac", "1", "-ar", str(RATE)]
            found.append([ffmpeg, "-hide_banner", "-loglevel", "error", "-y", *source, str(file)])
    return found


def _has_sounddevice() -> bool:
    """Whether the library is installed and finds PortAudio."""
    try:
        import_module("sounddevice")
    except (ImportError, OSError):
        return False
    return True


def _by_sounddevice(file: Path, until: Callable[[], None]) -> Unavailable | None:
    """Record; return the error if it failed before anyone was asked to speak.

    Raises Unavailable when someone has spoken in vain.
    """
    import sounddevice

    heard: list[bytes] = []
    opened = False

    def take(data: Any, *_: object) -> None:
        heard.append(bytes(data))

    try:
        with sounddevice.RawInputStream(RATE, channels=1, dtype="int16", callback=take):
            opened = True
            until()
    except sounddevice.PortAudioError as error:
        if not opened:
            return Unavailable(f"the microphone cannot be opened: {error}", _ADVICE)
        raise Unavailable(f"the microphone failed: {error}", _ADVICE) from error
    file.write_bytes(Clip(b"".join(heard), RATE, synthetic=False).wav)
    return None


def _by_program(command: list[str], file: Path, until: Callable[[], None]) -> Unavailable | None:
    """Record; return the error if it failed before anyone was asked to speak.

    Raises Unavailable when someone has spoken in vain.
    """
    name = Path(command[0]).name
    try:
        recorder = subprocess.Popen(  # noqa: S603 - a recorder from PATH, and a file of ours
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
    except OSError as error:
        return Unavailable(f"{name} cannot be started: {error.strerror}", _ADVICE)
    failed = _fails_at_once(recorder, file)
    try:
        if not failed:
            until()
    finally:
        said = _stop_recorder(recorder)
    if not failed and file.is_file() and file.stat().st_size:
        return None
    why = f": {said[-1]}" if said else ""
    failure = Unavailable(f"{name} recorded nothing{why}", _ADVICE)
    if failed:
        return failure
    raise failure


def _stop_recorder(recorder: subprocess.Popen[bytes]) -> list[str]:
    """Stop a recorder, which closes its file; return the lines it printed."""
    with suppress(OSError):
        recorder.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    try:
        _, said = recorder.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        recorder.kill()
        _, said = recorder.communicate()
    return said.decode(errors="replace").strip().splitlines()


def _fails_at_once(recorder: subprocess.Popen[bytes], file: Path) -> bool:
    """Whether it ended with an error before anyone spoke, for instance without a device.

    It has begun when its file exists.
    """
    for _ in range(round(_FIRST_S / _LOOK_S)):
        if file.exists():
            break
        with suppress(subprocess.TimeoutExpired):
            return recorder.wait(_LOOK_S) != 0
    return bool(recorder.poll())
