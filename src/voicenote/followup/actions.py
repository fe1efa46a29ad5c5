"""The actions that `decide` can ask for: plain values, which the engine carries out in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class About(StrEnum):
    """What a nudge is about, the most urgent first."""

    OVERDUE = "overdue"
    UNCERTAIN = "uncertain"
    NOT_ARRIVED = "not-arrived"
    ANSWER = "answer"
    ROUNDS = "rounds"
    STATUS = "status"
    TOO_LATE = "too-late"
    APPROVAL = "approval"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class CancelTouch:
    """Cancel the waiting message `number`, so it is not sent: event ``cancel``."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class SkipTouch:
    """Skip the waiting message `number` and show the reason: event ``skip``."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class MarkBroken:
    """Mark the promise `amends` (its K) as broken, past its date and not done: event ``break``."""

    amends: int


@dataclass(frozen=True, slots=True)
class Reopen:
    """Begin a new round, because the customer says not yet: event ``reopen``."""

    reason: str


@dataclass(frozen=True, slots=True)
class CloseAsNoAnswer:
    """Close as no-answer, after three questions met silence and all else is done (R14).

    Event ``close``.
    """


@dataclass(frozen=True, slots=True)
class Nudge:
    """Tell the owner `text`, once for each `key`.

    The engine keeps the key (at most 64 characters), as the key of a nudge touch or elsewhere, and
    passes it back, so nothing is told twice.
    """

    about: About
    text: str
    key: str


Action: TypeAlias = CancelTouch | SkipTouch | MarkBroken | Reopen | CloseAsNoAnswer | Nudge
