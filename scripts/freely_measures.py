"""The part of `scripts/bench` on takes that are spoken freely: what they lack, what is heard.

The texts are in `takes/freely.toml`, written as people speak. Voices say each twice in place of its
owner: hibari in a quiet room, and one of espeak's accents or hibari in noise. A take goes the way
of `record N --freely`: Whisper's "base" model writes it down, what sounds like a name or sum of the
case is written as there, and what is missing is found. VOICENOTE_BENCH_PARTS names some of the
texts (seen, shown), VOICENOTE_BENCH_LANGUAGES fewer languages, VOICENOTE_BENCH_TALK=1 tells each
take.
"""

import os
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import intelligibility_measures as listening

if TYPE_CHECKING:
    from voicenote.model.case import Case
    from voicenote.model.memo import Clip

TEXTS = Path(__file__).resolve().parent / "takes"
#: When everything is said: a Tuesday.
NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
OWNER = "Anna Saar"
#: The silence between two sentences, in seconds.
_BETWEEN_S = 0.3
#: espeak's accents; and so much louder than the noise is the speech, in dB.
ACCENTS = ("gmw/en-us", "gmw/en", "gmw/en-gb-scotland", "gmw/en-gb-x-rp", "gmw/en-029")
_NOISE_DB = 15.0
#: The voice of each language that is heard in a quiet room without an accent.
CLEAN = {"en": "hibari", **dict.fromkeys(("he", "ro", "pl", "fa", "et"), "espeak")}
#: The bars: of what is missing, and of misheard words.
FOUND, WER = 0.9, 0.15


