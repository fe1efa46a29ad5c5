"""The messages of `scripts/bench inbound`: what comes in by mail, Telegram and WhatsApp."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

#: Every so many tries are made on PostgreSQL, where there is one.
SHARE = 10
PROCESSES = 2


def inbound() -> str:
    """Let 10,000 messages come in; return how many, and what was lost, crossed or changed.

    VOICENOTE_INBOUND=COUNT:SEED tries another number, or begins with another seed: a run that was
    broken off goes on with the seed after the last one that it printed. One seed alone is tried
    again with 100:SEED.
    """
    from tests.inbound.whole import SIZE, one_try

    count, _, seed = os.environ.get("VOICENOTE_INBOUND", "10000:1").partition(":")
    first = int(seed or 1)
    seeds = range(first, first + -(-int(count) // SIZE))
    url = os.environ.get("VOICENOTE_TEST_POSTGRES", "")
    ledgers = [url if number % SHARE == 0 else "" for number in seeds]
    came, faults = Counter[str](), Counter[str]()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for number, counts, found in pool.map(one_try, seeds, ledgers):
            came.update(counts)
            faults.update(one.partition(":")[0] for one in found)
            for line in (f"seed {number}: {counts.total()} messages", *found):
                print(line, flush=True)
    on_postgres = SIZE * sum(map(bool, ledgers))
    twice = came.pop("twice", 0)
    told = f"{came.total()} messages ({on_postgres} on PostgreSQL), {twice} of them again"
    return "\n".join([f"{told}; {faults.total()} faults", *_table(came), *_table(faults)])


def _table(counted: Counter[str]) -> Iterator[str]:
    for name, number in sorted(counted.items()):
        yield f"| {name} | {number} |"
