"""Scripts, memos and approvals. The newest of a slot counts; older ones stay as evidence.

A *slot* is what a script is for within a round: ``memo``, or the kind of a follow-up message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, func, insert, select, update

from voicenote.ledger import rows, tables
from voicenote.ledger.case_store import chunks
from voicenote.ledger.list_params import list_param
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreadable import reading
from voicenote.model.memo import Memo
from voicenote.model.sentences import Script

_SCRIPTS = select(tables.scripts).where(
    tables.scripts.c.number.in_(
        select(func.max(tables.scripts.c.number))
        .where(
            tables.scripts.c.case.in_(list_param("cases")),
            tables.scripts.c.slot.in_(list_param("slots")),
        )
        .group_by(tables.scripts.c.case, tables.scripts.c.round, tables.scripts.c.slot)
    )
)
_MEMOS = select(tables.memos).where(
    tables.memos.c.number.in_(
        select(func.max(tables.memos.c.number))
        .where(tables.memos.c.script.in_(list_param("scripts")))
        .group_by(tables.memos.c.script)
    )
)
_APPROVALS = (
    select(tables.approvals)
    .where(tables.approvals.c.case.in_(list_param("cases")))
    .order_by(tables.approvals.c.number)
)


@dataclass(frozen=True, slots=True)
class Composed:
    """A hash of what the composer makes of the facts, and the day (the customer's) it is for."""

    sha256: str
    on: date


@dataclass(frozen=True, slots=True)
class Written:
    """Who wrote a script: a writer with its model, and the hash of what it was asked.

    `OWNER` wrote what was edited; its model is then what was there before. `refused` names the
    writer whose drafts were refused before, and why.
    """

    writer: str
    model: str = ""
    brief_sha256: str | None = None
    refused: str = ""


#: The writer of what was edited by hand.
OWNER = "you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval of a memo, with hashes of the facts at that time; None in older approvals.

    `excused` lists what spoke against it, and `anyway` says why it was approved all the same.
    """

    at: datetime
    composed_sha256: str | None = None
    facts_sha256: str | None = None
    anyway: str = ""
    excused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """The newest script of a slot, its newest memo, and the approval of exactly these two.

    `made_at` is when its words were composed or last changed; None until it is stored. `sha256` is
    the hash of the words as the ledger has it.
    """

    case: int
    round: int
    slot: str
    script_number: int
    script: Script
    memo_number: int | None = None
    memo: Memo | None = None
    approval: Approval | None = None
    made_at: datetime | None = None
    sha256: str = ""
    composed: Composed | None = None
    written: Written = Written("")

    @property
    def approved(self) -> bool:
        """Whether exactly these words and this sound are approved."""
        return self.approval is not None

    @property
    def tampered(self) -> bool:
        """Whether the words in the ledger were changed after they were stored."""
        return bool(self.sha256) and self.sha256 != self.script.sha256


def keep_script(
    tx: Transaction,
    case: int,
    round_: int,
    slot: str,
    script: Script,
    composed: Composed | None = None,
    written: Written | None = None,
) -> int:
    """Store a script and return its number; the same words again keep their number.

    `composed` is what the composer makes of the facts now, `written` says who wrote it; both are
    updated for the same words too, and without `written` the words are the owner's.
    """
    found = drafts(tx, [case], slot=slot).get((case, round_))
    if found and found.script == script and not found.tampered:
        fresh = _composed_out(composed if composed != found.composed else None)
        if written is not None and written != found.written:
            fresh |= _written_out(written)
        if fresh:
            table = tables.scripts
            change = update(table).where(table.c.number == found.script_number)
            tx.connection.execute(change.values(**fresh))
        return found.script_number
    values = {**rows.script_out(script), **_composed_out(composed)}
    values |= _written_out(written or _edited(found))
    statement = insert(tables.scripts).values(
        case=case, round=round_, slot=slot, made_at=tx.now, **values
    )
    return tx.added(statement)


def _composed_out(composed: Composed | None) -> dict[str, object]:
    if composed is None:
        return {}
    return {"composed_sha256": composed.sha256, "composed_on": composed.on}


def _written_out(written: Written) -> dict[str, object]:
    names = {"writer": written.writer, "writer_model": written.model}
    return {**names, "brief_sha256": written.brief_sha256, "refused": written.refused}


def _written_in(row: RowMapping) -> Written:
    return Written(row["writer"], row["writer_model"], row["brief_sha256"], row["refused"])


def _edited(found: StoredDraft | None) -> Written:
    """Return who wrote what the owner made of a draft."""
    if found is None or found.written.writer in ("", OWNER):
        return Written(OWNER, found.written.model if found else "")
    return Written(
        OWNER, ", ".join(part for part in (found.written.writer, found.written.model) if part)
    )


def find_written(tx: Transaction, case: int, round_: int, written: Written) -> Script | None:
    """Return the newest script of a memo that this writer wrote for the same brief; or None."""
    table = tables.scripts
    query = (
        select(table)
        .where(table.c.case == case, table.c.round == round_)
        .where(table.c.writer == written.writer, table.c.writer_model == written.model)
        .where(table.c.brief_sha256 == written.brief_sha256)
        .order_by(table.c.number.desc())
        .limit(1)
    )
    row = tx.connection.execute(query).mappings().first()
    script = rows.script_in(row) if row else None
    return script if row and script and script.sha256 == row["sha256"] else None


def keep_memo(tx: Transaction, case: int, script_number: int, memo: Memo) -> int:
    """Store a memo of a script and return its number."""
    statement = insert(tables.memos).values(
        case=case, script=script_number, made_at=tx.now, **rows.memo_out(memo)
    )
    return tx.added(statement)


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


def drafts(
    tx: Transaction, cases: Sequence[int], *, slot: str = "memo"
) -> dict[tuple[int, int], StoredDraft]:
    """Return the newest draft of a slot for each (case, round) of `cases`."""
    found: dict[tuple[int, int], StoredDraft] = {}
    for chunk in chunks(cases):
        for (case, round_, _), draft in drafts_of(tx, chunk, [slot]).items():
            found[case, round_] = draft
    return found


def sentences_of(tx: Transaction, cases: Sequence[int]) -> list[str]:
    """Return all sentences of every script that was ever made for `cases`, in their order."""
    table = tables.scripts
    query = (
        select(table.c.sentences)
        .where(table.c.case.in_(list_param("cases")))
        .order_by(table.c.number)
    )
    found = tx.connection.execute(query, {"cases": list(cases)}).scalars()
    return [sentence[1] for sentences in found for sentence in sentences]


def drafts_of(
    tx: Transaction, cases: Sequence[int], slots: Sequence[str]
) -> dict[tuple[int, int, str], StoredDraft]:
    """Return the newest draft for each (case, round, slot) of a few `cases` and `slots`.

    Raises BadData when one of them can't be read.
    """
    with reading(cases):
        return _drafts_of(tx, cases, slots)


def _drafts_of(
    tx: Transaction, cases: Sequence[int], slots: Sequence[str]
) -> dict[tuple[int, int, str], StoredDraft]:
    run, wanted = tx.connection.execute, list(cases)
    script_rows = run(_SCRIPTS, {"cases": wanted, "slots": list(slots)}).mappings().all()
    memo_rows = run(_MEMOS, {"scripts": [row["number"] for row in script_rows]}).mappings()
    made = {row["script"]: row for row in memo_rows}
    released = {
        (row["case"], row["script_sha256"], row["memo_sha256"]): row
        for row in run(_APPROVALS, {"cases": wanted}).mappings()
    }
    found: dict[tuple[int, int, str], StoredDraft] = {}
    for row in script_rows:
        memo_row = made.get(row["number"])
        memo = rows.memo_in(memo_row, row["sha256"]) if memo_row else None
        given = released.get((row["case"], row["sha256"], memo.sha256)) if memo else None
        on = row["composed_on"]
        found[row["case"], row["round"], row["slot"]] = StoredDraft(
            case=row["case"],
            round=row["round"],
            slot=row["slot"],
            script_number=row["number"],
            script=rows.script_in(row),
            memo_number=memo_row["number"] if memo_row else None,
            memo=memo,
            approval=rows.read(Approval, given, tables.approvals) if given else None,
            made_at=row["made_at"],
            sha256=row["sha256"],
            composed=Composed(row["composed_sha256"], on) if on else None,
            written=_written_in(row),
        )
    return found
