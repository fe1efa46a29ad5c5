"""The intelligibility part of `scripts/bench`: finished memos, listened to by a recogniser.

Complaints become memos as a user makes them (import, script, render); each Ogg file is decoded and
recognised, and the words heard are held against the words that were to be said. Numbers count as
the same however they are written. Kokoro is measured when VOICENOTE_TEST_KOKORO names a folder
with a model.onnx and voices (*.bin) in it; VOICENOTE_BENCH_VOICES and VOICENOTE_BENCH_LANGUAGES
name fewer of either, VOICENOTE_BENCH_TALK=1 tells each memo.
"""

import csv
import json
import os
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import recogniser

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".bench"
COMPLAINTS = HERE / "complaints" / "six_languages.csv"
OWNER = "Ada Founder"
LANGUAGES = ("en", "pl", "ro", "et", "fa", "he")
#: The bar for English.
BAR = 0.15
#: Kokoro's voice for each language: those that did best.
PACKS = {
    "en": "bm_george",
    "pl": "em_alex",
    "ro": "im_nicola",
    "et": "ef_dora",
    "fa": "if_sara",
}


@dataclass(frozen=True)
class Heard:
    """One memo: what was to be said (by line), what was heard, the names in it."""

    ref: str
    language: str
    said: list[str]
    heard: str
    names: list[str]


def libraries() -> Path:
    """Return the folder of the recogniser's libraries, installed at the first use."""
    folder = CACHE / "recogniser"
    ready = folder / "ready"
    if not ready.is_file() or ready.read_text() != "\n".join(recogniser.WANTED):
        print("setting up (once): the recogniser and its model, about 250 MB ...", file=sys.stderr)
        import environment

        command = [*environment.installer(), "install", "--target", str(folder), "--upgrade"]
        done = subprocess.run([*command, *recogniser.WANTED], check=False)
        if done.returncode:
            sys.exit("The recogniser was not installed. Look at the lines above, and try again.")
        ready.write_text("\n".join(recogniser.WANTED))
    return folder


def listener(mode: str, asked: list[dict[str, Any]]) -> Any:
    """Ask the recogniser, which has libraries of its own."""
    folder = libraries()
    done = subprocess.run(
        [sys.executable, str(HERE / "recogniser.py"), mode, str(folder)],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    return json.loads(done.stdout)


def settings(voice: str, language: str) -> dict[str, str] | None:
    """Return a workspace's settings by environment, or None when the voice cannot be had."""
    found = {
        "VOICENOTE_OWNER__NAME": OWNER,
        "VOICENOTE_OWNER__LANGUAGE": language,
        "VOICENOTE_VOICE__ENGINE": voice,
        "VOICENOTE_SOUND__RENDITIONS": '["ogg"]',
    }
    if voice == "kokoro":
        folder = os.environ.get("VOICENOTE_TEST_KOKORO", "")
        if not folder or language not in PACKS:
            return None
        found["VOICENOTE_VOICE__MODEL"] = str(Path(folder) / "model.onnx")
        pack = os.environ.get("VOICENOTE_BENCH_PACK", PACKS[language])
        found["VOICENOTE_VOICE__VOICE"] = str(Path(folder) / f"{pack}.bin")
    return found


def memos(home: Path, language: str, given: dict[str, str]) -> list[dict[str, Any]]:
    """Make the memos of one voice and language; return what `show` tells of each."""
    home.mkdir(parents=True)
    with COMPLAINTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] == language]
    table = home / "complaints.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOICENOTE_")}

    def run(*words: str) -> str:
        program = str(Path(sys.executable).with_name("voicenote"))
        done = subprocess.run(
            [program, "--home", str(home), *words],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env={**kept, **given},
        )
        return done.stdout

    run("-q", "import", str(table))
    run("-q", "script", "--all")
    run("-q", "render", "--all")
    return [json.loads(run("show", str(number + 1), "--json")) for number in range(len(rows))]


def plain(text: str, language: str) -> str:
    """Return words only, in small letters, with numbers as words, as both sides are compared."""
    from voicenote.script.languages import language as tables
    from voicenote.script.spoken import spell_out

    spoken = spell_out(text, tables(language)).casefold().replace("\u200c", " ")
    letters = (c if c.isalnum() or c in "'’" else " " for c in unicodedata.normalize("NFC", spoken))
    words = "".join(letters).replace("’", "'").split()
    if language == "en":  # "$240" is read "US dollars", and heard with or without
        words = [word for word in words if word not in ("us", "and", "the")]
    return " ".join(words)


def listened(shown: list[dict[str, Any]], language: str) -> list[Heard]:
    """Let the recogniser hear the memos."""
    files = [{"file": one["memo"]["files"]["ogg"], "language": language} for one in shown]
    return [
        Heard(
            ref=one["ref"],
            language=language,
            said=[sentence["spoken"] for sentence in one["script"]["sentences"]],
            heard=text,
            names=plain(f"{one['customer']} {OWNER}", language).split(),
        )
        for one, text in zip(shown, listener("hear", files), strict=True)
    ]


def judged(heard: list[Heard]) -> tuple[float, float, list[str], list[str]]:
    """Return the error rates of words and of letters, the names and the sums of money missed."""
    pairs = [
        {
            "said": plain(" ".join(one.said), one.language),
            "heard": plain(one.heard, one.language),
            "names": one.names,
        }
        for one in heard
    ]
    scores = listener("score", pairs)
    missed, money = [], []
    for one, pair, score in zip(heard, pairs, scores, strict=True):
        missed += [f"{one.ref} {name}" for name in score["missed"]]
        for line in one.said:
            if one.language == "en" and line.startswith("It comes to"):
                sum_ = plain(line.removeprefix("It comes to"), "en")
                if f" {sum_} " not in f" {pair['heard']} ":
                    money.append(f"{one.ref} {sum_}")
        if os.environ.get("VOICENOTE_BENCH_TALK"):
            print(f"  {one.ref} {score['errors']}/{score['words']}")
            print(f"    said  {pair['said']}\n    heard {pair['heard']}", flush=True)
    rate = sum(score["errors"] for score in scores) / sum(score["words"] for score in scores)
    letters = sum(score["wrong"] for score in scores) / sum(score["letters"] for score in scores)
    return rate, letters, missed, money


def intelligibility(folder: Path) -> str:
    """Print the figures of each voice and language as they are found."""
    voices = os.environ.get("VOICENOTE_BENCH_VOICES", "system hibari kokoro").split()
    languages = os.environ.get("VOICENOTE_BENCH_LANGUAGES", " ".join(LANGUAGES)).split()
    worst = 0.0
    for voice in voices:
        for language in languages:
            given = settings(voice, language)
            if given is None or (voice == "hibari" and language != "en"):
                continue
            shown = memos(folder / f"{voice}-{language}", language, given)
            heard = listened(shown, language)
            rate, letters, names, money = judged(heard)
            if language == "en":
                worst = max(worst, rate)
            loud = [one["memo"]["loudness_lufs"] for one in shown]
            told = f"{voice} {language}: of words {rate:.3f} misheard, of letters {letters:.3f}"
            told += f", in {len(heard)} memos"
            told += f", {min(loud):.1f} to {max(loud):.1f} LUFS"
            told += f"; names missed: {', '.join(names) or 'none'}"
            print(told + (f"; money missed: {', '.join(money) or 'none'}" * (language == "en")))
            sys.stdout.flush()
    if "en" not in languages:
        return "done"
    return f"English at most {worst:.3f}, the bar is {BAR}"
