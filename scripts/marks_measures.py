"""The `marks` part of `scripts/bench`: the watermark, put in, coded, and looked for.

Memos of four sentences from complaints in six languages, said by the system's voice and in English
by hibari too, are marked sentence by sentence, coded in eight ways, and looked at as
`voicenote verify` does, wherever somebody speaks. The same memos without a mark, the sample
recording, noise, hum and music must not be found. What the mark costs the ear is measured where the
packages `pesq` and `speechmos` are installed. VOICENOTE_BENCH_MEMOS sets how many memos a voice and
language has (200).
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from coding_measures import HALVES, ready, sentences, wideband
from intelligibility_measures import LANGUAGES
from voicenote.ears.speech import at_16_khz, find_speech
from voicenote.engine.memo.marked_voice import MarkedVoice
from voicenote.marks.watermark import FOUND, TRACE, find_mark
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.sound.formats import Codec
from voicenote.sound.loudness import Samples
from voicenote.sound.mixdown import level_for
from voicenote.sound.packets import code, codec_of, decode_packets
from voicenote.sound.recording_file import read_sound
from voicenote.voice.port import Voice
from voicenote.wiring import make_voice

SENTENCES = 4
PAUSE_S = 0.35
#: Name → rendition and codec. WAV has none.
CODECS: dict[str, tuple[str, Codec]] = {
    **{name: ("ogg", codec) for name, codec in HALVES.items()},
    "mp3, 48 kbit/s": ("mp3", codec_of("mp3")),
    "m4a, 48 kbit/s": ("m4a", codec_of("m4a")),
    "wav": ("wav", codec_of("wav")),
}


@dataclass
class Counts:
    """The strengths that were found, by codec."""

    marked: dict[str, list[float]] = field(default_factory=dict)
    plain: dict[str, list[float]] = field(default_factory=dict)


def memo(parts: Sequence[Samples], rendition: str, codec: Codec) -> Clip:
    """Return sentences as a player decodes them, with pauses between."""
    sounds: list[Samples] = []
    rate = codec.rate
    for words in parts:
        sound: Samples = words
        if rendition != "wav":
            sound, rate = decode_packets(code(words, rendition, codec), rendition, codec)
        sounds += [sound, np.zeros(round(PAUSE_S * rate), np.float32)]
    whole = np.clip(np.concatenate(sounds), -1, 1)
    return Clip((whole * 32767).astype("<i2").tobytes(), rate, synthetic=True)


def look(clip: Clip) -> float:
    """Return how strong a mark is; 0 where nobody speaks."""
    return find_mark(clip, find_speech(at_16_khz(clip))).value or 0.0


def one_voice(name: str, language: str, count: int, counts: Counts) -> dict[str, list[float]]:
    """Mark, code and look at `count` memos; return what the mark did to the sound."""
    voice = make_voice(name, {})
    marked: Voice = MarkedVoice(voice)
    level = level_for(name, voice.version, language=language)
    said = list(sentences(language, count * SENTENCES))
    ear: dict[str, list[float]] = {"PESQ": [], "PLCMOS": [], "peak": [], "loudness": []}
    for number in range(count):
        texts = said[number * SENTENCES :][:SENTENCES]
        for index, (kind, (rendition, codec)) in enumerate(CODECS.items()):
            parts = [ready(Said(marked), one, language, level, codec.rate) for one in texts]
            clip = memo(parts, rendition, codec)
            counts.marked.setdefault(kind, []).append(look(clip))
            if index == number % len(CODECS):
                before = [ready(Said(voice), one, language, level, codec.rate) for one in texts]
                clean = memo(before, rendition, codec)
                counts.plain.setdefault(kind, []).append(look(clean))
                for key, value in heard(clean, clip).items():
                    ear[key].append(value)
    voice.close()
    return ear


_KEPT: dict[tuple[str, str, str], Clip] = {}


class Said:
    """A voice that says each sentence once: eight codecs get the same sound."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self.name, self.version = voice.name, voice.version
        self.synthetic, self.languages = voice.synthetic, voice.languages

    def close(self) -> None:
        """Leave the voice to who made it."""

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Return the sentence, from before if it was said last."""
        key = (self._voice.version, language, sentence.said)
        if key not in _KEPT:
            if len(_KEPT) > 2 * SENTENCES:
                _KEPT.clear()
            _KEPT[key] = self._voice.speak(sentence, language)
        return _KEPT[key]


def heard(before: Clip, after: Clip) -> dict[str, float]:
    """Return what a mark did: PESQ of marked against unmarked, PLCMOS after less before, dB."""
    old, new = (np.clip(wideband(_floats(one), one.rate), -1, 1) for one in (before, after))
    found = {
        "loudness": float(20 * np.log10(new.std() / old.std())),
        "peak": float(np.abs(_floats(after)).max()),
    }
    if find_spec("pesq"):
        score = import_module("pesq").pesq(16_000, old, new[: len(old)], "wb", on_error=1)
        found |= {"PESQ": float(score)} if score > 0 else {}
    if find_spec("speechmos"):
        plcmos: Any = import_module("speechmos.plcmos")
        found["PLCMOS"] = plcmos.run(new, 16_000)["plcmos"] - plcmos.run(old, 16_000)["plcmos"]
    return found


def _floats(clip: Clip) -> Samples:
    samples: Samples = np.frombuffer(clip.pcm, "<i2").astype(np.float32)
    return samples / np.float32(32768)


def others() -> Iterator[tuple[str, Clip]]:
    """Yield what nobody marked: the sample recording in parts, and sounds without speech."""
    sample = read_sound(Path(__file__).resolve().parent.parent / "samples" / "recording.ogg")
    step = sample.rate * 2 * 5
    for start in range(0, len(sample.pcm) - step, step):
        yield "a recording", replace(sample, pcm=sample.pcm[start : start + step])
    rate, rng = 16_000, np.random.default_rng(8)
    moment = np.arange(8 * rate) / rate
    for number in range(100):
        tone = 55 * 2 ** (rng.integers(0, 36) / 12)
        chord = [tone * 2 ** (step / 12) for step in (0, 4, 7, 12)]
        beat = np.exp(-(moment * (1 + number % 3) % 1) * 3)
        mains = 50 + 10 * (number % 2)
        sounds = {
            "noise": rng.normal(0, 0.1, len(moment)),
            "hum": np.sum([np.sin(2 * np.pi * mains * k * moment) / k for k in range(1, 9)], 0),
            "an organ": np.sum(
                [np.sin(2 * np.pi * f * k * moment) / k for f in chord for k in (1, 2, 3)], 0
            ),
            "plucked chords": np.sum([np.sin(2 * np.pi * f * moment) for f in chord], 0) * beat,
        }
        for kind, sound in sounds.items():
            pcm = (sound / np.abs(sound).max() * 20_000).astype("<i2").tobytes()
            yield kind, Clip(pcm, rate, synthetic=False)


def cost() -> str:
    """Return what marking and looking cost of processor time."""
    voice = make_voice("system", {})
    clips = [voice.speak(one, "en") for one in sentences("en", 24)]
    voice.close()
    from voicenote.marks.watermark import add_mark

    length = sum(clip.duration_s for clip in clips)
    used = []
    for work in (add_mark, find_mark):
        work(clips[0])
        begun = time.process_time()
        for clip in clips:
            work(clip)
        used.append((time.process_time() - begun) / length * 1000)
    return (
        f"processor time a second of sound: {used[0]:.1f} ms to mark, {used[1]:.1f} ms to look; "
        f"a memo of 28 s that is all new: {used[0] * 28 / 1000:.2f} s"
    )


def marks() -> str:
    """Print each table as it is found."""
    count = int(os.environ.get("VOICENOTE_BENCH_MEMOS", "200"))
    only = os.environ.get("VOICENOTE_BENCH_LANGUAGES", "").split()
    print(cost(), flush=True)
    spoken = [("system", language) for language in LANGUAGES] + [("hibari", "en")]
    everything = Counts()
    for name, language in spoken:
        if only and language not in only:
            continue
        counts = Counts()
        ear = one_voice(name, language, count, counts)
        for kind, values in counts.marked.items():
            everything.marked.setdefault(kind, []).extend(values)
            everything.plain.setdefault(kind, []).extend(counts.plain.get(kind, []))
        told = ", ".join(f"{key} {np.mean(some):+.3f}" for key, some in ear.items() if some)
        weakest = min(min(some) for some in counts.marked.values())
        found = np.mean([one >= FOUND for some in counts.marked.values() for one in some])
        print(f"{name} {language}: found {found:.4f}, weakest {weakest:.2f}; {told}", flush=True)
    for kind, values in everything.marked.items():
        plain = everything.plain[kind]
        print(
            f"{kind}: found {np.mean([one >= FOUND for one in values]):.4f} of {len(values)}, "
            f"weakest {min(values):.2f}; unmarked: found {sum(one >= FOUND for one in plain)} of "
            f"{len(plain)}, strongest {max(plain, default=0):.2f}",
            flush=True,
        )
    strongest: dict[str, list[float]] = {}
    for kind, clip in others():
        strongest.setdefault(kind, []).append(look(clip))
    for kind, values in strongest.items():
        wrong = sum(one >= FOUND for one in values)
        print(f"{kind}: found {wrong} of {len(values)}, strongest {max(values):.2f}", flush=True)
    return f"found from {FOUND} on, a trace from {TRACE}"
