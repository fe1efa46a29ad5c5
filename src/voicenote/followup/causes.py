"""Lessons: which causes come back, and whether their prevention was done in time (S12, R7)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from voicenote.model.case import Case, Lesson, Outcome
from voicenote.unicode_forms import normal

#: The name for causes that nobody has named.
UNKNOWN = "unknown"
#: Customers who stay. The others count apart: lost, gave no answer, or opted out (R14).
KEPT = frozenset({Outcome.ALLY, Outcome.SATISFIED, Outcome.NEUTRAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseSeen:
    """A cause as one case has it; `lesson` is None until one is written."""

    case: int
    cause: str
    opened_at: datetime
    lesson: Lesson | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A cause over all cases: how many have it, and which, by their numbers in order.

    `in_time`, `late` and `overdue`: the lesson's prevention was done by its date, or after it, or
    is not done although the date has passed. `returned`: cases opened after a prevention of this
    cause was done. `state` says it in words. The names are the keys of ``--json``.
    """

    cause: str
    count: int
    cases: tuple[int, ...]
    repeated: bool
    in_time: tuple[int, ...]
    late: tuple[int, ...]
    overdue: tuple[int, ...]
    returned: tuple[int, ...]
    state: str


def cause_of(case: Case) -> CauseSeen:
    """Return the cause of a case: its lesson's, else its complaint's."""
    lesson = case.lesson
    return CauseSeen(
        case=case.number,
        cause=(lesson.cause if lesson else "") or case.complaint.cause,
        opened_at=case.complaint.opened_at,
        lesson=lesson,
    )


def normalise_cause(cause: str) -> str:
    """Return a cause without differences of letter case, spaces and marks."""
    text = normal(cause, "NFKC").casefold()
    words = "".join(
        letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in text
    ).split()
    return " ".join(words) or UNKNOWN


def rank_causes(rows: Iterable[CauseSeen], now: datetime) -> tuple[Cause, ...]:
    """Return the causes, the most frequent first; equals by name."""
    groups: dict[str, list[CauseSeen]] = {}
    for row in rows:
        groups.setdefault(normalise_cause(row.cause), []).append(row)
    causes = [
        _cause(name, sorted(group, key=lambda row: row.case), now) for name, group in groups.items()
    ]
    return tuple(sorted(causes, key=lambda cause: (-cause.count, cause.cause)))


def _cause(name: str, group: Sequence[CauseSeen], now: datetime) -> Cause:
    lessons = [(row.case, row.lesson) for row in group if row.lesson]
    done = [(case, one.done_at, one.due) for case, one in lessons if one.done_at]
    late = tuple(case for case, at, due in done if due and at > due)
    in_time = tuple(case for case, _, _ in done if case not in late)
    open_ = ((case, one.due) for case, one in lessons if one.done_at is None)
    overdue = tuple(case for case, due in open_ if due and due < now)
    first = min((at for _, at, _ in done), default=None)
    returned = tuple(row.case for row in group if first and row.opened_at > first)
    states = {
        "came back after its prevention": returned,
        "overdue": overdue,
        "done late": late,
        "done in time": in_time,
    }
    return Cause(
        cause=name,
        count=len(group),
        cases=tuple(row.case for row in group),
        repeated=len(group) > 1,
        in_time=in_time,
        late=late,
        overdue=overdue,
        returned=returned,
        state=next((state for state, cases in states.items() if cases), ""),
    )


def prevented(rows: Iterable[CauseSeen]) -> dict[str, CauseSeen]:
    """Return, for each cause with a prevention done, the case that did it first."""
    learnt = ((row, row.lesson.done_at) for row in rows if row.lesson)
    done = [(at, row.case, row) for row, at in learnt if at]
    first: dict[str, CauseSeen] = {}
    for _, _, row in sorted(done, key=lambda one: one[:2]):
        first.setdefault(normalise_cause(row.cause), row)
    return first


def came_back(row: CauseSeen, known: Mapping[str, CauseSeen]) -> str:
    """Return the warning for a case whose cause came back after its prevention, or "" (S12).

    `known` is what `prevented` returned. A cause without a name gives no warning.
    """
    if not row.cause.strip():
        return ""
    before = known.get(normalise_cause(row.cause))
    if before is None or before.lesson is None or before.case == row.case:
        return ""
    done = before.lesson.done_at
    if done is None or row.opened_at <= done:
        return ""
    return (
        f"“{row.cause}” came back: case {before.case} was to prevent it "
        f"({before.lesson.prevention}, done {done.date()}), and it did not"
    )


def count_outcomes(rows: Iterable[tuple[Outcome | None, int]]) -> dict[str, int]:
    """Count the outcomes (S6, R14): every outcome by name, and the cases still open."""
    found = dict.fromkeys((*(one.value for one in Outcome), "open"), 0)
    for outcome, count in rows:
        found[outcome.value if outcome else "open"] += count
    return found


def count_customers(rows: Iterable[tuple[int, Outcome]]) -> dict[str, int]:
    """Count the customers who were kept, were lost, gave no answer, or opted out (S20).

    `rows` are (customer, outcome) of closed cases in the order of closing; a customer's last one
    counts.
    """
    last = dict(rows)
    apart = (Outcome.LOST, Outcome.NO_ANSWER, Outcome.OPTED_OUT)
    found = dict.fromkeys(("kept", *(one.value for one in apart)), 0)
    for outcome in last.values():
        found["kept" if outcome in KEPT else outcome.value] += 1
    return found
