"""Fuzz in a process of its own: ``child.py NAME SEED FIRST COUNT``; one line a step on stdout.

``> N`` stands before the input N, ``! JSON`` tells a fault, ``= JSON`` ends it. `hunt.py` reads
that, and ends a child that says nothing for long. Time is processor time, so that a busy machine is
no fault. ``child.py NAME SEED N`` shows one input again, and lets through what it raises.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

#: The bars: processor seconds for one input, and megabytes for the process.
SECONDS, MEGABYTES = 5.0, 500
#: Beyond this much address space a child fails instead of bringing the machine down.
MOST_BYTES = 6 << 30
#: How the names begin of what goes through a whole command.
CLI = "cli-"


def input_of(name: str, seed: int, number: int) -> tuple[bytes, random.Random]:
    """Return an input, the same each time, and the chance that goes on after it."""
    from tests.fuzz.parsers import PARSERS

    chance = random.Random(f"{seed} {name} {number}")
    return PARSERS[name].input(chance), chance


def megabytes() -> float:
    """Return how much memory this process has ever held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def fault(error: BaseException) -> dict[str, object]:
    """Return what arose, and where in our code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "voicenote" in one.filename and "tests" not in one.filename]
    last = (ours or list(frames))[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return {"kind": type(error).__name__, "what": str(error)[:200], "place": place}


def try_parser(name: str, seed: int, number: int, folder: Path) -> dict[str, object]:
    """Hand one input to a parser; return the fault, or nothing, and the seconds it took."""
    from tests.fuzz.parsers import PARSERS
    from voicenote.errors import VoicenoteError

    data, chance = input_of(name, seed, number)
    begun = time.process_time()
    found: dict[str, object] = {}
    try:
        PARSERS[name].call(data, folder, chance)
    except VoicenoteError as error:
        if type(error) is VoicenoteError:  # of no kind: exit code 70
            found = fault(error)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        found = fault(error)
    return {**found, "took": time.process_time() - begun}


def try_command(name: str, seed: int, number: int, folder: Path) -> dict[str, object]:
    """Call one command; return the fault, or nothing, and the seconds it took."""
    from tests.fuzz.commands import call, template

    made = folder / "made"
    if not made.exists():
        made.mkdir()
        template(made)
    chance = random.Random(f"{seed} {name} {number}")
    begun = time.process_time()
    case, code, told = call(name.removeprefix(CLI), made, folder, chance)
    found: dict[str, object] = {}
    if code not in range(70) and code not in range(71, 256):
        lines = told.splitlines()
        places = [line.rpartition("/")[2] for line in lines if "/voicenote/" in line]
        said = next((line for line in reversed(lines) if "Error" in line), told)[-200:]
        words = [word[:80] for word in case.words]
        found = {"kind": code, "what": said, "place": (places or [""])[-1], "words": words}
    return {**found, "took": time.process_time() - begun}


def run(name: str, seed: int, first: int, count: int) -> None:
    """Try inputs one after the other, and tell."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, resource.RLIM_INFINITY))
    folder = Path(tempfile.mkdtemp(prefix="voicenote-fuzz-"))
    tried = try_command if name.startswith(CLI) else try_parser
    slowest = 0.0
    try:
        for number in range(first, first + count):
            print(f"> {number}", flush=True)
            before = megabytes()
            found = tried(name, seed, number, folder)
            took = float(str(found.pop("took")))
            slowest = max(slowest, took)
            if took > SECONDS:
                found["slow"] = round(took, 1)
            if megabytes() > max(MEGABYTES, before):
                found["big"] = round(megabytes())
            if found:
                print("! " + json.dumps({"at": name, "number": number, **found}), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("= " + json.dumps({"slowest": slowest, "most": megabytes()}), flush=True)


def again(name: str, seed: int, number: int, folder: Path) -> None:
    """Show one input, and let what it raises through."""
    if name.startswith(CLI):
        from tests.fuzz.commands import call, template

        made = folder / "made"
        made.mkdir()
        template(made)
        chance = random.Random(f"{seed} {name} {number}")
        print(*call(name.removeprefix(CLI), made, folder, chance), sep="\n")
        return
    from tests.fuzz.parsers import PARSERS

    data, chance = input_of(name, seed, number)
    print(data[:2000], len(data), flush=True)
    PARSERS[name].call(data, folder, chance)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        with tempfile.TemporaryDirectory() as place:
            again(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(place))
    else:
        run(sys.argv[1], *map(int, sys.argv[2:5]))
