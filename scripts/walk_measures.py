"""The walks of `scripts/bench`: random commands over the real program, and what was violated.

``python scripts/walk_measures.py FIRST LAST`` walks some seeds only, and shrinks those that fail.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.walks import steps
from tests.walks import walks as walking

sys.path.pop(0)

WALKS = 300
#: The last of them are made of real processes, which take a hundred times as long; and shorter.
PROCESSES, SHORT = 3, 20
#: What is added up over all walks; "arrived" are messages.
ADDED_UP = ("commands", "killed", "arrived")


def walks(_folder: Path) -> str:
    """Walk all of them, and return what was done and what was violated."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        seeds = range(1, WALKS - PROCESSES + 1)
        made = dict(zip(seeds, pool.map(walking.of_seed, seeds), strict=True))
        last = range(WALKS - PROCESSES + 1, WALKS + 1)
        slow = partial(walking.of_seed, commands=SHORT, processes=True)
        made |= zip(last, pool.map(slow, last), strict=True)
    return shown(made)


def shown(made: dict[int, walking.Walked]) -> str:
    """Return the figures as a page."""
    every = made.values()
    kinds = sum((one.kinds for one in every), Counter())
    bad = {seed: one.violation for seed, one in made.items() if one.violation}
    lines = [
        ", ".join(
            [
                f"{len(made)} walks",
                *(f"{sum(getattr(one, name) for one in every)} {name}" for name in ADDED_UP),
                f"{len(bad)} violations",
            ]
        ),
        f"{len(kinds)} kinds of step: {counts(kinds.items())}",
        f"commands: {counts(sum((one.words for one in every), Counter()).items())}",
        *(f"seed {seed}: {what}" for seed, what in bad.items()),
    ]
    return "\n".join(lines)


def counts(found: Iterable[tuple[str, int]]) -> str:
    """Return names with how often each came, the most frequent first."""
    return ", ".join(f"{name} {count}" for name, count in sorted(found, key=lambda one: -one[1]))


def main(first: int, last: int) -> None:
    """Walk some seeds, and take from those that fail all steps that are not needed for it."""
    for seed in range(first, last + 1):
        made = walking.of_seed(seed)
        print(f"{seed}: {made.commands} commands, {made.arrived} arrived", flush=True)
        if made.violation:
            _, least = walking.shrunk(steps.drawn(seed, walking.COMMANDS), str(seed))
            print("\n".join(f"    {line}" for line in (*least.log, least.violation)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
