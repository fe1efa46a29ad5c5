"""A memo put together of sentences is what one encoder would have made of the whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fakes.made import make_voice
from tests.sound.sounds import SCRIPT, SENTENCES, decode, measure, voiced, write
from voicenote.errors import BadData, VoiceUnavailable
from voicenote.model.memo import Clip, Memo
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.sound import piece
from voicenote.sound.formats import Codec, Tags, for_speech
from voicenote.sound.loudness import (
    SYSTEM_VOICE,
    LoudnessReading,
    Samples,
    energies,
    integrated,
    limit,
)
from voicenote.sound.mixdown import make_memo
from voicenote.sound.packets import FORMS, TICK_S, codec_of, decode_packets, encoder
from voicenote.sound.piece import PEAK, PieceSource, Spoken
from voicenote.sound.piece_cache import Cache
from voicenote.sound.splice import PRE_SKIP
from voicenote.sound.trim import RATE, resample, trim_silence
from voicenote.voice.system import System

OGG = codec_of("ogg")
TAGS = Tags(title="We are sorry", artist="Dana")
WORDS = {
    "en": "We are sorry that your order came late, and that nobody answered you.",
    "he": "אנחנו מצטערים שההזמנה שלך הגיעה באיחור.",
    "ro": "Ne pare rău că pachetul a sosit târziu.",
    "pl": "Przepraszamy, że zamówienie przyszło późno.",
    "fa": "متاسفیم که سفارش شما دیر رسید.",
    "et": "Vabandame, et teie tellimus hilines.",
}
SAID = ("Thank you for telling us.", "The ribbon was missing.", "I am sorry.", "May I call you?")


class Speaker:
    """Says what it is asked, and counts."""

    def __init__(self, voice: Callable[[Sentence], Clip]) -> None:
        self.asked: list[str] = []
        self._voice = voice

    def say(self, sentence: Sentence, *, shared: bool = True) -> Spoken:
        def speak() -> Clip:
            self.asked.append(sentence.text)
            return self._voice(sentence)

        return Spoken(key=f"test {sentence.said}", speak=speak, shared=shared)


def hum(sentence: Sentence) -> Clip:
    return voiced(0.5 + len(sentence.text) / 20, pitch=90 + len(sentence.text))


def made(root: Path, speaker: Speaker, cache: Cache | None, *renditions: str) -> Memo:
    return make_memo(
        SCRIPT,
        [speaker.say(sentence, shared=not sentence.personal) for sentence in SENTENCES],
        folder=root / "memo",
        root=root,
        tags=TAGS,
        renditions=renditions or ("ogg",),
        cache=cache,
    )


def system_memo(
    root: Path, level: LoudnessReading = SYSTEM_VOICE
) -> tuple[Memo, Script, list[Clip]]:
    sentences = tuple(Sentence(Section.OWN, text, personal=False) for text in SAID)
    script = Script(language="en", template="", sentences=sentences)
    voice = make_voice(System, {})
    spoken = [voice.speak(sentence, "en") for sentence in sentences]
    memo = make_memo(
        script, spoken, folder=root, root=root, tags=TAGS, level=level, renditions=("ogg",)
    )
    return memo, script, spoken


def unspliced(memo: Memo, spoken: list[Clip], folder: Path) -> np.ndarray:
    """The same memo by one encoder: the sentences at their times, at their loudness."""
    whole = np.zeros(round(memo.duration_s * RATE), np.float32)
    for caption, clip in zip(memo.captions, spoken, strict=True):
        found = trim_silence(clip)
        gain = np.float32(10 ** ((SYSTEM_VOICE.gain_db or 0.0) / 20))
        loud = resample(found.samples, found.rate, RATE) * gain
        words = limit(loud, RATE, SYSTEM_VOICE.ceiling)
        at = round(caption.start_s * RATE)
        whole[at : at + len(words)] = words
    one = Clip((whole * 32767).astype("<i2").tobytes(), RATE, synthetic=True)
    return decode(write(folder / "one.ogg", one, "libopus", "ogg", rate=48_000).read_bytes())[0]


def test_the_second_memo_is_neither_spoken_nor_coded_again(tmp_path: Path) -> None:
    speaker = Speaker(hum)
    one = made(tmp_path / "1", speaker, Cache(tmp_path / "cache"), "ogg", "m4a", "mp3")
    asked = len(speaker.asked)
    two = made(tmp_path / "2", speaker, Cache(tmp_path / "cache"), "ogg", "m4a", "mp3")
    assert asked == len(SENTENCES)
    assert len(speaker.asked) == asked
    assert one == two
    for path in one.files.values():
        assert (tmp_path / "1" / path).read_bytes() == (tmp_path / "2" / path).read_bytes()


def test_a_cached_memo_is_the_one_without_a_cache(tmp_path: Path) -> None:
    speaker = Speaker(hum)
    cache = Cache(tmp_path / "cache")
    made(tmp_path / "1", speaker, cache)
    assert made(tmp_path / "2", speaker, cache) == made(tmp_path / "3", speaker, None)


def test_another_file_of_a_shared_sentence_needs_no_voice(tmp_path: Path) -> None:
    speaker = Speaker(hum)
    made(tmp_path / "1", speaker, Cache(tmp_path / "cache"), "ogg")
    speaker.asked.clear()
    made(tmp_path / "2", speaker, Cache(tmp_path / "cache"), "ogg", "mp3")
    assert speaker.asked == [s.text for s in SENTENCES if s.personal]


def test_damage_is_found_and_made_again(tmp_path: Path) -> None:
    speaker = Speaker(hum)
    one = made(tmp_path / "1", speaker, Cache(tmp_path / "cache"))
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-7])
    speaker.asked.clear()
    assert made(tmp_path / "2", speaker, Cache(tmp_path / "cache")) == one
    assert len(speaker.asked) == len(SENTENCES)


@pytest.mark.parametrize("error", [VoiceUnavailable("not recorded"), BadData("nothing")])
def test_a_voice_that_cannot_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    def refuse(sentence: Sentence) -> Clip:
        raise error

    with pytest.raises(type(error)):
        made(tmp_path, Speaker(refuse), None)
    assert not list(tmp_path.iterdir())


def test_the_pre_skip_is_what_the_slower_half_is_late() -> None:
    heads = [encoder(codec, "s16").extradata for codec in (OGG, for_speech(OGG))]
    late = [int.from_bytes((head or b"")[10:12], "little") for head in heads]
    assert late == [120, PRE_SKIP]


def test_what_the_speech_half_cracks_the_other_one_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = voiced(1.5, level=0.5)
    plain = PieceSource(Spoken(key="", speak=lambda: clip), None).piece("ogg", OGG).packets
    monkeypatch.setattr(piece, "decode_packets", cracking)
    other = PieceSource(Spoken(key="", speak=lambda: clip), None).piece("ogg", OGG).packets
    assert [packet[0] >> 7 for packet in (plain[5], other[5])] == [0, 1]  # 1: CELT (RFC 6716, 3.1)


def cracking(packets: tuple[bytes, ...], rendition: str, codec: Codec) -> tuple[np.ndarray, int]:
    sound, rate = decode_packets(packets, rendition, codec)
    return (sound, rate) if packets[5][0] >> 7 else (sound * 3, rate)


@pytest.mark.parametrize(
    ("rendition", "shared", "bit_rate", "proven", "listened"),
    [
        ("ogg", False, 0, True, False),
        ("mp3", False, 0, True, False),
        ("m4a", False, 0, True, True),
        ("ogg", True, 0, True, True),
        ("ogg", False, 24_000, True, True),
        ("ogg", False, 0, False, True),
    ],
)
def test_only_what_a_proven_voice_says_once_is_not_listened_to_again(
    monkeypatch: pytest.MonkeyPatch,
    rendition: str,
    shared: bool,
    bit_rate: int,
    proven: bool,
    listened: bool,
) -> None:
    asked: list[str] = []

    def listening(packets: tuple[bytes, ...], name: str, codec: Codec) -> tuple[Samples, int]:
        asked.append(name)
        return decode_packets(packets, name, codec)

    monkeypatch.setattr(piece, "decode_packets", listening)
    level = replace(SYSTEM_VOICE, proven=proven)
    spoken = Spoken(key="", speak=lambda: voiced(1.5), shared=shared, level=level)
    PieceSource(spoken, None).piece(rendition, codec_of(rendition, bit_rate))
    assert asked == [rendition] * listened


def test_what_was_not_listened_to_sounds_as_what_was() -> None:
    clip = make_voice(System, {}).speak(Sentence(Section.OWN, WORDS["en"], personal=True), "en")
    trusted, settled = (
        PieceSource(Spoken(key="", speak=lambda: clip, shared=shared, level=SYSTEM_VOICE), None)
        for shared in (False, True)
    )
    one, two = trusted.piece("ogg", OGG), settled.piece("ogg", OGG)
    assert one.packets == two.packets
    assert integrated([one.energies]) == pytest.approx(integrated([two.energies]), abs=0.3)


def test_an_opus_packet_is_a_tick() -> None:
    assert FORMS["ogg"].frame == round(TICK_S * OGG.rate)


def test_a_muxer_would_write_the_same_sound(tmp_path: Path) -> None:
    """The pages are ours; a library reads them, writes them again, and hears the same."""
    memo = made(tmp_path, Speaker(hum), None)
    data = (tmp_path / memo.files["ogg"]).read_bytes()
    again = io.BytesIO()
    with av.open(io.BytesIO(data), "r") as source, av.open(again, "w", format="ogg") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert np.array_equal(decode(again.getvalue())[0], decode(data)[0])


@pytest.mark.parametrize("count", [1, 30, 300])
def test_a_file_of_any_length_is_whole(tmp_path: Path, count: int) -> None:
    sentence = replace(SENTENCES[0], text="x" * 20)
    script = replace(SCRIPT, sentences=(sentence,) * count)
    memo = make_memo(
        script,
        [Speaker(hum).say(sentence)] * count,
        folder=tmp_path,
        root=tmp_path,
        tags=TAGS,
        renditions=("ogg",),
        cache=Cache(tmp_path / "cache"),
    )
    samples, rate = decode((tmp_path / memo.files["ogg"]).read_bytes())
    assert len(samples) / rate == pytest.approx(memo.duration_s, abs=0.001)
    assert measure(samples, rate) == pytest.approx(memo.loudness_lufs, abs=0.3)


@pytest.mark.parametrize("rendition", ["ogg", "m4a", "mp3"])
def test_each_sentence_is_where_its_caption_is(tmp_path: Path, rendition: str) -> None:
    memo = made(tmp_path, Speaker(hum), None, "ogg", "m4a", "mp3")
    samples, rate = decode((tmp_path / memo.files[rendition]).read_bytes())
    for caption in memo.captions:
        around = np.abs(samples[round((caption.start_s - 0.1) * rate) :][: round(0.5 * rate)])
        onset = np.flatnonzero(around > 0.05)[0] / rate - 0.1
        assert onset == pytest.approx(0.0, abs=0.06)


@pytest.mark.parametrize("speech", [False, True])
def test_joins_are_no_louder_than_speech_and_no_step(tmp_path: Path, speech: bool) -> None:
    memo, _, _ = system_memo(tmp_path, replace(SYSTEM_VOICE, speech=speech))
    samples, rate = decode((tmp_path / memo.files["ogg"]).read_bytes())
    steps = np.abs(np.diff(samples))
    inside = max(
        steps[round(c.start_s * rate) : round(c.end_s * rate)].max() for c in memo.captions
    )
    between = [
        steps[round((one.end_s + 0.03) * rate) : round((two.start_s - 0.03) * rate)].max()
        for one, two in zip(memo.captions, memo.captions[1:], strict=False)
    ]
    assert max(between) < 0.001 < inside


def test_spliced_and_unspliced_are_the_same_sound(tmp_path: Path) -> None:
    memo, _, spoken = system_memo(tmp_path)
    samples, rate = decode((tmp_path / memo.files["ogg"]).read_bytes())
    once = unspliced(memo, spoken, tmp_path)
    assert len(once) / rate == pytest.approx(memo.duration_s, abs=0.02)
    shorter = min(len(samples), len(once))
    # coded in other pieces, the waves differ a little; what is heard of them does not
    assert np.corrcoef(loudness(once[:shorter]), loudness(samples[:shorter]))[0, 1] > 0.95
    if find_spec("pesq"):
        score = import_module("pesq").pesq(
            16_000, once[:shorter][::3], samples[:shorter][::3], "wb"
        )
        assert score >= 4.3


def loudness(samples: Samples) -> Samples:
    """Root mean squares of pieces of 20 ms."""
    pieces = samples[: len(samples) // 960 * 960].reshape(-1, 960)
    found: Samples = np.sqrt((pieces**2).mean(axis=1))
    return found


@pytest.mark.parametrize("language", WORDS)
def test_the_coder_never_cracks(language: str) -> None:
    sentence = Sentence(Section.OWN, WORDS[language], personal=False)
    clip = make_voice(System, {}).speak(sentence, language)
    # said once, so that it is not listened to before this test does
    source = PieceSource(Spoken(key="", speak=lambda: clip, level=SYSTEM_VOICE), None)
    for rendition in FORMS:
        codec = codec_of(rendition)
        sound, _ = decode_packets(source.piece(rendition, codec).packets, rendition, codec)
        assert 0.3 < np.abs(sound).max() <= PEAK


@pytest.mark.parametrize("seconds", [0.5, 3.0, 20.0])
def test_loudness_from_parts_is_that_of_the_whole(seconds: float) -> None:
    rate = 16_000
    clip = voiced(seconds, rate=rate, level=0.4)
    sound: Samples = np.frombuffer(clip.pcm, "<i2").astype(np.float32) / np.float32(32768)
    halves = np.split(sound, [len(sound) // 2 // 320 * 320])
    found = integrated([energies(half, rate) for half in halves])
    assert found == pytest.approx(measure(sound, rate), abs=0.3)


def test_too_short_or_quiet_has_no_loudness() -> None:
    assert integrated([]) is None
    assert integrated([energies(np.zeros(16_000, np.float32), 16_000)]) is None
    assert integrated([energies(np.ones(3_000, np.float32), 16_000)]) is None
