"""Conversion between rows and values of the model. No queries here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Table, Text
from sqlalchemy import RowMapping as Row

from voicenote.ledger import tables
from voicenote.model.case import (
    Case,
    Complaint,
    Customer,
    Finding,
    Lesson,
    Outcome,
    Severity,
    Stage,
    story_of,
)
from voicenote.model.memo import Caption, Memo, Synthetic
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.receipt import Answer, Receipt, ReceiptKind, Verdict
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.model.touch import PlannedTouch, Touch, TouchKind, TouchState

CUSTOMER_FIELDS = ("name", "say_as", "language", "time_zone", "channel")
COMPLAINT_WORDS = (
    *("what_happened", "bothered_most", "feeling", "at_stake", "expected", "identity"),
    *("product", "cause", "finding_reason", "owner"),
)


def check_types(row: Row, table: Table) -> Row:
    """Return the row after checking that its values have the types of its columns.

    SQLite stores anything that was written by hand. Raises ValueError for bytes in a text column,
    or text in a number column. Days, JSON and known words are checked by the code that reads them.
    """
    for name, kind in _kinds(table):
        value = row.get(name)
        if value is not None and not isinstance(value, kind):
            raise ValueError(f"{table.name}.{name} holds {value!r}")
    return row


@cache
def _kinds(table: Table) -> tuple[tuple[str, type], ...]:
    plain = {String: str, Text: str, Integer: int, BigInteger: int}
    return tuple((c.name, plain[type(c.type)]) for c in table.columns if type(c.type) in plain)


def money_out(name: str, value: Money | None) -> dict[str, str | None]:
    """Money → its two columns."""
    return {
        f"{name}_amount": str(value.amount) if value else None,
        f"{name}_currency": value.currency if value else None,
    }


def money_in(row: Row, name: str) -> Money | None:
    """Two columns → Money, or None."""
    amount = row[f"{name}_amount"]
    return None if amount is None else Money(Decimal(amount), row[f"{name}_currency"])


def customer_out(customer: Customer) -> dict[str, Any]:
    """Customer → columns, without their addresses."""
    return {name: getattr(customer, name) for name in CUSTOMER_FIELDS}


def complaint_out(complaint: Complaint) -> dict[str, Any]:
    """Complaint → the columns of its case, without its customer."""
    return {
        "source": complaint.source,
        "ref": complaint.ref,
        "opened_at": complaint.opened_at,
        "severity": complaint.severity.value,
        "finding": complaint.finding.value,
        "abusive": complaint.abusive,
        "involved": list(complaint.involved),
        **{name: getattr(complaint, name) for name in COMPLAINT_WORDS},
        **money_out("harm", complaint.harm),
        "story": story_of(complaint.what_happened),
    }


def promise_out(promise: Promise) -> dict[str, Any]:
    """Promise → columns."""
    return {
        "kind": promise.kind.value,
        "text": promise.text,
        "owner": promise.owner,
        "target": promise.target,
        "promised_by": promise.promised_by,
        **money_out("value", promise.value),
    }


def amends_in(row: Row) -> Amends:
    """Columns → Amends."""
    check_types(row, tables.amends)
    promise = Promise(
        kind=AmendsKind(row["kind"]),
        text=row["text"],
        value=money_in(row, "value"),
        target=row["target"],
        promised_by=row["promised_by"],
        owner=row["owner"],
    )
    return Amends(
        case=row["case"],
        k=row["k"],
        promise=promise,
        state=AmendsState(row["state"]),
        round=row["round"],
        evidence=row["evidence"],
        done_at=row["done_at"],
        confirmed_at=row["confirmed_at"],
    )


def case_in(
    row: Row, customer: Customer, amends: Sequence[Amends] = (), lesson: Row | None = None
) -> Case:
    """Columns of a case, with its customer, promises and lesson → Case."""
    check_types(row, tables.cases)
    complaint = Complaint(
        source=row["source"],
        ref=row["ref"],
        opened_at=row["opened_at"],
        customer=customer,
        severity=Severity(row["severity"]),
        finding=Finding(row["finding"]),
        abusive=bool(row["abusive"]),
        involved=tuple(row["involved"]),
        harm=money_in(row, "harm"),
        promises=tuple(a.promise for a in amends),
        **{name: row[name] for name in COMPLAINT_WORDS},
    )
    return Case(
        number=row["number"],
        complaint=complaint,
        stage=Stage(row["stage"]),
        round=row["round"],
        batch=row["batch"],
        plan=row["plan"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        closed_at=row["closed_at"],
        amends=tuple(amends),
        lesson=lesson_in(lesson) if lesson else None,
    )


def lesson_in(row: Row) -> Lesson:
    """Columns → Lesson."""
    check_types(row, tables.lessons)
    names = ("cause", "prevention", "owner", "due", "done_at")
    return Lesson(**{name: row[name] for name in names})


def script_out(script: Script) -> dict[str, Any]:
    """Script → columns."""
    sentences = [[s.section.value, s.text, s.personal, s.spoken] for s in script.sentences]
    return {
        "language": script.language,
        "template": script.template,
        "sentences": sentences,
        "sha256": script.sha256,
    }


def script_in(row: Row) -> Script:
    """Columns → Script."""
    check_types(row, tables.scripts)
    return Script(
        language=row["language"],
        template=row["template"],
        sentences=tuple(
            Sentence(Section(section), text, bool(personal), spoken)
            for section, text, personal, spoken in row["sentences"]
        ),
    )


def memo_out(memo: Memo) -> dict[str, Any]:
    """Memo → columns."""
    return {
        "files": dict(memo.files),
        "digests": dict(memo.digests),
        "duration_s": memo.duration_s,
        "loudness_lufs": memo.loudness_lufs,
        "synthetic": memo.synthetic.value,
        "voice": memo.voice,
        "sha256": memo.sha256,
        "captions": [[c.start_s, c.end_s, c.text] for c in memo.captions],
    }


def memo_in(row: Row, script_sha256: str) -> Memo:
    """Columns → Memo."""
    check_types(row, tables.memos)
    return Memo(
        files=dict(row["files"]),
        digests=dict(row["digests"]),
        duration_s=row["duration_s"],
        loudness_lufs=row["loudness_lufs"],
        synthetic=Synthetic(row["synthetic"]),
        voice=row["voice"],
        sha256=row["sha256"],
        script_sha256=script_sha256,
        captions=tuple(Caption(*caption) for caption in row["captions"]),
    )


def touch_out(planned: PlannedTouch) -> dict[str, Any]:
    """PlannedTouch → columns."""
    return {
        "kind": planned.kind.value,
        "step": planned.step,
        "wanted_at": planned.wanted_at,
        "due_at": planned.due_at,
        "too_late_at": planned.too_late_at,
        "unless": planned.unless,
        "amends": planned.amends,
        "booked_at": planned.booked_at,
    }


def touch_in(row: Row) -> Touch:
    """Columns → Touch."""
    check_types(row, tables.touches)
    planned = PlannedTouch(
        kind=TouchKind(row["kind"]),
        step=row["step"],
        wanted_at=row["wanted_at"],
        due_at=row["due_at"],
        too_late_at=row["too_late_at"],
        unless=row["unless"],
        amends=row["amends"],
        booked_at=row["booked_at"],
    )
    return Touch(
        number=row["number"],
        key=row["key"],
        case=row["case"],
        round=row["round"],
        planned=planned,
        state=TouchState(row["state"]),
        channel=row["channel"],
        attempt=row["attempt"],
        reason=row["reason"],
        message_id=row["message_id"],
        sent_at=row["sent_at"],
        plan=row["plan"],
    )


def receipt_in(row: Row) -> Receipt:
    """Columns → Receipt."""
    check_types(row, tables.receipts)
    return Receipt(
        kind=ReceiptKind(row["kind"]),
        at=row["at"],
        provider_id=row["provider_id"],
        detail=dict(row["detail"]),
    )


def answer_in(row: Row) -> Answer:
    """Columns → Answer."""
    check_types(row, tables.answers)
    return Answer(
        verdict=Verdict(row["verdict"]),
        at=row["at"],
        text=row["text"],
        via=row["via"],
        writer=row["writer"],
    )
