"""Whatever comes in is its writer's: no stop and no answer is lost, and none is another's."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.databases import own_database
from tests.inbound.ground import Ground
from tests.inbound.trial import run_try


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground() as made:
        yield made


@pytest.mark.parametrize("seed", [1, 2])
def test_no_stop_and_no_answer_is_lost_or_crossed(ground: Ground, seed: int) -> None:
    """Letters, updates and webhooks of many kinds come in, some of them twice."""
    outcome = run_try(ground, random.Random(seed), 60)
    assert outcome.counts.total() >= 60
    assert [str(one) for one in outcome.faults] == []


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(chance=st.randoms(use_true_random=False))
def test_any_few_messages_are_their_writers(ground: Ground, chance: random.Random) -> None:
    """A few messages, which Hypothesis draws and makes fewer when one is lost."""
    assert [str(one) for one in run_try(ground, chance, 6).faults] == []


def test_it_is_the_same_on_postgresql(postgres_url: str) -> None:
    """The ledger is another one; what is heard is the same."""
    with own_database(postgres_url) as url, Ground(url) as made:
        outcome = run_try(made, random.Random(7), 20)
    assert [str(one) for one in outcome.faults] == []
