"""What needs the owner most, over all cases."""

from __future__ import annotations

from voicenote.engine.workspace import Workspace
from voicenote.followup.urgent import Need, Row, ranked
from voicenote.ledger import cases
from voicenote.ledger.snapshots import snapshots


def what_needs_me(ws: Workspace) -> tuple[Need, ...]:
    """Return everything that needs the owner, the most urgent first."""
    breach_s = ws.settings.policy.breach_hours * 3600
    with ws.ledger.read() as tx:
        found = snapshots(tx, cases.numbers_of(tx), ws.zone_of).values()
        rows = [
            Row(seen, (tx.now - seen.case.complaint.opened_at).total_seconds() > breach_s)
            for seen in found
        ]
        return ranked(rows, tx.now)
