"""Conversion between rows and values of the model: a field is kept in the column of its name.

So a new field needs its column, and nothing here. A field without a column is given by the caller.
No queries here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from sqlalchemy import BigInteger, Integer, String, Table, Text
from sqlalchemy import RowMapping as Row

from voicenote.ledger import tables
from voicenote.model.case import Case, Complaint, Customer, Lesson, story_of
from voicenote.model.memo import Caption, Listening, Memo, Misheard
from voicenote.model.money import Money
from voicenote.model.promise import Amends, Promise
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.model.touch import PlannedTouch, Touch, code_of

Value = TypeVar("Value")
Convert = Callable[[Any], Any] | None

#: What a row holds in columns of these types. SQLite stores anything that was written by hand.
_PLAIN = {String: str, Text: str, Integer: int, BigInteger: int}


class _Kept(NamedTuple):
    """How a field is kept: its column's name and type (None: any), and its conversions."""

    name: str
    type: type | None
    read: Convert
    write: Convert


def read(kind: Callable[..., Value], row: Row, table: Table, **given: Any) -> Value:
    """Return the value of class `kind` in a row of `table`; `given` are the fields kept elsewhere.

    Raises ValueError, TypeError, KeyError or ArithmeticError when a column holds something else.
    """
    kept, money = _keep(kind, table)
    for name, type_, convert, _ in kept:
        if name not in given:
            value = row[name]
            if type_:
                _check_type(table, name, value, type_)
            given[name] = convert(value) if convert else value
    for name in money:
        amount, currency = row[f"{name}_amount"], row[f"{name}_currency"]
        _check_type(table, f"{name}_amount", amount, str)
        given[name] = None if amount is None else Money(Decimal(amount), currency)
    return kind(**given)


def _check_type(table: Table, name: str, value: object, type_: type) -> None:
    if value is not None and not isinstance(value, type_):
        raise ValueError(f"{table.name}.{name} holds {value!r}")


def write(value: Any, table: Table) -> dict[str, Any]:
    """Return the columns of `table` that hold the fields of `value`."""
    kind: Callable[..., Any] = type(value)
    kept, money = _keep(kind, table)
    columns = {}
    for name, _, _, convert in kept:
        field = getattr(value, name)
        columns[name] = convert(field) if convert else field
    for name in money:
        paid: Money | None = getattr(value, name)
        columns[f"{name}_amount"] = str(paid.amount) if paid else None
        columns[f"{name}_currency"] = paid.currency if paid else None
    return columns


@cache
def kept_fields(kind: Any, table: Table) -> tuple[str, ...]:
    """Return the names of the fields of `kind` that are columns of `table`, in their order."""
    return tuple(field.name for field in fields(kind) if field.name in table.c)


@cache
def _keep(kind: Any, table: Table) -> tuple[tuple[_Kept, ...], tuple[str, ...]]:
    """Return how the fields of `kind` are kept in `table`, and which are sums of money."""
    hints = get_type_hints(kind)
    kept = tuple(
        _Kept(name, _PLAIN.get(type(table.c[name].type)), *_conversions(hints[name]))
        for name in kept_fields(kind, table)
    )
    return kept, tuple(name for name in hints if f"{name}_amount" in table.c)


def _conversions(hint: Any) -> tuple[Convert, Convert]:
    """Return how a value of this type is read from its column, and written to it."""
    if isinstance(hint, UnionType):
        read_, write_ = _conversions(get_args(hint)[0])
        return _unless_none(read_), _unless_none(write_)
    origin = get_origin(hint) or hint
    if issubclass(origin, StrEnum):
        return origin, attrgetter("value")
    if origin is tuple:
        return tuple, list
    if origin is Mapping:
        return dict, dict
    return (bool, None) if origin is bool else (None, None)


def _unless_none(convert: Convert) -> Convert:
    return convert and (lambda value: None if value is None else convert(value))


def complaint_out(complaint: Complaint) -> dict[str, Any]:
    """Complaint → the columns of its case; `customer` isn't its number yet."""
    return write(complaint, tables.cases) | {"story": story_of(complaint.what_happened)}


def amends_in(row: Row) -> Amends:
    """Columns → Amends."""
    return read(Amends, row, tables.amends, promise=read(Promise, row, tables.amends))


def case_in(
    row: Row, customer: Customer, amends: Sequence[Amends] = (), lesson: Row | None = None
) -> Case:
    """Columns of a case, with its customer, promises and lesson → Case."""
    promises = tuple(one.promise for one in amends)
    table = tables.cases
    return read(
        Case,
        row,
        table,
        complaint=read(Complaint, row, table, customer=customer, promises=promises),
        amends=tuple(amends),
        lesson=read(Lesson, lesson, tables.lessons) if lesson else None,
    )


def script_out(script: Script) -> dict[str, Any]:
    """Script → columns."""
    sentences = [[s.section.value, s.text, s.personal, s.spoken] for s in script.sentences]
    return write(script, tables.scripts) | {"sentences": sentences, "sha256": script.sha256}


def script_in(row: Row) -> Script:
    """Columns → Script."""
    sentences = tuple(
        Sentence(Section(section), text, bool(personal), spoken)
        for section, text, personal, spoken in row["sentences"]
    )
    return read(Script, row, tables.scripts, sentences=sentences)


def memo_out(memo: Memo) -> dict[str, Any]:
    """Memo → columns."""
    captions = [[one.start_s, one.end_s, one.text] for one in memo.captions]
    return write(memo, tables.memos) | {"captions": captions, "listening": asdict(memo.listening)}


def memo_in(row: Row, script_sha256: str) -> Memo:
    """Columns → Memo."""
    captions = tuple(Caption(*caption) for caption in row["captions"])
    given = {"script_sha256": script_sha256, "captions": captions}
    return read(Memo, row, tables.memos, **given, listening=_listening_in(row["listening"]))


def _listening_in(kept: Mapping[str, Any]) -> Listening:
    misheard = tuple(Misheard(**one) for one in kept.get("misheard", ()))
    return Listening(**{**kept, "misheard": misheard})


def touch_in(row: Row) -> Touch:
    """Columns → Touch."""
    return read(Touch, row, tables.touches, planned=read(PlannedTouch, row, tables.touches))


def with_code(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return new columns of a message, with the code of the reason if there is one among them."""
    return {**values, **({"reason_code": code_of(values["reason"])} if "reason" in values else {})}
