"""Attempts to send, which limits and pauses are counted from, also after a restart.

Each claim on a message to a customer is one row. Its outcome is written where the message's state
changes, so it can't be forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, case, func, insert, select, update

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction
from voicenote.model.touch import ARRIVED, IN_FLIGHT, Touch, TouchKind, TouchState

#: The outcomes of an attempt. An attempt under way has none ("").
LEFT, REFUSED, BOUNCED, UNCERTAIN, NOT_LEFT = "left", "refused", "bounced", "uncertain", "not-left"
#: It may have been sent, and is sent again because its channel ignores a second copy.
MAY_HAVE_LEFT = "may-have-left"
#: The outcomes in which something was sent, or may have been.
GONE = ("", LEFT, BOUNCED, UNCERTAIN, MAY_HAVE_LEFT)
#: A clock may be set back by this much without messages dropping out of the count. A moment
#: further ahead comes from a clock that was wrong.
SKEW = timedelta(hours=1)
#: The outcomes that pause a channel.
BAD = (REFUSED, BOUNCED)

_BEGIN = insert(tables.attempts)
_SETTLE = update(tables.attempts).where(
    tables.attempts.c.number
    == select(func.max(tables.attempts.c.number))
    .where(tables.attempts.c.touch == bindparam("its_touch"))
    .scalar_subquery()
)
_OF_TOUCH = (
    select(tables.attempts.c.channel, tables.attempts.c.outcome, tables.attempts.c.at)
    .where(tables.attempts.c.touch == bindparam("its_touch"))
    .order_by(tables.attempts.c.number)
)


def begin(tx: Transaction, touch: int, channel: str, address: str, by: str) -> None:
    """Record that a message is being sent by `channel`; `address` is kept as its `domain_mark`."""
    begun = {"touch": touch, "channel": channel, "at": tx.now, "by": by}
    tx.connection.execute(_BEGIN, {**begun, "domain_sha256": domain_mark(address)})


def settle(tx: Transaction, touch: int, old: TouchState, new: TouchState, event: str) -> None:
    """Write the outcome into the message's newest attempt, if this change of state means one."""
    outcome = _outcome(old, new, event)
    if outcome:
        tx.connection.execute(_SETTLE, {"its_touch": touch, "outcome": outcome})


def _outcome(old: TouchState, new: TouchState, event: str) -> str:
    if new is TouchState.REFUSED or (event == "reroute" and old in IN_FLIGHT):
        return REFUSED
    if new is TouchState.BOUNCED:
        return BOUNCED
    if new is TouchState.UNCERTAIN or new in ARRIVED:
        return UNCERTAIN if new is TouchState.UNCERTAIN else LEFT
    if event == "repeat":
        return MAY_HAVE_LEFT
    if new in (TouchState.DUE, TouchState.CANCELLED) and (
        old in IN_FLIGHT or old is TouchState.UNCERTAIN
    ):
        return NOT_LEFT
    return ""


def domain_mark(address: str) -> str:
    """Return the SHA-256 of an email address's domain; "" for an address without one."""
    _, at, domain = address.rpartition("@")
    return hashlib.sha256(domain.strip().casefold().encode()).hexdigest() if at else ""


def gone_since(
    tx: Transaction, channel: str, since: datetime, most: int, domain: str = ""
) -> tuple[int, datetime | None]:
    """Return how many messages `channel` sent after `since`, up to `most`, and the earliest moment.

    The newest count first. Touches that may have been sent count too; those that a wrong clock
    dated into the future don't. `domain`: only those to that domain (a `domain_mark`).
    """
    asked = {"by": channel, "since": since, "until": tx.now + SKEW, "most": most, "to": domain}
    row = tx.connection.execute(_count_gone(by_domain=bool(domain)), asked).one()
    return row[0], row[1]


def last_gone_at(tx: Transaction, cases: Sequence[int]) -> datetime | None:
    """Return when the newest attempt of these cases was made that may have sent something."""
    table, touch = tables.attempts, tables.touches
    query = select(table.c.at).join(touch, touch.c.number == table.c.touch)
    mine = touch.c.case.in_(list(cases)) & table.c.outcome.in_(GONE)
    return tx.connection.execute(query.where(mine).order_by(table.c.at.desc()).limit(1)).scalar()


@cache
def _count_gone(*, by_domain: bool) -> Select[int, Any]:
    table = tables.attempts
    query = select(table.c.at).where(
        table.c.channel == bindparam("by"),
        table.c.at > bindparam("since"),
        table.c.at <= bindparam("until"),
        table.c.outcome.in_(GONE),
    )
    if by_domain:
        query = query.where(table.c.domain_sha256 == bindparam("to"))
    newest = query.order_by(table.c.at.desc()).limit(bindparam("most")).subquery()
    return select(func.count(), func.min(newest.c.at))


