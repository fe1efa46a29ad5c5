"""A touch: one planned contact of a case, due at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TouchKind(StrEnum):
    """What a touch is for. A nudge goes to the owner; all the others to the customer."""

    ACKNOWLEDGE = "acknowledge"
    MEMO = "memo"
    CHECK_IN = "check-in"
    STATUS = "status"
    CONFIRM = "confirm"
    LAST_WORD = "last-word"
    NUDGE = "nudge"


class TouchState(StrEnum):
    """The life of a touch. Changes only by `model.transitions`.

    `sending` and `committing` are the two phases of intent: killed in the first, a retry is safe;
    killed in the second, nobody can know, and the touch becomes `uncertain`.
    """

    DUE = "due"
    HELD = "held"
    SENDING = "sending"
    COMMITTING = "committing"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    HEARD = "heard"
    ANSWERED = "answered"
    BOUNCED = "bounced"
    REFUSED = "refused"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


#: The touches that say what the owner wrote, recorded and released for this one case.
OPENING = frozenset({TouchKind.MEMO, TouchKind.LAST_WORD})
#: The states in which a touch has reached its channel, as far as anybody knows.
ARRIVED = frozenset(
    {TouchState.ACCEPTED, TouchState.DELIVERED, TouchState.HEARD, TouchState.ANSWERED}
)
#: The states in which a touch is on its way out of the door.
IN_FLIGHT = frozenset({TouchState.SENDING, TouchState.COMMITTING})
#: The states in which a touch may still be sent.
WAITING = frozenset({TouchState.DUE, TouchState.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTouch:
    """A touch as the schedule books it. Times are UTC.

    `wanted_at` is where the plan's offset fell, `due_at` the next decent hour after it; after
    `too_late_at` it makes no sense any more and is shown instead of sent. `unless` names the
    condition that makes it needless: ``answered``, ``put-right``, ``kept``, ``memo-arrived``, or
    nothing. `amends` is the K of the promise that a status touch speaks of. `channels` are those of
    its step or plan, in order; empty: the customer's own. `booked_at` tells which answers came
    later, and stop it; None: as `wanted_at`.
    """

    kind: TouchKind
    step: int
    wanted_at: datetime
    due_at: datetime
    too_late_at: datetime | None = None
    unless: str = ""
    channels: tuple[str, ...] = ()
    amends: int | None = None
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A touch in the ledger. `key` is its idempotency key, the same on every attempt."""

    number: int
    key: str
    case: int
    round: int
    planned: PlannedTouch
    state: TouchState
    channel: str
    attempt: int = 0
    reason: str = ""
    message_id: str = ""
    sent_at: datetime | None = None
    plan: str = ""

    @property
    def kind(self) -> TouchKind:
        """What it is for."""
        return self.planned.kind

    @property
    def due_at(self) -> datetime:
        """When it should leave, UTC."""
        return self.planned.due_at
