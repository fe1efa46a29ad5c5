"""Messages that wait because no channel reaches their customer. Imports nothing of the model."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, select

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction

#: The codes of messages that are held because no channel reaches their customer; the second ends in
#: a channel.
NO_ADDRESS, EARLIER = "no-address", "earlier:"
#: What to do about customers without an address.
CURE = (
    "voicenote edit N --set email=…, or import them again with their addresses; or if you send "
    'what is in the outbox yourself: [schedule] outbox = "by hand"'
)


def list_unreached(tx: Transaction, of: Collection[int] | None = None) -> list[tuple[str, str]]:
    """Return what waits because no channel reaches the customer, and what to do: of all or `of`."""
    touch = tables.touches
    query = (
        select(touch.c.reason_code, touch.c.channel, touch.c.case)
        .where(touch.c.state == "held", touch.c.kind != "nudge")
        .where(_unreached())
        .distinct()
        .order_by(touch.c.case)
    )
    found: dict[tuple[str, str], list[int]] = {}
    rows = tx.connection.execute(query)
    for code, channel, case in (row for row in rows if of is None or row[2] in of):
        found.setdefault((code, "" if code == NO_ADDRESS else channel), []).append(case)
    return [_told_unreached(*key, cases) for key, cases in found.items()]


def tell_unreached(tx: Transaction) -> list[tuple[int, str]]:
    """Return (case, why) of what waits because no channel reaches the customer."""
    touch = tables.touches
    query = (
        select(touch.c.case, touch.c.reason)
        .where(touch.c.state == "held", touch.c.kind != "nudge")
        .where(_unreached())
        .distinct()
        .order_by(touch.c.case)
    )
    return [(row[0], row[1]) for row in tx.connection.execute(query)]


def _unreached() -> ColumnElement[bool]:
    code = tables.touches.c.reason_code
    return (code == NO_ADDRESS) | code.startswith(EARLIER)


def _told_unreached(code: str, channel: str, cases: Sequence[int]) -> tuple[str, str]:
    shown = ", ".join(map(str, cases[:10])) + (" …" if len(cases) > 10 else "")
    of = "case" if len(cases) == 1 else "cases"
    if code == NO_ADDRESS:
        have = "has" if len(cases) == 1 else "have"
        return f"{len(cases)} {have} no address, so nothing is sent to them: {of} {shown}", CURE
    way = code.removeprefix(EARLIER)
    what = f"{of} {shown} {'waits' if len(cases) == 1 else 'wait'} for a word from you"
    cure = f"if they are to go by {way}: voicenote plan --from {channel} --by {way}"
    return f"{what}: approved for the {channel}, before there was {way}", cure


def count_held(tx: Transaction) -> int:
    """Return how many messages are held for another reason."""
    touch = tables.touches
    query = select(func.count()).where(touch.c.state == "held", ~_unreached())
    return int(tx.connection.execute(query).scalar_one())


def count_on_hold(tx: Transaction) -> list[tuple[int, str, int]]:
    """Return (case, why, how many) of the due messages to customers that somebody holds."""
    touch = tables.touches
    query = (
        select(touch.c.case, touch.c.reason, func.count())
        .where(touch.c.state == "held", touch.c.kind != "nudge", touch.c.due_at <= tx.now)
        .where(~_unreached())
        .group_by(touch.c.case, touch.c.reason)
        .order_by(touch.c.case)
    )
    return [(row[0], row[1], row[2]) for row in tx.connection.execute(query)]
