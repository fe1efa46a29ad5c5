"""After a gap, asks channels that keep sent messages what was sent, before sending again.

A machine restored to an earlier moment, ledger and memory together, doesn't know what it sent
after that; the folder of sent mail does. When a run begins long after the one before, which is
how such a restore looks from inside, the channels are asked about all that is due.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from voicenote.delivery.port import Recalls
from voicenote.engine.case.routing import brings_answers
from voicenote.engine.run.rate_limits import HoldReason, Quota
from voicenote.engine.run.send import record
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed, VoicenoteError
from voicenote.ledger import attempts, meta, touches
from voicenote.ledger.changes import change_touch
from voicenote.model.receipt import Receipt, ReceiptKind
from voicenote.model.touch import TouchState

#: A run this long after the one before asks. Under cron one begins every five minutes.
GAP = timedelta(minutes=15)
#: How long messages wait at most for a channel that can't be asked.
PATIENCE = timedelta(days=1)
#: After this long it is asked again.
AGAIN = timedelta(minutes=5)
#: A mailbox may count its days in another time zone.
MARGIN = timedelta(days=1)
_NAME = "to_recall"
_TELL = "please tell whoever made the channel"


def recall_sent(
    ws: Workspace, room: Quota, since: datetime | None
) -> tuple[int, list[tuple[str, VoicenoteError]]]:
    """Mark due messages as sent when their channel says that they already were; for a run.

    `since` is when the last run was. A channel that can't be asked yet sends nothing in this run
    (see `room`), for a day at most. Returns how many were sent, and (channel, error) of what is
    sent without asking.
    """
    found, troubles = 0, list[tuple[str, VoicenoteError]]()
    if ws.whereabouts is None:
        return found, troubles
    with ws.ledger.read() as tx:
        ways, now = attempts.ways_due(tx), tx.now
        # the channels still to be asked: since when, and when they were first asked
        kept: dict[str, list[str]] = json.loads(meta.get(tx, _NAME) or "{}")
    if since is not None and now - since > GAP:
        kept = {name: [since.isoformat(), now.isoformat()] for name in ways.values()} | kept
    left: dict[str, list[str]] = {}
    for name, (begin, asked) in kept.items():
        due = [number for number, way in ways.items() if way == name]
        given_up = now - datetime.fromisoformat(asked) > PATIENCE
        if given_up and not due:
            left[name] = [begin, asked]
        try:
            channel: object = ws.channel(name) if due else None
            if isinstance(channel, Recalls):
                day = (datetime.fromisoformat(begin) - MARGIN).date()
                found += _note(ws, due, channel.sent_since(day))
        except Exception as slip:  # noqa: BLE001 - an error in one channel must not stop the others
            what = f"the channel {name!r} has failed ({type(slip).__name__})"
            error = slip if isinstance(slip, VoicenoteError) else VoicenoteError(what, _TELL)
            why = f"{error.what}, so it isn't known what was already sent"
            left[name] = [begin, asked]  # until it answers: the next wait isn't a whole day again
            if given_up:
                went = Postponed(f"{why}; what was due went without", error.advice)
                troubles.append((name, went))
            else:
                room.full[name, ""] = HoldReason(channel=name, why=why, until=now + AGAIN)
    if left or kept:
        with ws.ledger.write("voicenote", lasting=False) as tx:
            meta.put_value(tx, _NAME, json.dumps(left) if left else "")
    return found, troubles


def _note(ws: Workspace, due: list[int], sent: Mapping[str, datetime]) -> int:
    """Mark the due messages whose keys are in `sent` as sent; return how many."""
    found = 0
    for number in due if sent else ():
        with ws.ledger.read() as tx:
            touch = touches.get(tx, number)
            now = tx.now
            # a copy may be from before a person booked it again
            mine = touch.key in sent and not attempts.tried_before(tx, touch)
        if not mine:
            continue
        at = sent[touch.key]
        at = now if at.year < 1971 else min(at, now)  # not every mailbox tells when
        detail = {"found": "among the sent mail, after a gap"}
        receipt = Receipt(kind=ReceiptKind.ACCEPTED, at=at, detail=detail)
        with ws.ledger.write("voicenote") as tx:
            if touches.get(tx, number).state is not TouchState.DUE:
                continue
            facts: dict[str, object] = {"channel": touch.channel}
            change_touch(
                tx,
                number,
                "find",
                facts=facts,
                sent_at=at,
                answerable=brings_answers(ws, touch.channel),
            )
            record(tx, touch, receipt)
        found += 1
    return found
