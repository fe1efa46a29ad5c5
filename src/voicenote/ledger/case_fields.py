"""The fields of cases and of their promises as text: what ``--where`` can ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from voicenote.ledger import tables
from voicenote.ledger.case_rows import OWED
from voicenote.ledger.store import Transaction
from voicenote.model.case import Stage

_CASE, _PERSON, _LESSON = tables.cases.c, tables.customers.c, tables.lessons.c
#: Field → column of a case, of its customer, or of its lesson.
_COLUMNS = {
    "case": _CASE.number,
    **{
        name: _CASE[name]
        for name in (
            *("ref", "source", "batch", "stage", "outcome", "round", "plan", "owner", "product"),
            *("cause", "severity", "finding", "failure", "abusive", "opened_at", "closed_at"),
            *("what_happened", "bothered_most", "feeling", "at_stake", "expected"),
        )
    },
    "harm": _CASE.harm_amount,
    "currency": _CASE.harm_currency,
    "customer": _PERSON.name,
    **{name: _PERSON[name] for name in ("language", "time_zone", "channel")},
    "lesson": _LESSON.cause,
}
#: Field → column of a promise.
_PROMISED = {
    "kind": tables.amends.c.kind,
    "state": tables.amends.c.state,
    "text": tables.amends.c.text,
    "value": tables.amends.c.value_amount,
    "value_currency": tables.amends.c.value_currency,
    "promised_by": tables.amends.c.promised_by,
    "evidence": tables.amends.c.evidence,
}
#: What ``--where`` knows of a case: also the first day of what is owed, whether that has passed,
#: and what the customer has said in this round (put-right, not-yet, unclear).
FIELDS = (*_COLUMNS, "promised_by", "overdue", "answer")
#: What it knows of a promise: its name, its own fields, and those of its case.
PROMISE_FIELDS = ("amends", *dict.fromkeys((*_PROMISED, *FIELDS)))


class Described(NamedTuple):
    """A case, or the promise `k` of it, with its fields as text."""

    case: int
    k: int
    fields: Mapping[str, str]


def describe_cases(
    tx: Transaction, zone: tzinfo, *, batch: str | None, stages: Sequence[Stage]
) -> list[Described]:
    """Return the cases of a batch, at some stages, or both, in order of number.

    Days are those of `zone`, the owner's.
    """
    query = _of(batch, stages, select(*_COLUMNS.values())).order_by(_CASE.number)
    today = tx.now.astimezone(zone).date()
    owed = {case: day for case, day in tx.connection.execute(_OWED) if day}
    said = {(row[0], row[1]): row[2] for row in tx.connection.execute(_SAID)}
    found = []
    for row in tx.connection.execute(query):
        values = dict(zip(_COLUMNS, row, strict=True))
        case, due = values["case"], owed.get(values["case"])
        values |= {
            "promised_by": due,
            "overdue": due is not None and due < today and values["stage"] != Stage.CLOSED.value,
            "answer": said.get((case, values["round"])),
        }
        found.append(Described(case, 0, {k: _as_text(v, zone) for k, v in values.items()}))
    return found


def describe_promises(
    tx: Transaction, zone: tzinfo, *, batch: str | None, states: Sequence[str]
) -> list[Described]:
    """Return the promises of open cases in some states, in order of their names."""
    of_case = {one.case: one.fields for one in describe_cases(tx, zone, batch=batch, stages=())}
    promised, today = tables.amends.c, tx.now.astimezone(zone).date()
    query = select(promised.case, promised.k, *_PROMISED.values())
    query = query.where(promised.state.in_(list(states))).order_by(promised.case, promised.k)
    found = []
    for case, k, *row in tx.connection.execute(query):
        if case not in of_case or of_case[case]["stage"] == Stage.CLOSED.value:
            continue
        values = dict(zip(_PROMISED, row, strict=True))
        due = values["promised_by"]
        late = values["state"] in OWED and due is not None and due < today
        own = {name: _as_text(value, zone) for name, value in values.items()}
        own |= {"amends": f"{case}.{k}", "overdue": _as_text(late, zone)}
        found.append(Described(case, k, {**of_case[case], **own}))
    return found


def find_refs(tx: Transaction, refs: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Return the cases that have each of these refs, as (number, source), by ref."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    query = select(_CASE.ref, _CASE.number, _CASE.source).order_by(_CASE.number)
    for start in range(0, len(refs), 500):
        some = query.where(_CASE.ref.in_(list(refs[start : start + 500])))
        for ref, number, source in tx.connection.execute(some):
            found[ref].append((number, source))
    return found


_OWED = (
    select(tables.amends.c.case, tables.amends.c.promised_by)
    .where(tables.amends.c.state.in_(OWED))
    .order_by(tables.amends.c.promised_by.desc())  # a dict keeps the last one, the soonest
)
_SAID = select(tables.answers.c.case, tables.answers.c.round, tables.answers.c.verdict).order_by(
    tables.answers.c.at, tables.answers.c.number
)


def _of(batch: str | None, stages: Sequence[Stage], query: Select[Any]) -> Select[Any]:
    of_case = _CASE.number == _LESSON.case
    joined = tables.cases.outerjoin(tables.customers, _CASE.customer == _PERSON.number)
    query = query.select_from(joined.outerjoin(tables.lessons, of_case))
    if batch is not None:
        query = query.where(_CASE.batch == batch)
    if stages:
        query = query.where(_CASE.stage.in_([stage.value for stage in stages]))
    return query


def _as_text(value: object, zone: tzinfo) -> str:
    """Return a value as ``--where`` compares it: a moment as its day."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(zone).date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
