"""The last command that can be taken back: what it changed, what stands on it, and the way back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from voicenote.errors import RuleSaysNo
from voicenote.ledger import arrivals, optouts, tables
from voicenote.ledger.case_store import chunks
from voicenote.ledger.standing import UNDONE, is_standing
from voicenote.ledger.store import Transaction
from voicenote.model.touch import BATCH_HELD

#: Rows of one table as (key, held), as `changed_rows` has them.
Rows = Sequence[tuple[dict[str, list[Any]], dict[str, list[Any]]]]

#: Lines that change no case.
_HARMLESS = (UNDONE, "owner_nudged", "arrival_unmatched", "match_undone", "decisions_undone")
#: What a run that could not send a message tells of it, before it puts the message off.
_TRIED = ("touch_claimed", "touch_postponed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: `counts` has how many rows it changed, by table.

    `whole`: some rows belong to no case alone, such as a customer's, or it moved them from one case
    to another (merge), so that either all of it is taken back or nothing. `opted_out`: it opted
    somebody out. `arrived` is the newest message that had come in before.
    """

    number: int
    at: datetime
    actor: str
    what: str
    after: int
    until: int
    cases: tuple[int, ...]
    counts: Mapping[str, int]
    whole: bool
    opted_out: bool
    arrived: int


class Obstacle(NamedTuple):
    """What happened to a case since: a line of the history, and its message if it is about one."""

    at: datetime
    event: str
    message: int | None
    reason: str


def last_command(tx: Transaction) -> Command | None:
    """Return the newest command that was not undone; its `counts` are empty if it can't be."""
    table = tables.commands
    query = select(table).where(table.c.undone_at.is_(None)).order_by(table.c.number.desc())
    found = tx.connection.execute(query.limit(1)).mappings().first()
    if found is None:
        return None
    changed = tables.changed_rows.c
    mine = changed.command == found["number"]
    counts = select(changed.name, func.count(changed.key.distinct())).where(mine)
    cases = set(tx.connection.execute(select(changed.case).where(mine).distinct()).scalars())
    whole = None in cases or found["what"] == "merge"
    by_table = {row[0]: row[1] for row in tx.connection.execute(counts.group_by(changed.name))}
    opted_out = "optouts" in by_table
    lines = tables.history.c  # what is only told in a case is part of it, too
    told = select(lines.case, lines.event == "customer_opted_out").where(
        lines.number > found["after"],
        lines.number <= found["until"],
        lines.actor == found["actor"],
    )
    for case, gone in tx.connection.execute(told.distinct()):
        cases.add(case)
        opted_out |= bool(gone)
    names = ("number", "at", "actor", "what", "after", "until", "arrived")
    return Command(
        **{name: found[name] for name in names},
        cases=tuple(sorted(cases - {None})),
        counts=by_table,
        whole=whole,
        opted_out=opted_out,
    )


def has_written_since(tx: Transaction, command: Command) -> bool:
    """Return whether a customer of the command's cases may have written since it began.

    Somebody whom nobody knows may be one of them.
    """
    table, theirs = tables.arrivals.c, optouts.cases_beside(tx, command.cases)
    query = select(table.number).where(
        table.number > command.arrived,
        table.kind.in_(arrivals.WRITTEN),
        table.case.is_(None) | table.case.in_(theirs),
    )
    return tx.connection.execute(query.limit(1)).first() is not None


