"""Every voice keeps the same promises. A new voice adds one line to VOICES."""

from __future__ import annotations

import atexit
import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.made import info_of, make_voice
from tests.voice import tiny_kokoro
from tests.voice.speech_server import speech_server
from voicenote.errors import BadData, BadSettings, VoiceUnavailable
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.voice.copied_voice import VoiceConsent, keep_consent
from voicenote.voice.endpoint import Endpoint
from voicenote.voice.hibari import Hibari
from voicenote.voice.kokoro import Kokoro
from voicenote.voice.kokoro_files import FOLDER, MODEL_NAME
from voicenote.voice.kokoro_recipe import RECIPE
from voicenote.voice.port import Voice, VoiceInfo
from voicenote.voice.recorded import Recorded
from voicenote.voice.silent import Silent
from voicenote.voice.system import System

SHORT = "I am sorry."
LONG = "I am sorry that your cake came an hour late and without its ribbon."
OTHER = "Your money is on its way."


def said(text: str) -> Sentence:
    return Sentence(Section.OWN, text, personal=False)


@dataclass(frozen=True)
class Kind:
    make: Callable[[Path], Voice]
    info: VoiceInfo
    repeats: bool = True
    language_it_lacks: str = ""
    settings_it_refuses: tuple[Callable[[], Voice], ...] = ()
    needs: str = "numpy"


def recorded(folder: Path) -> Voice:
    voice = make_voice(Recorded, {"folder": folder, "owner": "Dana"})
    for text in (SHORT, LONG, OTHER):
        digest = np.frombuffer(text.encode() * 400, np.uint8)
        pcm = (digest.astype("<i2") * 50)[: len(text) * 1000].tobytes()
        voice.add(said(text), "en", Clip(pcm, 16_000, synthetic=False))
    return voice


@cache
def server() -> str:
    """The address of a server that lives as long as the tests."""
    context = speech_server()
    found = context.__enter__()
    atexit.register(context.__exit__, None, None, None)
    return found.url


def added(folder: Path) -> Voice:
    """Kokoro as `voices add` leaves it: nothing is named in the settings."""
    there = folder / FOLDER
    there.mkdir()
    (there / MODEL_NAME).write_bytes(tiny_kokoro.model())
    for pack, _ in RECIPE.packs.values():
        (there / f"{pack}.bin").write_bytes(tiny_kokoro.pack())
    return make_voice(Kokoro, {"shared": str(folder)})


def copied(folder: Path) -> Voice:
    """A cloned voice, whose person has agreed."""
    facts = {"sentence": "I agree.", "language": "en", "given_at": "2026-11-30", "checked": "words"}
    wav = b"a recording"
    consent = VoiceConsent(
        voice="ada", whose="Anna", sha256=hashlib.sha256(wav).hexdigest(), **facts
    )
    keep_consent(folder, consent, wav)
    cloned = {"voice": "ada", "cloned": True, "whose": "Anna", "consents": str(folder)}
    return make_voice(Endpoint, {"url": server(), "languages": ["en"], **cloned})


VOICES = {
    "silent": Kind(
        make=lambda _: make_voice(Silent, {}),
        info=info_of(Silent, {}),
        settings_it_refuses=(
            lambda: make_voice(Silent, {"rate": 0}),
            lambda: make_voice(Silent, {"rate": "fast"}),
        ),
    ),
    # espeak-ng begins each sentence where the last one left its wave: some samples differ
    "system": Kind(
        make=lambda _: make_voice(System, {}),
        info=info_of(System, {}),
        repeats=False,
        language_it_lacks="tlh-x-none",
        settings_it_refuses=(
            lambda: make_voice(System, {"rate": 5}),
            lambda: make_voice(System, {"voice": "xx/none"}),
        ),
    ),
    "hibari": Kind(
        make=lambda _: make_voice(Hibari, {}),
        info=info_of(Hibari, {}),
        language_it_lacks="pl",
        settings_it_refuses=(
            lambda: make_voice(Hibari, {"rate": 5}),
            lambda: make_voice(Hibari, {"voice": "nobody"}),
        ),
        needs="hibari",
    ),
    "kokoro": Kind(
        make=lambda folder: make_voice(Kokoro, tiny_kokoro.files(folder)),
        info=info_of(Kokoro, {}),
        language_it_lacks="he",
        settings_it_refuses=(
            lambda: make_voice(Kokoro, {}),
            lambda: make_voice(Kokoro, {"rate": 5}),
        ),
        needs="onnxruntime",
    ),
    "kokoro, added": Kind(
        make=added,
        info=info_of(Kokoro, {}),
        language_it_lacks="he",
        needs="onnxruntime",
    ),
    "endpoint, a copied voice": Kind(
        make=copied,
        info=info_of(Endpoint, {"url": "http://localhost/v1"}),
        language_it_lacks="pl",
    ),
    "endpoint": Kind(
        make=lambda _: make_voice(Endpoint, {"url": server(), "languages": ["en"]}),
        info=info_of(Endpoint, {"url": "http://localhost/v1"}),
        language_it_lacks="pl",
        settings_it_refuses=(
            lambda: make_voice(Endpoint, {}),
            lambda: make_voice(Endpoint, {"url": "http://x.example"}),
        ),
    ),
    "recorded": Kind(
        make=recorded,
        info=info_of(Recorded, {}),
        language_it_lacks="pl",
        settings_it_refuses=(lambda: make_voice(Recorded, {}),),
    ),
}


