"""What `show` tells about a case, as typed values; their names are the keys of ``--json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from voicenote.engine.case.answer_view import AnswerView, answer_views
from voicenote.engine.case.attention import clock_of
from voicenote.engine.case.cause_history import warn_of_returned_causes
from voicenote.engine.case.memo_view import MemoView, memo_view
from voicenote.engine.case.release import fresh_snapshot
from voicenote.engine.workspace import Workspace
from voicenote.followup.case_status import told_also
from voicenote.followup.closing_rules import missing
from voicenote.ledger import attempts, case_reports, persons, scripts, touches
from voicenote.ledger.scripts import StoredDraft
from voicenote.model.attachment import FileView
from voicenote.model.case import Case, Failure, Lesson, Stage
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.receipt import Receipt
from voicenote.model.sentences import Section
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import IN_FLIGHT, Touch, TouchKind, TouchState
from voicenote.script.failure import unsaid_failure


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """What is promised: its words, the deed as it is said, its worth and its dates."""

    kind: AmendsKind
    text: str
    deed: str
    value: Decimal | None
    currency: str | None
    target: date | None
    promised_by: date | None
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView(TermsView):
    """A promise of a case; `overdue` is by the customer's calendar."""

    case: int
    customer: str
    amends: str
    state: AmendsState
    overdue: bool
    evidence: str
    done_at: datetime | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence of a script, as written and as spoken."""

    section: Section
    text: str
    spoken: str
    personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptView:
    """The newest script of a case; `approved` means that its approval holds.

    `writer` wrote it, with `model`, asked what has the hash `brief_sha256`; `refused`: whose drafts
    were refused before, and why.
    """

    language: str
    template: str
    sha256: str
    text: str
    approved: bool
    writer: str
    model: str
    brief_sha256: str | None
    refused: str
    sentences: tuple[SentenceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message of the plan; `refused_by` are the channels that refused it.

    `in_flight_since`: when sending began, if it may be being sent right now.
    """

    message: int
    kind: TouchKind
    due_at: datetime
    state: TouchState
    channel: str
    refused_by: Sequence[str]
    key: str
    round: int
    amends: int | None
    attempt: int
    sent_at: datetime | None
    reason: str
    message_id: str
    receipts: tuple[Receipt, ...]
    in_flight_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A whole case, with what is missing before it can be closed. Times are UTC.

    `failure_guess` is what the words tell of the kind of failure, when the owner hasn't said it.
    `clock` is its response clock in words; `local_zone` is the customer's time zone and `zone_note`
    how it is known; `also_open` are the person's other open cases; `files` came with what is no
    answer; `history` holds the lines of the ledger, oldest first, in users' words.
    """

    case: Case
    failure_guess: Failure | None
    overdue: bool
    opted_out: bool
    clock: str
    local_zone: ZoneInfo
    zone_note: str
    also_open: tuple[int, ...]
    warnings: tuple[str, ...]
    amends: tuple[PromiseView, ...]
    script: ScriptView | None
    memo: MemoView | None
    messages: tuple[MessageView, ...]
    answers: tuple[AnswerView, ...]
    files: tuple[FileView, ...]
    lesson: Lesson | None
    missing: tuple[str, ...]
    history: Sequence[Mapping[str, Any]]


def case_view(ws: Workspace, number: int) -> CaseView:
    """Return a whole case. Raises WrongUse when there is no case of this number."""
    with ws.ledger.read() as tx:
        seen = fresh_snapshot(ws, tx, number)
        case = seen.case
        found = scripts.drafts(tx, [number]).get((number, case.round))
        history = case_reports.history(tx, number)
        back = warn_of_returned_causes(tx, [case]).get(number, "")
        refused = attempts.refusals(tx, number)
        moving = [touch.number for touch in seen.touches if touch.state in IN_FLIGHT]
        flying = {one: touches.claim_of(tx, one)[2] for one in moving}
        answers, files = answer_views(tx, ws.home, number, seen.answers)
        now, also = tx.now, persons.also_open(tx, [number]).get(number, ())
    closed = case.stage is Stage.CLOSED
    clock = None if closed else clock_of(seen, now, ws.settings.policy)
    today = now.astimezone(seen.zone).date()
    return CaseView(
        case=case,
        failure_guess=unsaid_failure(case),
        overdue=not closed and any(one.overdue(today) for one in case.amends),
        opted_out=seen.opted_out,
        clock=clock.text if clock else "",
        local_zone=seen.zone,
        zone_note=ws.clock_of(case.customer).note,
        warnings=tuple(filter(None, () if closed else (back, told_also(number, also)))),
        also_open=also,
        amends=tuple(promise_view(case, amends, today) for amends in case.amends),
        script=_script(found, case.stage) if found else None,
        memo=memo_view(ws, found, approved=_approved(found, case.stage)) if found else None,
        messages=tuple(
            _message(touch, seen, refused.get(touch.number, ()), flying.get(touch.number))
            for touch in seen.touches
        ),
        answers=answers,
        files=files,
        lesson=case.lesson,
        missing=() if closed else missing(seen),
        history=[_told(line) for line in history],
    )


def terms_view(promise: Promise) -> TermsView:
    """Return the terms of a promise for display."""
    return TermsView(
        kind=promise.kind,
        text=promise.text,
        deed=promise.deed,
        value=promise.value.amount if promise.value else None,
        currency=promise.value.currency if promise.value else None,
        target=promise.target,
        promised_by=promise.promised_by,
        owner=promise.owner,
    )


def promise_view(case: Case, amends: Amends, today: date) -> PromiseView:
    """Return a promise of a case for display; `today` is the customer's."""
    return PromiseView(
        **asdict(terms_view(amends.promise)),
        case=case.number,
        customer=case.customer.name,
        amends=amends.name,
        state=amends.state,
        overdue=amends.overdue(today),
        evidence=amends.evidence,
        done_at=amends.done_at,
        confirmed_at=amends.confirmed_at,
    )


def _approved(found: StoredDraft, stage: Stage) -> bool:
    """Whether the approval holds: one that was taken back has to be given again."""
    return found.approved and not found.tampered and stage is not Stage.RENDERED


def _script(found: StoredDraft, stage: Stage) -> ScriptView:
    script = found.script
    return ScriptView(
        language=script.language,
        template=script.template,
        sha256=script.sha256,
        text=script.text,
        approved=_approved(found, stage),
        **asdict(found.written),
        sentences=tuple(
            SentenceView(one.section, one.text, one.said, one.personal) for one in script.sentences
        ),
    )


def _message(
    touch: Touch, seen: Snapshot, refused_by: Sequence[str], since: datetime | None
) -> MessageView:
    return MessageView(
        message=touch.number,
        kind=touch.kind,
        due_at=touch.due_at,
        state=touch.state,
        channel=touch.channel,
        refused_by=refused_by,
        key=touch.key,
        round=touch.round,
        amends=touch.planned.amends,
        attempt=touch.attempt,
        sent_at=touch.sent_at,
        reason=touch.reason,
        message_id=touch.message_id,
        receipts=seen.receipts.get(touch.number, ()),
        in_flight_since=since,
    )


def _told(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of the history in users' words: what the ledger calls touch is a message."""
    named = {"touch": "message", "touches": "messages"}
    told = {named.get(key, key): value for key, value in line.items()}
    return told | {"event": line["event"].replace("touch_", "message_")}
