"""Memos and their approvals, as they are stored; `scripts.drafts` reads the newest of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import Text, cast, func, insert, or_, select

from voicenote.ledger import rows, tables
from voicenote.ledger.case_store import chunks
from voicenote.ledger.scripts import Approval
from voicenote.ledger.store import Transaction
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.transitions import UNSENT


def keep_memo(tx: Transaction, case: int, script_number: int, memo: Memo) -> int:
    """Store a memo of a script and return its number."""
    statement = insert(tables.memos).values(
        case=case, script=script_number, made_at=tx.now, **rows.memo_out(memo)
    )
    return tx.added(statement)


def folders_of(tx: Transaction, cases: Sequence[int]) -> set[str]:
    """Return the folders of all memos of some cases, as paths within the workspace."""
    found: set[str] = set()
    for some in chunks(cases):
        query = select(tables.memos.c.files).where(tables.memos.c.case.in_(some))
        files = tx.connection.execute(query).scalars()
        found |= {str(PurePosixPath(one["ogg"]).parent) for one in files}
    return found


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file of a memo that the ledger knows by its hash: whose, which rendition, made when (UTC).

    `approved_at` is when its memo was approved, None if it wasn't.
    """

    case: int
    rendition: str
    made_at: datetime
    synthetic: Synthetic
    voice: str
    approved_at: datetime | None


def find_by_hash(tx: Transaction, sha256: str) -> list[KnownFile]:
    """Return the files of memos that have this SHA-256 (hexadecimal), the oldest first."""
    memo, given = tables.memos, tables.approvals
    when = (
        select(func.min(given.c.at))
        .where(given.c.case == memo.c.case, given.c.memo_sha256 == memo.c.sha256)
        .scalar_subquery()
    )
    query = (
        select(memo, when.label("approved_at"))
        .where(or_(memo.c.sha256 == sha256, cast(memo.c.digests, Text).contains(sha256)))
        .order_by(memo.c.number)
    )
    return [
        KnownFile(
            case=row.case,
            rendition=next((k for k, one in row.digests.items() if one == sha256), "ogg"),
            made_at=row.made_at,
            synthetic=Synthetic(row.synthetic),
            voice=row.voice,
            approved_at=row.approved_at,
        )
        for row in tx.connection.execute(query)
    ]


def unheard(tx: Transaction, cases: Sequence[int]) -> set[int]:
    """Return those of some cases whose newest memo leaves as a letter without sound."""
    memo, script = tables.memos, tables.scripts
    found: set[int] = set()
    for some in chunks(cases):
        newest = (
            select(func.max(memo.c.number))
            .join(script, script.c.number == memo.c.script)
            .where(memo.c.case.in_(some), script.c.slot == "memo")
            .group_by(memo.c.case)
        )
        query = select(memo.c.case).where(
            memo.c.number.in_(newest), memo.c.misheard > 0, ~memo.c.anyway
        )
        found |= set(tx.connection.execute(query).scalars())
    return found


def cases_in_voice(tx: Transaction, mark: str) -> list[int]:
    """Return the cases whose newest memo has not left, and has `mark` in its voice's version."""
    memo, script, case = tables.memos, tables.scripts, tables.cases
    newest = (
        select(func.max(memo.c.number))
        .join(script, script.c.number == memo.c.script)
        .where(script.c.slot == "memo")
        .group_by(memo.c.case)
    )
    query = (
        select(memo.c.case)
        .join(case, case.c.number == memo.c.case)
        .where(memo.c.number.in_(newest), memo.c.voice.contains(mark, autoescape=True))
        .where(case.c.stage.in_([stage.value for stage in UNSENT]))
        .order_by(memo.c.case)
    )
    return list(tx.connection.execute(query).scalars())


def approve(
    tx: Transaction, case: int, memo: Memo, *, automatic: bool, given: Approval | None = None
) -> None:
    """Approve a script and its memo together, by their hashes; `given` has the facts' hashes."""
    columns = rows.write(given or Approval(at=tx.now), tables.approvals) | {
        "case": case,
        "script_sha256": memo.script_sha256,
        "memo_sha256": memo.sha256,
        "automatic": automatic,
        "actor": tx.actor,
        "at": tx.now,
    }
    tx.connection.execute(insert(tables.approvals).values(**columns))
