"""Random walks over the real program: walked, and shrunk where an invariant does not hold.

Each seed is one walk, always the same. `scripts/walk_measures.py` walks many, and prints.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.walks.at_the_door import AT_THE_DOOR
from tests.walks.invariants import INVARIANTS
from tests.walks.steps import STEPS, drawn
from tests.walks.walk import Check, Violated, Walk

COMMANDS = 50
CHECKS: tuple[Check, ...] = (*INVARIANTS, *AT_THE_DOOR)
Steps = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Walked:
    """A walk that is over: its commands, its steps by kind, what arrived, and what was violated."""

    commands: int
    kinds: Counter[str]
    words: Counter[str]
    arrived: int
    killed: int
    violation: str = ""
    log: tuple[str, ...] = ()


def walk(
    steps: Steps,
    seed: str,
    commands: int = COMMANDS,
    checks: Sequence[Check] = CHECKS,
    *,
    processes: bool = False,
) -> Walked:
    """Walk these steps until so many commands are done; stop at the first violation."""
    kinds: Counter[str] = Counter()
    violation = ""
    with tempfile.TemporaryDirectory(prefix="voicenote-walk-") as folder:
        walker = Walk(Path(folder), seed, checks, processes=processes)
        try:
            for name, chance in steps:
                if walker.calls >= commands:
                    break
                kinds[name] += 1
                walker.log.append(f"-- {name}")
                STEPS[name](walker, random.Random(chance))  # noqa: S311 - not a secret
        except Violated as error:
            violation = f"{name}: {error}"
        finally:
            walker.close()
    lines = [line.split() for line in walker.log if not line.startswith("--")]
    return Walked(
        commands=len(lines),
        kinds=kinds,
        words=Counter(line[2] for line in lines),
        arrived=len(walker.world.arrived),
        killed=sum(line[-1] == "killed" for line in lines),
        violation=violation,
        log=tuple(walker.log),
    )


def of_seed(seed: int, commands: int = COMMANDS, *, processes: bool = False) -> Walked:
    """Walk the walk of a seed."""
    return walk(drawn(seed, commands), str(seed), commands, processes=processes)


def shrunk(steps: Steps, seed: str, commands: int = COMMANDS) -> tuple[Steps, Walked]:
    """Take steps from a walk that fails for as long as it fails in the same way."""
    best = walk(steps, seed, commands)
    kind = _kind(best.violation)
    steps = list(steps[: sum(best.kinds.values())])
    size = max(1, len(steps) // 2)
    while size:
        place = 0
        while place < len(steps):
            fewer = [*steps[:place], *steps[place + size :]]
            made = walk(fewer, seed, 10 * commands)
            if _kind(made.violation) == kind:
                steps, best = fewer, made
            else:
                place += size
        size //= 2
    return steps, best


def _kind(violation: str) -> str:
    """What a violation is about, without its numbers."""
    words = violation.partition("': ")[2] or violation.rpartition(": ")[2]
    return " ".join(word for word in words.split() if word.isalpha())[:60]
