"""What was heard in customers' files: which are to be listened to, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update

from voicenote.ledger import attachments, inbound_tables, rows, tables
from voicenote.ledger.heard_answers import IS_SOUND
from voicenote.ledger.store import Transaction
from voicenote.model.attachment import Attachment
from voicenote.model.hearing import FileHearing, HearingState

_TABLE = inbound_tables.hearings
_FILES = tables.attachments
_CAME = tables.arrivals
#: How often a run listens to a file that can't be heard. The first times each run, then after
#: hours that double.
TRIES, AT_ONCE = 8, 3
#: Who began to listen longer ago has died.
DEAD = timedelta(minutes=20)


def find_unheard(
    tx: Transaction, cases: Sequence[int] | None = None, *, by_hand: bool = False
) -> list[Attachment]:
    """Return the sounds that nobody has heard yet, the oldest first.

    A run (not `by_hand`) leaves out what fits no case, was tried often, or not long ago. With
    `cases`, only theirs.
    """
    told = [state.value for state in (HearingState.HEARD, HearingState.SILENT)]
    done = told if by_hand else [*told, HearingState.UNFIT.value]
    query = select(_FILES.c.number).outerjoin(_TABLE, _TABLE.c.attachment == _FILES.c.number)
    query = query.join(_CAME, _CAME.c.number == _FILES.c.arrival)
    query = query.where(IS_SOUND, or_(_TABLE.c.state.is_(None), _TABLE.c.state.not_in(done)))
    if cases is not None:
        query = query.where(_CAME.c.case.in_(cases))
    elif not by_hand:
        query = query.where(_CAME.c.case.is_not(None))
    numbers = tx.connection.execute(query.order_by(_FILES.c.number)).scalars().all()
    found = attachments.load(tx, numbers)
    return [one for one in found if _may_begin(one.hearing, tx.now, by_hand=by_hand)]


def _may_begin(before: FileHearing | None, now: datetime, *, by_hand: bool) -> bool:
    if before is None:
        return True
    past = now - before.at
    if before.state is HearingState.BEGUN and timedelta(0) <= past < DEAD:
        return False
    if by_hand or before.tries < AT_ONCE:
        return True
    rest = timedelta(hours=2 ** (before.tries - AT_ONCE))
    return before.tries < TRIES and not timedelta(0) <= past < rest


def add(tx: Transaction, number: int, values: Mapping[str, object]) -> None:
    """Add what was heard in a file of which nothing was known: columns of the table."""
    tx.connection.execute(insert(_TABLE).values(attachment=number, at=tx.now, tries=1, **values))


def begin(tx: Transaction, one: Attachment) -> bool:
    """Note an attempt to listen to a file before it is made; False if another process has begun.

    So one that ends the process each time is not tried for ever.
    """
    mine = _TABLE.c.attachment == one.number
    now = tx.connection.execute(select(_TABLE).where(mine).with_for_update()).mappings().first()
    if now is None:
        state = {"attachment": one.number, "state": HearingState.BEGUN.value, "at": tx.now}
        tx.connection.execute(insert(_TABLE).values(**state, tries=1))
        return True
    if rows.read(FileHearing, now, _TABLE) != one.hearing:
        return False
    again = {"state": HearingState.BEGUN.value, "at": tx.now, "tries": _TABLE.c.tries + 1}
    tx.connection.execute(update(_TABLE).where(mine).values(**again))
    return True


def finish(tx: Transaction, number: int, **values: object) -> None:
    """Write what came of listening to the file of this number: columns of the table."""
    mine = _TABLE.c.attachment == number
    tx.connection.execute(update(_TABLE).where(mine).values(at=tx.now, **values))


def keep_translation(tx: Transaction, number: int, text: str, to: str, by: str) -> None:
    """Keep the translation of what was heard in a file."""
    values = {"translation": text, "translated_to": to, "translated_by": by}
    mine = _TABLE.c.attachment == number
    tx.connection.execute(update(_TABLE).where(mine).values(**values))
