"""The sound part of `scripts/bench`: memos per CPU second beside those of the naive pipeline.

Each figure comes from a process of its own, which prints what it used:
`python sound_measures.py MODE VOICE COUNT FOLDER FIRST`. It warms up, says that it is ready, and
waits for a line before it begins, so that two can begin at once. A machine is never quiet: what is
compared runs in turn, and the baseline before and after ours.

The naive pipeline is what the libraries' own pages show: pyttsx3 (or hibari) speaks the whole text,
pydub normalises it and exports it through the program ffmpeg. A memo has 8 sentences, of which 6
are said to everybody.
"""

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
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
#: How often what must be near to each other is measured in turn.
TURNS = 3


def few_words(number: int) -> list[tuple[str, bool]]:
    """Return a short memo's sentences: for what depends on how many memos there are."""
    return [(f"Hello, this is about order {1000 + number}.", True), (SHARED[2], False)]


def sentences(number: int, *, unique: bool = False) -> list[tuple[str, bool]]:
    """Return a memo's sentences, each with whether it is personal."""
    name, thing = NAMES[number % len(NAMES)], THINGS[number % len(THINGS)]
    first = f"Hello {name}, this is Ada, about order number {1000 + 37 * number} and your {thing}."
    second = f"It came {2 + number % 9} days late, and today we send you {20 + number} euros back."
    shared = [f"{text[:-1]}, {name} {number}." if unique else text for text in SHARED]
    said = [shared[0], first, shared[1], shared[2], second, *shared[3:]]
    return [(text, unique or text in (first, second)) for text in said]


# -- one process ----------------------------------------------------------------------------------


def naive(voice: str, count: int, folder: Path, *, unique: bool = False) -> float:
    """Make memos as everybody would; return their seconds of sound."""
    from pydub import AudioSegment
    from pydub.effects import normalize

    say = _naive_system() if voice == "system" else _naive_hibari()
    length = 0.0
    for number in range(count):
        wav = folder / f"{number}.wav"
        say(" ".join(text for text, _ in sentences(number, unique=unique)), str(wav))
        sound = normalize(AudioSegment.from_wav(str(wav)))
        sound.export(str(wav.with_suffix(".ogg")), format="ogg", codec="libopus", bitrate="32k")
        length += len(sound) / 1000
    return length


@lru_cache(maxsize=1)
def _naive_system() -> Any:
    from voicenote.voice import espeak

    with espeak.bundled_library():
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


@lru_cache(maxsize=1)
def speaker_of(voice: str) -> Any:
    """A voice is made once a process, as the engine does."""
    from voicenote.wiring import make_voice

    return make_voice(voice, {})


def ours(
    voice: str,
    count: int,
    folder: Path,
    *,
    said: Callable[[int], list[tuple[str, bool]]] = sentences,
    first: int = 0,
) -> float:
    """Make memos as voicenote does, with the cache in `folder`; return their seconds of sound."""
    from voicenote.engine.memo.render_job import sounds_of
    from voicenote.model.sentences import Script, Section, Sentence
    from voicenote.sound.formats import Tags
    from voicenote.sound.mixdown import level_for, make_memo
    from voicenote.sound.piece_cache import Cache

    speaker = speaker_of(voice)
    cache = Cache(folder / "cache")
    # As in a workspace: each rendering has a folder of its own.
    memos = Path(tempfile.mkdtemp(prefix="memos-", dir=folder))
    length = 0.0
    for number in range(first, first + count):
        words = tuple(Sentence(Section.OWN, text, personal) for text, personal in said(number))
        script = Script(language="en", template="", sentences=words)
        memo = make_memo(
            script,
            sounds_of(speaker, script, level_for(voice, speaker.version)),
            folder=memos / str(number),
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

    from voicenote.model.sentences import Section, Sentence
    from voicenote.sound.formats import for_speech
    from voicenote.sound.mixdown import level_for
    from voicenote.sound.packets import code, codec_of
    from voicenote.sound.trim import resample

    speaker = speaker_of(voice)
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
    """Do one run when a line comes in, and print what it used, set-up left out."""
    import resource

    def used() -> float:
        who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))

    unique = partial(sentences, unique=True)
    work: dict[str, Callable[[str, int, Path], float]] = {
        "naive": naive,
        "naive-unique": partial(naive, unique=True),
        "floor": floor,
        "ours": partial(ours, first=first),
        "short": partial(ours, said=few_words),
        "unique": partial(ours, said=unique),
    }
    # What is loaded and warmed up once is no part of a memo's price: one run before the clock.
    warm = folder / f"warm{first}"
    warm.mkdir(parents=True, exist_ok=True)
    work[mode](voice, 1, warm)
    print("ready", flush=True)
    sys.stdin.readline()
    before, begun = used(), time.perf_counter()
    length = work[mode](voice, count, folder)
    told = {
        "cpu_ms": (used() - before) / count * 1000,
        "wall_s": time.perf_counter() - begun,
        "sound_s": length / count,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))


