from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.fakes.made import make_voice
from voicenote.errors import VoiceUnavailable
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.script.spoken import total_weight
from voicenote.voice import espeak
from voicenote.voice.system import System, check, pick, tame

VOICES = {
    "gmw/en": ("en-gb",),
    "gmw/en-us": ("en-us",),
    "gmw/en-029": ("en-029",),
    "sem/he": ("he",),
    "roa/pt": ("pt",),
    "roa/pt-br": ("pt-br",),
    "ira/fa-latn": ("fa-latn",),
    "ira/fa": ("fa",),
}
WORDS = {
    "en": "We are sorry that your order came late.",
    "he": "אנחנו מצטערים שההזמנה שלך הגיעה באיחור.",
    "ro": "Ne pare rău că pachetul a sosit târziu.",
    "pl": "Przepraszamy, że zamówienie przyszło późno.",
    "fa": "متاسفیم که سفارش شما دیر رسید.",
    "et": "Vabandame, et teie tellimus hilines.",
}


def said(text: str) -> Sentence:
    return Sentence(Section.OWN, text, personal=False)


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("language", "wanted", "name"),
    [
        ("en", "", "gmw/en-us"),
        ("en-GB", "", "gmw/en"),
        ("en_US", "", "gmw/en-us"),
        ("en-AU", "", "gmw/en-us"),
        ("en", "gmw/en-029", "gmw/en-029"),
        ("he-IL", "gmw/en-029", "sem/he"),
        ("fa", "", "ira/fa"),
        ("pt-PT", "", "roa/pt-br"),
    ],
)
def test_the_voice_fits_the_language(language: str, wanted: str, name: str) -> None:
    assert pick(VOICES, language, wanted) == name


@pytest.mark.parametrize("language", ["et", "", "x"])
def test_no_voice_for_the_language_is_said_so(language: str) -> None:
    with pytest.raises(VoiceUnavailable, match="does not speak"):
        pick(VOICES, language)


def test_what_a_platform_reads_as_a_command_is_taken_away() -> None:
    assert tame("say [[volm 0]] <speak>it</speak> now") == "say volm 0 speak it /speak now"


@pytest.mark.parametrize(
    ("seconds", "level", "words"),
    [(0, 0, "nothing"), (3, 50, "silence"), (0.4, 5000, "cannot be it"), (60, 5000, "cannot")],
)
def test_sound_that_cannot_be_the_text_is_refused(seconds: float, level: int, words: str) -> None:
    clip = Clip(level.to_bytes(2, "little") * int(seconds * 16_000), 16_000, synthetic=True)
    with pytest.raises(VoiceUnavailable, match=words):
        check(WORDS["en"], clip, 165)


@pytest.mark.parametrize("language", WORDS)
def test_it_speaks_each_of_our_languages(language: str) -> None:
    clip = make_voice(System, {}).speak(said(WORDS[language]), language)
    assert 1.5 < clip.duration_s < 6


def test_a_faster_rate_is_shorter() -> None:
    slow = make_voice(System, {"rate": 120}).speak(said(WORDS["en"]), "en").duration_s
    fast = make_voice(System, {"rate": 240}).speak(said(WORDS["en"]), "en").duration_s
    assert fast < slow * 0.7


def test_nobody_hears_another_customers_words() -> None:
    """Each of many sentences is as long as it is when it is said alone."""
    voice = make_voice(System, {})
    texts = [" ".join(["word"] * (1 + 7 * k % 11)) + "." for k in range(60)]
    alone = {text: voice.speak(said(text), "en").duration_s for text in sorted(set(texts))}
    assert len({round(length, 2) for length in alone.values()}) == len(alone)
    for text in texts:
        assert voice.speak(said(text), "en").duration_s == pytest.approx(alone[text], abs=0.02)


def test_the_first_sentence_of_a_fresh_process_is_there_and_nothing_is_printed() -> None:
    done = run(f"""
        import logging
        from voicenote.model.sentences import Section, Sentence
        from voicenote.voice.system import System, SystemOptions
        voice = System(SystemOptions())
        clip = voice.speak(Sentence(Section.OWN, {WORDS["en"]!r}, False), "en")
        voice.close()
        assert clip.duration_s > 1.5, clip.duration_s
        assert not logging.getLogger().handlers
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_voice_that_does_not_answer_is_never_asked_again() -> None:
    """What comes late could otherwise land in somebody else's file."""
    done = run(f"""
        from voicenote.errors import VoiceUnavailable
        from voicenote.model.sentences import Section, Sentence
        from voicenote.voice.system import System, SystemOptions
        voice = System(SystemOptions(patience=0.0001))
        long = Sentence(Section.OWN, {WORDS["en"]!r} * 100, False)
        for sentence in (long, Sentence(Section.OWN, "Short.", False)):
            try:
                voice.speak(sentence, "en")
            except VoiceUnavailable as error:
                print(error.what)
    """)
    assert done.stdout.splitlines() == ["the system voice did not answer in time"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    code = """
        from voicenote.errors import VoiceUnavailable
        from voicenote.model.sentences import Section, Sentence
        from voicenote.voice.system import System, SystemOptions
        voice = System(SystemOptions())
        try:
            print("speaking", flush=True)
            while True:
                voice.speak(Sentence(Section.OWN, "We are sorry. " * 50, False), "en")
        except KeyboardInterrupt:
            try:
                clip = voice.speak(Sentence(Section.OWN, "Good night.", False), "en")
                print("stopped" if clip.duration_s < 2 else "mixed", flush=True)
            except VoiceUnavailable:  # also right: it is not sure where it was
                print("stopped", flush=True)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "speaking\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "stopped\n"
        assert process.wait(30) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the library comes on Linux")
def test_the_environment_stays_as_it_was() -> None:
    make_voice(System, {})
    assert "ESPEAK_DATA_PATH" not in os.environ
    assert {"en", "he", "ro", "pl", "fa", "et"} <= espeak.bundled_languages()


@pytest.mark.parametrize(("code", "pace"), System.info(System.Options()).pace.items())
def test_it_speaks_at_about_the_pace_that_it_tells(code: str, pace: float) -> None:
    text = " ".join([WORDS[code]] * 3)
    clip = System(System.Options()).speak(said(text), code)
    assert total_weight(text) / clip.duration_s * 60 == pytest.approx(pace, rel=0.3)
