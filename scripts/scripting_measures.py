"""The `scripting` part of `scripts/bench`: scripts for all cases of a ledger, by processor time."""

import csv
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

CASES = 4_000
STORY = (
    "the cake was late and nobody called me back about it so I waited all day in the rain with my "
    "mother while the guests were sitting there"
)


def rows() -> Iterator[list[object]]:
    """Yield complaints that all say something else, each with a promise."""
    words = STORY.split()
    yield [
        "ref", "customer", "email", "what_happened", "bothered_most", "feeling",
        "amends", "amends_kind", "amends_value", "promised_by",
    ]  # fmt: skip
    for n in range(CASES):
        turn = n % len(words)
        said = [*words[turn:], *words[:turn]]
        yield [
            n, "Dana Berg", f"d{n}@example.com", f"{' '.join(said)} {n}", " ".join(said[:9]),
            "angry", "your money back", "refund", f"{20 + n % 50} EUR", "2099-01-10",
        ]  # fmt: skip


def scripting(folder: Path) -> str:
    """Write the scripts of all cases of a SQLite ledger with `voicenote script --all`."""
    file = folder / "many.csv"
    with file.open("w", newline="", encoding="utf-8") as kept:
        csv.writer(kept).writerows(rows())
    program = [str(Path(sys.executable).with_name("voicenote")), "--home", str(folder), "-q"]
    quiet = subprocess.DEVNULL
    subprocess.run([*program, "init", "--name", "Mia Berg"], check=True, stdout=quiet)
    subprocess.run([*program, "import", str(file)], check=True, stdout=quiet)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*program, "script", "--all"], check=True, stdout=quiet)
    after, done = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (
        f"{CASES} cases: {CASES / took:.0f} scripts a second of processor time, "
        f"{CASES / (done - begun):.0f} by the clock, the start included"
    )
