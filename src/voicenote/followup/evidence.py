"""Rules for promises: what counts as evidence, and when a second apology is allowed."""

from __future__ import annotations

from voicenote.errors import RuleSaysNo
from voicenote.followup.case_status import KEPT, left_at, needs_yes
from voicenote.model.promise import Amends, AmendsKind, AmendsState
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import ARRIVED, TouchKind, TouchState

#: The evidence for each kind of deed.
EVIDENCE = {
    AmendsKind.REFUND: "the number or the date of the payment",
    AmendsKind.CREDIT: "the number of the credit note",
    AmendsKind.EXCHANGE: "the number of the parcel, or who handed it over",
    AmendsKind.REDO: "when it was done again, and who looked at it",
    AmendsKind.FIX: "what was mended, and who tried it",
    AmendsKind.CALL: "when you spoke, and what was said",
    AmendsKind.GIFT: "the number of the parcel, or who handed it over",
    AmendsKind.WORD: "where it was said, and when",
}


def evidence_for(amends: Amends, evidence: str) -> str:
    """Return `evidence`, trimmed, if it can show that a deed was done (S4).

    Raises RuleSaysNo, which says what would do, when there is none or it only repeats the promise.
    """
    words = " ".join(evidence.split())
    promise = amends.promise
    same = words.casefold() == " ".join(promise.text.split()).casefold()
    if not any(letter.isalnum() for letter in words) or same:
        raise RuleSaysNo(
            f"amends {amends.name} cannot be done without evidence",
            f'voicenote amends done {amends.name} --evidence "…": {EVIDENCE[promise.kind]}',
            missing=(EVIDENCE[promise.kind],),
        )
    return words


def second_apology(snapshot: Snapshot) -> str | None:
    """Return why another apology is refused (R6), or None when it is allowed.

    There is one apology per failure. A later round may have one more if it brings new amends, or
    reports a promise that was kept since the last one. An acknowledgement of an unfounded claim
    is no apology.
    """
    case = snapshot.case
    said = ARRIVED | {TouchState.UNCERTAIN}
    before = [
        left_at(touch)
        for touch in snapshot.touches
        if touch.round < case.round and touch.kind is TouchKind.MEMO and touch.state in said
    ]
    if not before or not needs_yes(case):
        return None
    last = max(before)
    for one in case.amends:
        if one.round == case.round and one.state is not AmendsState.WAIVED:
            return None
        if one.state in KEPT and (one.done_at is None or one.done_at >= last):
            return None
    return (
        f"case {case.number} had its apology on {last.date().isoformat()}; a second one needs "
        f"a new amends (voicenote amends add {case.number}) or a kept promise "
        f'(voicenote amends done {case.number}.K --evidence "…")'
    )