def read_takes() -> list[dict[str, Any]]:
    """Return the takes of every file, each with its language."""
    found = []
    for file in sorted(TEXTS.glob("freely*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        found += [{"language": "en", "part": "shown", **one} for one in table["take"]]
    return found


def case_of(take: dict[str, Any]) -> "Case":
    """Return the case that a take is about."""
    from voicenote.intake.options import Options
    from voicenote.intake.single import complaint_from_fields
    from voicenote.model.case import Case, Stage
    from voicenote.model.promise import Amends, AmendsState

    fields = {
        name: value for name, value in take.items() if name not in ("text", "missing", "part")
    }
    complaint = complaint_from_fields(fields, Options(now=NOW, language="en", time_zone="UTC"))
    amends = tuple(
        Amends(case=1, k=k, promise=one, state=AmendsState.PROMISED)
        for k, one in enumerate(complaint.promises, start=1)
    )
    return Case(number=1, complaint=complaint, stage=Stage.OPENED, amends=amends)


def speakers(place: int, language: str) -> Iterator[tuple[str, Any, float | None]]:
    """Yield who says a take: a name, a voice, and how far noise is below it, in dB."""
    from voicenote import wiring

    if language != "en":
        yield "espeak", wiring.make_voice("system", {}), None
        folder = os.environ.get("VOICENOTE_TEST_KOKORO", "")
        if folder and language in listening.PACKS:
            files = {
                "model": f"{folder}/model.onnx",
                "voice": f"{folder}/{listening.PACKS[language]}.bin",
            }
            yield "kokoro", wiring.make_voice("kokoro", files), None
        return
    yield "hibari", wiring.make_voice("hibari", {}), None
    if place % 2:
        accent = ACCENTS[place // 2 % len(ACCENTS)]
        voice = wiring.make_voice("system", {"voice": accent, "rate": 150})
        yield accent, voice, None
    else:
        yield "hibari in noise", wiring.make_voice("hibari", {}), _NOISE_DB


def speak(voice: Any, text: str, language: str, noise: float | None) -> "Clip":
    """Return a take of a text."""
    from voicenote.model.memo import Clip
    from voicenote.model.sentences import Section, Sentence
    from voicenote.script.habits import split_sentences
    from voicenote.script.languages import language as tables
    from voicenote.script.spoken import spell_out

    aloud = [spell_out(one, tables(language)) for one in split_sentences(text, language)]
    clips = [voice.speak(Sentence(Section.OWN, one, personal=True), language) for one in aloud]
    between = bytes(2 * round(clips[0].rate * _BETWEEN_S))
    pcm = between.join(one.pcm for one in clips)
    if noise is not None:
        samples = np.frombuffer(pcm, "<i2").astype(np.float64)
        level = np.sqrt(np.mean(samples**2)) * 10 ** (-noise / 20)
        chance = np.random.default_rng(len(samples))
        noisy = samples + chance.normal(0, level, len(samples))
        pcm = noisy.clip(-32768, 32767).astype("<i2").tobytes()
    return Clip(pcm, clips[0].rate, synthetic=False)


def freely(_folder: Path) -> str:
    """Print what is found missing, and how many words are misheard."""
    sys.path.append(str(listening.libraries()))
    from voicenote import wiring
    from voicenote.ears.speech import at_16_khz, find_pauses
    from voicenote.script.heard_times import end_at_pauses
    from voicenote.settings import load

    given = {"VOICENOTE_OWNER__NAME": OWNER, "VOICENOTE_EARS__THREADS": "1"}
    parts = os.environ.get("VOICENOTE_BENCH_PARTS", "seen shown").split()
    languages = os.environ.get("VOICENOTE_BENCH_LANGUAGES", " ".join(listening.LANGUAGES)).split()
    ws = wiring.open_workspace(load(_folder / "freely", given))
    scores: dict[str, Score] = {}
    words: dict[str, list[dict[str, Any]]] = {}
    places = Counter[str]()
    for take in read_takes():
        code = take["language"]
        place = places[code]
        places[code] += 1
        if code not in languages or take["part"] not in parts:
            continue
        text = " ".join(take["text"].split())
        for name, voice, noise in speakers(place, code):
            clip = speak(voice, text, code, noise)
            heard = end_at_pauses(ws.ears.hear(clip, code), find_pauses(at_16_khz(clip)))
            kind = f"{code}, {take['part']}, {'clean' if name == CLEAN.get(code) else 'hard'}"
            _judge(take, heard.text, code, scores.setdefault(kind, Score()))
            pair = {
                "said": listening.plain(text, code),
                "heard": listening.plain(heard.text, code),
                "names": [],
            }
            words.setdefault(f"{code} {name}", []).append(pair)
    ws.close()
    whole = Score()
    for kind, score in scores.items():
        print(f"{kind}: {score}")
        if kind.startswith("en"):
            whole.add(score)
    worst = 0.0
    for kind, pairs in words.items():
        found = listening.listener("score", pairs)
        rate = sum(one["errors"] for one in found) / sum(one["words"] for one in found)
        worst = max(worst, rate) if kind == f"en {CLEAN['en']}" else worst
        print(f"{kind}: of words {rate:.3f} misheard, in {len(pairs)} takes")
    return (
        f"English: {whole} (the bars: {FOUND}); "
        f"words misheard in a quiet room {worst:.3f} (the bar: {WER})"
    )


@dataclass
class Score:
    """How often something missing was found, named though it was said, and overlooked."""

    found: int = 0
    wrong: int = 0
    overlooked: int = 0
    takes: int = 0

    def add(self, other: "Score") -> None:
        """Count another's as well."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)

    def __str__(self) -> str:
        precision = self.found / max(1, self.found + self.wrong)
        recall = self.found / max(1, self.found + self.overlooked)
        return f"precision {precision:.2f}, recall {recall:.2f} in {self.takes} takes"


def _judge(take: dict[str, Any], heard: str, code: str, score: Score) -> None:
    """Count what is found missing in what was heard of a take."""
    from voicenote.model.sentences import Script
    from voicenote.script.heard_facts import facts_of, write_as_known
    from voicenote.script.left_out import find_left_out
    from voicenote.script.own_letter import read_letter

    case = case_of(take)
    text, rewritten = write_as_known(heard, facts_of(case, OWNER, "", code), code)
    script = read_letter(text, Script(language=code, template="memo", sentences=()))
    found = {one.what.value for one in find_left_out(script, case, NOW.date())}
    missing = set(take["missing"])
    score.takes += 1
    score.found += len(found & missing)
    score.wrong += len(found - missing)
    score.overlooked += len(missing - found)
    if os.environ.get("VOICENOTE_BENCH_TALK"):
        told = "right" if found == missing else f"found {sorted(found)}, missing {sorted(missing)}"
        print(f"  {take['customer']}: {told}; {[(one.heard, one.written) for one in rewritten]}")
        if found != missing:
            print(f"    {text}", flush=True)
