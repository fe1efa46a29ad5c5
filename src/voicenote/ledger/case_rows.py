"""What `cases` prints: ten thousand lines in a few queries, and what is wrong with some of them.

States are written here as the ledger spells them: importing the model's classes would slow down
every list. A test checks that both are equal, and the opt-outs those of `optouts`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from voicenote.errors import BadData
from voicenote.ledger import tables
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreachable import NO_ADDRESS
from voicenote.ledger.unreadable import readable, reading

CLOSED = "closed"
#: The stages in which no memo has been sent.
UNSENT = ("opened", "scripted", "rendered", "approved")
ACKNOWLEDGE = "acknowledge"
DUE = "due"
UNCERTAIN = "uncertain"
ARRIVED = ("accepted", "delivered", "heard", "answered")
#: Promises that are still owed.
OWED = ("promised", "broken")
NUDGE = "nudge"
#: The channel gave the message back: somebody has to find another way.
RETURNED = ("refused", "bounced")
#: Not to be sent for now: held by voicenote when there is a reason, else by the owner.
HELD = "held"
#: A run is sending it, or was when it died.
IN_FLIGHT = ("sending", "committing")


class CaseRow(NamedTuple):
    """One case in a list. The fields are in the order of the query's columns, for speed."""

    case: int
    ref: str
    customer: str
    time_zone: str
    stage: str
    outcome: str | None
    opened_at: datetime
    round: int

    @property
    def closed(self) -> bool:
        """Whether the case is closed."""
        return self.stage == CLOSED


class CaseRows(NamedTuple):
    """The cases of a list in order of number, and by number what only some of them have.

    `owed_by`: the earliest day of an unkept promise that is before the given day. `next_touch`:
    when the next message is due. `uncertain`: cases with a message that may or may not have been
    sent. `answered`: each (case, round) with an answer.
    """

    rows: list[CaseRow]
    owed_by: dict[int, date]
    next_touch: dict[int, datetime]
    uncertain: set[int]
    answered: set[tuple[int, int]]


def list_cases(
    tx: Transaction, until: date, *, everything: bool = False, batch: str | None = None
) -> tuple[CaseRows, list[BadData]]:
    """Return the cases that can be read, and an error for each that can't.

    Closed cases come only with `everything`; promises only when due before `until`. What few
    cases have is queried separately: joining it would double the cost.
    """
    query = _cases_query(everything=everything, batch=batch)
    try:
        with reading([0, 0]):
            return _read_rows(tx, query, until), []
    except BadData:
        return _read_each(tx, query, until)


def _read_each(tx: Transaction, query: Select[Any], until: date) -> tuple[CaseRows, list[BadData]]:
    """Do as `list_cases`, group by group, and case by case where a group has a bad one."""
    case = tables.cases
    wanted = query.with_only_columns(case.c.number, maintain_column_froms=True)
    numbers = list(tx.connection.execute(wanted).scalars())
    whole = CaseRows([], {}, {}, set(), set())

    def load(some: Sequence[int]) -> dict[int, None]:
        with reading(some):
            found = _read_rows(tx, query.where(case.c.number.in_(list(some))), until, some)
        whole.rows.extend(found.rows)
        whole.owed_by.update(found.owed_by)
        whole.next_touch.update(found.next_touch)
        whole.uncertain.update(found.uncertain)
        whole.answered.update(found.answered)
        return {}

    _, bad = readable(load, numbers)
    return whole, list(bad.values())


def _read_rows(
    tx: Transaction, query: Select[Any], until: date, numbers: Sequence[int] | None = None
) -> CaseRows:
    """Return the rows of `query`, with the extras of all cases, or only of `numbers`."""
    promised, touch, answer = tables.amends, tables.touches, tables.answers
    # the soonest last: a dict keeps the last one
    owed = select(promised.c.case, promised.c.promised_by).order_by(promised.c.promised_by.desc())
    owed = owed.where(promised.c.state.in_(OWED), promised.c.promised_by < until)
    coming = select(touch.c.case, touch.c.due_at).order_by(touch.c.due_at.desc())
    coming = coming.where(touch.c.state == DUE)
    unsure = select(touch.c.case).where(touch.c.state == UNCERTAIN)
    said = select(answer.c.case, answer.c.round)

    def rows(about: Select[Any]) -> Sequence[Any]:
        if numbers is not None:
            about = about.where(about.selected_columns[0].in_(list(numbers)))
        return tx.connection.execute(about).all()

    return CaseRows(
        rows=list(map(CaseRow._make, tx.connection.execute(query).all())),
        owed_by={row[0]: row[1] for row in rows(owed)},
        next_touch={row[0]: row[1] for row in rows(coming)},
        uncertain={row[0] for row in rows(unsure)},
        answered={(row[0], row[1]) for row in rows(said)},
    )


def _cases_query(*, everything: bool, batch: str | None) -> Select[Any]:
    case, person = tables.cases, tables.customers
    query = (
        select(
            *(case.c.number, case.c.ref, person.c.name, person.c.time_zone, case.c.stage),
            *(case.c.outcome, case.c.opened_at, case.c.round),
        )
        .outerjoin(person, person.c.number == case.c.customer)
        .order_by(case.c.number)
    )
    if not everything:
        query = query.where(case.c.stage != CLOSED)
    if batch is not None:
        query = query.where(case.c.batch == batch)
    return query


