"""The last moment known to be right, and what was written since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from voicenote.errors import BadData
from voicenote.ledger import meta, tables
from voicenote.ledger.attempts import SKEW
from voicenote.ledger.store import Transaction

_NAME = "known_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTime:
    """A moment that is known to be right, and the newest line of history at that time.

    `doubted` is the newest line written since by a run whose clock was in doubt; 0 when none.
    """

    number: int
    at: datetime
    doubted: int = 0


def known_time(tx: Transaction) -> KnownTime | None:
    """Return the last known moment; before the first run, that of the newest line of history.

    Raises BadData when the note is damaged.
    """
    kept = meta.get(tx, _NAME)
    if kept:
        try:
            found = json.loads(kept)
            return KnownTime(
                number=int(found["number"]),
                at=datetime.fromisoformat(found["at"]),
                doubted=int(found["doubted"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise BadData(
                f"the ledger's note of the time can't be read ({type(error).__name__}: {error})",
                "restore a backup: voicenote restore FILE",
            ) from error
    line = meta.newest_line(tx)
    return KnownTime(number=line[0], at=line[1]) if line else None


def keep_known_time(tx: Transaction, known: KnownTime) -> None:
    """Store the last known moment."""
    kept = {"number": known.number, "at": known.at.isoformat(), "doubted": known.doubted}
    meta.put_value(tx, _NAME, json.dumps(kept))


def written_since(tx: Transaction, number: int) -> Iterator[datetime]:
    """Yield the moment of each line of history after line `number`, in order."""
    table = tables.history
    query = select(table.c.at).where(table.c.number > number).order_by(table.c.number)
    yield from tx.connection.execute(query).scalars()


def has_strayed(tx: Transaction, known: KnownTime) -> bool:
    """Return whether something was written since by a clock ahead of the present one."""
    ahead = (at > tx.now + SKEW for at in written_since(tx, known.number))
    return known.doubted > 0 or any(ahead)


def date_words_back(tx: Transaction) -> None:
    """Move answers and receipts that are dated in the future to now.

    Otherwise they would stop every message scheduled until then, and count for more than what
    the customer says next.
    """
    for table in (tables.answers, tables.receipts):
        ahead = table.c.at > tx.now + SKEW
        tx.connection.execute(update(table).where(ahead).values(at=tx.now))
