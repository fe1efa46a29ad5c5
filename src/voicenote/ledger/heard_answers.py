"""Which answers have sounds, and what the ears heard in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from voicenote.ledger import inbound_tables, tables
from voicenote.ledger.list_params import list_param
from voicenote.ledger.store import Transaction
from voicenote.model.attachment import SOUND_ENDINGS, SPEAKING, AttachmentState

_FILES = tables.attachments
_HEARD = inbound_tables.hearings

#: The files that `Attachment.speaks` says yes of.
IS_SOUND = (_FILES.c.state == AttachmentState.KEPT.value) & or_(
    _FILES.c.kind.in_([one.value for one in SPEAKING]),
    *(_FILES.c.file.like(f"%.{ending}") for ending in SOUND_ENDINGS),
)
_OF_CASES = (
    select(_FILES.c.answer, _HEARD.c.text)
    .join(tables.answers, tables.answers.c.number == _FILES.c.answer)
    .outerjoin(_HEARD, _HEARD.c.attachment == _FILES.c.number)
    .where(tables.answers.c.case.in_(list_param("cases")), IS_SOUND)
    .order_by(_FILES.c.number)
)


def sounds_of(tx: Transaction, cases: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Return `sounds` and `heard` of an `Answer`, by its number, for those that have sounds."""
    found: dict[int, dict[str, Any]] = {}
    for answer, text in tx.connection.execute(_OF_CASES, {"cases": list(cases)}):
        its = found.setdefault(answer, {"sounds": 0, "heard": ""})
        its["sounds"] += 1
        its["heard"] = " ".join(filter(None, (its["heard"], text)))
    return found
