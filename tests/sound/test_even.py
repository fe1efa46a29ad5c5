"""Every bundled voice is as loud as it should be, and no louder, in each of its languages."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.sound.sounds import decode, measure
from voicenote.engine.memo.render_job import sounds_of
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.sound.formats import Tags
from voicenote.sound.mixdown import level_for, make_memo
from voicenote.sound.piece import PEAK
from voicenote.wiring import make_voice

SAID = {
    "en": (
        "Hello Dana, this is Ada.",
        "The cake came late, and its ribbon was blue.",
        "I am sorry.",
    ),
    "he": ("שלום דנה, מדברת עדה.", "העוגה הגיעה באיחור.", "אני מצטערת."),
    "ro": ("Bună, Ioana, sunt Ada.", "Tortul a sosit târziu, la ora 18.", "Îmi pare rău."),
    "pl": ("Dzień dobry, mówi Ada.", "Tort przyszedł za późno, o godzinie 18.", "Przepraszam."),
    "fa": ("سلام سارا، من آدا هستم.", "کیک دیر رسید و روبان آن آبی بود.", "متأسفم."),
    "et": ("Tere, Kaja, siin Ada.", "Tort jõudis kohale liiga hilja.", "Palun vabandust."),
}
VOICES = [*(("system", language, -17.0) for language in SAID), ("hibari", "en", -16.0)]


@pytest.mark.parametrize(("voice", "language", "target"), VOICES)
@pytest.mark.parametrize("rendition", ["ogg", "mp3"])
def test_a_voice_is_as_loud_as_it_should_be(
    tmp_path: Path,
    need: Callable[[object, str], None],
    voice: str,
    language: str,
    target: float,
    rendition: str,
) -> None:
    need(voice != "hibari" or find_spec("hibari"), "hibari is not installed")
    speaker = make_voice(voice, {})
    # Said once: what a proven voice says so is not listened to before it leaves.
    sentences = tuple(Sentence(Section.OWN, text, personal=True) for text in SAID[language])
    script = Script(language=language, template="", sentences=sentences)
    memo = make_memo(
        script,
        sounds_of(speaker, script, level_for(voice, speaker.version, language=language)),
        folder=tmp_path,
        root=tmp_path,
        tags=Tags(),
        renditions=("ogg", rendition),
    )
    sound, rate = decode((tmp_path / memo.files[rendition]).read_bytes())
    assert measure(sound, rate) == pytest.approx(target, abs=0.8)
    assert np.abs(sound).max() <= PEAK
    assert memo.loudness_lufs == pytest.approx(target, abs=1)