def first_acknowledgements(tx: Transaction) -> dict[int, datetime]:
    """Return when each case's first acknowledgement was sent (UTC); unknown ones are left out."""
    touch = tables.touches
    query = (
        select(touch.c.case, func.min(touch.c.sent_at))
        .where(
            touch.c.kind == ACKNOWLEDGE,
            touch.c.state.in_(ARRIVED),
        )
        .group_by(touch.c.case)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query) if row[1] is not None}


def words(tx: Transaction) -> dict[tuple[int, int], str]:
    """Return the customer's newest answer in words, by (case, round)."""
    answer = tables.answers
    query = select(answer.c.case, answer.c.round, answer.c.text).where(answer.c.text != "")
    found = tx.connection.execute(query.order_by(answer.c.at, answer.c.number))
    return {(row[0], row[1]): row[2] for row in found}


def count_closed(tx: Transaction, batch: str | None = None) -> int:
    """Return how many cases are closed; with `batch`, only those of one import."""
    case = tables.cases
    query = select(func.count()).select_from(case).where(case.c.stage == CLOSED)
    if batch is not None:
        query = query.where(case.c.batch == batch)
    return int(tx.connection.execute(query).scalar_one())


def any_prevention(tx: Transaction) -> bool:
    """Return whether any lesson's prevention was done. Without one, no cause can come back."""
    lesson = tables.lessons
    query = select(lesson.c.case).where(lesson.c.done_at.is_not(None)).limit(1)
    return tx.connection.execute(query).first() is not None


def open_causes(tx: Transaction) -> list[tuple[int, str, datetime]]:
    """Return (case, cause, opened at) of every open case that names a cause."""
    case = tables.cases
    query = select(case.c.number, case.c.cause, case.c.opened_at).where(
        case.c.stage != CLOSED, case.c.cause != ""
    )
    return [(row[0], row[1], row[2]) for row in tx.connection.execute(query)]


def troubled(tx: Transaction, zone: ZoneInfo) -> dict[tuple[int, int], str]:
    """Return what the owner must look at, by (case, round): ``memo bounced, 3 held``.

    Hours are in `zone`.
    """
    touch = tables.touches
    query = (
        select(
            *(touch.c.case, touch.c.round, touch.c.kind, touch.c.state),
            *(touch.c.claimed_at, touch.c.reason_code),
        )
        .where(touch.c.state.in_((*RETURNED, HELD, *IN_FLIGHT)), touch.c.kind != NUDGE)
        .where((touch.c.state != HELD) | (touch.c.reason != "") | (touch.c.reason_code != ""))
        .order_by(touch.c.due_at)
    )
    returned: dict[tuple[int, int], list[str]] = {}
    held: dict[tuple[int, int], int] = {}
    for case, round_, kind, state, claimed_at, code in tx.connection.execute(query):
        told = returned.setdefault((case, round_), [])
        if code == NO_ADDRESS:
            told[:] = ["no address"]
        elif state == HELD:
            held[case, round_] = held.get((case, round_), 0) + 1
        elif state in IN_FLIGHT:
            since = f" since {claimed_at.astimezone(zone):%H:%M}" if claimed_at else ""
            told.append(f"{kind} being sent{since}")
        else:
            told.append(f"{kind} {state}")
    return {
        key: ", ".join([*told, *([f"{held[key]} held"] if key in held else [])])
        for key, told in returned.items()
    }


def stranded(tx: Transaction, known: Collection[str]) -> dict[str, list[int]]:
    """Return the cases with messages for a channel that isn't in `known`, by channel name."""
    touch = tables.touches
    query = (
        select(touch.c.channel, touch.c.case)
        .where(touch.c.state.in_((DUE, HELD)), touch.c.kind != NUDGE)
        .where(touch.c.channel.not_in(list(known)))
        .distinct()
        .order_by(touch.c.channel, touch.c.case)
    )
    found: dict[str, list[int]] = {}
    for channel, case in tx.connection.execute(query):
        found.setdefault(channel, []).append(case)
    return found


def told_stranded(channel: str, cases: Sequence[int]) -> tuple[str, str]:
    """Return the warning about cases that wait for a missing channel, and what to do."""
    shown = ", ".join(map(str, cases[:10])) + (" …" if len(cases) > 10 else "")
    what = f"case {shown} waits" if len(cases) == 1 else f"cases {shown} wait"
    cure = f"voicenote plan --from {channel} --by NAME, or set up [channels.{channel}] again"
    return f"{what} for the channel {channel!r}, which is not set up", cure


def opted_out(tx: Transaction) -> set[int]:
    """Return the open cases whose customer, or one of their addresses, opted out."""
    case, person, known = tables.cases, tables.customers, tables.addresses
    by_name = select(person.c.number).where(person.c.opted_out_at.is_not(None))
    gone = select(tables.optouts.c.address_sha256)
    by_address = select(known.c.customer).where(known.c.sha256.in_(gone))
    query = select(case.c.number).where(
        case.c.stage != CLOSED, case.c.customer.in_(by_name.union_all(by_address))
    )
    return set(tx.connection.execute(query).scalars())
