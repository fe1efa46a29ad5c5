"""What `decide` may want done. Values only; the engine carries them out, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class About(StrEnum):
    """What a nudge is about; the first is the loudest."""

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
    """The waiting touch `number` will not be sent: event ``cancel``."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class SkipTouch:
    """The waiting touch `number` is passed over and shown with the reason: event ``skip``."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class MarkBroken:
    """The promise `amends` (its K) is past its date and not done: event ``break``."""

    amends: int


@dataclass(frozen=True, slots=True)
class Reopen:
    """The customer says not yet: a new round begins, event ``reopen``."""

    reason: str


@dataclass(frozen=True, slots=True)
class CloseAsNoAnswer:
    """Three touches met silence and all else is done (R14): event ``close``, outcome no-answer."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Tell the owner `text`, once for each `key`.

    The engine keeps the key (at most 64 characters), as the key of a nudge touch or elsewhere, and
    gives it back: what was said is not said again.
    """

    about: About
    text: str
    key: str


Action: TypeAlias = CancelTouch | SkipTouch | MarkBroken | Reopen | CloseAsNoAnswer | Nudge
