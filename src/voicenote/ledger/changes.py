"""Status changes: allowed by the transition table, guarded by compare-and-set, then recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Table, Update, bindparam, select, update

from voicenote.errors import TryAgain, WrongUse
from voicenote.ledger import attempts, rows, tables
from voicenote.ledger.list_params import list_param
from voicenote.ledger.store import Transaction
from voicenote.model.case import Stage
from voicenote.model.promise import AmendsState
from voicenote.model.touch import Touch, TouchState
from voicenote.model.transitions import AMENDS, CASE, TOUCH, after

#: Event → what the history calls it, in the past tense.
CASE_HISTORY = {
    "compose": "script_composed",
    "render": "memo_rendered",
    "approve": "memo_approved",
    "recall": "approval_recalled",
    "send": "memo_sent",
    "reopen": "case_reopened",
    "close": "case_closed",
    "withdraw": "case_withdrawn",
    "merge": "case_merged",
    "restore": "case_restored",
}
AMENDS_HISTORY = {
    "do": "amends_done",
    "confirm": "amends_confirmed",
    "dispute": "amends_disputed",
    "break": "amends_broken",
    "promise": "amends_promised",
    "waive": "amends_waived",
    "restore": "amends_restored",
}
TOUCH_HISTORY = {
    "claim": "touch_claimed",
    "commit": "touch_committed",
    "accept": "touch_accepted",
    "find": "touch_found_sent",
    "refuse": "touch_refused",
    "postpone": "touch_postponed",
    "repeat": "touch_may_have_left",
    "lose": "touch_became_uncertain",
    "reroute": "touch_took_another_way",
    "resend": "touch_booked_again",
    "deliver": "touch_delivered",
    "hear": "touch_heard",
    "answer": "touch_answered",
    "unanswer": "touch_unanswered",
    "bounce": "touch_bounced",
    "hold": "touch_held",
    "resume": "touch_resumed",
    "skip": "touch_skipped",
    "cancel": "touch_cancelled",
    "restore": "touch_restored",
}


_STAGE = select(tables.cases.c.stage).where(tables.cases.c.number == bindparam("its_number"))
_CASE_AT = update(tables.cases).where(
    tables.cases.c.number == bindparam("its_number"),
    tables.cases.c.stage == bindparam("its_old"),
    tables.cases.c.round == bindparam("its_round"),
)
_CASES = update(tables.cases).where(tables.cases.c.number.in_(list_param("cases")))
_HELD_STAGES = (
    select(tables.cases.c.number, tables.cases.c.stage)
    .where(tables.cases.c.number.in_(list_param("cases")))
    .with_for_update()
)
_CASE_OF = (
    select(tables.touches.c.case)
    .where(tables.touches.c.number == bindparam("its_number"))
    .scalar_subquery()
)
_HELD = select(tables.cases.c.number).order_by(tables.cases.c.number).with_for_update()
_HOLD_CASES = _HELD.where(tables.cases.c.number.in_(list_param("cases")))
_HOLD_CASE_OF = _HELD.where(tables.cases.c.number == _CASE_OF)
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

    Raises ImpossibleTransition, WrongUse when there is no such case, or TryAgain when somebody
    else changed it in between.
    """
    stage = tables.cases.c.stage
    found = tx.connection.execute(_STAGE, {"its_number": number}).scalar()
    if found is None:
        raise no_such_case(number)
    new = after(CASE, Stage(found), event, f"case {number}", str(number))
    _set_column(tx, tables.cases, stage, number, found, {"stage": new.value, **values})
    tx.tell(CASE_HISTORY[event], number, **(facts or {}))
    return new


def change_cases(tx: Transaction, event: str, facts: Mapping[int, Mapping[str, object]]) -> None:
    """Change the stage of several cases; `facts` has the facts of the event by case number.

    Raises ImpossibleTransition when one of them cannot take it, WrongUse for an unknown case.
    """
    numbers = sorted(facts)
    stages = {
        row.number: row.stage for row in tx.connection.execute(_HELD_STAGES, {"cases": numbers})
    }
    changed: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        if number not in stages:
            raise no_such_case(number)
        new = after(CASE, Stage(stages[number]), event, f"case {number}", str(number))
        changed[new.value].append(number)
    for stage, those in changed.items():
        tx.connection.execute(_CASES.values(stage=stage), {"cases": those})
    tx.tell_all(CASE_HISTORY[event], facts.items())


def no_such_case(number: int) -> WrongUse:
    """Return the error for the number of a case that there isn't."""
    return WrongUse(f"there is no case {number}", "see: voicenote cases --all")


