"""The `loudness` and `narratives` parts of `scripts/bench`: whole batches, as a user makes them.

`loudness`: 100 memos of each voice and language; each Ogg file is decoded and measured with
ffmpeg's ebur128. Kokoro is measured when VOICENOTE_TEST_KOKORO names its folder, as for
`intelligibility`; VOICENOTE_BENCH_VOICES names fewer voices.

`narratives`: how long the stories of the US consumer bureau's complaints take from the file to the
last memo. VOICENOTE_BENCH_NARRATIVES names the file, as consumerfinance.gov gives it out.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

from intelligibility_measures import COMPLAINTS, LANGUAGES, settings
from tests.sound.sounds import decode, measure

MEMOS = 100
#: What is looked for: LUFS, how far from it, and the highest peak, dBFS.
TARGETS = {"system": -17.0}
TARGET, AWAY, PEAK = -16.0, 1.0, -0.5
ENGLISH_ONLY = ("hibari",)


def voicenote(home: Path, given: Mapping[str, str], *words: str) -> str:
    """Run the program in a workspace. Raises CalledProcessError when it fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOICENOTE_")}
    program = str(Path(sys.executable).with_name("voicenote"))
    command = [program, "--home", str(home), *words]
    env = {**kept, **given}
    # What was rejected, and how far it is, is of no interest here.
    quiet = subprocess.DEVNULL
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=quiet, text=True, check=True, env=env
    )
    return done.stdout


def complaints(language: str, path: Path) -> None:
    """Write a file of complaints in one language; no two are the same."""
    with COMPLAINTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] == language]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        for number in range(MEMOS):
            row = rows[number % len(rows)]
            told = f"{row['what_happened'].rstrip('.')} ({1000 + 37 * number})."
            value = f"{float(row['amends_value'] or 10) + number:.2f}"
            changed = {"ref": str(number), "what_happened": told, "amends_value": value}
            writer.writerow({**row, **changed})


def measured(file: Path) -> tuple[float, float]:
    """Return the loudness of a coded file in LUFS, and its highest sample in dBFS."""
    import numpy as np

    sound, rate = decode(file.read_bytes())
    return measure(sound, rate) or -99.0, float(20 * np.log10(np.abs(sound).max()))


def loudness(folder: Path) -> Iterator[str]:
    """Measure 100 memos of every voice and language that is here."""
    yield "voice, language: LUFS least, mean, most; highest peak; how many are off"
    for voice in os.environ.get("VOICENOTE_BENCH_VOICES", "system hibari kokoro").split():
        for language in LANGUAGES[:1] if voice in ENGLISH_ONLY else LANGUAGES:
            given = settings(voice, language)
            if given is None:
                continue
            home = folder / f"{voice}-{language}"
            home.mkdir()
            complaints(language, home / "in.csv")
            voicenote(home, given, "-q", "import", str(home / "in.csv"))
            voicenote(home, given, "-q", "script", "--all")
            voicenote(home, given, "-q", "render", "--all")
            found = [measured(file) for file in home.glob("memos/*/*/memo.ogg")]
            target = TARGETS.get(voice, TARGET)
            off = sum(abs(lufs - target) > AWAY or peak > PEAK for lufs, peak in found)
            loud = [lufs for lufs, _ in found]
            peaks = max(peak for _, peak in found)
            yield (
                f"{voice}, {language}: {min(loud):.1f}, {sum(loud) / len(loud):.1f},"
                f" {max(loud):.1f} LUFS; {peaks:.1f} dBFS; {off} of {len(found)}"
            )


def narratives(folder: Path) -> Iterator[str]:
    """Take in the bureau's file, write a script of each story, and make every memo."""
    name = os.environ.get("VOICENOTE_BENCH_NARRATIVES", "")
    if not name:
        yield "VOICENOTE_BENCH_NARRATIVES names no file"
        return
    given = {"VOICENOTE_OWNER__NAME": "Ada", "VOICENOTE_VOICE__ENGINE": "system"}
    story = "what_happened=Consumer complaint narrative"
    steps = {
        "import": ("-q", "import", name, "--map", story, "--default", "customer=there"),
        "script": ("-q", "script", "--all"),
        "render": ("render", "--all", "--json"),
    }
    for step, words in steps.items():
        begun = time.perf_counter()
        told = voicenote(folder, given, *words)
        took = time.perf_counter() - begun
        count = f"{len(json.loads(told))} memos in " if step == "render" else ""
        yield f"{step}: {count}{took:.1f} s (load {os.getloadavg()[0]:.1f})"
