"""What is looked at before there are settings."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from voicenote.engine.admin import health
from voicenote.engine.admin.check_result import settings_problems
from voicenote.engine.admin.health import look_around
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, Problem, Unavailable
from voicenote.ledger import pauses

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def abouts(home: Path, now: datetime = NOW, **broken: str) -> dict[str, bool]:
    return {one.about: one.ok for one in look_around(home, now, broken)}


def test_a_good_folder_is_fine(tmp_path: Path) -> None:
    assert abouts(tmp_path) == {"folder": True, "disk": True}


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert abouts(tmp_path / "none") == {"folder": False}


def test_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=2**20))
    assert abouts(tmp_path)["disk"] is False


def test_a_clock_that_stands_in_the_past(tmp_path: Path) -> None:
    assert abouts(tmp_path, datetime(1970, 1, 1, tzinfo=UTC))["clock"] is False


def test_broken_plug_ins_are_named(tmp_path: Path) -> None:
    assert abouts(tmp_path, parrot="no feathers")["plug-ins"] is False


def test_each_problem_of_the_settings_has_its_cure() -> None:
    error = BadSettings("two", "correct", [Problem("a", "b", line=3, field="x.y"), Problem("c")])
    assert [(one.what, one.cure) for one in settings_problems(error)] == [
        ("line 3: x.y: a", "b"),
        ("c", "correct"),
    ]


def stuck(ws: Workspace) -> list[tuple[str, bool]]:
    about = ("messages", "pause", "channels", "touches")
    found = [one for one in health.look_inside(ws, {}) if one.about in about]
    return [(one.about, one.ok) for one in found if one.about != "channels" or not one.ok]


def test_with_a_paused_channel_it_is_not_said_that_nothing_is_stuck(ws: Workspace) -> None:
    assert stuck(ws) == [("messages", True)]
    with ws.ledger.write() as tx:
        pauses.pause(tx, "mail", 10, 5)
    assert stuck(ws) == [("pause", False)]


def test_with_a_channel_that_is_gone_it_is_not_said_that_nothing_is_stuck(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "channels_gone", lambda *_: {"mail": [1]})
    assert stuck(ws) == [("channels", False)]


def test_a_check_of_messages_that_fails_is_called_messages(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("no", "wait")

    monkeypatch.setattr(health, "channels_gone", fail)
    assert stuck(ws) == [("messages", False)]
