"""The sound part of `scripts/bench`: memos per CPU second beside those of the naive pipeline.

Each figure comes from a process of its own, which prints what it used:
`python sound_measures.py MODE VOICE COUNT FOLDER FIRST`. The baseline runs before and after ours,
for a machine is never quiet.

The naive pipeline is what the libraries' own pages show: pyttsx3 (or hibari) speaks the whole text,
pydub normalises it and exports it through the program ffmpeg. A memo has 8 sentences, of which 6
are said to everybody.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

SHARED = (
    "Thank you for telling us what went wrong.",
    "You had every right to expect better from us.",
    "This was our mistake, and I am sorry.",
    "We have changed how we check every order before it leaves.",
    "You will hear from me again within three working days.",
    "If anything else is on your mind, please answer this message.",
)
NAMES = ("Dana", "Amir", "Ruth", "Tomas", "Ewa", "Kaja", "Leila", "Noa", "Mihai", "Piotr", "Anna")
THINGS = ("washing machine", "wedding cake", "skin care order", "garden fence", "winter coat")
MEMOS = 200
NAIVE = 15


def sentences(number: int, *, unique: bool = False) -> list[tuple[str, bool]]:
    """Return a memo's sentences, each with whether it is personal."""
    name, thing = NAMES[number % len(NAMES)], THINGS[number % len(THINGS)]
    first = f"Hello {name}, this is Ada, about order number {1000 + 37 * number} and your {thing}."
    second = f"It came {2 + number % 9} days late, and today we send you {20 + number} euros back."
    shared = [f"{text[:-1]}, {name} {number}." if unique else text for text in SHARED]
    said = [shared[0], first, shared[1], shared[2], second, *shared[3:]]
    return [(text, unique or text in (first, second)) for text in said]


# -- one process ----------------------------------------------------------------------------------


def naive(voice: str, count: int, folder: Path) -> float:
    """Make memos as everybody would; return their seconds of sound."""
    from pydub import AudioSegment
    from pydub.effects import normalize

    say = _naive_system() if voice == "system" else _naive_hibari()
    length = 0.0
    for number in range(count):
        wav = folder / f"{number}.wav"
        say(" ".join(text for text, _ in sentences(number)), str(wav))
        sound = normalize(AudioSegment.from_wav(str(wav)))
        sound.export(str(wav.with_suffix(".ogg")), format="ogg", codec="libopus", bitrate="32k")
        length += len(sound) / 1000
    return length


@lru_cache(maxsize=1)
def _naive_system() -> Any:
    from voicenote.voice import espeak

    espeak.preload()
    import pyttsx3

    engine = pyttsx3.init()
    engine.setProperty("rate", 165)

    def say(text: str, path: str) -> None:
        # Runs come back before the file is written, and now and then it never is: then once more.
        while not Path(path).is_file() or Path(path).stat().st_size < 10_000:
            engine.save_to_file(text, path)
            engine.runAndWait()
            deadline = time.monotonic() + 3
            while time.monotonic() < deadline:
                time.sleep(0.02)
                if Path(path).is_file() and Path(path).stat().st_size >= 10_000:
                    break

    with tempfile.TemporaryDirectory() as first:
        say("One text that nobody hears: the engine is awake now.", str(Path(first) / "a.wav"))
    return say


@lru_cache(maxsize=1)
def _naive_hibari() -> Any:
    import hibari

    engine = hibari.Hibari()
    return engine.save


def ours(voice: str, count: int, folder: Path, *, unique: bool = False, first: int = 0) -> float:
    """Make memos as voicenote does, with the cache in `folder`; return their seconds of sound."""
    from voicenote.engine.speaking import sounds_of
    from voicenote.model.script import Script, Section, Sentence
    from voicenote.sound.cache import Cache
    from voicenote.sound.encode import Tags
    from voicenote.sound.memo import level_for, make_memo
    from voicenote.wiring import make_voice

    speaker = make_voice(voice, {})
    cache = Cache(folder / "cache")
    length = 0.0
    for number in range(first, first + count):
        said = tuple(
            Sentence(Section.OWN, text, personal)
            for text, personal in sentences(number, unique=unique)
        )
        script = Script(language="en", template="", sentences=said)
        memo = make_memo(
            script,
            sounds_of(speaker, script, level_for(voice, speaker.version)),
            folder=folder / str(number),
            root=folder,
            tags=Tags(title="For you"),
            renditions=("ogg",),
            cache=cache,
        )
        length += memo.duration_s
    return length


def floor(voice: str, count: int, _folder: Path) -> float:
    """Only speak and code the personal sentences: less cannot be done."""
    import numpy as np

    from voicenote.model.script import Section, Sentence
    from voicenote.sound.edit import resample
    from voicenote.sound.encode import for_speech
    from voicenote.sound.memo import level_for
    from voicenote.sound.packets import code, codec_of
    from voicenote.wiring import make_voice

    speaker = make_voice(voice, {})
    codec = codec_of("ogg")
    codec = for_speech(codec) if level_for(voice, speaker.version).speech else codec
    length = 0.0
    for number in range(count):
        for text, personal in sentences(number):
            if personal:
                clip = speaker.speak(Sentence(Section.OWN, text, personal=True), "en")
                code(resample(np.frombuffer(clip.pcm, "<i2"), clip.rate, codec.rate), "ogg", codec)
                length += clip.duration_s
    return length