def change_case_at(
    tx: Transaction, number: int, round_: int, seen: Stage, event: str, facts: dict[str, object]
) -> bool:
    """Change the stage of a case if it is still at `seen` in `round_`; return whether it was."""
    given = {"its_number": number, "its_old": seen.value, "its_round": round_}
    done = tx.connection.execute(_CASE_AT, {**given, "stage": after(CASE, seen, event).value})
    if done.rowcount != 1:
        return False
    tx.tell(CASE_HISTORY[event], number, **facts)
    return True


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
    new = after(AMENDS, old, event, f"amends {case}.{k}", f"{case}.{k}")
    _set_column(tx, table, table.c.state, row.number, old.value, {"state": new.value, **values})
    tx.tell(AMENDS_HISTORY[event], case, amends=k, **(facts or {}))
    return new


def change_touch(
    tx: Transaction,
    number: int,
    event: str,
    *,
    token: str | None = None,
    seen: Touch | None = None,
    facts: dict[str, object] | None = None,
    **values: Any,
) -> TouchState:
    """Change message `number` and return its new state.

    With `token`, only while that claim is still on it: a run that was thought dead must not undo
    what was decided meanwhile. `seen` is the message as last read; while it is still in that
    state, it isn't read again. Raises as `change_case`.
    """
    table = tables.touches
    if seen is not None and change_seen(tx, seen, event, token=token, facts=facts, **values):
        return after(TOUCH, seen.state, event)
    row = tx.connection.execute(_TOUCH, {"its_number": number}).first()
    if row is None:
        raise WrongUse(f"message {number} doesn't exist", "see: voicenote cases")
    if token is not None and row.claim != token:
        raise TryAgain(
            f"message {number} was taken over by another run", "nothing to do: it looks after it"
        )
    old = TouchState(row.state)
    new = after(TOUCH, old, event, f"message {number} of case {row.case}", str(row.case))
    _set_column(tx, table, table.c.state, number, old.value, {"state": new.value, **values}, token)
    _tell_touch(tx, row.case, number, (old, event, new), facts)
    return new


def change_seen(
    tx: Transaction,
    seen: Touch,
    event: str,
    *,
    token: str | None = None,
    facts: dict[str, object] | None = None,
    **values: Any,
) -> bool:
    """Change a message if it is still in the state of `seen`; return whether it was."""
    column = tables.touches.c.state
    new = after(TOUCH, seen.state, event, f"message {seen.number} of case {seen.case}")
    changed = {"state": new.value, **values}
    if not _set_if(tx, tables.touches, column, seen.number, seen.state.value, changed, token):
        return False
    _tell_touch(tx, seen.case, seen.number, (seen.state, event, new), facts)
    return True


def _tell_touch(
    tx: Transaction,
    case: int,
    number: int,
    change: tuple[TouchState, str, TouchState],
    facts: dict[str, object] | None,
) -> None:
    old, event, new = change
    attempts.settle(tx, number, old, new, event)
    tx.tell(TOUCH_HISTORY[event], case, touch=number, **(facts or {}))


def hold_case(tx: Transaction, number: int) -> None:
    """Lock a case until the transaction ends."""
    hold_cases(tx, [number])


def hold_cases(tx: Transaction, numbers: Sequence[int]) -> None:
    """Lock cases until the transaction ends, in order of number, so two writers can't deadlock.

    PostgreSQL locks the rows. SQLite has only one writer at a time anyway.
    """
    if tx.connection.dialect.name != "sqlite":
        tx.connection.execute(_HOLD_CASES, {"cases": list(numbers)})


def hold_case_of(tx: Transaction, touch: int) -> None:
    """Lock the case of a message until the transaction ends."""
    if tx.connection.dialect.name != "sqlite":
        tx.connection.execute(_HOLD_CASE_OF, {"its_number": touch})


def _set_column(
    tx: Transaction,
    table: Table,
    column: Column[Any],
    number: int,
    old: str,
    values: dict[str, Any],
    token: str | None = None,
) -> None:
    if not _set_if(tx, table, column, number, old, values, token):
        raise TryAgain(
            f"{table.name} {number} was changed by somebody else just now", "try it again"
        )


def _set_if(
    tx: Transaction,
    table: Table,
    column: Column[Any],
    number: int,
    old: str,
    values: dict[str, Any],
    token: str | None = None,
) -> bool:
    """Change one row if `column` is still `old`; return whether it was."""
    which: dict[str, object] = {"its_number": number, "its_old": old}
    if token is not None:
        which["its_token"] = token
    done = tx.connection.execute(
        _update_guarded(table, column, claimed=token is not None), which | rows.with_code(values)
    )
    return done.rowcount == 1


@cache
def _update_guarded(table: Table, column: Column[Any], *, claimed: bool) -> Update:
    """Return the guarded update of one row; the new values are given when it is executed."""
    change = update(table).where(
        table.c.number == bindparam("its_number"), column == bindparam("its_old")
    )
    return change.where(table.c.claim == bindparam("its_token")) if claimed else change