def ways_due(tx: Transaction) -> dict[int, str]:
    """Return the channel of each message to a customer that is due now, by message number."""
    table = tables.touches
    query = select(table.c.number, table.c.channel).where(
        table.c.state == TouchState.DUE.value,
        table.c.due_at <= tx.now,
        table.c.kind != TouchKind.NUDGE.value,
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


class Attempt(NamedTuple):
    """One attempt to send a message by `channel`; `outcome` as above, `at` in UTC."""

    channel: str
    outcome: str
    at: datetime


def list_attempts(tx: Transaction, touch: int) -> list[Attempt]:
    """Return all attempts to send a message, in order."""
    rows = tx.connection.execute(_OF_TOUCH, {"its_touch": touch})
    return [Attempt._make(row) for row in rows]


def tried_by(tx: Transaction, touch: int, since: datetime | None) -> set[str]:
    """Return the channels that refused a message, or from which it bounced, since `since`."""
    if since is not None and since > tx.now:
        since = None  # a future moment would make it try them all again
    tried = (one for one in list_attempts(tx, touch) if since is None or one.at >= since)
    return {one.channel for one in tried if one.outcome in BAD}


def may_have_left_at(tx: Transaction, touch: Touch) -> datetime | None:
    """Return when the first attempt since booking began that may have been sent; None when none.

    The last `touch.attempt` attempts are taken, because the clock may have been wrong.
    """
    if not touch.attempt:
        return None
    newest = list_attempts(tx, touch.number)[-touch.attempt :]
    return next((one.at for one in newest if one.outcome == MAY_HAVE_LEFT), None)


def tried_before(tx: Transaction, touch: Touch) -> bool:
    """Return whether its channel already had this message before a person scheduled it again.

    A copy that the channel finds may then be from that time. A refused attempt leaves no copy.
    """
    tried = list_attempts(tx, touch.number)
    older = tried[: max(len(tried) - touch.attempt, 0)]
    return any(one.channel == touch.channel and one.outcome != REFUSED for one in older)


def back_from(tx: Transaction, touch: int) -> list[str]:
    """Return the channels from which a message bounced, in order."""
    return [one.channel for one in list_attempts(tx, touch) if one.outcome == BOUNCED]


def all_came_back(tx: Transaction, touch: Touch) -> bool:
    """Return whether every copy of a bounced message has certainly come back.

    If a person scheduled it again, the customer may have the earlier copy: a bounce report that
    comes late or twice doesn't say which copy it is about.
    """
    tried, booked = list_attempts(tx, touch.number), touch.planned.booked_at
    back = [one.channel for one in tried if one.outcome == BOUNCED]
    return (
        all(one.outcome in (*BAD, NOT_LEFT) for one in tried)
        and all(booked is None or one.at >= booked for one in tried)
        and len(back) == len(set(back))
    )


def refusals(tx: Transaction, case: int) -> dict[int, list[str]]:
    """Return the channels that refused or bounced each message of a case, by message number."""
    table, touch = tables.attempts, tables.touches
    query = (
        select(table.c.touch, table.c.channel)
        .join(touch, touch.c.number == table.c.touch)
        .where(touch.c.case == case, table.c.outcome.in_(BAD))
        .order_by(table.c.number)
    )
    found: dict[int, list[str]] = {}
    for row in tx.connection.execute(query):
        found.setdefault(row[0], []).append(row[1])
    return found


def count_failures(tx: Transaction, since: datetime) -> dict[str, dict[str, tuple[int, int]]]:
    """Return (tried, failed) by channel and batch, since `since` or since the last pause ended.

    Cases that were added one by one are the batch "".
    """
    attempts, pause, touch, about = tables.attempts, tables.brakes, tables.touches, tables.cases
    bad = func.sum(case((attempts.c.outcome.in_(BAD), 1), else_=0))
    query = (
        select(attempts.c.channel, about.c.batch, func.count(), bad)
        .join(touch, touch.c.number == attempts.c.touch)
        .join(about, about.c.number == touch.c.case)
        .outerjoin(pause, pause.c.channel == attempts.c.channel)
        .where(
            attempts.c.at > since,
            attempts.c.outcome.in_((LEFT, BOUNCED, UNCERTAIN, REFUSED)),
            pause.c.forgiven.is_(None) | (attempts.c.number > pause.c.forgiven),
        )
        .group_by(attempts.c.channel, about.c.batch)
    )
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for channel, batch, tried, failed in tx.connection.execute(query):
        found.setdefault(channel, {})[batch] = (tried, int(failed))
    return found
