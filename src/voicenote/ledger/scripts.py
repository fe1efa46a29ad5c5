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


#: The writer of what was edited by hand, of what was spoken freely and heard by ears (its model),
#: and of that with words of the owner's own: corrected, or given where nobody listened.
OWNER, SPOKEN, SPOKEN_CORRECTED = "you", "spoken", "spoken, corrected"


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

    def holds(self, script: Script) -> bool:
        """Return whether these are the words of `script`, as they were stored."""
        return self.script == script and not self.tampered

    @property
    def tampered(self) -> bool:
        """Whether the words in the ledger were changed after they were stored."""
        return bool(self.sha256) and self.sha256 != self.script.sha256


@dataclass(frozen=True, slots=True)
class NewScript:
    """A script to be stored: of which case, round and slot, and who wrote it."""

    case: int
    round: int
    slot: str
    script: Script
    composed: Composed | None
    written: Written


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
    if found and found.holds(script):
        refresh(tx, found, composed, written)
        return found.script_number
    new = NewScript(case, round_, slot, script, composed, written or edited(found))
    return add_scripts(tx, [new])[0]


def refresh(
    tx: Transaction, found: StoredDraft, composed: Composed | None, written: Written | None
) -> None:
    """Update what is known of the words of a draft, where it is given and new."""
    fresh: dict[str, object] = {}
    if composed is not None and composed != found.composed:
        fresh |= _composed_out(composed)
    if written is not None and written != found.written:
        fresh |= _written_out(written)
    if fresh:
        table = tables.scripts
        change = update(table).where(table.c.number == found.script_number)
        tx.connection.execute(change.values(**fresh))


def add_scripts(tx: Transaction, new: Sequence[NewScript]) -> list[int]:
    """Store new scripts, and return their numbers in the same order."""
    numbers = tx.reserve_numbers(tables.scripts, len(new))
    values = [
        {
            "number": number,
            "case": one.case,
            "round": one.round,
            "slot": one.slot,
            "made_at": tx.now,
            **rows.script_out(one.script),
            "composed_sha256": one.composed.sha256 if one.composed else None,
            "composed_on": one.composed.on if one.composed else None,
            **_written_out(one.written),
        }
        for number, one in zip(numbers, new, strict=True)
    ]
    if values:
        tx.connection.execute(insert(tables.scripts), values)
    return numbers


def _composed_out(composed: Composed | None) -> dict[str, object]:
    if composed is None:
        return {}
    return {"composed_sha256": composed.sha256, "composed_on": composed.on}


def _written_out(written: Written) -> dict[str, object]:
    names = {"writer": written.writer, "writer_model": written.model}
    return {**names, "brief_sha256": written.brief_sha256, "refused": written.refused}


def _written_in(row: RowMapping) -> Written:
    return Written(row["writer"], row["writer_model"], row["brief_sha256"], row["refused"])


def edited(found: StoredDraft | None) -> Written:
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
