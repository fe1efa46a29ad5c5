"""The rules that need the case: R6, R8, R9, R10."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from voicenote.model.case import Finding
from voicenote.model.promise import MONEY_BACK, Promise
from voicenote.script.check.case_context import CaseBackground
from voicenote.script.check.findings import Violation
from voicenote.script.check.passage import CheckedSentence, CheckInput
from voicenote.script.compose import APOLOGIES

#: The templates of messages after the memo, which already had the apology.
AFTER = frozenset({"check-in", "status-kept", "status-late", "confirm"})


def check_against_case(read: CheckInput) -> Iterator[Violation]:
    """Yield every conflict between the text and its case."""
    sentences, background = read.sentences, read.context.background
    yield from _check_second_apology(sentences, background, read.template)
    if background is None or background.case.complaint.finding is Finding.UNFOUNDED:
        return  # S9 covers unfounded ones
    case = background.case
    kept = [one.promise for one in case.round_amends]
    promises = kept if case.amends else case.complaint.promises
    yield from _check_band(sentences, background)
    yield from _check_kind(sentences, background, promises)
    paid = any(promise.value for promise in promises)
    if paid and not read.having("regret", "admit", "answer") and read.template in {"", *APOLOGIES}:
        yield "R10", "wordless", 0, 0


def _check_second_apology(
    sentences: Sequence[CheckedSentence], background: CaseBackground | None, template: str
) -> Iterator[Violation]:
    """Yield a second apology (R6), unless there is a new promise or a kept one."""
    apologised = template in AFTER or (
        background is not None and background.apologised_on is not None
    )
    if not apologised or (background is not None and background.new_since):
        return
    for one in sentences:
        if hit := one.first("regret"):
            yield "R6", "second", hit.start, hit.end


def _find_offer(sentences: Sequence[CheckedSentence]) -> tuple[int, int]:
    """Return (start, end) of the first mention of money, or else of an offer; (0, 0) for none."""
    for group in ("money", "repair"):
        for one in sentences:
            if hit := one.first(group):
                return hit.start, hit.end
    return 0, 0


def _check_band(
    sentences: Sequence[CheckedSentence], background: CaseBackground
) -> Iterator[Violation]:
    """Yield when all the money promised is too much or too little for the harm (R8).

    Only amounts in the harm's currency count.
    """
    case = background.case
    harm = case.complaint.harm
    kept = [one.promise for one in case.standing_amends]
    values = [p.value for p in (kept if case.amends else case.complaint.promises) if p.value]
    amounts = [value.amount for value in values if harm and value.currency == harm.currency]
    if harm is None or harm.amount <= 0 or not amounts:
        return
    percent = sum(amounts, Decimal(0)) * 100 / harm.amount
    place = _find_offer(sentences)
    if percent > Decimal(str(background.refuse)) and not background.overridden:
        yield "R8", "refused", *place
    elif percent > Decimal(str(background.high)):
        yield "R8", "much", *place
    elif percent < Decimal(str(background.low)):
        yield "R8", "little", *place


def _check_kind(
    sentences: Sequence[CheckedSentence], background: CaseBackground, promises: Sequence[Promise]
) -> Iterator[Violation]:
    harm = background.case.complaint.harm
    lost = harm is not None and harm.amount > 0
    if not promises:
        return
    gives = any(promise.kind in MONEY_BACK or promise.value for promise in promises)
    if lost and not gives:
        yield "R9", "lost", *_find_offer(sentences)
    elif not lost and all(promise.kind in MONEY_BACK for promise in promises):
        yield "R9", "paid", *_find_offer(sentences)
