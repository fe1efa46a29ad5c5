"""Messages (touches) and their receipts, customers' answers, and notes to the owner (nudges)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update

from voicenote.errors import TryAgain, WrongUse
from voicenote.ledger import rows, tables
from voicenote.ledger.changes import TOUCH_HISTORY, change_seen, change_touch, hold_case_of
from voicenote.ledger.heard_answers import sounds_of
from voicenote.ledger.list_params import list_param
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreadable import reading
from voicenote.model.case import Case
from voicenote.model.receipt import Answer, Receipt, ReceiptKind
from voicenote.model.touch import WAITING, PlannedTouch, Touch, TouchKind, TouchState
from voicenote.model.transitions import TOUCH, after

#: Receipt → event of the transition table; all other receipts change no state.
RECEIPT_EVENTS = {
    ReceiptKind.ACCEPTED: "accept",
    ReceiptKind.DELIVERED: "deliver",
    ReceiptKind.HEARD: "hear",
    ReceiptKind.ANSWERED: "answer",
    ReceiptKind.BOUNCED: "bounce",
}

_TOUCH = select(tables.touches).where(tables.touches.c.number == bindparam("wanted"))
_OF_CASES = (
    select(tables.touches)
    .where(tables.touches.c.case.in_(list_param("cases")))
    .order_by(tables.touches.c.due_at, tables.touches.c.number)
)
_RECEIPTS = (
    select(tables.receipts)
    .where(tables.receipts.c.touch.in_(list_param("touches")))
    .order_by(tables.receipts.c.number)
)
_KEEP = insert(tables.receipts)
_CHANGE_SEEN = update(tables.touches).where(
    tables.touches.c.number == bindparam("its_number"),
    tables.touches.c.state == bindparam("its_old"),
)
_ANSWER = insert(tables.answers)
_ANSWERS = (
    select(tables.answers)
    .where(tables.answers.c.case.in_(list_param("cases")))
    .order_by(tables.answers.c.at, tables.answers.c.number)
)


def book(
    tx: Transaction,
    case: Case,
    plan: str,
    planned: Sequence[PlannedTouch],
    way: Callable[[PlannedTouch], str],
    new_id: Callable[[], str],
) -> list[int]:
    """Schedule messages for a case; return their numbers. `way` gives the channel of each."""
    numbers: list[int] = []
    for touch in planned:
        statement = insert(tables.touches).values(
            key=f"c{case.number}r{case.round}-{touch.kind.value}-{new_id()[:12]}",
            case=case.number,
            round=case.round,
            plan=plan,
            channel=way(touch),
            state=TouchState.DUE.value,
            **rows.write(touch, tables.touches),
        )
        numbers.append(tx.added(statement))
    tx.tell("plan_booked", case.number, plan=plan, touches=numbers)
    return numbers


def get(tx: Transaction, number: int) -> Touch:
    """Return one message. Raises WrongUse when there is no message of that number."""
    row = tx.connection.execute(_TOUCH, {"wanted": number}).mappings().first()
    if row is None:
        raise WrongUse(f"message {number} doesn't exist", "see: voicenote show N")
    return rows.touch_in(row)


def of_cases(tx: Transaction, cases: Sequence[int]) -> list[Touch]:
    """Return the messages of some cases, earliest due first.

    Raises BadData when a row can't be read.
    """
    with reading(cases):
        found = tx.connection.execute(_OF_CASES, {"cases": list(cases)})
        return [rows.touch_in(row) for row in found.mappings()]


def of_round(tx: Transaction, case: Case) -> list[Touch]:
    """Return the messages of a case's present round, oldest first."""
    return [one for one in of_cases(tx, [case.number]) if one.round == case.round]


def select_touches(
    tx: Transaction, where: ColumnElement[bool], *order: ColumnElement[Any]
) -> list[Touch]:
    """Return the messages that fulfil a condition, in this order."""
    query = select(tables.touches).where(where).order_by(*order)
    return [rows.touch_in(row) for row in tx.connection.execute(query).mappings()]


