"""The `coding` part of `scripts/bench`: what the coders do to a voice.

Two tables. How near each half of Opus comes to what went in (PESQ-WB, where the package `pesq` is
installed), for how much processor time, and the highest sample that is decoded again; and the
highest decoded samples of the system voice, in every language, coded as memos are.
VOICENOTE_BENCH_SENTENCES sets how many sentences a language the second table takes (400).
"""

import csv
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from intelligibility_measures import COMPLAINTS, LANGUAGES
from voicenote.model.sentences import Section, Sentence
from voicenote.sound.formats import Codec, for_speech
from voicenote.sound.loudness import LoudnessReading, Samples, limit
from voicenote.sound.mixdown import level_for
from voicenote.sound.packets import LEAD_S, code, codec_of, decode_packets
from voicenote.sound.trim import resample, trim_silence
from voicenote.voice.port import Voice
from voicenote.wiring import make_voice

#: How many sentences a voice the first table takes.
FEW = 30
MUSIC = codec_of("ogg")
HALVES: dict[str, Codec] = {
    "speech, 32 kbit/s": replace(for_speech(MUSIC), bit_rate=32_000),
    "speech, 32 kbit/s, 24 kHz": replace(for_speech(MUSIC), bit_rate=32_000, rate=24_000),
    "speech, 40 kbit/s": for_speech(MUSIC),
    "music, 32 kbit/s": replace(MUSIC, bit_rate=32_000),
    "music, 40 kbit/s": MUSIC,
}


def sentences(language: str, count: int) -> Iterator[Sentence]:
    """Yield `count` sentences from complaints in one language; no two are the same."""
    with COMPLAINTS.open(encoding="utf-8", newline="") as file:
        told = [row["what_happened"] for row in csv.DictReader(file) if row["language"] == language]
    lines = [line for text in told for line in re.split(r"(?<=[.!?؟])\s+", text) if line.strip()]
    for number in range(count):
        again, which = divmod(number, len(lines))
        line = lines[which].rstrip(".")
        text = f"{line}, {again}." if again else f"{line}."
        yield Sentence(Section.OWN, text, personal=True)


def ready(
    voice: Voice, said: Sentence, language: str, level: LoudnessReading, rate: int
) -> Samples:
    """Return a sentence as it goes to a coder: trimmed, at its level, held under its ceiling."""
    words = trim_silence(voice.speak(said, language))
    sound = resample(words.samples, words.rate, rate)
    return limit(sound * np.float32(10 ** ((level.gain_db or 0.0) / 20)), rate, level.ceiling)


def wideband(sound: Samples, rate: int) -> Samples:
    """Return sound at 16 kHz, at which PESQ listens."""
    return resample((np.clip(sound, -1, 1) * 32767).astype("<i2"), rate, 16_000)


def likeness(before: Samples, again: Samples) -> float | None:
    """Return PESQ-WB of decoded words against what went in; None where nothing can be said."""
    if not find_spec("pesq"):
        return None
    first = round(LEAD_S * 16_000)
    after = again[first : first + len(before)]
    pesq = import_module("pesq")
    codes = pesq.PesqError.RETURN_VALUES
    score = float(pesq.pesq(16_000, before[: len(after)], after, "wb", on_error=codes))
    return score if score > 0 else None


def halves(name: str) -> Iterator[str]:
    """Measure both halves of Opus with one voice, in English."""
    voice = make_voice(name, {})
    level = level_for(name, voice.version, language="en")
    for half, codec in HALVES.items():
        scores: list[float] = []
        peaks: list[float] = []
        took = spoken = 0.0
        for said in sentences("en", FEW):
            sound = ready(voice, said, "en", level, codec.rate)
            begun = time.process_time()
            packets = code(sound, "ogg", codec)
            took += time.process_time() - begun
            spoken += len(sound) / codec.rate
            again, rate = decode_packets(packets, "ogg", codec)
            peaks.append(float(np.abs(again).max()))
            score = likeness(wideband(sound, codec.rate), wideband(again, rate))
            scores += [] if score is None else [score]
        cracked = sum(peak > level.ceiling * 1.3 for peak in peaks)
        near = f"PESQ {np.mean(scores):.2f}, " if scores else ""
        yield (
            f"{name}, {half}: {near}{1000 * took / spoken:.1f} ms a second of sound, "
            f"peak {max(peaks):.2f}, {cracked} of {FEW} crack"
        )
    voice.close()


def proven() -> Iterator[str]:
    """Measure the decoded peaks of the system voice, every language, in each rendition."""
    count = int(os.environ.get("VOICENOTE_BENCH_SENTENCES", "400"))
    peaks: dict[str, list[float]] = {"ogg": [], "mp3": [], "m4a": []}
    voice = make_voice("system", {})
    for language in LANGUAGES:
        level = level_for("system", voice.version, language=language)
        for said in sentences(language, count):
            for rendition, found in peaks.items():
                codec = codec_of(rendition)
                sound = ready(voice, said, language, level, codec.rate)
                again, _ = decode_packets(code(sound, rendition, codec), rendition, codec)
                found.append(float(np.abs(again).max()))
    voice.close()
    for rendition, found in peaks.items():
        middle, most = np.percentile(found, [50, 99])
        yield (
            f"system voice, {len(found)} sentences, {rendition}: half under {middle:.2f}, "
            f"99 of 100 under {most:.2f}, highest {max(found):.2f}"
        )


def coding() -> Iterator[str]:
    """Measure both tables."""
    for name in ("system", "hibari"):
        yield from halves(name)
    yield from proven()
