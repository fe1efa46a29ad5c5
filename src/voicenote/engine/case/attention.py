"""What needs the owner most, over all cases."""

from __future__ import annotations

from datetime import datetime

from voicenote.engine.case.learning import returned
from voicenote.engine.clocks import clocks_of
from voicenote.engine.workspace import Workspace
from voicenote.followup.care import acknowledged_at, clock_start
from voicenote.followup.standing import memo_at
from voicenote.followup.urgent import Need, Row, ranked
from voicenote.ledger import cases
from voicenote.ledger.snapshots import snapshots
from voicenote.model.snapshot import Snapshot
from voicenote.schedule.clocks import Clocks, ClockState, Reading, read_clock


def what_needs_me(ws: Workspace) -> tuple[Need, ...]:
    """Return everything that needs the owner, the most urgent first."""
    clocks = clocks_of(ws.settings.policy)
    with ws.ledger.read() as tx:
        found = snapshots(tx, cases.numbers_of(tx), ws.zone_of).values()
        back = returned(tx, (seen.case for seen in found))
        rows = [
            Row(seen, _breached(seen, tx.now, clocks), back.get(seen.case.number, ""))
            for seen in found
        ]
        return ranked(rows, tx.now)


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
