"""Read a take from a file: the track and the channel in which somebody speaks."""

from __future__ import annotations

from pathlib import Path

from voicenote.ears.speech import at_16_khz, find_speech, seconds_of
from voicenote.errors import Unavailable
from voicenote.model.memo import Clip
from voicenote.sound.recording_file import read_sound
from voicenote.sound.voice_channel import Judge


def read_take(path: Path) -> Clip:
    """Return the voice in a file, whichever track or channel it is on. Raises as `read_sound`."""
    return read_sound(path, _find_judge())


def _find_judge() -> Judge | None:
    """Return what says how many seconds of a clip are speech; None where that isn't installed."""
    try:
        find_speech(b"")
    except Unavailable:
        return None
    return lambda clip: seconds_of(find_speech(at_16_khz(clip)))
