"""Files that came with messages: offered, then fetched and kept, or given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, update

from voicenote.ledger import case_store, inbound_tables, rows, tables
from voicenote.ledger.store import Transaction
from voicenote.model.attachment import Attachment, AttachmentState, OfferedFile
from voicenote.model.hearing import FileHearing

_TABLE = tables.attachments
_CAME = tables.arrivals

#: How often a file is asked for. The first times by each run, then after hours that double.
TRIES, AT_ONCE = 12, 4
#: The longest time between two attempts.
LONGEST = timedelta(hours=24)


def _query(where: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    came = (_CAME.c.channel, _CAME.c.at, _CAME.c.case)
    return select(_TABLE, *came).join(_CAME, _CAME.c.number == _TABLE.c.arrival).where(where)


def _load(tx: Transaction, query: Select[tuple[object, ...]]) -> list[Attachment]:
    found = tx.connection.execute(query).mappings().all()
    heard = _load_hearings(tx, [row["number"] for row in found])
    return [
        rows.read(
            Attachment,
            row,
            _TABLE,
            **{name: row[name] for name in ("channel", "at", "case")},
            hearing=heard.get(row["number"]),
        )
        for row in found
    ]


def _load_hearings(tx: Transaction, numbers: Sequence[int]) -> dict[int, FileHearing]:
    table, found = inbound_tables.hearings, dict[int, FileHearing]()
    for some in case_store.chunks(numbers):
        query = select(table).where(table.c.attachment.in_(some))
        for row in tx.connection.execute(query).mappings():
            found[row["attachment"]] = rows.read(FileHearing, row, table)
    return found


def load(tx: Transaction, numbers: Sequence[int]) -> list[Attachment]:
    """Return the files of these numbers, oldest first."""
    found: list[Attachment] = []
    for some in case_store.chunks(sorted(numbers)):
        found += _load(tx, _query(_TABLE.c.number.in_(some)).order_by(_TABLE.c.number))
    return found


def offer(tx: Transaction, arrival: int, files: Sequence[OfferedFile]) -> None:
    """Add files that came with an arrival, to be fetched."""
    waits = {"arrival": arrival, "state": AttachmentState.WAITING.value}
    told = [{**rows.write(one, _TABLE), **waits} for one in files]
    if told:
        tx.connection.execute(insert(_TABLE), told)


def add_kept(tx: Transaction, arrival: int, file: OfferedFile, stored: Mapping[str, object]) -> int:
    """Add a file of an arrival that is kept already; return its number. `stored` are columns."""
    kept = {"arrival": arrival, "state": AttachmentState.KEPT.value, **stored}
    return tx.added(insert(_TABLE), {**rows.write(file, _TABLE), **kept})


def give_to_answer(tx: Transaction, arrival: int, answer: int) -> None:
    """Note with which answer the files of an arrival came."""
    mine = _TABLE.c.arrival == arrival
    tx.connection.execute(update(_TABLE).where(mine).values(answer=answer))


def leave_answer(tx: Transaction, arrival: int) -> None:
    """Undo `give_to_answer`: the files belong to no answer, and stay with the arrival."""
    mine = _TABLE.c.arrival == arrival
    tx.connection.execute(update(_TABLE).where(mine).values(answer=None))


def to_fetch(tx: Transaction, most: int, arrival: int = 0) -> list[Attachment]:
    """Return the files to ask for now, those that failed least first.

    They are at most `most` bytes, if their size is known: what was too big under a lower limit is
    asked for again. With `arrival`, only those of arrivals after this number.
    """
    table = _TABLE.c
    small = (table.state == AttachmentState.TOO_BIG) & (table.size <= most)
    where = or_(table.state == AttachmentState.WAITING, small)
    where &= (table.tries < TRIES) & (table.arrival > arrival)
    query = _query(where).order_by(table.tries, table.number)
    return [one for one in _load(tx, query) if _is_due(one, tx.now)]


def _is_due(one: Attachment, now: datetime) -> bool:
    if one.tries < AT_ONCE or one.tried_at is None:
        return True
    rest = min(timedelta(hours=2 ** (one.tries - AT_ONCE)), LONGEST)
    return not timedelta(0) <= now - one.tried_at < rest


def of_case(tx: Transaction, case: int) -> list[Attachment]:
    """Return the files of all arrivals of a case, oldest first."""
    return _load(tx, _query(_CAME.c.case == case).order_by(_TABLE.c.number))


def answers_of(tx: Transaction, case: int) -> list[int]:
    """Return the numbers of a case's answers, in the order of `touches.answers_of`."""
    table = tables.answers.c
    query = select(table.number).where(table.case == case).order_by(table.at, table.number)
    return list(tx.connection.execute(query).scalars())


