"""Tries in other processes: each process has a ground of its own for each kind of ledger."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import ExitStack
from functools import cache
from multiprocessing.util import Finalize

from tests.fakes.databases import own_database
from tests.inbound.ground import Ground
from tests.inbound.trial import run_try

#: How many messages come in in one try.
SIZE = 100


def one_try(seed: int, postgres: str) -> tuple[int, Counter[str], list[str]]:
    """Return the seed, what came in, and the faults of one try; `postgres` is a server's URL or ""."""
    outcome = run_try(_ground(postgres), random.Random(seed), SIZE)
    return seed, outcome.counts, [str(one) for one in outcome.faults]


@cache
def _ground(postgres: str) -> Ground:
    stack = ExitStack()
    Finalize(None, stack.close, exitpriority=10)
    url = stack.enter_context(own_database(postgres)) if postgres else ""
    return stack.enter_context(Ground(url))
