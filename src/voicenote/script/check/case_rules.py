"""The rules that need the case: R6, R8, R9, R10."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from voicenote.model.case import Finding
from voicenote.model.promise import AmendsKind, AmendsState, Promise
from voicenote.script.check.case_context import Asked, Behind
from voicenote.script.check.findings import Broken
from voicenote.script.check.passage import CheckedSentence

#: The kinds that give money back.
MONEY = frozenset({AmendsKind.REFUND, AmendsKind.CREDIT})
#: The templates that come after the memo, which held the apology.
AFTER = frozenset({"check-in", "status-kept", "status-late", "confirm"})
#: The templates in which money comes with words; a plain text may be one of them.
SORRY = frozenset({"", "justified", "partly", "reopened"})


def deeds(said: Sequence[CheckedSentence], asked: Asked, template: str) -> Iterator[Broken]:
    """What the case says against the words."""
    yield from _second(said, asked.behind, template)
    if asked.behind is None:
        return
    if asked.behind.case.complaint.finding is Finding.UNFOUNDED:
        return  # S9 speaks of these
    promises = standing_promises(asked.behind)
    yield from _band(said, asked.behind)
    yield from _kind(said, asked.behind, promises)
    wordless = not any(one.has("regret", "admit", "answer") for one in said)
    if wordless and template in SORRY and any(promise.value for promise in promises):
        yield "R10", "wordless", 0, 0


def standing_promises(behind: Behind) -> list[Promise]:
    """The promises of the round that the case is in; before any is made, those it came with."""
    case = behind.case
    if not case.amends:
        return list(case.complaint.promises)
    return [
        one.promise
        for one in case.amends
        if one.round == case.round and one.state is not AmendsState.WAIVED
    ]


def _second(
    said: Sequence[CheckedSentence], behind: Behind | None, template: str
) -> Iterator[Broken]:
    """R6: one apology a failure, unless it brings a new deed or reports a kept promise."""
    apologised = template in AFTER or (behind is not None and behind.apologised_on is not None)
    if not apologised or (behind is not None and behind.new_since):
        return
    for one in said:
        if hit := one.first("regret"):
            yield "R6", "second", hit.start, hit.end


def _offer(said: Sequence[CheckedSentence]) -> tuple[int, int]:
    """Where the money stands in the text, or where something is offered."""
    for group in ("money", "repair"):
        for one in said:
            if hit := one.first(group):
                return hit.start, hit.end
    return 0, 0


def _band(said: Sequence[CheckedSentence], behind: Behind) -> Iterator[Broken]:
    """R8: all the money of the case against the harm, in the harm's currency."""
    case = behind.case
    harm = case.complaint.harm
    kept = [a.promise for a in case.amends if a.state is not AmendsState.WAIVED]
    values = [p.value for p in (kept if case.amends else case.complaint.promises) if p.value]
    amounts = [value.amount for value in values if harm and value.currency == harm.currency]
    if harm is None or harm.amount <= 0 or not amounts:
        return
    percent = sum(amounts, Decimal(0)) * 100 / harm.amount
    place = _offer(said)
    if percent > Decimal(str(behind.refuse)) and not behind.overridden:
        yield "R8", "refused", *place
    elif percent > Decimal(str(behind.high)):
        yield "R8", "much", *place
    elif percent < Decimal(str(behind.low)):
        yield "R8", "little", *place


def _kind(
    said: Sequence[CheckedSentence], behind: Behind, promises: Sequence[Promise]
) -> Iterator[Broken]:
    harm = behind.case.complaint.harm
    lost = harm is not None and harm.amount > 0
    if not promises:
        return
    gives = any(promise.kind in MONEY or promise.value for promise in promises)
    if lost and not gives:
        yield "R9", "lost", *_offer(said)
    elif not lost and all(promise.kind in MONEY for promise in promises):
        yield "R9", "paid", *_offer(said)
