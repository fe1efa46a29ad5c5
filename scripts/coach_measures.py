"""The coach's part of `scripts/bench`: faults made over speech, and how many of them it finds.

Natural and system voices say sentences in five languages in place of their owner; each take is also
heard through codecs, a telephone's rate, at other levels and in a room. The limits of the coach
were found on the takes of even places; those of odd places are reported apart.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

if TYPE_CHECKING:
    from voicenote.model.memo import Clip

Wave = NDArray[np.float64]
Fault = Callable[[Wave, int], Wave]
#: The silence around and between sentences, in seconds.
_BETWEEN_S = 0.35
WORDS = {
    "en": (
        "Hi Grace. It's Anna Saar. Your music box came two days late, with a cracked lid.",
        "You rang three times and nobody picked up. That was our fault, and I am sorry.",
        "I will bring a new one to your father's door by Friday. Is anything still wrong?",
        "Thank you for telling me. We posted it too late, and we packed it badly.",
        "From now on, every gift has its day on the order, and somebody looks at it.",
        "Please call me when it is there. I would like to hear how the evening was.",
    ),
    "pl": (
        "Dzień dobry, tu Anna. Pralka zalała podłogę w kuchni, i nikt nie przyjechał.",
        "To nasza wina i bardzo przepraszam. Zwrócimy całą kwotę do piątku.",
    ),
    "ro": (
        "Bună ziua, sunt Ana. Coletul a venit cu două zile mai târziu, cu capacul crăpat.",
        "A fost vina noastră și îmi pare rău. Vă aducem altul până vineri.",
    ),
    "et": (
        "Tere, siin Anna. Pakk tuli kaks päeva hiljem ja kaas oli katki.",
        "See oli meie viga ja mul on kahju. Toome uue reedeks.",
    ),
    "fa": (
        "سلام، من آنا هستم. بسته دو روز دیر رسید و در آن شکسته بود.",
        "این اشتباه ما بود و متاسفم. تا جمعه یکی نو می‌آوریم.",
    ),
}


def takes() -> Iterator[tuple[str, Wave, int]]:
    """Yield takes without a fault: a name, samples (full scale is 1) and their rate."""
    from voicenote import wiring
    from voicenote.model.sentences import Section, Sentence
    from voicenote.sound.recording_file import read_sound

    voices = {name: wiring.make_voice(name, {}) for name in ("hibari", "system")}
    pairs = [("hibari", "en", place) for place in range(5)]
    pairs += [("system", code, 0) for code in WORDS for _ in range(2)]
    for count, (name, code, place) in enumerate(pairs):
        texts = WORDS[code][place : place + 2] if name == "hibari" else WORDS[code]
        order = texts if count % 2 else tuple(reversed(texts))
        said = [
            voices[name].speak(Sentence(Section.OWN, text, personal=True), code)
            for text in order[:2]
        ]
        rate = said[0].rate
        parts = [np.zeros(round(rate * _BETWEEN_S))]
        for clip in said:
            parts += [_wave(clip), np.zeros(round(rate * _BETWEEN_S))]
        yield f"{name} {code}", np.concatenate(parts), rate
    memo = read_sound(Path(__file__).parents[1] / "samples" / "recording.ogg")
    yield "the sample", _wave(memo), memo.rate


def _wave(clip: "Clip") -> Wave:
    return np.frombuffer(clip.pcm, "<i2") / 32768


def _clip(wave: Wave, rate: int) -> "Clip":
    from voicenote.model.memo import Clip

    pcm = (np.clip(wave, -1, 32767 / 32768) * 32768).round().astype("<i2").tobytes()
    return Clip(pcm, rate, synthetic=False)


def _loudness(wave: Wave) -> float:
    """Return the mean square of what is spoken."""
    blocks = wave[: len(wave) // 400 * 400].reshape(-1, 400)
    powers = (blocks**2).mean(axis=1)
    spoken: float = powers[powers > powers.max() / 1000].mean()
    return spoken


def _noise(kind: str, count: int, rate: int) -> Wave:
    chance = np.random.default_rng(7)
    if kind == "hum":
        moment = np.arange(count) / rate
        parts = [np.sin(2 * np.pi * 50 * k * moment) / k for k in (1, 2, 3, 5, 7)]
        return np.asarray(np.sum(parts, axis=0))
    if kind == "people":  # many voices at once: noise with the spectrum of speech, in syllables
        white = chance.standard_normal(count)
        low = np.convolve(white, np.exp(-np.arange(60) / 12), "same")
        murmur: Wave = low * (1 + 0.3 * np.sin(2 * np.pi * 3 * np.arange(count) / rate))
        return murmur
    spectrum = np.fft.rfft(chance.standard_normal(2 ** (count - 1).bit_length()))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** {"white": 0.0, "pink": 0.5}[kind]
    made: Wave = np.fft.irfft(spectrum)[:count]
    return made


def noisy(kind: str, decibel: float) -> Fault:
    """Return a fault: a noise so many dB below the voice."""

    def made(wave: Wave, rate: int) -> Wave:
        noise = _noise(kind, len(wave), rate)
        level = _loudness(wave) / 10 ** (decibel / 10) / float((noise**2).mean())
        return np.asarray(wave + noise * np.sqrt(level))

    return made


def clipped(ceiling: float, driven: float = 3.0) -> Fault:
    """Return a fault: peaks cut off at `ceiling` by a voice that is `driven` times too loud."""
    return lambda wave, _: np.clip(wave / np.abs(wave).max() * ceiling * driven, -ceiling, ceiling)


def cut_at(part: float) -> Fault:
    """Return a fault: the end is missing from the first loud place after `part` on."""

    def made(wave: Wave, rate: int) -> Wave:
        at, block = round(len(wave) * part), round(rate * 0.03)
        while np.mean(wave[at - block : at] ** 2) < _loudness(wave) / 6:
            at = at + block if at + 2 * block < len(wave) else round(len(wave) / 3)
        return wave[:at]

    return made


def begun_late(wave: Wave, rate: int) -> Wave:
    """Return the wave without its beginning."""
    return cut_at(0.8)(wave[::-1], rate)[::-1]


def dropped(seconds: float, times: int, *, held: bool = False) -> Fault:
    """Return a fault: the sound is gone so often in the middle of words, or one value is held."""

    def made(wave: Wave, rate: int) -> Wave:
        broken, size = wave.copy(), round(rate * seconds)
        places = np.flatnonzero(np.abs(wave) > np.abs(wave).max() / 4)
        for turn in range(times):
            at = int(places[len(places) * (turn + 1) // (times + 2)])
            broken[at : at + size] = wave[at] / 2 if held else 0.0
        return broken

    return made


def moved(offset: float) -> Fault:
    """Return a fault: a direct current under the sound."""
    return lambda wave, _: wave * min(1, 0.6 / np.abs(wave).max()) + offset


def coded(codec: str, container: str, bits: int) -> Fault:
    """Return what a coder leaves of a take."""

    def made(wave: Wave, rate: int) -> Wave:
        given = rate if codec != "libopus" else 48_000
        buffer = io.BytesIO()
        with av.open(buffer, "w", format=container) as out:
            stream = out.add_stream(codec, rate=given, layout="mono")
            assert isinstance(stream, AudioStream)  # noqa: S101 - for the type checker
            stream.bit_rate = bits
            resampler = av.AudioResampler(format="s16", layout="mono", rate=given)
            frame = av.AudioFrame.from_ndarray(
                np.frombuffer(_clip(wave, rate).pcm, "<i2")[None], "s16", "mono"
            )
            frame.sample_rate = rate
            for one in (frame, None):
                for piece in resampler.resample(one):
                    out.mux(stream.encode(piece))
            out.mux(stream.encode(None))
        buffer.seek(0)
        return _decoded(buffer, rate)

    return made


def _decoded(buffer: io.BytesIO, rate: int) -> Wave:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    with av.open(buffer, "r") as container:
        frames: list[Any] = [*container.decode(audio=0), None]
        parts = [out.to_ndarray()[0] for one in frames for out in resampler.resample(one)]
    return np.concatenate(parts) / 32768


def _loud(peak: float) -> Fault:
    return lambda wave, _: wave / np.abs(wave).max() * peak


def _even(wave: Wave, rate: int) -> Wave:
    from voicenote.sound.loudness import limit

    loud = (wave / np.abs(wave).max()).astype(np.float32)
    return np.asarray(limit(loud * 1.6, rate, 0.9), np.float64)


#: What is done to a take without making it a bad one.
HARMLESS: Mapping[str, Fault] = {
    "as it is": lambda wave, _: wave,
    "a quiet room (45 dB)": noisy("pink", 45),
    "a usual room (35 dB)": noisy("white", 35),
    "peaks at 0.99": _loud(0.99),
    "peaks at 0.05": _loud(0.05),
    "a limiter": _even,
    "Opus 24k": coded("libopus", "ogg", 24_000),
    "MP3 64k": coded("libmp3lame", "mp3", 64_000),
    "an offset of 0.2": moved(0.2),
}
#: The note that names a fault → the fault by its kind and strength.
FAULTS: Mapping[str, Mapping[str, Fault]] = {
    "noise": {
        f"{kind} at {decibel} dB": noisy(kind, decibel)
        for kind in ("white", "pink", "hum", "people")
        for decibel in (5, 10, 15)
    },
    "clipping": {
        **{f"at {ceiling} of full scale": clipped(ceiling) for ceiling in (1.0, 0.95, 0.5, 0.1)},
        "at 0.5, a little": clipped(0.5, 1.6),
        "at 0.95, then MP3": lambda wave, rate: coded("libmp3lame", "mp3", 96_000)(
            clipped(0.95)(wave, rate), rate
        ),
        "at 0.5, then Opus": lambda wave, rate: coded("libopus", "ogg", 48_000)(
            clipped(0.5)(wave, rate), rate
        ),
    },
    "ends": {
        "cut at 78 %": cut_at(0.78),
        "cut at 93 %": cut_at(0.93),
        "cut at 78 %, in noise at 25 dB": lambda wave, rate: noisy("pink", 25)(
            cut_at(0.78)(wave, rate), rate
        ),
        "begun late": begun_late,
    },
    "drop-outs": {
        "once 120 ms": dropped(0.12, 1),
        "three of 120 ms": dropped(0.12, 3),
        "three of 60 ms": dropped(0.06, 3),
        "one of 300 ms": dropped(0.3, 1),
        "three of 120 ms, held": dropped(0.12, 3, held=True),
        "three of 120 ms, in noise at 35 dB": lambda wave, rate: dropped(0.12, 3)(
            noisy("white", 35)(wave, rate), rate
        ),
        "three of 120 ms, then Opus": lambda wave, rate: coded("libopus", "ogg", 32_000)(
            dropped(0.12, 3)(wave, rate), rate
        ),
    },
}


def nobody(rate: int = 16_000) -> Iterator[tuple[str, Wave]]:
    """Yield sounds in which nobody speaks, at several levels."""
    count = 15 * rate
    moment = np.arange(count) / rate
    step, place = np.modf(moment * 3)
    melody = np.take((262, 330, 392, 523, 440, 349), place.astype(int) * 5 % 6)
    music = np.sin(2 * np.pi * melody * moment) * np.exp(-step * 3)
    sounds = {kind: _noise(kind, count, rate) for kind in ("white", "pink", "hum")}
    for kind, wave in {**sounds, "music": music}.items():
        for decibel in (-65, -45, -30, -15):
            yield kind, wave / np.sqrt((wave**2).mean()) * 10 ** (decibel / 20)


def _bad(wave: Wave, rate: int, folder: Path) -> set[str]:
    """Return which notes of the coach aren't good, of a file as `record --from` reads it."""
    from voicenote.engine.memo.coach import notes
    from voicenote.engine.memo.take_reading import read_take

    file = folder / "take.wav"
    file.write_bytes(_clip(wave, rate).wav)
    return {note.name for note in notes("", read_take(file)) if not note.good}