def find_obstacles(tx: Transaction, command: Command) -> dict[int, Obstacle]:
    """Return what stands on the command, by case: a message that left, or anything since."""
    table, left = tables.history.c, tables.history.c.event == "touch_committed"
    late = (table.number > command.until) | (table.actor != command.actor)
    query = (
        select(table.number, table.case, table.event, table.facts, table.at)
        .where(table.number > command.after, table.case.is_not(None))
        .where(left | (late & is_standing()))
        .order_by(table.number)
    )
    lines = tx.connection.execute(query).all()
    gone = {row.facts["undone"] for row in lines if isinstance(row.facts.get("undone"), int)}
    cases = set(command.cases)
    found: dict[int, Obstacle] = {}
    mine = _messages_by_change(tx, command)
    put_off = {row.facts["touch"]: row.number for row in lines if row.event == "touch_postponed"}
    for row in lines:
        if row.case not in cases or row.event in _HARMLESS:
            continue
        has_left = row.event == "touch_committed"
        message = row.facts.get("touch")
        if _is_batch_held(row.event, row.facts) and message not in mine["~"]:
            continue  # a message that it booked goes away, whatever holds it
        tried = row.event in _TRIED and row.number <= put_off.get(message, 0)
        if tried and not any(message in some for some in mine.values()):
            continue
        if not has_left and (row.number in gone or "undone" in row.facts):
            continue
        if has_left or row.case not in found or found[row.case].event == "touch_claimed":
            found[row.case] = Obstacle(row.at, row.event, message, row.facts.get("reason") or "")
    return found


def _is_batch_held(event: str, facts: Mapping[str, Any]) -> bool:
    return event == "touch_held" and str(facts.get("reason")).startswith(BATCH_HELD)


def _messages_by_change(tx: Transaction, command: Command) -> dict[str, set[int]]:
    """Return the messages that it booked (+), deleted (-) or changed (~)."""
    changed, found = tables.changed_rows.c, defaultdict(set)
    query = select(changed.change, changed.key).where(
        changed.command == command.number, changed.name == "touches"
    )
    for change, key in tx.connection.execute(query):
        found[change].add(json.loads(key)["number"][0])
    return found


def restore_rows(tx: Transaction, command: Command, keep: Collection[int]) -> set[int]:
    """Bring every row that the command changed back, except those of the cases to `keep`.

    The history is told which states that leads to. Returns the messages that were changed.

    Raises RuleSaysNo when a row isn't as the command left it, or another row needs it.
    """
    changed = tables.changed_rows
    query = select(changed).where(changed.c.command == command.number)
    query = query.order_by(changed.c.number.desc())
    rows = (row for row in tx.connection.execute(query) if row.case not in keep)
    steps = [(row.name, row.change, json.loads(row.key), json.loads(row.held)) for row in rows]
    try:
        for (name, change, columns), some in groupby(
            steps, lambda step: (step[0], step[1], tuple(step[3]))
        ):
            pairs = [(key, held) for *_, key, held in some]
            if _bring_back(tx, name, change, columns, pairs) != len(pairs):
                raise _changed_since(command)
    except IntegrityError as error:
        raise _changed_since(command) from error
    changed_by: dict[str, set[int]] = {"cases": set(), "touches": set(), "amends": set()}
    for name, _, key, _ in steps:
        if name in changed_by:
            changed_by[name].add(key["number"][0])
    told: dict[str, object] = {
        "command": command.what,
        "number": command.number,
        "first_line": command.after + 1,
        "last_line": command.until,
        "by": command.actor,
    }
    cases = [case for case in command.cases if case not in keep]
    states = _states_of(tx, cases, changed_by)
    tx.tell_all(UNDONE, ((case, {**told, **states[case]}) for case in cases))
    if not cases:
        tx.tell(UNDONE, None, **told)
    mine = tables.commands.c.number == command.number
    tx.connection.execute(update(tables.commands).where(mine).values(undone_at=tx.now))
    return changed_by["touches"]


def _states_of(
    tx: Transaction, cases: Sequence[int], changed: Mapping[str, Collection[int]]
) -> dict[int, dict[str, Any]]:
    """Return the present states of what was changed, by case, without what is gone."""
    found: dict[int, dict[str, Any]] = {case: {} for case in cases}
    case, touch, amends = tables.cases.c, tables.touches.c, tables.amends.c
    for chunk in chunks(cases):
        stages = select(case.number, case.stage).where(case.number.in_(chunk))
        for number, stage in tx.connection.execute(stages):
            if number in changed["cases"]:
                found[number]["stage"] = stage
        for name, row, label in (("touches", touch, touch.number), ("amends", amends, amends.k)):
            query = select(row.number, row.case, label, row.state).where(row.case.in_(chunk))
            for number, of_case, named, state in tx.connection.execute(query):
                if number in changed[name]:
                    found[of_case].setdefault(name, {})[str(named)] = state
    return found


