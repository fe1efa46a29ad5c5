"""What a speaker needs: the words to read, then pace and level of the take."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicenote.model.memo import Clip
from voicenote.model.script import Script, Section

#: Words a minute that are well understood; and a level (LUFS) below which a room is heard.
CALM_WPM = (110, 175)
QUIET_LUFS = -36.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, words a minute, and loudness in LUFS (None: too short to be measured)."""

    seconds: float
    wpm: int
    lufs: float | None

    @property
    def line(self) -> str:
        """One line for the speaker."""
        pace = f"{self.seconds:.0f} s, {self.wpm} words a minute"
        low, high = CALM_WPM
        if self.wpm > high:
            pace += " (fast: breathe between the sentences)"
        elif self.wpm < low:
            pace += " (slow)"
        if self.lufs is None:
            return pace
        quiet = " (quiet: come closer to the microphone)" if self.lufs < QUIET_LUFS else ""
        return f"{pace}, {self.lufs:.0f} LUFS{quiet}"


def words_to_read(script: Script) -> str:
    """Return what a person says of a script: all but the line that discloses a machine's voice."""
    own = tuple(one for one in script.sentences if one.section is not Section.DISCLOSE)
    return replace(script, sentences=own).text


def figures(text: str, clip: Clip) -> Figures:
    """Measure a recording that says `text`."""
    import numpy as np

    from voicenote.sound.loudness import measure

    samples = (np.frombuffer(clip.pcm, "<i2") / 32768).astype(np.float32)
    words = len(text.split())
    wpm = round(words / clip.duration_s * 60) if clip.duration_s else 0
    return Figures(clip.duration_s, wpm, measure(samples, clip.rate))