def coach(folder: Path) -> str:
    """Print what was found of each fault, and the false alarms; return both for the reported half.

    A false alarm is a fault of these kinds in a take that has none.
    """
    found, made, false = Counter[tuple[int, str, str]](), Counter[tuple[int, str, str]](), 0
    alarms, harmless = Counter[tuple[int, str, str]](), Counter[tuple[int, str]]()
    for place, (_name, wave, rate) in enumerate(takes()):
        half = place % 2
        for kind, change in HARMLESS.items():
            harmless[half, kind] += 1
            for note in _bad(change(wave, rate), rate, folder) & set(FAULTS):
                alarms[half, kind, note] += 1
        for note, faults in FAULTS.items():
            for kind, change in faults.items():
                made[half, note, kind] += 1
                found[half, note, kind] += note in _bad(change(wave, rate), rate, folder)
    print("found of the half that was tuned on, and of the other:")
    for note, faults in FAULTS.items():
        for kind in faults:
            pairs = [f"{found[h, note, kind]} of {made[h, note, kind]}" for h in (0, 1)]
            print(f"  {note}, {kind}: {', '.join(pairs)}")
    print("false alarms in takes without a fault:")
    for kind in HARMLESS:
        told = [_alarms_of(alarms, half, kind) for half in (0, 1)]
        print(f"  {kind}: {told[0]} of {harmless[0, kind]}; {told[1]} of {harmless[1, kind]}")
    praised = _praised(folder)
    hits, all_of = _sum(found, 1), _sum(made, 1)
    false = sum(count for (half, *_), count in alarms.items() if half)
    clean = sum(count for (half, _), count in harmless.items() if half)
    return (
        f"on the half that nothing was tuned on, {hits} of {all_of} faults found, {false} false "
        f"alarms in {clean} takes without one; {praised}"
    )


def _alarms_of(alarms: Mapping[tuple[int, str, str], int], half: int, kind: str) -> str:
    told = [f"{n} {note}" for (h, k, note), n in alarms.items() if (h, k) == (half, kind)]
    return ", ".join(told) or "none"


def _sum(counted: Mapping[tuple[int, str, str], int], half: int) -> int:
    return sum(count for (found, *_), count in counted.items() if found == half)


def _praised(folder: Path) -> str:
    """Return how often a sound in which nobody speaks is praised."""
    from voicenote.engine.memo.coach import notes

    del folder
    told: Sequence[list[Any]] = [list(notes("", _clip(wave, 16_000))) for _, wave in nobody()]
    praised = sum(any(note.good for note in one) for one in told)
    return f"{praised} of {len(told)} sounds without speech praised"
