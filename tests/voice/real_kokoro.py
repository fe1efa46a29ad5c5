"""Kokoro with its real weights, which are too large to come along.

``VOICENOTE_TEST_KOKORO=FOLDER pytest tests/voice/real_kokoro.py``; the folder holds model.onnx and
the voice packs that docs/voices.md names. Nothing collects this file by itself.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from tests.fakes.made import make_voice
from voicenote.model.sentences import Section, Sentence
from voicenote.voice.kokoro import Kokoro


@pytest.mark.parametrize(
    ("pack", "language", "text"),
    [
        ("bm_george", "en", "This was our mistake, and I answer for it."),
        ("em_alex", "pl", "To był nasz błąd i biorę za niego odpowiedzialność."),
        ("if_sara", "fa", "این اشتباه ما بود."),
    ],
)
def test_the_real_model_speaks_and_repeats_itself(pack: str, language: str, text: str) -> None:
    home = os.environ["VOICENOTE_TEST_KOKORO"]
    voice = make_voice(Kokoro, {"home": home, "model": "model.onnx", "voice": f"{pack}.bin"})
    said, other = (Sentence(Section.OWN, words, personal=False) for words in (text, "42"))
    clip = voice.speak(said, language)
    assert 0.03 < clip.duration_s / len(text) < 0.2
    assert np.abs(np.frombuffer(clip.pcm, "<i2").astype(int)).max() > 3000
    voice.speak(other, language)
    assert voice.speak(said, language) == clip
