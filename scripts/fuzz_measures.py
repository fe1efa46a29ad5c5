"""50,000 inputs over every parser and command: faults, the slowest and the biggest of each."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

HEAD = """
| what is read | inputs | faults | slowest, s | most, MB |
|---|---|---|---|---|
"""
#: How many of a thousand inputs go through whole commands.
COMMANDS = 80


def fuzz() -> str:
    """Return the table. VOICENOTE_FUZZ=COUNT:SEED tries another number, or other inputs."""
    from tests.fuzz.child import CLI
    from tests.fuzz.commands import KINDS
    from tests.fuzz.hunt import hunt
    from tests.fuzz.parsers import PARSERS

    count, _, seed = os.environ.get("VOICENOTE_FUZZ", "50000:1").partition(":")
    whole = int(count)
    through_commands = whole * COMMANDS // 1000
    shares = _shares({name: one.weight for name, one in PARSERS.items()}, whole - through_commands)
    shares |= _shares({f"{CLI}{name}": one[1] for name, one in KINDS.items()}, through_commands)
    rows, faults = "", 0
    for name, share in shares.items():
        found = hunt(name, int(seed or 1), share)
        faults += len(found.faults)
        rows += (
            f"| {name} | {share} | {len(found.faults)} | {found.slowest:.2f} | {found.most:.0f} |\n"
        )
        for one in found.faults:
            print(json.dumps(one), flush=True)
        print(rows.splitlines()[-1], flush=True)
    return f"{whole} inputs, {faults} faults\n{HEAD}{rows}"


def _shares(weights: dict[str, int], whole: int) -> dict[str, int]:
    """Share `whole` out by weight; what is left over goes to the first."""
    total = sum(weights.values())
    shares = {name: whole * weight // total for name, weight in weights.items()}
    first = next(iter(shares))
    return {**shares, first: shares[first] + whole - sum(shares.values())}