def in_state(tx: Transaction, states: Iterable[TouchState]) -> list[Touch]:
    """Return every message in one of these states, earliest due first."""
    table = tables.touches
    there = table.c.state.in_([state.value for state in states])
    return select_touches(tx, there, table.c.due_at, table.c.number)


def due_numbers(tx: Transaction) -> list[tuple[int, int]]:
    """Return (touch, case) of each message that is due now, earliest first."""
    table = tables.touches
    query = (
        select(table.c.number, table.c.case)
        .where(table.c.state == TouchState.DUE.value, table.c.due_at <= tx.now)
        .order_by(table.c.due_at, table.c.number)
    )
    return [(row[0], row[1]) for row in tx.connection.execute(query)]


def count(tx: Transaction, state: TouchState, *, nudges: bool = True) -> int:
    """Return how many messages are in a state; without `nudges`, only those to customers."""
    table = tables.touches
    query = select(func.count()).select_from(table).where(table.c.state == state.value)
    if not nudges:
        query = query.where(table.c.kind != TouchKind.NUDGE.value)
    return tx.connection.execute(query).scalar_one()


def next_due_at(tx: Transaction, after: datetime | None = None) -> datetime | None:
    """Return when the next message is due (UTC), later than `after` if given; or None."""
    table = tables.touches
    query = select(table.c.due_at).where(table.c.state == TouchState.DUE.value)
    if after is not None:
        query = query.where(table.c.due_at > after)
    return tx.connection.execute(query.order_by(table.c.due_at).limit(1)).scalar()


def left_at(tx: Transaction, at: datetime) -> list[Touch]:
    """Return the messages that were sent at exactly this moment."""
    return select_touches(tx, tables.touches.c.sent_at == at, tables.touches.c.number)


def move(tx: Transaction, number: int, due_at: datetime, shift: timedelta | None = None) -> None:
    """Give a waiting message another time; with `shift`, it is too late by as much later."""
    table, late = tables.touches, get(tx, number).planned.too_late_at
    where = (table.c.number == number) & table.c.state.in_([state.value for state in WAITING])
    values = {"due_at": due_at} | ({"too_late_at": late + shift} if late and shift else {})
    tx.connection.execute(update(table).where(where).values(**values))


def change_touches(
    tx: Transaction,
    event: str,
    changes: Sequence[tuple[Touch, Mapping[str, Any]]],
    facts: Mapping[str, object] | None = None,
) -> None:
    """Change many messages as `change_touch` does; each is given as last read, with its values.

    The event is one that tells nothing about an attempt to send. Raises ImpossibleTransition when
    one can't take it, and TryAgain when somebody else changed one in between.
    """
    changed = [
        {"its_number": one.number, "its_old": one.state.value, **rows.with_code(values)}
        | {"state": after(TOUCH, one.state, event).value}
        for one, values in changes
    ]
    if not changed:
        return
    done = tx.connection.execute(_CHANGE_SEEN, changed)
    if done.rowcount != len(changed):
        raise TryAgain("messages were changed by somebody else just now", "try it again")
    told = [(one.case, {"touch": one.number, **(facts or {})}) for one, _ in changes]
    tx.tell_all(TOUCH_HISTORY[event], told)


def note(tx: Transaction, number: int, reason: str) -> None:
    """Write why a message is waiting, skipped or cancelled; "" clears the text, not the code."""
    table = tables.touches
    noted = WAITING | {TouchState.SKIPPED, TouchState.CANCELLED}
    where = (table.c.number == number) & table.c.state.in_([state.value for state in noted])
    tx.connection.execute(update(table).where(where).values(reason=reason))


def claim_of(tx: Transaction, number: int) -> tuple[str, str, datetime | None]:
    """Return (token, who, when) of the claim on a message; the token is "" when there is none."""
    table = tables.touches
    query = select(table.c.claim, table.c.claimed_by, table.c.claimed_at)
    row = tx.connection.execute(query.where(table.c.number == number)).one()
    return (row[0] or "", row[1], row[2])


