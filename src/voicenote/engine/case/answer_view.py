"""What `show` tells about answers, and about the files that customers sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voicenote.engine.workspace import Workspace
from voicenote.followup.interpret import quote_inline
from voicenote.ledger import attachments, case_store, touches
from voicenote.ledger.store import Transaction
from voicenote.model.attachment import COMPLAINT, Attachment, AttachmentState, FileView
from voicenote.model.case import Case
from voicenote.model.receipt import Answer, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer of the customer, as in `Answer`, and the files that came with it.

    `heard` is what the ears heard in those, "" for nothing.
    """

    verdict: Verdict
    at: datetime
    text: str
    via: str
    writer: str
    heard: str
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundView:
    """A customer's sound: when it came (UTC), by which channel, and the file."""

    case: int
    at: datetime
    channel: str
    file: FileView


def list_sounds(ws: Workspace, numbers: Sequence[int]) -> list[SoundView]:
    """Return all sounds that are kept of what the customers of these cases sent, oldest first.

    Without `numbers`, those of all cases. Raises WrongUse when there is no such case.
    """
    with ws.ledger.read() as tx:
        for number in numbers:
            case_store.get(tx, number)
        some = [attachments.of_case(tx, number) for number in numbers]
        if not numbers:
            some = [attachments.in_state(tx, AttachmentState.KEPT)]
    return [
        SoundView(case=one.case, at=one.at, channel=one.channel, file=file_view(ws.home, one))
        for files in some
        for one in files
        if one.speaks and one.case is not None
    ]


def newest_heard(ws: Workspace, number: int) -> str:
    """Return what was heard in the newest answer of a case's round; "" for nothing."""
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        said = touches.answers_of(tx, [number]).get(number, [])
    return next((one.heard for round_, one in reversed(said) if round_ == case.round), "")


def heard_notes(tx: Transaction, case: Case) -> tuple[str, ...]:
    """Return notes on a case's words that were heard and not read, so they may be wrong."""
    notes = []
    listen = f"listen: voicenote play {case.number} --answers"
    if any(one.source == COMPLAINT and one.hearing for one in attachments.of_case(tx, case.number)):
        notes.append(f"the complaint was heard in a recording, so its words may be wrong; {listen}")
    said = touches.answers_of(tx, [case.number]).get(case.number, [])
    if said and said[-1][1].heard:
        quoted = quote_inline(said[-1][1].heard)
        notes.append(f"their newest answer was heard, not read{quoted}; {listen}")
    return tuple(notes)


def file_view(home: Path, one: Attachment) -> FileView:
    """Return a customer's file for display."""
    return FileView(
        message=one.arrival,
        case=one.case,
        kind=one.kind,
        name=one.name,
        media_type=one.media_type,
        size=one.size,
        seconds=one.seconds,
        state=one.state,
        reason=one.reason,
        sha256=one.sha256,
        file=str(home / one.file) if one.file else "",
        hearing=one.hearing,
        complaint=one.source == COMPLAINT,
    )


def answer_views(
    tx: Transaction, home: Path, case: int, answers: Sequence[Answer]
) -> tuple[tuple[AnswerView, ...], tuple[FileView, ...]]:
    """Return all answers of a case with their files, and the files that came with no answer."""
    numbers = attachments.answers_of(tx, case)
    files = attachments.of_case(tx, case)
    views = tuple(
        AnswerView(
            verdict=said.verdict,
            at=said.at,
            text=said.text,
            via=said.via,
            writer=said.writer,
            heard=said.heard,
            files=tuple(file_view(home, one) for one in files if one.answer == number),
        )
        for number, said in zip(numbers, answers, strict=True)
    )
    return views, tuple(file_view(home, one) for one in files if one.answer not in numbers)
