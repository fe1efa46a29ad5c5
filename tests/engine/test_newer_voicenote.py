"""A newer voicenote takes the ledger over while an older one runs: the older one ends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.world import World, release, states, take, told
from voicenote.engine.case import approval
from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.engine.run.scheduler import Daemon
from voicenote.engine.workspace import Workspace
from voicenote.errors import SchemaChanged, VoicenoteError


def due(ws: Workspace) -> int:
    """A case whose only touch is due."""
    [number] = take(ws, told(time_zone="UTC"))
    approval.change_plan(ws, number, "few-words")
    release(ws, number)
    return number


def migrate(ws: Workspace) -> None:
    """What a newer voicenote does first of all."""
    with ws.ledger.engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")


def test_a_pass_does_nothing_on_a_ledger_that_is_newer(ws: Workspace, world: World) -> None:
    number = due(ws)
    migrate(ws)
    with pytest.raises(SchemaChanged, match="newer voicenote") as told_:
        one_pass(ws)
    assert told_.value.exit_code == 69
    assert (world.keys, states(ws, number)) == ([], ["memo due"])


def test_a_pass_in_whose_midst_it_is_migrated_sends_no_more(
    ws: Workspace, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it comes to light just before a touch would leave."""
    number = due(ws)
    plain = world.send

    def send(parcel: Any, commit: Any) -> Any:
        migrate(ws)
        return plain(parcel, commit)

    monkeypatch.setattr(world, "send", send)
    with pytest.raises(SchemaChanged):
        one_pass(ws)
    assert (world.keys, states(ws, number)) == ([], ["memo sending"])


def test_a_daemon_ends_and_says_why(ws: Workspace, world: World) -> None:
    migrate(ws)
    heard: list[Turn | VoicenoteError] = []
    with pytest.raises(SchemaChanged, match="newer voicenote"):
        Daemon(ws, every_s=60, tell=heard.append).run()
    assert heard == []
    assert world.keys == []
