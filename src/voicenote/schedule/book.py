"""Booking: a plan and a case's dates become touches, each at its person's decent hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from voicenote.errors import BadData
from voicenote.model.case import Case, aware
from voicenote.model.promise import AmendsState
from voicenote.model.touch import PlannedTouch, TouchKind
from voicenote.schedule.clock import working_day_before
from voicenote.schedule.hours import Hours
from voicenote.schedule.offset import Offset
from voicenote.schedule.plans import Plan, Start, Step

#: How late a touch may be, unless its step, its plan or the settings say so.
TOO_LATE = Offset(days=7)
#: Touches that pile up while a case is held go out one a day, never all at once.
ONE_DAY = Offset(days=1)
#: The years in which a promise may lie: those that an import takes.
FIRST_YEAR, LAST_YEAR = 1990, 2200


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPromise:
    """The dates of the `k`-th promise, in the customer's calendar."""

    k: int
    target: date | None = None
    promised_by: date | None = None

    def day(self, start: Start) -> date | None:
        """Return the date a step counts from, or None."""
        return self.target if start is Start.TARGET else self.promised_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What the offsets of a plan count from. Moments are aware; `opened_at` None: as booked."""

    booked_at: datetime
    opened_at: datetime | None = None
    promises: tuple[DatedPromise, ...] = ()

    def __post_init__(self) -> None:
        aware(self.booked_at, "booked_at")
        aware(self.opened_at or self.booked_at, "opened_at")


def anchors_of(case: Case, booked_at: datetime) -> Anchors:
    """Return the anchors of a case: its complaint's moment, and every promise still to speak of.

    What was done in an earlier round was told then.
    """
    return Anchors(
        booked_at=booked_at,
        opened_at=case.complaint.opened_at,
        promises=tuple(
            DatedPromise(k=one.k, target=one.promise.target, promised_by=one.promise.promised_by)
            for one in case.amends
            if one.state not in (AmendsState.CONFIRMED, AmendsState.WAIVED)
            and not (one.state is AmendsState.DONE and one.round < case.round)
        ),
    )


def book(
    plan: Plan,
    anchors: Anchors,
    customer: Hours,
    owner: Hours,
    now: datetime,
    too_late: Offset = TOO_LATE,
) -> tuple[PlannedTouch, ...]:
    """Return the touches of `plan`, by due time; one for each (step, amends).

    Touches to the customer fall into the customer's decent hours, nudges into the owner's; none
    is due before `now`. What follows the first word counts from when that is due, so that a long
    holiday does not bring both on one morning. `too_late` is the setting behind those of the step
    and of the plan, and is counted from the due time. Raises BadData for a promise out of reach.
    """
    touches = [
        _touch(plan, number, wanted, k, (customer, owner), now, anchors.booked_at, too_late)
        for number, step in enumerate(plan.steps, 1)
        for k, wanted in _step_moments(step, anchors, customer, owner, now)
    ]
    return tuple(sorted(touches, key=lambda touch: (touch.due_at, touch.step, touch.amends or 0)))


def resume(
    touches: Sequence[PlannedTouch], customer: Hours, owner: Hours, now: datetime
) -> tuple[PlannedTouch, ...]:
    """Return held touches as they go on from `now`, in the order given.

    What became due meanwhile goes to the next decent hour in its old order, to the customer one a
    day; what they run into moves on behind them. Each is too late as long after its new time as
    it was after its old one. What has its time still before it stays as it is.
    """
    moved = dict(_move_touches(touches, customer, owner, now))
    return tuple(moved.get(index, touch) for index, touch in enumerate(touches))


def _move_touches(
    touches: Sequence[PlannedTouch], customer: Hours, owner: Hours, now: datetime
) -> Iterator[tuple[int, PlannedTouch]]:
    free = now
    running = True
    for index, touch in sorted(enumerate(touches), key=lambda pair: (pair[1].due_at, pair[0])):
        if touch.kind is TouchKind.NUDGE:
            if touch.due_at < now:
                yield index, _at(touch, owner.next(now))
        elif running and touch.due_at < free:
            due = customer.next(free)
            yield index, _at(touch, due)
            free = ONE_DAY.after(due, customer.zone)
        else:
            running = False


def _at(touch: PlannedTouch, due_at: datetime) -> PlannedTouch:
    shift = due_at - touch.due_at
    late = touch.too_late_at + shift if touch.too_late_at else None
    return replace(touch, due_at=due_at, too_late_at=late)


def _step_moments(
    step: Step, anchors: Anchors, customer: Hours, owner: Hours, now: datetime
) -> Iterator[tuple[int | None, datetime]]:
    """Yield (K of the promise or None, the UTC moment the step's offset falls on)."""
    if not step.start.dated:
        opened = step.start is Start.OPENED and anchors.opened_at
        person = owner if step.kind is TouchKind.NUDGE else customer
        start = opened or anchors.booked_at
        if step.start is Start.BOOKED and not step.after.zero and step.kind is not TouchKind.NUDGE:
            start = customer.next(max(start, now))
        yield None, step.after.after(start, person.zone)
        return
    for promise in anchors.promises:
        day = promise.day(step.start)
        if day is None:
            continue
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadData(f"the promise for {day} is out of reach", "promise it again for a day")
        yield promise.k, _on_day(step, day, customer, owner)


def _on_day(step: Step, day: date, customer: Hours, owner: Hours) -> datetime:
    """Return the moment of a step that counts from a promise's date."""
    person = owner if step.kind is TouchKind.NUDGE else customer
    wanted = step.after.on(day)
    if step.after.back:
        wanted = working_day_before(wanted, person.decency)
    wall = datetime.combine(wanted, step.at, person.zone)
    ticks = -step.after.time if step.after.back else step.after.time
    return wall.astimezone(UTC) + ticks


def _touch(
    plan: Plan,
    number: int,
    wanted: datetime,
    k: int | None,
    people: tuple[Hours, Hours],
    now: datetime,
    booked_at: datetime,
    too_late: Offset,
) -> PlannedTouch:
    step = plan.steps[number - 1]
    person = people[1] if step.kind is TouchKind.NUDGE else people[0]
    due = person.next(max(wanted, now))
    return PlannedTouch(
        kind=step.kind,
        step=number,
        wanted_at=wanted,
        due_at=due,
        too_late_at=(step.too_late or plan.too_late or too_late).after(due, person.zone),
        unless=step.unless.value,
        channels=plan.ways_of(step),
        amends=k,
        booked_at=booked_at.astimezone(UTC),
    )