def child(mode: str, voice: str, count: int, folder: Path, first: int = 0) -> None:
    """Do one run and print what it used, set-up left out."""
    import resource

    def used() -> float:
        who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))

    work: dict[str, Any] = {
        "naive": naive,
        "floor": floor,
        "ours": lambda *words: ours(*words, first=first),
        "unique": lambda *words: ours(*words, unique=True),
    }
    # What is loaded and warmed up once is no part of a memo's price: one run before the clock.
    warm = folder / "warm"
    warm.mkdir(parents=True, exist_ok=True)
    begun_all = used()
    work[mode](voice, 1, warm)
    before, begun = used(), time.perf_counter()
    length = work[mode](voice, count, folder)
    told = {
        "cpu_ms": (used() - before) / count * 1000,
        "setup_s": before - begun_all,
        "wall_s": time.perf_counter() - begun,
        "sound_s": length / count,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))


# -- all of them ----------------------------------------------------------------------------------


def start(mode: str, voice: str, count: int, folder: Path, first: int = 0) -> subprocess.Popen[str]:
    """Begin a run in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, __file__, mode, voice, str(count), str(folder), str(first)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=os.environ)


def run(mode: str, voice: str, count: int, folder: Path) -> dict[str, float]:
    """Return what a run used. Raises RuntimeError when it failed."""
    return result(start(mode, voice, count, folder))


def result(process: subprocess.Popen[str]) -> dict[str, float]:
    """Wait for a run. Raises RuntimeError when it failed."""
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a run ended with {process.returncode}")
    found: dict[str, float] = json.loads(told.splitlines()[-1])
    return found


def compare(voice: str, folder: Path, count: int) -> list[str]:
    """Measure one voice against its naive pipeline."""
    here = folder / voice
    before = run("naive", voice, NAIVE, here / "naive1")
    made = run("ours", voice, count, here / "ours")
    least = run("floor", voice, count // 2, here / "floor")
    again = run("ours", voice, count, here / "ours")
    single = run("unique", voice, NAIVE, here / "unique")
    after = run("naive", voice, NAIVE, here / "naive2")
    base = (before["cpu_ms"] + after["cpu_ms"]) / 2
    whole = made["cpu_ms"]
    noise = f"({before['cpu_ms']:.0f} before, {after['cpu_ms']:.0f} after)"
    over = whole / least["cpu_ms"]
    return [
        f"{voice}: naive {base:.0f} ms CPU a memo of {before['sound_s']:.0f} s {noise}",
        f"  {count} memos, 6 of 8 sentences shared: {whole:.1f} ms, {base / whole:.1f} x naive",
        f"  floor (only the personal sentences): {least['cpu_ms']:.1f} ms; ours {over:.2f} x that",
        f"  all-unique: {single['cpu_ms']:.1f} ms, {base / single['cpu_ms']:.1f} x naive",
        f"  everything cached: {again['cpu_ms']:.2f} ms, {base / again['cpu_ms']:.0f} x naive",
    ]


def two(folder: Path, count: int) -> str:
    """One process against two that share a cache: memos a second of wall time."""
    one = run("ours", "system", count, folder / "one")["wall_s"]
    halves = [
        start("ours", "system", count // 2, folder / "two", first) for first in (0, count // 2)
    ]
    both = max(result(process)["wall_s"] for process in halves)
    return f"two processes: {one / both:.2f} x one (wall time, {os.getloadavg()[0]:.1f} load)"


def memory(folder: Path, few: int, many: int) -> str:
    """The highest memory of few and of many memos (the silent voice, which costs less time)."""
    small = run("ours", "silent", few, folder / "few")["peak_mb"]
    large = run("ours", "silent", many, folder / "many")["peak_mb"]
    return (
        f"peak memory: {small:.0f} MB for {few}, {large:.0f} MB for {many}: {large / small:.2f} x"
    )


def sound(folder: Path) -> str:
    """Print each figure as it is found."""
    if shutil.which("ffmpeg") is None:
        return "the naive pipeline needs the program ffmpeg, which is not here"
    print(*compare("system", folder, MEMOS), sep="\n", flush=True)
    if importlib.util.find_spec("hibari") is not None:
        print(*compare("hibari", folder, MEMOS // 4), sep="\n", flush=True)
    print(two(folder, MEMOS), flush=True)
    print(memory(folder, MEMOS, 5000), flush=True)
    return "done"


if __name__ == "__main__":
    mode_, voice_, count_, folder_, first_ = sys.argv[1:]
    child(mode_, voice_, int(count_), Path(folder_), int(first_))
