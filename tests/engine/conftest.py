from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from world import Clock, World, without_sound, workspace

from voicenote.engine.workspace import Workspace


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: World) -> Iterator[Workspace]:
    with without_sound():
        opened = workspace(tmp_path, clock, world)
        yield opened
        opened.close()
