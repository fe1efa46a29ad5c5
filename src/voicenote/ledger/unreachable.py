"""Messages that wait because no channel reaches their customer. Imports nothing of the model."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction

#: Why a message is held, when no channel reaches its customer; the second ends in a channel.
NO_ADDRESS = "no channel that is set up here has an address of theirs"
EARLIER = "it was approved for a folder, before there was "
#: What to do about customers without an address.
CURE = (
    "import them again with their addresses; or if you send what is in the outbox yourself: "
    '[schedule] outbox = "by hand"'
)


def list_unreached(tx: Transaction, of: Collection[int] | None = None) -> list[tuple[str, str]]:
    """Return what waits because no channel reaches the customer, and what to do: of all or `of`."""
    touch = tables.touches
    query = (
        select(touch.c.reason, touch.c.channel, touch.c.case)
        .where(touch.c.state == "held", touch.c.kind != "nudge")
        .where((touch.c.reason == NO_ADDRESS) | touch.c.reason.startswith(EARLIER))
        .distinct()
        .order_by(touch.c.case)
    )
    found: dict[tuple[str, str], list[int]] = {}
    rows = tx.connection.execute(query)
    for reason, channel, case in (row for row in rows if of is None or row[2] in of):
        found.setdefault((reason, "" if reason == NO_ADDRESS else channel), []).append(case)
    return [_told_unreached(*key, cases) for key, cases in found.items()]


def _told_unreached(reason: str, channel: str, cases: Sequence[int]) -> tuple[str, str]:
    shown = ", ".join(map(str, cases[:10])) + (" …" if len(cases) > 10 else "")
    of = "case" if len(cases) == 1 else "cases"
    if reason == NO_ADDRESS:
        have = "has" if len(cases) == 1 else "have"
        return f"{len(cases)} {have} no address, so nothing is sent to them: {of} {shown}", CURE
    way = reason.removeprefix(EARLIER)
    what = f"{of} {shown} {'waits' if len(cases) == 1 else 'wait'} for a word from you"
    cure = f"if they are to go by {way}: voicenote plan --from {channel} --by {way}"
    return f"{what}: approved for the {channel}, before there was {way}", cure


def count_held(tx: Transaction) -> int:
    """Return how many messages are held for another reason."""
    touch = tables.touches
    query = select(func.count()).where(touch.c.state == "held")
    for reason in (NO_ADDRESS, EARLIER):
        query = query.where(touch.c.reason.not_like(f"{reason}%"))
    return int(tx.connection.execute(query).scalar_one())
