"""Cleanup after killed processes: unfinished outbox messages and scratch copies."""

from __future__ import annotations

from contextlib import suppress

from voicenote.delivery.port import Sweeps
from voicenote.engine.scratch import sweep_scratch
from voicenote.engine.workspace import Workspace
from voicenote.errors import VoicenoteError
from voicenote.ledger import touches
from voicenote.plugins import FALLBACK


def sweep_leftovers(ws: Workspace) -> None:
    """Remove leftovers, never those of a live process; a no-op when nothing can be sent.

    The caller holds the run lock and has settled what an earlier run had in flight.
    """
    if ws.whereabouts is None:
        return
    sweep_scratch(ws.home)

    def is_dead(key: str) -> bool:
        with ws.ledger.read() as tx:
            return touches.is_at_rest(tx, key)

    for name in dict.fromkeys((*ws.settings.channels, FALLBACK)):
        with suppress(VoicenoteError):  # sending or receiving by it reports what is wrong
            channel: object = ws.channel(name)
            if isinstance(channel, Sweeps):
                channel.sweep(is_dead)