def _changed_since(command: Command) -> RuleSaysNo:
    number = command.cases[0] if command.cases else "N"
    return RuleSaysNo(
        f"the {command.what} can't be taken back: what it changed has been changed since",
        f"see what it is now: voicenote show {number}",
    )


def _bring_back(
    tx: Transaction,
    name: str,
    change: str,
    columns: Sequence[str],
    rows: Rows,
) -> int:
    """Take the same change of several rows of one table back; return how many were as it says."""
    keys = list(rows[0][0])
    sql, given = _STATEMENTS[tx.connection.dialect.name](name, change, columns, keys, rows)
    done = tx.connection.exec_driver_sql(sql, given)
    return len(rows) if change == "-" else done.rowcount


def _in_sqlite(
    name: str, change: str, columns: Sequence[str], keys: Sequence[str], rows: Rows
) -> tuple[str, list[tuple[Any, ...]]]:
    where = " and ".join(f'"{one}" = ?' for one in keys)
    key = [tuple(value[0] for value in key.values()) for key, _ in rows]
    same = " and ".join(f'"{one}" is ?' for one in columns)
    was = [tuple(value[0] for value in held.values()) for _, held in rows]
    if change == "+":
        sql = f'delete from "{name}" where {where} and {same}'  # noqa: S608 - our names
        return sql, [(*a, *b) for a, b in zip(key, was, strict=True)]
    if change == "-":
        names, marks = ", ".join(f'"{one}"' for one in columns), ", ".join("?" for _ in columns)
        return f'insert into "{name}" ({names}) values ({marks})', was  # noqa: S608 - our names
    now = [tuple(value[1] for value in held.values()) for _, held in rows]
    sets = ", ".join(f'"{one}" = ?' for one in columns)
    sql = f'update "{name}" set {sets} where {where} and {same}'  # noqa: S608 - our names
    return sql, [(*a, *b, *c) for a, b, c in zip(was, key, now, strict=True)]


def _in_postgresql(
    name: str, change: str, columns: Sequence[str], keys: Sequence[str], rows: Rows
) -> tuple[str, list[tuple[Any, ...]]]:
    """Let the server read the values, which it wrote as JSON, by the types of its columns."""
    row = f'json_populate_record(null::"{name}", %s::json)'
    where = " and ".join(f't."{one}" = k."{one}"' for one in keys)
    key = [json.dumps({one: value[0] for one, value in key.items()}) for key, _ in rows]
    same = " and ".join(f't."{one}"::text is not distinct from a."{one}"::text' for one in columns)
    was = [json.dumps({one: value[0] for one, value in held.items()}) for _, held in rows]
    names = ", ".join(f'"{one}"' for one in columns)
    if change == "+":
        sql = f'delete from "{name}" t using {row} k, {row} a where {where} and {same}'  # noqa: S608 - our names
        return sql, list(zip(key, was, strict=True))
    if change == "-":
        return f'insert into "{name}" ({names}) select {names} from {row}', [(one,) for one in was]  # noqa: S608
    now = [json.dumps({one: value[1] for one, value in held.items()}) for _, held in rows]
    sets = ", ".join(f'"{one}" = b."{one}"' for one in columns)
    sql = (
        f'update "{name}" t set {sets} from {row} k, {row} b, {row} a '  # noqa: S608 - our names
        f"where {where} and {same}"
    )
    return sql, list(zip(key, was, now, strict=True))


_STATEMENTS = {"sqlite": _in_sqlite, "postgresql": _in_postgresql}