def of_arrivals(tx: Transaction, numbers: Sequence[int]) -> dict[int, list[Attachment]]:
    """Return the files of each of these arrivals that has any, oldest first."""
    found: dict[int, list[Attachment]] = {}
    for chunk in case_store.chunks(numbers):
        query = _query(_TABLE.c.arrival.in_(chunk)).order_by(_TABLE.c.number)
        for one in _load(tx, query):
            found.setdefault(one.arrival, []).append(one)
    return found


def in_state(tx: Transaction, state: AttachmentState) -> list[Attachment]:
    """Return all files in a state, oldest first."""
    return _load(tx, _query(_TABLE.c.state == state).order_by(_TABLE.c.number))


def lock_unsettled(tx: Transaction, files: Sequence[Attachment]) -> bool:
    """Return whether nobody has settled these files since they were read; if so, lock them."""
    numbers = [one.number for one in files]
    query = select(_TABLE.c.state).where(_TABLE.c.number.in_(numbers)).with_for_update()
    states = list(tx.connection.execute(query).scalars())
    unsettled = (AttachmentState.WAITING, AttachmentState.TOO_BIG)
    return len(states) == len(files) and all(state in unsettled for state in states)


def settle(tx: Transaction, one: Attachment | None, *, like: Attachment, **values: object) -> None:
    """Write what became of a file: columns of the table.

    With None, it was found beside the files that were known, at the source of `like`.
    """
    if one is not None:
        mine = _TABLE.c.number == one.number
        tx.connection.execute(update(_TABLE).where(mine).values(**values))
        return
    same = {"arrival": like.arrival, "answer": like.answer, "source": like.source}
    tx.connection.execute(insert(_TABLE).values(**same, **values))


def drop(tx: Transaction, one: Attachment | None) -> None:
    """Remove a row that stands for no file, if there is one."""
    if one is not None:
        tx.connection.execute(delete(_TABLE).where(_TABLE.c.number == one.number))


def renew(tx: Transaction, source: str) -> None:
    """Let the files of a source be fetched, even if they had been given up: it is here again."""
    lost = (AttachmentState.WAITING, AttachmentState.GONE)
    mine = (_TABLE.c.source == source) & _TABLE.c.state.in_(lost)
    values = {"state": AttachmentState.WAITING.value, "tries": 0, "reason": ""}
    tx.connection.execute(update(_TABLE).where(mine).values(**values))


def size_of_strangers(tx: Transaction) -> int:
    """Return how many bytes are kept of people who fit no case."""
    query = select(func.sum(_TABLE.c.size)).join(_CAME, _CAME.c.number == _TABLE.c.arrival)
    query = query.where(_CAME.c.case.is_(None), _TABLE.c.state == AttachmentState.KEPT)
    return int(tx.connection.execute(query).scalar() or 0)


def waiting_sources(tx: Transaction) -> set[str]:
    """Return the sources of all files that are still to be fetched."""
    query = select(_TABLE.c.source).distinct().where(_TABLE.c.state == AttachmentState.WAITING)
    return set(tx.connection.execute(query).scalars())


def memo_hashes(tx: Transaction, case: int | None) -> set[str]:
    """Return the SHA-256 of every file of the memos that a case's customer may send back."""
    query = select(tables.memos.c.digests, tables.memos.c.sha256).where(tables.memos.c.case == case)
    found: set[str] = set()
    for digests, sha256 in tx.connection.execute(query):
        found |= {sha256, *(digests or {}).values()}
    return found
