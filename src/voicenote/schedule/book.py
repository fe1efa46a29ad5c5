"""Booking: a plan and a case's dates become messages, each at its person's decent hours."""

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

#: How late a message may be, unless its step, its plan or the settings say otherwise.
TOO_LATE = Offset(days=7)
#: Messages that pile up while a case is held are sent one a day, never all at once.
ONE_DAY = Offset(days=1)
#: The years in which a promise may lie; an import takes the same.
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
    """What the offsets of a plan count from. Times are aware; without `opened_at`, `booked_at`."""

    booked_at: datetime
    opened_at: datetime | None = None
    promises: tuple[DatedPromise, ...] = ()

    def __post_init__(self) -> None:
        aware(self.booked_at, "booked_at")
        aware(self.opened_at or self.booked_at, "opened_at")


def anchors_of(case: Case, booked_at: datetime) -> Anchors:
    """Return the anchors of a case: its complaint's time, and every promise still to speak of.

    A promise that was done in an earlier round is left out: the customer was told then.
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
    """Return the messages of `plan`, by due time; one for each (step, amends).

    Messages to the customer fall into the customer's decent hours, nudges into the owner's; none
    is due before `now`. Later steps count from when the first message is due, so a long holiday
    doesn't bring both on one morning. `too_late` is the default after those of the step and of the
    plan, and counts from the due time. Raises BadData for a promise out of reach.
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
    """Return held messages with their times after a resume at `now`, in the order given.

    Those that became due meanwhile move to the next decent hours in their old order, to the
    customer one a day, and push later ones back. The time until each is too late stays as long as
    before. Those whose time is still to come stay as they are.
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
    """Yield (K of the promise or None, the UTC time of the step's offset)."""
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
    """Return the UTC time of a step that counts from a promise's date."""
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
