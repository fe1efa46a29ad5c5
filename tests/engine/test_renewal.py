"""A daemon takes up changed settings, and is not stopped by wrong ones."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.world import ENV, Clock, World, without_sound
from tests.engine.world import workspace as plain_workspace
from voicenote.engine.run.run_once import Turn
from voicenote.engine.run.scheduler import Daemon, Renewal
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, VoicenoteError
from voicenote.settings import load

BOX = {"VOICENOTE_CHANNELS__BOX__KIND": "outbox"}


class Watching(World):
    """A channel that waits for news, which never come, until it is told to stop."""

    begun = ended = 0

    def watch(self, stopped: Callable[[], bool]) -> Iterator[None]:
        self.begun += 1
        while not stopped():
            threading.Event().wait(0.01)
        self.ended += 1
        yield from ()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "voicenote.toml").write_text('[schedule]\nquiet_hours = "20:00-09:00"\n')
    return tmp_path / "voicenote.toml"


@pytest.fixture
def anew(file: Path, clock: Clock) -> Iterator[Callable[[], Workspace]]:
    """Open the workspace with the settings as they are now."""
    opened: list[Workspace] = []

    def open_() -> Workspace:
        load(file.parent, ENV)
        opened.append(plain_workspace(file.parent, clock, Watching(), BOX))
        return opened[-1]

    with without_sound():
        yield open_
    for ws in opened:
        ws.close()


def quiet(file: Path, hours: str) -> None:
    file.write_text(f'[schedule]\nquiet_hours = "{hours}"\n')


def test_settings_that_are_as_they_were_open_nothing(
    file: Path, anew: Callable[[], Workspace]
) -> None:
    renewal = Renewal(file, anew)
    quiet(file, "20:00-09:00")
    assert renewal.look() is None


def test_changed_settings_open_the_workspace_anew_once(
    file: Path, anew: Callable[[], Workspace]
) -> None:
    renewal = Renewal(file, anew)
    quiet(file, "off")
    found = renewal.look()
    assert found is not None
    assert found.decency.quiet_hours is None
    assert renewal.look() is None


def test_wrong_settings_are_told_once_and_right_ones_taken_up(
    file: Path, anew: Callable[[], Workspace]
) -> None:
    renewal = Renewal(file, anew)
    file.write_text('[owner]\nlanguage = 7\n[schedule]\nquiet_hours = "off"\n')
    with pytest.raises(BadSettings, match="not used") as caught:
        renewal.look()
    assert [problem.field for problem in caught.value.problems] == ["owner.language"]
    assert renewal.look() is None
    quiet(file, "off")
    assert renewal.look() is not None


def test_a_file_that_is_removed_or_made_is_a_change(
    file: Path, anew: Callable[[], Workspace]
) -> None:
    renewal = Renewal(file, anew)
    file.unlink()
    assert renewal.look() is not None
    quiet(file, "off")
    assert renewal.look() is not None


def test_a_daemon_with_new_settings_still_obeys_in_the_midst_of_a_pass(
    file: Path, anew: Callable[[], Workspace]
) -> None:
    opened = [anew()]

    def open_anew() -> Workspace:
        opened.append(anew())
        return opened[-1]

    def tell(_what: Turn | VoicenoteError) -> None:
        if len(opened) == 1:
            quiet(file, "off")
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    Daemon(opened[0], every_s=0.01, tell=tell, renewal=Renewal(file, open_anew)).run()
    assert [ws.stopped() for ws in opened] == [True, True]


def test_a_daemon_goes_on_with_the_new_settings(file: Path, anew: Callable[[], Workspace]) -> None:
    """Its passes and its watchers; a wrong file is told once, and ends neither."""
    heard: list[Turn | VoicenoteError] = []
    opened = [anew()]
    worlds = [opened[0].channel("box")]
    ended_before: list[int] = []

    def open_anew() -> Workspace:
        opened.append(anew())
        worlds.append(opened[-1].channel("box"))
        return opened[-1]

    def tell(what: Turn | VoicenoteError) -> None:
        heard.append(what)
        ended_before.append(getattr(worlds[0], "ended", 0))
        if len(heard) == 1:
            file.write_text("not TOML at all")
        elif len(heard) == 4:
            quiet(file, "off")
        elif len(heard) > 50 or (len(opened) > 1 and isinstance(what, Turn)):
            os.kill(os.getpid(), signal.SIGTERM)

    Daemon(opened[0], every_s=0.01, tell=tell, renewal=Renewal(file, open_anew)).run()
    assert [type(what) for what in heard[:4]] == [Turn, BadSettings, Turn, Turn]
    assert sum(isinstance(what, BadSettings) for what in heard) == 1
    assert len(opened) == 2
    assert (ended_before[0], ended_before[-1]) == (0, 1)
    assert [(world.begun, world.ended) for world in worlds if isinstance(world, Watching)] == [
        (1, 1),
        (1, 1),
    ]


def test_a_daemon_runs_again_after_new_settings_could_not_be_opened(
    file: Path, anew: Callable[[], Workspace]
) -> None:
    """A full disk, for instance; the timer ends a daemon that has booked no other run."""
    heard: list[Turn | VoicenoteError] = []

    def end() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def open_anew() -> Workspace:
        quiet(file, "20:00-09:00")  # as before: the next run has nothing to take up
        raise OSError(28, "No space left on device")

    def tell(what: Turn | VoicenoteError) -> None:
        heard.append(what)
        end()

    daemon = Daemon(anew(), every_s=0.01, tell=tell, renewal=Renewal(file, open_anew))
    quiet(file, "off")
    limit = threading.Timer(20, end)
    limit.start()
    daemon.run()
    limit.cancel()
    assert {type(what) for what in heard} == {Turn}
