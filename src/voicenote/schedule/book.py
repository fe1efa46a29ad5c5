"""Booking: a plan and a case's dates become messages, each at its person's decent hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
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


def book(
    plan: Plan,
    case: Case,
    customer: Hours,
    owner: Hours,
    now: datetime,
    too_late: Offset = TOO_LATE,
) -> tuple[PlannedTouch, ...]:
    """Return the messages of `plan`, booked at `now` (aware), by due time.

    There is one for each (step, amends). Messages to the customer fall into the customer's decent
    hours, nudges into the owner's; none is due before `now`. Later steps count from when the first
    message is due, so a long holiday doesn't bring both on one morning. `too_late` is the default
    after those of the step and of the plan, and counts from the due time. Raises BadData for a
    promise out of reach.
    """
    aware(now, "the time of booking")
    found: list[PlannedTouch] = []
    for number, step in enumerate(plan.steps, 1):
        person = owner if step.kind is TouchKind.NUDGE else customer
        late = step.too_late or plan.too_late or too_late
        for k, wanted in _step_moments(step, case, person, now):
            due = person.next(max(wanted, now))
            touch = PlannedTouch(
                kind=step.kind,
                step=number,
                wanted_at=wanted,
                due_at=due,
                too_late_at=late.after(due, person.zone),
                unless=step.unless.value,
                channels=plan.ways_of(step),
                amends=k,
                booked_at=now.astimezone(UTC),
            )
            found.append(touch)
    return tuple(sorted(found, key=lambda touch: (touch.due_at, touch.step, touch.amends or 0)))


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
    step: Step, case: Case, person: Hours, now: datetime
) -> Iterator[tuple[int | None, datetime]]:
    """Yield (K of the promise or None, the UTC time of the step's offset)."""
    if not step.start.dated:
        start = case.complaint.opened_at if step.start is Start.OPENED else now
        if step.start is Start.BOOKED and not step.after.zero and step.kind is not TouchKind.NUDGE:
            start = person.next(now)
        yield None, step.after.after(start, person.zone)
        return
    for one in case.standing_amends:
        known = one.state is AmendsState.DONE and one.round < case.round  # they were told then
        day = one.promise.target if step.start is Start.TARGET else one.promise.promised_by
        if day is None or known or one.state is AmendsState.CONFIRMED:
            continue
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadData(f"the promise for {day} is too far away", "promise it again for a day")
        yield one.k, _on_day(step, day, person)


def _on_day(step: Step, day: date, person: Hours) -> datetime:
    """Return the UTC time of a step that counts from a promise's date."""
    wanted = step.after.on(day)
    if step.after.back:
        wanted = working_day_before(wanted, person.decency)
    wall = datetime.combine(wanted, step.at, person.zone)
    ticks = -step.after.time if step.after.back else step.after.time
    return wall.astimezone(UTC) + ticks
