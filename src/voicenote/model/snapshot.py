"""A snapshot: everything known about one case at one moment, for the pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from voicenote.model.case import Case
from voicenote.model.receipt import Answer, Receipt
from voicenote.model.touch import Touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One case with its touches (oldest first), receipts by touch number, and human answers.

    `answers` and `touches` are from every round; `Touch.round` and `answer_rounds` (one number
    per answer) say which. `opted_out`: the customer wants no more messages. `zone` is the
    customer's, or the owner's if theirs isn't known. `stale_words`: the case has changed since its
    unapproved memo was written, and `without_sound`: it would be sent as a letter alone; both are
    False when this wasn't checked.
    """

    case: Case
    zone: ZoneInfo
    touches: tuple[Touch, ...] = ()
    receipts: Mapping[int, tuple[Receipt, ...]] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    answer_rounds: tuple[int, ...] = ()
    opted_out: bool = False
    stale_words: bool = False
    without_sound: bool = False

    @property
    def round_touches(self) -> tuple[Touch, ...]:
        """The touches of the case's present round."""
        return tuple(touch for touch in self.touches if touch.round == self.case.round)

    @property
    def round_answers(self) -> tuple[Answer, ...]:
        """The answers given in the case's present round."""
        pairs = zip(self.answers, self.answer_rounds, strict=True)
        return tuple(answer for answer, round_ in pairs if round_ == self.case.round)

    @property
    def earlier_answers(self) -> tuple[Answer, ...]:
        """The answers given in earlier rounds."""
        pairs = zip(self.answers, self.answer_rounds, strict=True)
        return tuple(answer for answer, round_ in pairs if round_ < self.case.round)