def receive(
    tx: Transaction,
    number: int,
    receipt: Receipt,
    *,
    token: str | None = None,
    seen: Touch | None = None,
    **values: Any,
) -> None:
    """Store a receipt, and change the message's state if the transition table has that change.

    With `token`, only while that claim is still on the message; `seen` as in `change_touch`. A late
    or repeated receipt (delivered after heard) is stored and changes nothing. The case stays
    locked until the transaction ends.
    """
    hold_case_of(tx, number)
    tx.connection.execute(_KEEP, {"touch": number, **rows.write(receipt, tables.receipts)})
    event = RECEIPT_EVENTS.get(receipt.kind)
    facts: dict[str, object] = {"provider_id": receipt.provider_id}
    if (
        seen is not None
        and event
        and _moves(seen.state, event)
        and change_seen(tx, seen, event, token=token, facts=facts, **values)
    ):
        return
    touch = get(tx, number)
    if event and _moves(touch.state, event):
        change_touch(tx, number, event, token=token, facts=facts, **values)
    else:
        tx.tell("receipt_received", touch.case, touch=number, kind=receipt.kind.value)


def apply_receipt(tx: Transaction, number: int, receipt: Receipt) -> None:
    """Change a message's state by a receipt that is stored already, if that changes it."""
    event = RECEIPT_EVENTS.get(receipt.kind)
    if event and _moves(get(tx, number).state, event):
        change_touch(tx, number, event, facts={"provider_id": receipt.provider_id})


def _moves(state: TouchState, event: str) -> bool:
    return state in TOUCH[event] and TOUCH[event][state] is not state


def receipts_of(tx: Transaction, numbers: Sequence[int]) -> dict[int, tuple[Receipt, ...]]:
    """Return the receipts of some messages, oldest first, by message number."""
    found: dict[int, tuple[Receipt, ...]] = {}
    for row in tx.connection.execute(_RECEIPTS, {"touches": list(numbers)}).mappings():
        receipt = rows.read(Receipt, row, tables.receipts)
        found[row["touch"]] = (*found.get(row["touch"], ()), receipt)
    return found


def answer(tx: Transaction, case: Case, said: Answer) -> int:
    """Store an answer from the customer; return its number."""
    columns = rows.write(said, tables.answers)
    number = tx.added(_ANSWER, {"case": case.number, "round": case.round, **columns})
    tx.tell("customer_answered", case.number, verdict=said.verdict.value, via=said.via)
    return number


def answers_of(tx: Transaction, cases: Sequence[int]) -> dict[int, list[tuple[int, Answer]]]:
    """Return (round, answer) of some cases, oldest first, by case number."""
    found: dict[int, list[tuple[int, Answer]]] = {}
    kept = tx.connection.execute(_ANSWERS, {"cases": list(cases)}).mappings().all()
    sounds = sounds_of(tx, cases) if kept else {}
    for row in kept:
        said = rows.read(Answer, row, tables.answers, **sounds.get(row["number"], {}))
        found.setdefault(row["case"], []).append((row["round"], said))
    return found


def is_at_rest(tx: Transaction, key: str) -> bool:
    """Return whether a message in this ledger has the key and isn't being sent right now."""
    table = tables.touches
    state = tx.connection.execute(select(table.c.state).where(table.c.key == key)).scalar()
    return state is not None and state not in (TouchState.SENDING, TouchState.COMMITTING)


def nudge(tx: Transaction, case: int, key: str, kind: str, text: str) -> bool:
    """Leave the owner a note, once per `key`; return whether it is new."""
    table = tables.nudges
    if tx.connection.execute(select(table.c.number).where(table.c.key == key)).first():
        return False
    tx.connection.execute(insert(table).values(case=case, key=key, kind=kind, text=text, at=tx.now))
    tx.tell("owner_nudged", case, kind=kind)
    return True


def last_nudge(tx: Transaction) -> int:
    """Return the number of the newest nudge; 0 when there is none."""
    return tx.newest(tables.nudges)


def nudges_since(tx: Transaction, number: int) -> list[tuple[int, str]]:
    """Return (case, text) of the nudges after nudge `number`, oldest first."""
    table = tables.nudges
    query = select(table.c.case, table.c.text).where(table.c.number > number)
    return [(row[0], row[1]) for row in tx.connection.execute(query.order_by(table.c.number))]
