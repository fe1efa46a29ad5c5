"""All ears keep the same promises. New ears add one line to EARS.

VOICENOTE_TEST_EARS names a folder into which `faster-whisper` and the packages of its model were
installed (`pip install --target`); see .ci/run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace

import pytest

from tests.ears.sounds import UNSPOKEN, clip, speech
from tests.fakes.made import options_from
from tests.fakes.transcription_api import transcription_server
from voicenote.ears.nobody import Nobody
from voicenote.ears.port import Ears, EarsMaker
from voicenote.ears.transcription_endpoint import TranscriptionEndpoint
from voicenote.ears.whisper import Whisper, join_words
from voicenote.engine.tabled_plugins import makers_of
from voicenote.errors import Unavailable
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.options import describe, options_of
from voicenote.plugins import EARS as GROUP
from voicenote.script.take_check import judge_take

TEXT = "I will bring a new cake on Friday."
EARS: dict[str, tuple[EarsMaker, Callable[[str], Mapping[str, object]]]] = {
    "whisper": (Whisper, lambda _: {"threads": 1}),
    "endpoint": (TranscriptionEndpoint, lambda url: {"base_url": url}),
    "none": (Nobody, lambda _: {}),
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with transcription_server() as server:
        server.text = TEXT
        yield server.url


@pytest.fixture(scope="module")
def whisper(need: Callable[[object, str], None]) -> Iterator[Ears]:
    """The real model; made once, as it takes seconds to load."""
    folder = os.environ.get("VOICENOTE_TEST_EARS", "")
    need(folder, "VOICENOTE_TEST_EARS names no folder with faster-whisper and a model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, folder])
        yield from _made("whisper", "")
    for name, module in list(sys.modules.items()):  # other tests have no ears
        if (getattr(module, "__file__", None) or "").startswith(folder):
            del sys.modules[name]


@pytest.fixture(scope="module", params=["whisper", "endpoint"])
def ears(request: pytest.FixtureRequest, url: str) -> Iterator[Ears]:
    """Those that hear."""
    if request.param == "whisper":
        yield request.getfixturevalue("whisper")
    else:
        yield from _made(request.param, url)


def _made(kind: str, url: str) -> Iterator[Ears]:
    maker, table = EARS[kind]
    made = maker(options_from(maker, table(url), "ears"))
    yield made
    made.close()
    made.close()


def test_the_installed_ones_are_all_tried() -> None:
    assert set(makers_of(GROUP)) == set(EARS)


@pytest.mark.parametrize("name", EARS)
def test_what_is_told_before_it_is_made(name: str, url: str) -> None:
    """Also with settings that are missing; every setting has its words."""
    maker, table = EARS[name]
    info = maker.info(options_from(maker, table(url), "ears"))
    assert (info.name, bool(info.advice)) == (name, not info.ready)
    assert all(one.doc for one in describe(options_of(maker)))


def test_what_is_said_is_heard_with_its_times(ears: Ears) -> None:
    said = speech(TEXT)
    heard = ears.hear(said, "en")
    assert "new cake on Friday" in heard.text
    assert heard.language == "en"
    assert 0.7 * said.duration_s < heard.speech_s <= said.duration_s + 0.01
    edges = [at for one in heard.sentences for at in (one.start_s, one.end_s)]
    assert edges == sorted(edges)
    assert all(0 <= (word.probability or 0) <= 1 for one in heard.sentences for word in one.words)


@pytest.mark.parametrize("name", UNSPOKEN)
def test_where_nobody_speaks_no_words_are_invented(ears: Ears, name: str) -> None:
    heard = ears.hear(clip(UNSPOKEN[name]()), "en")
    assert (heard.text, heard.sentences, heard.speech_s) == ("", (), 0)


def test_a_language_that_nobody_knows_is_no_fault(ears: Ears) -> None:
    assert ears.hear(speech(TEXT), "tlh-Latn").text


def test_no_ears_say_so_and_hear_nothing() -> None:
    with pytest.raises(Unavailable, match="nothing is listened to"):
        Nobody(Nobody.Options()).hear(speech(TEXT), "en")


SCRIPT = (
    Sentence(Section.THANKS, "Hi Dana.", personal=True),
    Sentence(Section.OWN, "Your cake came late, and that's on us.", personal=False),
    Sentence(
        Section.AMENDS, "A full refund, $240.", True, "A full refund, two hundred forty dollars."
    ),
    Sentence(Section.AMENDS, "By Friday, 4 December.", True, "By Friday, the fourth of December."),
    Sentence(Section.INVITE, "Is there anything that you need from us in the meantime?", False),
)


@pytest.mark.parametrize(
    ("part", "told"), [(1, ""), (0.93, "it breaks off"), (0.78, "it breaks off")]
)
def test_a_take_is_told_from_one_that_breaks_off(whisper: Ears, part: float, told: str) -> None:
    said = speech(" ".join(one.said for one in SCRIPT))
    take = Clip(said.pcm[: round(len(said.pcm) / 2 * part) * 2], said.rate, synthetic=False)
    doubts = judge_take(SCRIPT, whisper.hear(take, "en").text, "en", ["Dana"])
    assert (doubts[0].partition(":")[0] if doubts else "") == told


def test_what_has_no_space_before_it_ends_the_word_before() -> None:
    """Whisper's pieces: " $89" and ".50" are one word."""
    pieces = [(0, 1, " is", 0.9), (1, 2, " $89", 0.8), (2, 3, ".50", 0.7), (3, 4, " now.", 1)]
    found = [SimpleNamespace(start=a, end=b, word=c, probability=d) for a, b, c, d in pieces]
    (sum_,) = [one for one in join_words(found) if "$" in one.text]
    assert (sum_.start_s, sum_.end_s, sum_.text, sum_.probability) == (1, 3, "$89.50", 0.7)
