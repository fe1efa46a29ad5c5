"""Sounds for `scripts/bench ears`: rooms, telephones, hesitations, and what nobody says.

All are made from chance with fixed seeds, the same each time.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from voicenote.model.memo import Clip
    from voicenote.model.sentences import Sentence

RATE = 16_000
#: How long an echo lasts (until it has fallen by 60 dB, in seconds), and its part of the sound.
_ECHO_S, _ECHO = 0.4, 0.5
#: What a telephone lets through, in hertz.
_TELEPHONE = (300, 3400)
#: How far a fan is below the voice, in dB.
_FAN_DB = 15
_HESITATIONS = ("Uh, ", "Um, ", "Well, ", "So, ", "You know, ")
Wave = NDArray[np.float64]


def hesitate(sentences: Sequence["Sentence"], seed: int) -> tuple["Sentence", ...]:
    """Return sentences as somebody says them who retells them: with "uh", and words twice."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    return tuple(
        replace(one, spoken=_hesitant(one.said, chance)) if chance.random() < 0.5 else one
        for one in sentences
    )


def _hesitant(said: str, chance: random.Random) -> str:
    first, _, rest = said.partition(" ")
    if chance.random() < 0.3 and rest and "'" in first:
        return f"{first}, {first} {rest}"
    begin = first if first in ("I", "I'm") or not first.istitle() else first.lower()
    return f"{chance.choice(_HESITATIONS)}{begin} {rest}".strip()


def in_room(clip: "Clip", room: str) -> "Clip":
    """Return a take as it sounds in a "quiet" room, by a "fan", in an "echo", by "telephone"."""
    if room == "quiet":
        return clip
    wave = np.frombuffer(clip.pcm, "<i2").astype(np.float64)
    chance = np.random.default_rng(1)
    rooms: dict[str, Callable[[], Wave]] = {
        "fan": lambda: _fan(wave, chance),
        "echo": lambda: _echo(wave, clip.rate, chance),
        "telephone": lambda: _telephone(wave, clip.rate),
        "far off": lambda: _fan(_echo(wave, clip.rate, chance), chance) / 3,
    }
    made = np.clip(rooms[room](), -32768, 32767)
    return replace(clip, pcm=made.astype("<i2").tobytes())


def _fan(wave: Wave, chance: np.random.Generator) -> Wave:
    """Return a wave with a noise that falls with the frequency."""
    size = len(wave) // 2 + 1
    bins = np.maximum(np.arange(size), 1)
    spectrum = (chance.normal(size=size) + 1j * chance.normal(size=size)) / np.sqrt(bins)
    noise = np.fft.irfft(spectrum, len(wave))
    noise *= np.std(wave) / np.std(noise) / 10 ** (_FAN_DB / 20)
    made: Wave = wave + noise
    return made


def _echo(wave: Wave, rate: int, chance: np.random.Generator) -> Wave:
    moment = np.arange(round(_ECHO_S * rate)) / rate
    tail = chance.normal(size=len(moment)) * 10 ** (-3 * moment / _ECHO_S)
    tail *= _ECHO / np.sqrt((tail**2).sum())
    tail[0] = 1
    size = len(wave) + len(tail)
    made: Wave = np.fft.irfft(np.fft.rfft(wave, size) * np.fft.rfft(tail, size), size)
    return made[: len(wave)]


def _telephone(wave: Wave, rate: int) -> Wave:
    spectrum = np.fft.rfft(wave)
    hertz = np.fft.rfftfreq(len(wave), 1 / rate)
    spectrum[(hertz < _TELEPHONE[0]) | (hertz > _TELEPHONE[1])] = 0
    made: Wave = np.fft.irfft(spectrum, len(wave))
    return made


def cut(clip: "Clip", part: float) -> "Clip":
    """Return the beginning of a take."""
    return replace(clip, pcm=clip.pcm[: round(len(clip.pcm) / 2 * part) * 2])


def unspoken(kind: str, loudness: float) -> "Clip":
    """Return half a minute in which nobody speaks."""
    from voicenote.model.memo import Clip

    moment = np.arange(RATE * 30) / RATE
    chance = np.random.default_rng(round(loudness))
    waves: dict[str, Callable[[], Wave]] = {
        "silence with offset": lambda: 6000 + chance.normal(0, 4, len(moment)),
        "noise": lambda: chance.normal(0, 1, len(moment)),
        "hum": lambda: sum(
            (np.sin(2 * np.pi * 50 * k * moment) / k for k in (1, 2, 3, 5)), np.zeros(len(moment))
        ),
        "music": lambda: _music(moment),
    }
    wave = waves[kind]()
    if kind != "silence with offset":
        wave = wave / np.abs(wave).max() * loudness
    return Clip(wave.astype("<i2").tobytes(), RATE, synthetic=False)


def _music(moment: Wave) -> Wave:
    """Return a melody of plucked notes over chords."""
    notes = (262, 330, 392, 523, 440, 349, 294, 494)
    step, place = np.modf(moment * 3)
    melody = np.take(notes, place.astype(int) * 5 % 8)
    pluck = np.exp(-step * 3)
    voice = sum(
        (np.sin(2 * np.pi * k * melody * moment) / k for k in (1, 2, 3)), np.zeros(len(moment))
    )
    bass = np.sin(2 * np.pi * np.take(notes, (place // 6).astype(int) % 8) / 2 * moment)
    made: Wave = voice * pluck + 0.5 * bass
    return made
