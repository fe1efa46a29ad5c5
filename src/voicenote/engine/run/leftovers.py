"""Removes what killed processes left: half messages of an outbox, copies that were in use."""

from __future__ import annotations

from contextlib import suppress

from voicenote.delivery.port import Sweeps
from voicenote.engine.scratch import sweep_scratch
from voicenote.engine.workspace import Workspace
from voicenote.errors import VoicenoteError
from voicenote.ledger import touches
from voicenote.plugins import FALLBACK


def sweep_leftovers(ws: Workspace) -> None:
    """Remove them, never those of a process that lives. Not where nothing can leave.

    The lock of passes is held, and what an earlier pass had in hand is settled.
    """
    if ws.whereabouts is None:
        return
    sweep_scratch(ws.home)

    def is_dead(key: str) -> bool:
        with ws.ledger.read() as tx:
            return touches.is_at_rest(tx, key)

    for name in dict.fromkeys((*ws.settings.channels, FALLBACK)):
        with suppress(VoicenoteError):  # whoever sends or hears by it tells what is wrong
            channel: object = ws.channel(name)
            if isinstance(channel, Sweeps):
                channel.sweep(is_dead)
