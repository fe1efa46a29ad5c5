"""What a need is, and the next step of a memo: of any case, and of one known by its row alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from voicenote.followup.case_status import name_also
from voicenote.model.case import Stage


class Urgency(IntEnum):
    """Kinds of need, the most urgent first."""

    OVERDUE = 1
    UNCERTAIN = 2
    NOT_ARRIVED = 3
    ANSWER = 4
    CLOCK = 5
    APPROVAL = 6
    MAKE = 7
    HELD = 8
    DUE_SOON = 9
    LESSON = 10
    CLOSE = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that needs the owner: a sentence, its command, and since when (UTC)."""

    urgency: Urgency
    case: int
    sentence: str
    command: str
    since: datetime
    serious: bool = False

    @property
    def order(self) -> tuple[int, bool, datetime, int]:
        """Sort key: the most urgent first; then the serious, the oldest, and by number."""
        return (self.urgency, not self.serious, self.since, self.case)


class PlainRow(NamedTuple):
    """A case that needs only the next step of its memo; its fields are as in `Row` and `Need`."""

    case: int
    customer: str
    stage: Stage
    serious: bool
    since: datetime
    breached: bool = False
    warning: str = ""
    also: tuple[int, ...] = ()


def plain_need(row: PlainRow) -> Need:
    """Return the need of a case that has no script yet, or no sound."""
    step = warned(first_step(row.stage, row.case), row.warning)
    assert step is not None  # noqa: S101 - those stages have a step
    urgency, sentence, command = hurried(Urgency.MAKE, step, breached=row.breached)
    need = Need(
        urgency=urgency,
        case=row.case,
        sentence=f"case {row.case}, {row.customer}: {sentence}",
        command=command,
        since=row.since,
        serious=row.serious,
    )
    return name_others(need, row.also)


def name_others(need: Need, also: Sequence[int]) -> Need:
    """Return a need that names the person's other open cases."""
    if not also:
        return need
    theirs = f" ({name_also(also)} {'is' if len(also) == 1 else 'are'} theirs too)"
    name, colon, rest = need.sentence.partition(": ")
    return replace(need, sentence=f"{name}{theirs}{colon}{rest}")


def first_step(stage: Stage, number: int, *, without_sound: bool = False) -> tuple[str, str] | None:
    """Return the next step of a memo that isn't approved, and its command."""
    return {
        Stage.OPENED: ("write what you will say", f"voicenote script {number}"),
        Stage.SCRIPTED: (
            f"record the memo (voicenote record {number}), or let a computer speak it",
            f"voicenote render {number}",
        ),
        Stage.RENDERED: (
            "read the letter, which leaves without sound (R24), and approve it"
            if without_sound
            else "listen to the memo, and approve it",
            f"voicenote approve {number}",
        ),
    }.get(stage)


def warned(step: tuple[str, str] | None, warning: str) -> tuple[str, str] | None:
    """Return a step that also says a warning, if there is one."""
    return (f"{step[0]}; {warning}", step[1]) if step and warning else step


def hurried(urgency: Urgency, step: tuple[str, str], *, breached: bool) -> tuple[Urgency, str, str]:
    """Return how urgent a step is, its sentence and its command; more so past the clock (R4)."""
    sentence, command = step
    if breached:
        return Urgency.CLOCK, f"has waited too long (R4): {sentence}", command
    return urgency, sentence, command
