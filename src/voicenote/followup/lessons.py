"""Lessons: which causes come back, and whether their prevention was done in time (S12, R7)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from voicenote.model.case import Case, Lesson

#: What a cause is called that nobody has named.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A cause as one case has it; `lesson` None where none is written yet."""

    case: int
    cause: str
    opened_at: datetime
    lesson: Lesson | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A cause over all cases. The last five hold case numbers, in order.

    `in_time`, `late` and `overdue`: where the lesson's prevention was done by its date, after it,
    or is not done though the date has passed. `returned`: cases opened after a prevention of this
    cause was done.
    """

    name: str
    cases: tuple[int, ...]
    in_time: tuple[int, ...] = ()
    late: tuple[int, ...] = ()
    overdue: tuple[int, ...] = ()
    returned: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many cases have it."""
        return len(self.cases)

    @property
    def repeats(self) -> bool:
        """Whether it happened more than once."""
        return len(self.cases) > 1


def seen(case: Case) -> Seen:
    """Return the cause of a case: its lesson's, else its complaint's."""
    lesson = case.lesson
    return Seen(
        case=case.number,
        cause=(lesson.cause if lesson else "") or case.complaint.cause,
        opened_at=case.complaint.opened_at,
        lesson=lesson,
    )


def normalised(cause: str) -> str:
    """Return a cause so that those people mean as one are equal: case, spaces and marks aside."""
    text = unicodedata.normalize("NFKC", cause).casefold()
    words = "".join(
        letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in text
    ).split()
    return " ".join(words) or UNKNOWN


def ranked(rows: Iterable[Seen], now: datetime) -> tuple[Cause, ...]:
    """Return the causes, the most frequent first; of equals, by name."""
    groups: dict[str, list[Seen]] = {}
    for row in rows:
        groups.setdefault(normalised(row.cause), []).append(row)
    causes = [
        _cause(name, sorted(group, key=lambda row: row.case), now) for name, group in groups.items()
    ]
    return tuple(sorted(causes, key=lambda cause: (-cause.count, cause.name)))


def _cause(name: str, group: Sequence[Seen], now: datetime) -> Cause:
    lessons = [(row.case, row.lesson) for row in group if row.lesson]
    done = [(case, one.done_at, one.due) for case, one in lessons if one.done_at]
    late = tuple(case for case, at, due in done if due and at > due)
    first = min((at for _, at, _ in done), default=None)
    return Cause(
        name=name,
        cases=tuple(row.case for row in group),
        in_time=tuple(case for case, _, _ in done if case not in late),
        late=late,
        overdue=tuple(
            case for case, one in lessons if one.done_at is None and one.due and one.due < now
        ),
        returned=tuple(row.case for row in group if first and row.opened_at > first),
    )