def only(condition: Callable[[Kind], object]) -> pytest.MarkDecorator:
    """Those voices alone for which a test says something."""
    names = [name for name, kind in VOICES.items() if condition(kind)]
    return pytest.mark.parametrize(
        "kind", [VOICES[name] for name in names], ids=names, indirect=True
    )


@pytest.fixture(params=list(VOICES.values()), ids=list(VOICES))
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    pytest.importorskip(found.needs)
    return found


@pytest.fixture
def voice(kind: Kind, tmp_path: Path) -> Iterator[Voice]:
    made = kind.make(tmp_path)
    yield made
    made.close()


def test_it_is_a_voice_and_tells_the_same_as_its_facts(kind: Kind, voice: Voice) -> None:
    assert isinstance(voice, Voice)
    assert (voice.name, voice.synthetic) == (kind.info.name, kind.info.synthetic)
    assert voice.version
    assert kind.info.licence


def test_it_speaks_mono_sound_of_the_right_kind(voice: Voice) -> None:
    clip = voice.speak(said(LONG), "en")
    assert clip.rate >= 8_000
    assert clip.synthetic is voice.synthetic
    assert 1.0 < clip.duration_s < 20.0
    assert np.abs(np.frombuffer(clip.pcm, "<i2").astype(int)).max() > 100


def test_a_longer_text_takes_longer(voice: Voice) -> None:
    lengths = [voice.speak(said(text), "en").duration_s for text in (SHORT, OTHER, LONG)]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


def test_two_texts_sound_different(voice: Voice) -> None:
    clips = [voice.speak(said(text), "en").pcm for text in (SHORT, LONG, OTHER)]
    assert all(one != two for one, two in itertools.combinations(clips, 2))


def test_the_same_text_sounds_the_same(kind: Kind, voice: Voice) -> None:
    first = voice.speak(said(LONG), "en")
    voice.speak(said(OTHER), "en")
    again = voice.speak(said(LONG), "en")
    if kind.repeats:
        assert again == first
    else:
        assert again.duration_s == pytest.approx(first.duration_s, rel=0.01)


@pytest.mark.parametrize("text", ["", "  \n", "...", "a\0b", "half \ud800 a letter", "x " * 3000])
def test_what_cannot_be_said_is_bad_data(voice: Voice, text: str) -> None:
    with pytest.raises(BadData) as caught:
        voice.speak(said(text), "en")
    assert caught.value.advice


@only(lambda kind: kind.language_it_lacks)
def test_a_language_it_lacks_is_unavailable(kind: Kind, voice: Voice) -> None:
    with pytest.raises(VoiceUnavailable) as caught:
        voice.speak(said(SHORT), kind.language_it_lacks)
    assert caught.value.advice


@only(lambda kind: kind.info.synthetic)  # a recording is found by the words on paper
def test_what_is_said_is_the_spoken_form(voice: Voice) -> None:
    plain = voice.speak(said("Done."), "en").duration_s
    spoken = Sentence(Section.OWN, "Done.", personal=True, spoken=LONG)
    assert voice.speak(spoken, "en").duration_s > plain * 2


def test_wrong_settings_are_named(kind: Kind) -> None:
    for make in kind.settings_it_refuses:
        with pytest.raises(BadSettings) as caught:
            make()
        assert caught.value.advice


def test_closing_twice_does_no_harm(voice: Voice) -> None:
    voice.close()
    voice.close()
