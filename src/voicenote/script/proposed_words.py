"""What the owner may say of a case in sentences of their own: proposals to read, never used unread.

Only English has proposals (see `second_person`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from voicenote.model.case import Complaint
from voicenote.model.promise import MONEY_BACK, AmendsKind, Promise
from voicenote.script.languages import language
from voicenote.script.numbers import write_date, write_money
from voicenote.script.second_person import ENGLISH, propose_account

#: The deeds that a customer has in the end, so that "You'll have …" is said of them.
_HAD = MONEY_BACK | {AmendsKind.EXCHANGE, AmendsKind.GIFT}
#: How the name of a thing begins that somebody has.
_THING = re.compile(r"(?:an?|the|your|another|one|two|all|every|half|some)\b", re.IGNORECASE)


def propose_words(complaint: Complaint, tag: str, today: date) -> Mapping[str, str]:
    """Return proposals for `said_back`, `meant` and `deed` of a complaint; "" where there is none.

    `tag` is the language in which the customer is spoken to (BCP 47), `today` their date.
    """
    if tag.partition("-")[0].casefold() != ENGLISH:
        return {}
    account = propose_account(complaint.what_happened)
    meant = propose_account(complaint.bothered_most)
    return {
        "said_back": account,
        "meant": "" if meant in account else meant,
        "deed": propose_deed(complaint.promises[0], today) if complaint.promises else "",
    }


def propose_deed(promise: Promise, today: date) -> str:
    """Return a promise as a sentence with its sum and its day; "" if it isn't a thing to be had."""
    what = promise.text.strip().rstrip(".")
    if promise.kind not in _HAD or not _THING.match(what) or re.search(r"[.!?;\n]", what):
        return ""
    tongue, day = language(ENGLISH), promise.promised_by
    worth = promise.value and not re.search(r"\d", what) and write_money(promise.value, tongue)
    by = f" by {write_date(day, today, tongue)}" if day else ""
    said = f"You'll have {what[0].lower()}{what[1:]}" + (f", {worth}," if worth else "") + by
    return f"{said.rstrip(',')}."
