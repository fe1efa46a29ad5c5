"""The ears' part of `scripts/bench`: how many wrong takes are kept, and right ones refused.

Complaints become scripts as a user writes them; voices say them in place of their owner. Each take
goes through the check that `record` makes, with Whisper's "base" model. Kokoro's voices speak as
well when VOICENOTE_TEST_KOKORO names a folder with a model.onnx and voices (*.bin) in it;
VOICENOTE_BENCH_PACKS names the voices, VOICENOTE_BENCH_TALK=1 tells each take that went wrong.
"""

import contextlib
import csv
import itertools
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import intelligibility_measures as listening

if TYPE_CHECKING:
    from voicenote.engine.workspace import Workspace
    from voicenote.model.memo import Clip
    from voicenote.model.sentences import Script, Sentence

OWNER, LANGUAGES = listening.OWNER, listening.LANGUAGES
RATE = 16_000
#: The silence between two sentences, in seconds.
_BETWEEN_S = 0.25
#: The English complaints.
CASES = 12
PACKS = "bf_emma am_michael bm_george af_heart"
#: How many letters are wrong, as a part of all.
_WRONG = (0.05, 0.1, 0.15, 0.2, 0.3)
Wave = NDArray[np.float64]


def open_cases(home: Path) -> "Workspace":
    """Return a workspace in which the complaints have their scripts, the English ones first."""
    from voicenote import wiring
    from voicenote.settings import load

    home.mkdir(parents=True)
    with listening.COMPLAINTS.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: LANGUAGES.index(row["language"]))
    with (home / "complaints.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    given = {"VOICENOTE_OWNER__NAME": OWNER}
    program = str(Path(sys.executable).with_name("voicenote"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOICENOTE_")}
    for words in (["import", str(home / "complaints.csv")], ["script", "--all"]):
        command = [program, "--home", str(home), "-q", *words]
        subprocess.run(command, check=True, env={**kept, **given})
    return wiring.open_workspace(load(home, {**given, "VOICENOTE_EARS__THREADS": "1"}))


def speakers() -> Iterator[tuple[str, Any]]:
    """Yield the voices that stand in for owners."""
    from voicenote import wiring

    yield "hibari", wiring.make_voice("hibari", {})
    folder = os.environ.get("VOICENOTE_TEST_KOKORO", "")
    for pack in os.environ.get("VOICENOTE_BENCH_PACKS", PACKS).split() if folder else ():
        files = {"model": f"{folder}/model.onnx", "voice": f"{folder}/{pack}.bin"}
        yield pack, wiring.make_voice("kokoro", files)


def speak(voice: Any, sentences: Sequence["Sentence"], said: dict[str, Any]) -> "Clip":
    """Return one take of all sentences; `said` keeps what a voice said before."""
    from voicenote.model.memo import Clip

    for one in sentences:
        if one.said not in said:
            said[one.said] = voice.speak(one, "en")
    clips = [said[one.said] for one in sentences]
    between = bytes(2 * round(clips[0].rate * _BETWEEN_S))
    return Clip(between.join(one.pcm for one in clips), clips[0].rate, synthetic=False)


def cut(clip: "Clip", part: float) -> "Clip":
    """Return the beginning of a take."""
    from voicenote.model.memo import Clip

    return Clip(clip.pcm[: round(len(clip.pcm) / 2 * part) * 2], clip.rate, clip.synthetic)


def unspoken(kind: str, loudness: float) -> "Clip":
    """Return half a minute in which nobody speaks."""
    from voicenote.model.memo import Clip

    moment = np.arange(RATE * 30) / RATE
    chance = np.random.default_rng(round(loudness))
    waves: dict[str, Callable[[], Wave]] = {
        "silence with offset": lambda: 6000 + chance.normal(0, 4, len(moment)),
        "noise": lambda: chance.normal(0, 1, len(moment)),
        "hum": lambda: sum(
            (np.sin(2 * np.pi * 50 * k * moment) / k for k in (1, 2, 3, 5)), np.zeros(len(moment))
        ),
        "music": lambda: _music(moment),
    }
    wave = waves[kind]()
    if kind != "silence with offset":
        wave = wave / np.abs(wave).max() * loudness
    return Clip(wave.astype("<i2").tobytes(), RATE, synthetic=False)


def _music(moment: Wave) -> Wave:
    """Return a melody of plucked notes over chords."""
    notes = (262, 330, 392, 523, 440, 349, 294, 494)
    step, place = np.modf(moment * 3)
    melody = np.take(notes, place.astype(int) * 5 % 8)
    pluck = np.exp(-step * 3)
    voice = sum(
        (np.sin(2 * np.pi * k * melody * moment) / k for k in (1, 2, 3)), np.zeros(len(moment))
    )
    bass = np.sin(2 * np.pi * np.take(notes, (place // 6).astype(int) % 8) / 2 * moment)
    made: Wave = voice * pluck + 0.5 * bass
    return made


def ears(folder: Path) -> str:
    """Print how many right takes were refused, and how many wrong ones were kept."""
    sys.path.append(str(listening.libraries()))
    from voicenote.engine.memo.drafting import need_draft
    from voicenote.script.disclosing import drop_disclosure

    ws = open_cases(folder / "ears")
    tell_texts(ws)
    numbers = range(1, CASES + 1)
    scripts = {number: drop_disclosure(need_draft(ws, number)[1].script) for number in numbers}
    right, wrong, refused, kept = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    spent = 0.0

    def check(kind: str, number: int, clip: "Clip", *, good: bool) -> None:
        nonlocal spent
        begun = time.process_time()
        doubt = _doubt(ws, number, scripts[number].sentences, clip)
        spent += time.process_time() - begun
        (right if good else wrong)[kind] += 1
        if good is bool(doubt):
            (refused if good else kept)[kind] += 1
            if os.environ.get("VOICENOTE_BENCH_TALK"):
                print(f"  {kind}, case {number}: {doubt or 'kept'}", flush=True)

    voices = [(name, voice, dict[str, Any]()) for name, voice in speakers()]
    for place, number in enumerate(numbers):
        takes = [speak(voice, scripts[number].sentences, said) for _, voice, said in voices]
        for (name, _, _), take in zip(voices, takes, strict=True):
            check(name, number, take, good=True)
        take = takes[place % len(takes)]
        check("another case's memo", numbers[place - 1], take, good=False)
        check("cut at 78 %", number, cut(take, 0.78), good=False)
        check("cut at 93 %", number, cut(take, 0.93), good=False)
        kinds = ("silence with offset", "noise", "hum", "music")
        for kind in (kinds[place % 4], kinds[(place + 1) % 4]):
            check(kind, number, unspoken(kind, 2000 + 2000 * place), good=False)
    seconds = spent / (right.total() + wrong.total())
    ws.close()
    for found, bad, what in ((right, refused, "refused"), (wrong, kept, "kept unasked")):
        for kind, count in found.items():
            print(f"{kind}: {bad[kind]} of {count} {what}")
    return (
        f"right takes refused {refused.total()} of {right.total()} (the bar: 1 %), wrong ones kept "
        f"{kept.total()} of {wrong.total()} (the bar: 0); {seconds:.1f} s of processor time each"
    )


def tell_texts(ws: "Workspace") -> None:
    """Print how the scripts are told apart as texts, and with letters that are wrong."""
    from voicenote.engine.memo.drafting import need_draft
    from voicenote.errors import VoicenoteError
    from voicenote.script.disclosing import drop_disclosure
    from voicenote.script.take_check import judge_take

    cases, chance = [], random.Random(1)  # noqa: S311 - the same letters each time
    with contextlib.suppress(VoicenoteError):  # after the last case
        for number in itertools.count(1):
            case, found = need_draft(ws, number)
            cases.append((case.customer.name, drop_disclosure(found.script)))

    def lacks(name: str, script: "Script", heard: str) -> bool:
        return bool(judge_take(script.sentences, heard, script.language, [name]))

    for code in LANGUAGES:
        own = [(name, script) for name, script in cases if script.language == code]
        others = [
            lacks(name, script, other.text)
            for name, script in own
            for _, other in own
            if other is not script
        ]
        wrong = [
            lacks(name, script, _misspell(script.text, part, chance))
            for name, script in own
            for part in _WRONG
            for _ in range(6)
        ]
        print(
            f"{code}, as texts: other memos refused {sum(others)} of {len(others)}; right ones "
            f"with wrong letters refused {sum(wrong)} of {len(wrong)}"
        )


def _misspell(text: str, part: float, chance: random.Random) -> str:
    letters = [sign for sign in text if sign.isalpha()]
    return "".join(
        chance.choice(letters) if sign.isalpha() and chance.random() < part else sign
        for sign in text
    )


def _doubt(ws: "Workspace", number: int, sentences: Sequence["Sentence"], clip: "Clip") -> str:
    from voicenote.engine.memo.recording import check_take
    from voicenote.errors import BadData, Doubtful

    try:
        unchecked = check_take(ws, number, sentences, clip)
    except BadData as error:
        return error.what
    except Doubtful as doubt:
        return "; ".join(doubt.missing)
    if unchecked:
        sys.exit(f"Nobody listened: {unchecked}")
    return ""
