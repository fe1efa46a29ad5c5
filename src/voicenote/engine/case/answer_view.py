"""What `show` tells about answers, and about the files that customers sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voicenote.ledger import attachments
from voicenote.ledger.store import Transaction
from voicenote.model.attachment import Attachment, FileView
from voicenote.model.receipt import Answer, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer of the customer, as in `Answer`, and the files that came with it."""

    verdict: Verdict
    at: datetime
    text: str
    via: str
    writer: str
    files: tuple[FileView, ...]


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
            files=tuple(file_view(home, one) for one in files if one.answer == number),
        )
        for number, said in zip(numbers, answers, strict=True)
    )
    return views, tuple(file_view(home, one) for one in files if one.answer not in numbers)
