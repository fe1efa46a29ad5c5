from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.ears.sounds import UNSPOKEN, clip
from tests.ears.sounds import speech as spoken
from voicenote.engine.memo.coach import Note, check_speech, notes
from voicenote.engine.memo.take_faults import count_drop_outs
from voicenote.errors import BadData
from voicenote.model.memo import Clip
from voicenote.sound.recording_file import read_sound

pytestmark = pytest.mark.usefixtures("tones_are_speech")
RATE = 16_000
WORDS = "one two three four five six seven eight nine ten " * 3


def speech(
    seconds: float = 12,
    *,
    level: float = 0.1,
    noise: float = 1e-4,
    moves: float = 3.0,
    silence: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """Overtones whose pitch moves by so many semitones, in syllables, over a noise."""
    moment = np.arange(round(seconds * RATE)) / RATE
    pitch = 120 * 2 ** (moves / 24 * np.sin(2 * np.pi * 0.3 * moment))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tones = sum(np.sin(k * phase) / k for k in range(1, 9))
    syllables = np.clip(np.sin(2 * np.pi * 1.5 * moment) + 0.9, 0, 1)
    words = tones / 2 * syllables * level
    words[round(silence[0] * RATE) : round(silence[1] * RATE)] = 0
    hiss = np.random.default_rng(1).standard_normal(len(moment)) * noise
    return np.asarray(words + hiss)


def found(samples: np.ndarray, text: str = WORDS, *, whole: bool = True) -> dict[str, Note]:
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return {note.name: note for note in notes(text, Clip(pcm, RATE, False), whole=whole)}


def test_a_good_take_has_nothing_to_mend() -> None:
    take = found(np.pad(speech(), RATE // 5), whole=False)
    assert [note.line for note in take.values() if not note.good] == []
    assert set(take) == {
        *("pace", "level", "clipping", "drop-outs", "noise", "ends", "longest pause", "melody")
    }


@pytest.mark.parametrize(
    ("name", "samples"),
    [
        ("level", speech(level=0.004, noise=1e-5)),
        ("clipping", speech(level=4)),
        ("noise", speech(noise=0.01)),
        ("longest pause", speech(silence=(4, 7))),
        ("melody", speech(moves=0.1)),
        ("pace", speech(40)),
        ("pace", speech(6)),
        ("length", speech(6)),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(name: str, samples: np.ndarray) -> None:
    note = found(samples)[name]
    assert not note.good
    assert note.line.startswith(f"{name}: {note.value:g} {note.unit} ({note.target})")
    assert note.advice in note.line


def tone(pitch: np.ndarray, level: float = 0.2) -> np.ndarray:
    return np.asarray(np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * level)


def moment(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * RATE)) / RATE


@pytest.mark.parametrize("middle", [90, 150, 240])
@pytest.mark.parametrize("moves", [0.0, 1.0, 2.0, 4.0])
def test_the_melody_of_a_known_tone_is_measured(middle: float, moves: float) -> None:
    swing = moves * np.sin(2 * np.pi * 0.7 * moment(10))
    heard = found(tone(middle * 2 ** (swing / 12)))["melody"].value
    # eight tenths of a sine's time it is within sin(72°) of its swing
    assert heard == pytest.approx(2 * moves * np.sin(0.4 * np.pi), abs=0.25)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_a_telephone_hears_the_same_melody(rate: int) -> None:
    at = np.arange(6 * rate) / rate
    pitch = 130 * 2 ** (2 * np.sin(2 * np.pi * 0.7 * at) / 12)
    wave = np.sin(2 * np.pi * np.cumsum(pitch) / rate) * 0.2
    clip = Clip((wave * 32767).astype("<i2").tobytes(), rate, synthetic=False)
    heard = {note.name: note.value for note in notes(WORDS, clip)}
    assert heard["melody"] == pytest.approx(3.8, abs=0.2)


def test_noise_has_no_melody() -> None:
    hiss = np.random.default_rng(1).standard_normal(5 * RATE) * 0.1
    assert "melody" not in found(hiss)


@pytest.mark.parametrize("peaks", [1, 2, 5])
def test_every_place_that_is_cut_off_is_counted(peaks: int) -> None:
    wave = tone(np.full(5 * RATE, 150.0))
    for place in range(peaks):
        wave[1000 + place * 5000 :][:10] = 1.0
    assert found(wave)["clipping"].value == peaks


def test_a_loud_peak_is_not_yet_cut_off() -> None:
    wave = tone(np.full(5 * RATE, 150.0))
    wave[1000:1002] = 1.0
    assert found(wave)["clipping"].value == 0


@pytest.mark.parametrize("level", [0.02, 0.2])
@pytest.mark.parametrize("below", [50, 30, 10])
def test_the_noise_is_measured_beside_the_voice(below: int, level: float) -> None:
    """A quiet take of a noisy room is no quiet room."""
    rms = level / np.sqrt(2)
    hiss = np.random.default_rng(1).standard_normal(12 * RATE) * rms / 10 ** (below / 20)
    words = tone(np.full(12 * RATE, 150.0), level) * (np.sin(2 * np.pi * moment(12)) > 0)
    note = found(words + hiss)["noise"]
    assert note.value == pytest.approx(below, abs=2)
    assert note.good is (below > 27)


@pytest.mark.parametrize("ceiling", [0.95, 0.5, 0.1])
def test_flat_tops_below_full_scale_are_cut_off(ceiling: float) -> None:
    loud = speech(level=1.0)
    assert found(loud / np.abs(loud).max() * ceiling)["clipping"].good
    assert found(np.clip(loud * 3, -1, 1) * ceiling)["clipping"].value > 20


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("seconds", [0.06, 0.12, 0.3])
def test_sound_that_is_gone_in_a_word_is_a_drop_out(seconds: float, held: bool) -> None:
    voice = spoken("Thank you for telling me. That was our fault, and I am sorry.")
    wave = np.frombuffer(voice.pcm, "<i2") / 32768
    assert count_drop_outs(wave.astype(np.float32), voice.rate) == 0
    loud = np.flatnonzero(np.abs(wave) > np.abs(wave).max() / 3)
    found_of = 0
    for part in (1, 2, 3, 4):
        broken, at = wave.copy(), int(loud[len(loud) * part // 5])
        broken[at : at + round(seconds * voice.rate)] = wave[at] / 2 if held else 0.0
        found_of += count_drop_outs(broken.astype(np.float32), voice.rate)
    assert found_of >= 2


@pytest.mark.parametrize("end", ["first", "last"])
def test_a_take_cut_off_in_a_word_is_told(end: str) -> None:
    wave = speech()
    at = int(np.argmax(np.abs(wave[4 * RATE : 5 * RATE]))) + 4 * RATE
    note = found(wave[at:] if end == "first" else wave[:at])["ends"]
    assert not note.good
    assert "middle of a word" in note.line
    quiet = np.zeros(RATE)
    assert found(np.concatenate([quiet, wave, quiet]))["ends"].good


def test_a_key_that_clicks_at_the_end_is_not_a_word() -> None:
    wave = np.concatenate([np.zeros(RATE), speech(), np.zeros(RATE)])
    wave[-300:-200] = 0.3
    assert found(wave)["ends"].good


@pytest.mark.parametrize("gap", [0.1, 0.5, 1.5, 3.0])
def test_the_longest_pause_is_the_one_between_words(gap: float) -> None:
    wave = tone(np.full(14 * RATE, 150.0))
    wave[: 2 * RATE] = 0  # before the first word, and after the last, one may wait
    wave[-2 * RATE :] = 0
    wave[5 * RATE : round((5 + gap) * RATE)] = 0
    heard = found(wave)["longest pause"].value
    assert heard == pytest.approx(gap if gap >= 0.25 else 0, abs=0.05)


def test_length_and_pace_count_from_the_first_word_to_the_last() -> None:
    wave = np.concatenate([np.zeros(3 * RATE), tone(np.full(30 * RATE, 150.0)), np.zeros(RATE)])
    heard = found(wave, "word " * 70)
    assert heard["length"].value == 30
    assert heard["pace"].value == 140


@pytest.mark.parametrize("lufs", [-40, -24, -14])
def test_the_level_is_that_of_the_standard(lufs: int) -> None:
    # a sine of 997 Hz at full scale has -3.01 LUFS in one channel (ITU-R BS.1770)
    wave = tone(np.full(5 * RATE, 997.0), 10 ** ((lufs + 3.01) / 20))
    assert found(wave)["level"].value == pytest.approx(lufs, abs=1)


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("en", "110 to 175"),
        ("en-GB", "110 to 175"),
        ("he", "90 to 145"),
        ("ro", "100 to 165"),
        ("pl", "85 to 135"),
        ("fa", "115 to 180"),
        ("et", "80 to 130"),
    ],
)
def test_every_language_has_a_pace_of_its_own(code: str, target: str) -> None:
    clip = Clip(b"\x00\x10" * RATE, RATE, synthetic=False)
    (pace,) = (note for note in notes(WORDS, clip, code) if note.name == "pace")
    assert pace.target == target


def test_two_words_have_no_pace() -> None:
    assert "pace" not in found(speech(1), "Thank you.", whole=False)


@pytest.mark.parametrize("count", [0, 1, 200, 3000])
def test_a_take_too_short_to_be_measured_breaks_nothing(count: int) -> None:
    assert all(np.isfinite(note.value) for note in found(np.ones(count) * 0.1).values())


def coloured(seconds: float, slope: float) -> np.ndarray:
    """Noise whose power falls with frequency: 0.5 is pink, 1 is brown (wind on a microphone)."""
    spectrum = np.fft.rfft(np.random.default_rng(2).standard_normal(round(seconds * RATE)))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** slope
    noise = np.fft.irfft(spectrum, round(seconds * RATE))
    return np.asarray(noise / np.abs(noise).max() * 0.4)


def hum(seconds: float, mains: float) -> np.ndarray:
    tones = (np.sin(2 * np.pi * mains * k * moment(seconds)) / k for k in (1, 2, 3, 5, 7, 9))
    return np.asarray(sum(tones)) * 0.1


NOISES: dict[str, Callable[[float], np.ndarray]] = {
    "hiss": lambda seconds: coloured(seconds, 0.0),
    "pink": lambda seconds: coloured(seconds, 0.5),
    "wind": lambda seconds: coloured(seconds, 1.0),
    "hum": lambda seconds: hum(seconds, 50),
    "hum of 60 Hz": lambda seconds: hum(seconds, 60),
    "hum and hiss": lambda seconds: hum(seconds, 50) + coloured(seconds, 0.0) * 0.1,
    "hum that starts late": lambda seconds: hum(seconds, 50) * (moment(seconds) > seconds / 3),
    "hiss with an offset": lambda seconds: coloured(seconds, 0.0) * 0.1 + 0.1,
    "an offset that jumps": lambda seconds: 0.2 * (moment(seconds) > seconds / 2),
    "a fan": lambda seconds: coloured(seconds, 0.0) * (1 + 0.2 * np.sin(4 * moment(seconds))),
    "a fan that swells": lambda seconds: (
        coloured(seconds, 0.5) * (1 + 0.6 * np.sin(1.9 * moment(seconds)))
    ),
    "a car that passes": lambda seconds: (
        coloured(seconds, 0.5) * np.exp(-((moment(seconds) - 10) ** 2) / 16)
    ),
    "a whistle": lambda seconds: tone(np.full(round(seconds * RATE), 440.0)),
}


@pytest.mark.parametrize("decibel", [-65, -30, -15])
@pytest.mark.parametrize("noise", ["hiss", "pink", "hum"])
def test_nothing_is_good_where_nobody_speaks(
    monkeypatch: pytest.MonkeyPatch, noise: str, decibel: int
) -> None:
    monkeypatch.undo()  # with the detector of speech
    wave = NOISES[noise](3)
    (note,) = notes(WORDS, take(wave / np.sqrt((wave**2).mean()) * 10 ** (decibel / 20)))
    assert (note.name, note.good) == ("speech", False)
    assert "Nobody is heard" in note.line


def test_nothing_is_good_about_a_take_that_is_hardly_heard() -> None:
    notes_ = found(speech(level=0.001, noise=0))
    assert not notes_["level"].good
    assert not any(note.good for note in notes_.values())


def take(samples: np.ndarray, rate: int = RATE) -> Clip:
    return Clip((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), rate, synthetic=False)


@pytest.mark.parametrize("seconds", [1, 4, 20])
@pytest.mark.parametrize("noise", NOISES)
def test_a_steady_noise_is_nobody_speaking(noise: str, seconds: float) -> None:
    with pytest.raises(BadData, match="nobody speaks"):
        check_speech(take(NOISES[noise](seconds)))


@pytest.mark.parametrize("seconds", [1, 4, 20])
@pytest.mark.parametrize("noise", [0.0, 1e-3, 1e-2])
def test_speech_is_heard_through_the_noise_of_a_room(seconds: float, noise: float) -> None:
    check_speech(take(speech(seconds, level=0.05, noise=noise)))


def test_music_is_nobody_speaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its level moves as syllables do."""
    monkeypatch.undo()  # with the detector of speech
    with pytest.raises(BadData, match="only noise or music"):
        check_speech(clip(UNSPOKEN["a melody"]()))


def test_a_person_who_speaks_is_heard() -> None:
    check_speech(read_sound(Path("samples/recording.ogg")))


@pytest.mark.parametrize("offset", [-0.2, 0.02, 0.2])
def test_an_offset_is_no_noise_of_the_room(offset: float) -> None:
    heard = found(speech() + offset)["noise"]
    assert heard.value == pytest.approx(found(speech())["noise"].value, abs=1)
