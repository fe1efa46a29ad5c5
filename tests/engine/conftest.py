from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.house import House
from tests.engine.world import Clock, World, without_sound, workspace
from voicenote.engine.memo import render_job
from voicenote.engine.workspace import Workspace
from voicenote.sound import mixdown


@pytest.fixture(autouse=True)
def sound_is_put_back() -> Iterator[None]:
    """Fail a test that leaves the stand-in for sound to those that come after it."""
    yield
    assert vars(render_job)["make_memo"] is mixdown.make_memo, (
        "the stand-in for sound was left in its place"
    )


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


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    with without_sound():
        made = House(tmp_path, clock)
        yield made
        for ws in made.opened:
            ws.close()
