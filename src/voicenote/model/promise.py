"""Promises (amends). Deeds outweigh words (S3), so each is tracked until the customer has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from voicenote.model.money import Money


class AmendsKind(StrEnum):
    """What kind of deed is promised; it should match the harm (R9)."""

    REFUND = "refund"
    CREDIT = "credit"
    EXCHANGE = "exchange"
    REDO = "redo"
    FIX = "fix"
    CALL = "call"
    GIFT = "gift"
    WORD = "word"


class AmendsState(StrEnum):
    """The state of a promise. It changes only through `model.transitions`."""

    PROMISED = "promised"
    DONE = "done"
    CONFIRMED = "confirmed"
    BROKEN = "broken"
    WAIVED = "waived"


#: The deeds that give money back.
MONEY_BACK = frozenset({AmendsKind.REFUND, AmendsKind.CREDIT})
#: The states of a promise that is kept.
KEPT = frozenset({AmendsState.DONE, AmendsState.CONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promised deed. Dates are calendar dates in the customer's own time zone.

    `target` is the earlier, internal date that lets the owner beat the promise (S27). `deed` is the
    whole of it in sentences as the owner says them, with sum and day; "" when only `text` is known.
    """

    kind: AmendsKind
    text: str
    value: Money | None = None
    target: date | None = None
    promised_by: date | None = None
    owner: str = ""
    deed: str = ""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a promise says what will be done")
        if self.target and self.promised_by and self.target > self.promised_by:
            raise ValueError("the target date is never later than the promised one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amends:
    """A promise in the ledger: the `k`-th of case `case`, written ``N.K`` in commands."""

    case: int
    k: int
    promise: Promise
    state: AmendsState
    round: int = 1
    evidence: str = ""
    done_at: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def name(self) -> str:
        """Its name in commands, ``N.K``."""
        return f"{self.case}.{self.k}"

    @property
    def settled(self) -> bool:
        """Whether it is kept or waived."""
        return self.state in KEPT or self.state is AmendsState.WAIVED

    def overdue(self, today: date) -> bool:
        """Return whether it is still owed after its date; `today` is in the customer's zone."""
        due = self.promise.promised_by
        return self.state in (AmendsState.PROMISED, AmendsState.BROKEN) and bool(
            due and due < today
        )
