"""Playing a sound file with whatever player this machine has."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from voicenote.errors import Unavailable
from voicenote.model.memo import Clip

#: Players that know Ogg/Opus, best first, with their options before the file.
PLAYERS: tuple[tuple[str, ...], ...] = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("mpv", "--no-video", "--really-quiet"),
)
#: Players that need plain WAV: the file is decoded for them.
PLAIN_PLAYERS: tuple[tuple[str, ...], ...] = (
    ("afplay",),
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
)
#: What players print that exit normally although there was no device to play on.
_MUTE = ("audio open failed", "could not open/initialize audio device")
#: Commands that open a file with the desktop's program for it.
OPENERS = {"darwin": "open", "win32": "explorer"}


def play(file: Path, env: Mapping[str, str]) -> str:
    """Play `file` to its end, and return the player's name.

    Raises Unavailable, which names the file, when there is no player here, no sound device, or it
    fails; BadData when a file that has to be decoded isn't sound.
    """
    path = env.get("PATH")
    for words in PLAYERS:
        if found := shutil.which(words[0], path=path):
            return _run_player([found, *words[1:], str(file)], file)
    for words in PLAIN_PLAYERS:
        if found := shutil.which(words[0], path=path):
            from voicenote.sound.recording_file import read_sound

            with tempfile.TemporaryDirectory(prefix="voicenote-") as folder:
                plain = Path(folder) / "memo.wav"
                plain.write_bytes(read_sound(file).wav)
                return _run_player([found, *words[1:], str(plain)], file)
    opener = OPENERS.get(sys.platform, "xdg-open")
    on_desktop = sys.platform in OPENERS or env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")
    if on_desktop and (found := shutil.which(opener, path=path)):
        return _run_player([found, str(file)], file)
    raise Unavailable(
        "there is no sound player on this machine", f"install ffmpeg, or open it: {file}"
    )


def play_clip(clip: Clip, env: Mapping[str, str]) -> str:
    """Play a take that isn't in a file yet. Returns and raises as `play` does."""
    with tempfile.TemporaryDirectory(prefix="voicenote-") as folder:
        take = Path(folder) / "take.wav"
        take.write_bytes(clip.wav)
        return play(take, env)


def _run_player(command: list[str], file: Path) -> str:
    name = Path(command[0]).name
    try:
        done = subprocess.run(  # noqa: S603 - a player from PATH, and a file of ours
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise Unavailable(f"{name} cannot be started: {error.strerror}", f"open: {file}") from error
    if any(sign in done.stderr.lower() for sign in _MUTE):
        raise Unavailable(
            f"nothing was played: {name} found no sound device on this machine",
            f"open it where there is one: {file}",
        )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        why = f": {said[-1]}" if said else f" (exit code {done.returncode})"
        raise Unavailable(f"{name} could not play it{why}", f"open it yourself: {file}")
    return name