# -- all of them ----------------------------------------------------------------------------------

Used = dict[str, float]


def run(
    mode: str, voice: str, count: int, folder: Path, firsts: Sequence[int] = (0,)
) -> list[Used]:
    """Return what runs used that begin at once. Raises RuntimeError when one failed."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, __file__, mode, voice, str(count), str(folder)]
    running = [
        subprocess.Popen(
            [*words, str(first)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for first in firsts
    ]
    for process in running:
        if process.stdout is not None:
            # The naive engine prints on standard output too.
            for line in process.stdout:
                if line == "ready\n":
                    break
    # All are warm now.
    for process in running:
        if process.stdin is not None:
            process.stdin.write("go\n")
            process.stdin.flush()
    found: list[Used] = []
    for process in running:
        told, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(f"a run ended with {process.returncode}")
        found.append(json.loads(told.splitlines()[-1]))
    return found


def compare(voice: str, folder: Path, count: int) -> Iterator[str]:
    """Measure one voice against its naive pipeline, and our run against the floor in turn."""
    baselines = [run("naive", voice, NAIVE, folder / "naive0")[0]]
    made, least, again = [], [], []
    for turn in range(TURNS):
        here = folder / f"ours{turn}"
        made += run("ours", voice, count, here)
        least += run("floor", voice, count, here)
        again += run("ours", voice, count, here)
    baselines += run("naive", voice, NAIVE, folder / "naive1")
    base = statistics.mean(one["cpu_ms"] for one in baselines)
    whole, bare, cached = (
        statistics.median(one["cpu_ms"] for one in some) for some in (made, least, again)
    )
    over = statistics.median(a["cpu_ms"] / b["cpu_ms"] for a, b in zip(made, least, strict=True))
    noise = " and ".join(f"{one['cpu_ms']:.0f}" for one in baselines)
    yield f"{voice}: naive {noise} ms CPU a memo of {baselines[0]['sound_s']:.0f} s"
    yield f"  {count} memos, 6 of 8 sentences shared: {whole:.1f} ms, {base / whole:.1f} x naive"
    yield f"  floor (only the personal sentences): {bare:.1f} ms; ours {over:.2f} x that"
    yield f"  everything cached: {cached:.2f} ms, {base / cached:.0f} x naive"
    theirs = run("naive-unique", voice, NAIVE, folder / "naive2")[0]["cpu_ms"]
    ours_ = run("unique", voice, NAIVE * 2, folder / "unique")[0]["cpu_ms"]
    yield f"  all-unique: {ours_:.1f} ms, naive {theirs:.0f} ms: {theirs / ours_:.1f} x naive"


def two(folder: Path, count: int) -> str:
    """One process against two that share a cache, both warm; and what each memo cost of CPU."""
    rates, costs = [], []
    for turn in range(TURNS):
        [one] = run("ours", "system", count, folder / f"one{turn}")
        halves = run("ours", "system", count // 2, folder / f"two{turn}", (0, count // 2))
        rates.append(one["wall_s"] / max(half["wall_s"] for half in halves))
        costs.append(statistics.mean(half["cpu_ms"] for half in halves) / one["cpu_ms"])
    load, cost = os.getloadavg()[0], statistics.median(costs)
    return (
        f"two processes: {max(rates):.2f} x one at best, {statistics.median(rates):.2f} x in the"
        f" middle (wall time, load {load:.1f}); a memo costs {cost:.2f} x the CPU"
    )


def memory(folder: Path, few: int, many: int) -> str:
    """The highest memory of few and of many short memos."""
    [small] = run("short", "system", few, folder / "few")
    [large] = run("short", "system", many, folder / "many")
    one, two = small["peak_mb"], large["peak_mb"]
    return f"peak memory: {one:.0f} MB for {few}, {two:.0f} MB for {many}: {two / one:.2f} x"


def sound(folder: Path) -> str:
    """Print each figure as it is found."""
    if shutil.which("ffmpeg") is None:
        return "the naive pipeline needs the program ffmpeg, which is not here"
    for voice, count in (("system", MEMOS), ("hibari", MEMOS // 4)):
        if voice == "system" or importlib.util.find_spec(voice) is not None:
            for line in compare(voice, folder / voice, count):
                print(line, flush=True)
    print(two(folder, MEMOS), flush=True)
    print(memory(folder, MEMOS, 5000), flush=True)
    return "done"


if __name__ == "__main__":
    mode_, voice_, count_, folder_, first_ = sys.argv[1:]
    child(mode_, voice_, int(count_), Path(folder_), int(first_))
