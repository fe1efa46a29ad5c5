"""Touches: the scheduled messages of a case, each due at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TouchKind(StrEnum):
    """What a touch is for. A nudge goes to the owner, all others go to the customer."""

    ACKNOWLEDGE = "acknowledge"
    MEMO = "memo"
    CHECK_IN = "check-in"
    STATUS = "status"
    CONFIRM = "confirm"
    LAST_WORD = "last-word"
    NUDGE = "nudge"

    @property
    def words(self) -> str:
        """Its name within a sentence."""
        return self.value.replace("-", " ")


class TouchState(StrEnum):
    """The state of a touch. It changes only through `model.transitions`.

    `sending` and `committing` are the two phases of sending. If the program dies in the first, a
    retry is safe. If it dies in the second, the touch becomes `uncertain`.
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


#: The touches that say what the owner wrote, recorded and approved for this one case.
OPENING = frozenset({TouchKind.MEMO, TouchKind.LAST_WORD})
#: The states in which a touch has reached its channel, as far as is known.
ARRIVED = frozenset(
    {TouchState.ACCEPTED, TouchState.DELIVERED, TouchState.HEARD, TouchState.ANSWERED}
)
#: The states in which a touch is being sent.
IN_FLIGHT = frozenset({TouchState.SENDING, TouchState.COMMITTING})
#: The states of a touch that was sent, or may have been.
MAY_HAVE_LEFT = ARRIVED | IN_FLIGHT | {TouchState.UNCERTAIN}
#: The states in which a touch may still be sent.
WAITING = frozenset({TouchState.DUE, TouchState.HELD})
#: Why a touch is held whose owner holds the whole batch. Its name follows.
BATCH_HELD = "its batch is on hold: "
#: Why a touch is held although its owner let it go: no channel reaches its customer.
NO_ADDRESS = "no channel that is set up here has an address of theirs"
#: The same, when it was meant for a folder, and could go by a channel now. The channel follows.
EARLIER = "it was approved for a folder, before there was "
#: Why a touch is uncertain that was put into the outbox for the owner to send.
BY_HAND = "it is in the outbox, for you to send yourself"

#: What the ledger keeps beside these reasons, as decisions rest on them. After `_EARLIER` comes the
#: channel.
_NO_ADDRESS, _EARLIER, _BY_HAND, _BATCH = "no-address", "earlier:", "by-hand", "batch"


def code_of(reason: str) -> str:
    """Return the code of a reason that decisions rest on; "" for any other."""
    if reason.startswith(EARLIER):
        return _EARLIER + reason.removeprefix(EARLIER)
    if reason.startswith(BATCH_HELD):
        return _BATCH
    return {NO_ADDRESS: _NO_ADDRESS, BY_HAND: _BY_HAND}.get(reason, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTouch:
    """A touch as the schedule books it. Times are UTC.

    `wanted_at` is the time by the plan's offset, `due_at` the next decent hour after it. After
    `too_late_at` it no longer makes sense, and is shown instead of sent. `unless` is the condition
    that makes it unnecessary: ``answered``, ``put-right``, ``kept``, ``memo-arrived``, or "".
    `amends` is the K of the promise that a status message is about. `channels` are those of its
    step or plan, in order; empty for the customer's own. Answers after `booked_at` stop it; None
    means `wanted_at`.
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
    """A touch in the ledger. `key` is its idempotency key, the same on every attempt.

    `answerable`: it was sent by a channel that brings answers back. `reason` is for people to read,
    `reason_code` is what decisions rest on, if anything.
    """

    number: int
    key: str
    case: int
    round: int
    planned: PlannedTouch
    state: TouchState
    channel: str
    attempt: int = 0
    reason: str = ""
    reason_code: str = ""
    message_id: str = ""
    sent_at: datetime | None = None
    plan: str = ""
    answerable: bool = False

    @property
    def kind(self) -> TouchKind:
        """What the touch is for."""
        return self.planned.kind

    @property
    def due_at(self) -> datetime:
        """When it should be sent (UTC)."""
        return self.planned.due_at

    @property
    def left_at(self) -> datetime:
        """When it was sent, or if that is unknown, when it was due (UTC)."""
        return self.sent_at or self.due_at

    @property
    def has_no_address(self) -> bool:
        """Whether it was held because no channel has an address of its customer."""
        return self.reason_code == _NO_ADDRESS

    @property
    def is_unreached(self) -> bool:
        """Whether it was held because no channel reaches its customer."""
        return self.has_no_address or self.reason_code.startswith(_EARLIER)

    @property
    def is_by_hand(self) -> bool:
        """Whether it was put into the outbox for its owner to send."""
        return self.reason_code == _BY_HAND

    @property
    def why_unreached(self) -> str:
        """Why no channel reaches its customer, in words; "" when it wasn't held for that."""
        if self.has_no_address:
            return NO_ADDRESS
        return EARLIER + self.reason_code.removeprefix(_EARLIER) if self.is_unreached else ""

    @property
    def is_batch_held(self) -> bool:
        """Whether it is held because its owner holds the whole batch."""
        return self.reason_code == _BATCH
