"""A small share of `scripts/bench fuzz`: whatever is given is read or refused, and soon."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.child import MEGABYTES, SECONDS, try_command, try_parser
from tests.fuzz.commands import KINDS
from tests.fuzz.parsers import PARSERS

#: The inputs of this run: other ones each time, but in CI.
SEED = 1 if os.environ.get("CI") else int.from_bytes(os.urandom(3), "big")


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_reads_or_refuses_whatever_is_given(name: str, tmp_path: Path) -> None:
    for number in range(40):
        found = try_parser(name, SEED, number, tmp_path)
        assert float(str(found.pop("took"))) < SECONDS, (name, SEED, number)
        assert not found, f"child.py {name} {SEED} {number}: {found}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_never_ends_with_our_fault(kind: str, tmp_path: Path) -> None:
    for number in range(8):
        found = try_command(f"cli-{kind}", SEED, number, tmp_path)
        assert float(str(found.pop("took"))) < SECONDS, (kind, SEED, number)
        assert not found, f"child.py cli-{kind} {SEED} {number}: {found}"


def test_the_bars_are_those_of_the_house() -> None:
    assert (SECONDS, MEGABYTES) == (5.0, 500)
