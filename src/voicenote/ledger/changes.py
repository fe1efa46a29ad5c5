"""Status changes: through the one transition table, by compare-and-set, told to the history."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Column, Select, Table, Update, bindparam, select, update

from voicenote.errors import TryAgain, WrongUse
from voicenote.ledger import attempts, tables
from voicenote.ledger.store import Transaction
from voicenote.model.amends import AmendsState
from voicenote.model.case import Stage
from voicenote.model.touch import TouchState
from voicenote.model.transitions import AMENDS, CASE, TOUCH, after

#: What the history says when an event has happened: past tense.
CASE_HISTORY = {
    "compose": "script_composed",
    "render": "memo_rendered",
    "approve": "memo_approved",
    "send": "memo_sent",
    "reopen": "case_reopened",
    "close": "case_closed",
}
AMENDS_HISTORY = {
    "do": "amends_done",
    "confirm": "amends_confirmed",
    "dispute": "amends_disputed",
    "break": "amends_broken",
    "promise": "amends_promised",
    "waive": "amends_waived",
}
TOUCH_HISTORY = {
    "claim": "touch_claimed",
    "commit": "touch_committed",
    "accept": "touch_accepted",
    "refuse": "touch_refused",
    "postpone": "touch_postponed",
    "repeat": "touch_may_have_left",
    "lose": "touch_became_uncertain",
    "reroute": "touch_took_another_way",
    "resend": "touch_booked_again",
    "deliver": "touch_delivered",
    "hear": "touch_heard",
    "answer": "touch_answered",
    "bounce": "touch_bounced",
    "hold": "touch_held",
    "resume": "touch_resumed",
    "skip": "touch_skipped",
    "cancel": "touch_cancelled",
}


_TOUCH = select(tables.touches.c.state, tables.touches.c.case, tables.touches.c.claim).where(
    tables.touches.c.number == bindparam("its_number")
)


def change_case(
    tx: Transaction,
    number: int,
    event: str,
    *,
    facts: dict[str, object] | None = None,
    **values: Any,
) -> Stage:
    """Change the stage of case `number` and return the new one. `values` are other columns.

    Raises ImpossibleTransition, or TryAgain when somebody else changed it in between.
    """
    old = Stage(_state(tx, tables.cases, tables.cases.c.stage, number, "case"))
    new = after(CASE, old, event)
    _set(tx, tables.cases, tables.cases.c.stage, number, old.value, {"stage": new.value, **values})
    tx.tell(CASE_HISTORY[event], number, **(facts or {}))
    return new


def change_amends(
    tx: Transaction,
    case: int,
    k: int,
    event: str,
    *,
    facts: dict[str, object] | None = None,
    **values: Any,
) -> AmendsState:
    """Change promise `case`.`k` and return its new state. Raises as `change_case` does."""
    table = tables.amends
    row = tx.connection.execute(
        select(table.c.number, table.c.state).where(table.c.case == case, table.c.k == k)
    ).first()
    if row is None:
        raise WrongUse(f"case {case} has no amends {case}.{k}", f"see: voicenote show {case}")
    old = AmendsState(row.state)
    new = after(AMENDS, old, event)
    _set(tx, table, table.c.state, row.number, old.value, {"state": new.value, **values})
    tx.tell(AMENDS_HISTORY[event], case, amends=k, **(facts or {}))
    return new


def change_touch(
    tx: Transaction,
    number: int,
    event: str,
    *,
    token: str | None = None,
    facts: dict[str, object] | None = None,
    **values: Any,
) -> TouchState:
    """Change touch `number` and return its new state.

    With `token`, only while that claim token is still on it: a pass that was thought dead and wakes
    again must not write over what was decided meanwhile. Raises as `change_case` does.
    """
    table = tables.touches
    row = tx.connection.execute(_TOUCH, {"its_number": number}).first()
    if row is None:
        raise WrongUse(f"there is no touch {number}", "see: voicenote cases")
    if token is not None and row.claim != token:
        raise TryAgain(
            f"touch {number} was taken over by another pass", "nothing to do: it looks after it"
        )
    old = TouchState(row.state)
    new = after(TOUCH, old, event)
    _set(tx, table, table.c.state, number, old.value, {"state": new.value, **values}, token)
    attempts.settle(tx, number, old, new, event)
    tx.tell(TOUCH_HISTORY[event], row.case, touch=number, **(facts or {}))
    return new


def _state(tx: Transaction, table: Table, column: Column[Any], number: int, noun: str) -> str:
    found = tx.connection.execute(_asked(table, column), {"its_number": number}).scalar()
    if found is None:
        raise WrongUse(f"there is no {noun} {number}", "see: voicenote cases --all")
    return str(found)


def _set(
    tx: Transaction,
    table: Table,
    column: Column[Any],
    number: int,
    old: str,
    values: dict[str, Any],
    token: str | None = None,
) -> None:
    which: dict[str, object] = {"its_number": number, "its_old": old}
    if token is not None:
        which["its_token"] = token
    done = tx.connection.execute(_changed(table, column, token is not None), which | values)
    if done.rowcount != 1:
        raise TryAgain(
            f"{table.name} {number} was changed by somebody else just now", "try it again"
        )


@cache
def _asked(table: Table, column: Column[Any]) -> Select[tuple[Any]]:
    return select(column).where(table.c.number == bindparam("its_number"))


@cache
def _changed(table: Table, column: Column[Any], claimed: bool) -> Update:  # noqa: FBT001
    """Return the change of one row that is still as it was; its new values are given with it."""
    change = update(table).where(
        table.c.number == bindparam("its_number"), column == bindparam("its_old")
    )
    return change.where(table.c.claim == bindparam("its_token")) if claimed else change
