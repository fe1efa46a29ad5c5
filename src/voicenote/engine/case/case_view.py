"""What `cases` and `show` tell, as plain data with the keys that ``--json`` promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from voicenote.engine.case.attention import clock_of
from voicenote.engine.case.cause_history import warn_of_returned_causes
from voicenote.engine.case.release import mark_stale
from voicenote.engine.response_clocks import clocks_of
from voicenote.engine.workspace import Workspace
from voicenote.followup.closing_rules import missing
from voicenote.ledger import attempts, case_reports, scripts, touches
from voicenote.ledger.scripts import StoredDraft
from voicenote.ledger.snapshots import snapshot
from voicenote.model.case import Case, Stage
from voicenote.model.memo import Synthetic
from voicenote.model.promise import Amends
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import IN_FLIGHT, Touch


def case_view(ws: Workspace, number: int) -> dict[str, Any]:
    """Return one case whole, with what still keeps its loop open."""
    policy = ws.settings.policy
    with ws.ledger.read() as tx:
        seen = mark_stale(ws, tx, {number: snapshot(tx, number, ws.zone_of)})[number]
        case = seen.case
        found = scripts.drafts(tx, [number]).get((number, case.round))
        told = case_reports.history(tx, number)
        back = warn_of_returned_causes(tx, [case]).get(number, "")
        refused = attempts.refusals(tx, number)
        flying = {
            touch.number: touches.claim_of(tx, touch.number)[2]
            for touch in seen.touches
            if touch.state in IN_FLIGHT
        }
        now = tx.now
    clock = None if case.stage is Stage.CLOSED else clock_of(seen, now, clocks_of(policy))
    return {
        "case": number,
        **_complaint(case),
        "stage": case.stage.value,
        "round": case.round,
        "outcome": case.outcome.value if case.outcome else None,
        "batch": case.batch,
        "plan": case.plan,
        "overdue": overdue(case, now, seen.zone),
        "opted_out": seen.opted_out,
        "clock": clock.text if clock else "",
        "local_zone": seen.zone.key,
        "zone_note": ws.clock_of(case.customer).note,
        "warnings": [back] if back and case.stage is not Stage.CLOSED else [],
        "amends": [_amends(amends, now, seen.zone) for amends in case.amends],
        "script": _script(found, case.stage),
        "memo": _memo(ws, found, case.stage) if found else None,
        "touches": [
            {
                **_touch(touch, seen, refused),
                "in_flight_since": flying.get(touch.number),
            }
            for touch in seen.touches
        ],
        "answers": [asdict(answer) for answer in seen.answers],
        "lesson": asdict(case.lesson) if case.lesson else None,
        "missing": [] if case.stage is Stage.CLOSED else list(missing(seen)),
        "history": told,
    }


def overdue(case: Case, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a promise of the case is overdue on the customer's calendar."""
    today = now.astimezone(zone).date()
    return case.stage is not Stage.CLOSED and any(one.overdue(today) for one in case.amends)


def _complaint(case: Case) -> dict[str, Any]:
    complaint, person = case.complaint, case.customer
    told = asdict(complaint)
    for name in ("customer", "promises", "assumed"):
        del told[name]
    told["harm"] = str(complaint.harm.amount) if complaint.harm else None
    told["currency"] = complaint.harm.currency if complaint.harm else None
    addresses = asdict(person)
    name = addresses.pop("name")
    return {"customer": name, **addresses, **told}


def _amends(amends: Amends, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    promise = amends.promise
    return {
        "amends": amends.name,
        "kind": promise.kind.value,
        "text": promise.text,
        "value": str(promise.value.amount) if promise.value else None,
        "currency": promise.value.currency if promise.value else None,
        "target": promise.target,
        "promised_by": promise.promised_by,
        "owner": promise.owner,
        "state": amends.state.value,
        "overdue": amends.overdue(now.astimezone(zone).date()),
        "evidence": amends.evidence,
        "done_at": amends.done_at,
        "confirmed_at": amends.confirmed_at,
    }


def _approved(found: StoredDraft, stage: Stage) -> bool:
    """Whether an approval stands: one that was taken back waits to be given again."""
    return found.approved and not found.tampered and stage is not Stage.RENDERED


def _script(found: StoredDraft | None, stage: Stage) -> dict[str, Any] | None:
    if found is None:
        return None
    script = found.script
    return {
        "language": script.language,
        "template": script.template,
        "sha256": script.sha256,
        "text": script.text,
        "approved": _approved(found, stage),
        "sentences": [
            {
                "section": sentence.section.value,
                "text": sentence.text,
                "spoken": sentence.said,
                "personal": sentence.personal,
            }
            for sentence in script.sentences
        ],
    }


def _memo(ws: Workspace, found: StoredDraft, stage: Stage) -> dict[str, Any] | None:
    memo = found.memo
    if memo is None:
        return None
    return {
        "files": {name: str(ws.home / file) for name, file in memo.files.items()},
        "duration_s": round(memo.duration_s, 3),
        "loudness_lufs": memo.loudness_lufs,
        "synthetic": memo.synthetic is not Synthetic.NO,
        "synthetic_part": memo.synthetic.value,
        "voice": memo.voice,
        "sha256": memo.sha256,
        "approved": _approved(found, stage),
        "approved_anyway": found.approval.anyway if found.approval else "",
    }


def _touch(touch: Touch, seen: Snapshot, refused: Mapping[int, Sequence[str]]) -> Mapping[str, Any]:
    return {
        "touch": touch.number,
        "kind": touch.kind.value,
        "due_at": touch.due_at,
        "state": touch.state.value,
        "channel": touch.channel,
        "refused_by": refused.get(touch.number, []),
        "key": touch.key,
        "round": touch.round,
        "amends": touch.planned.amends,
        "attempt": touch.attempt,
        "sent_at": touch.sent_at,
        "reason": touch.reason,
        "message_id": touch.message_id,
        "receipts": [asdict(receipt) for receipt in seen.receipts.get(touch.number, ())],
    }
