"""What needs the owner most, over all cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from voicenote.engine.case.cause_history import warn_of_returned_causes
from voicenote.engine.response_clocks import clocks_of
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData
from voicenote.followup.case_status import memo_at
from voicenote.followup.cooling_off import acknowledged_at, clock_start
from voicenote.followup.priorities import Need, Row, rank_needs
from voicenote.ledger import case_store
from voicenote.ledger.snapshots import snapshots
from voicenote.ledger.unreadable import readable
from voicenote.model.snapshot import Snapshot
from voicenote.schedule.clocks import Clocks, ClockState, Reading, read_clock


def what_needs_me(ws: Workspace) -> tuple[Need, ...]:
    """Return everything that needs the owner, the most urgent first."""
    return weigh_cases(ws)[0]


def weigh_cases(ws: Workspace) -> tuple[tuple[Need, ...], Mapping[int, BadData]]:
    """Return everything that needs the owner, the most urgent first; and what cannot be read."""
    clocks = clocks_of(ws.settings.policy)
    with ws.ledger.read() as tx:
        known, bad = readable(
            lambda some: snapshots(tx, some, ws.zone_of), case_store.numbers_of(tx)
        )
        found = known.values()
        back = warn_of_returned_causes(tx, (seen.case for seen in found))
        rows = [
            Row(seen, _breached(seen, tx.now, clocks), back.get(seen.case.number, ""))
            for seen in found
        ]
        return rank_needs(rows, tx.now), bad


def clock_of(seen: Snapshot, now: datetime, clocks: Clocks) -> Reading | None:
    """Return how a case stands against its clocks (R4); None where no clock runs."""
    start = clock_start(seen)
    if start is None:
        return None
    told, memo = acknowledged_at(seen), memo_at(seen)
    return read_clock(start, now, acknowledged_at=told, memo_at=memo, clocks=clocks)


def _breached(seen: Snapshot, now: datetime, clocks: Clocks) -> bool:
    reading = clock_of(seen, now, clocks)
    return reading is not None and reading.state is ClockState.BREACHED
