"""Plans: named follow-up schedules, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from voicenote.errors import BadSettings, Problem
from voicenote.model.touch import TouchKind
from voicenote.schedule.offset import Offset, parse

Read = TypeVar("Read")
#: When a touch that counts from a promise's date is wanted, unless its step says so.
MORNING = time(9)
AT_ONCE = Offset()


class Start(StrEnum):
    """What a step counts from. The last two make one touch for each promise with that date."""

    BOOKED = "booked"
    OPENED = "opened"
    TARGET = "target"
    PROMISED_BY = "promised_by"

    @property
    def dated(self) -> bool:
        """Whether it is a promise's date, not a moment."""
        return self in (Start.TARGET, Start.PROMISED_BY)


class Unless(StrEnum):
    """What makes a step needless."""

    NOTHING = ""
    ANSWERED = "answered"
    PUT_RIGHT = "put-right"
    KEPT = "kept"
    MEMO_ARRIVED = "memo-arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a plan. `at` counts only from a promise's date; `too_late` after the due time.

    `channels` are tried in their order.
    """

    kind: TouchKind
    after: Offset = AT_ONCE
    start: Start = Start.BOOKED
    at: time = MORNING
    unless: Unless = Unless.NOTHING
    channels: tuple[str, ...] = ()
    too_late: Offset | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A named schedule. `channels` and `too_late` hold for every step that has none of its own."""

    name: str
    steps: tuple[Step, ...]
    about: str = ""
    channels: tuple[str, ...] = ()
    too_late: Offset | None = None

    def ways(self, step: Step) -> tuple[str, ...]:
        """Return the channels of a step, in order; empty: the customer's own."""
        return step.channels or self.channels


class _PlanTable:
    """One table of a plan: takes its keys out one by one and gathers what is wrong."""

    def __init__(self, table: object, field: str, where: str, problems: list[Problem]) -> None:
        self.field, self.where, self.problems = field, where, problems
        self.left: dict[str, object] = {}
        if isinstance(table, Mapping):
            self.left = {str(key): value for key, value in table.items()}
        else:
            self.say("", "is not a table", 'write { kind = "memo", after = "PT0S" }')

    def say(self, key: str, what: str, advice: str) -> None:
        """Note a problem with `key`, or with the table itself."""
        field = f"{self.field}.{key}" if key else self.field
        self.problems.append(Problem(what, advice, file=self.where, field=field))

    def take(self, key: str, read: Callable[[str], Read], default: Read, advice: str) -> Read:
        """Return the text under `key`, read; or `default` where it is missing or wrong."""
        value = self.left.pop(key, None)
        if value is None:
            return default
        if not isinstance(value, str):
            self.say(key, f"is {value!r}, not a text", advice)
            return default
        try:
            return read(value)
        except ValueError as wrong:
            self.say(key, str(wrong), advice)
            return default

    def ways(self) -> tuple[str, ...]:
        """Return the channels under ``channels`` (a list), or the one under ``channel``."""
        one = self.take("channel", str, "", "write the name of a channel")
        value = self.left.pop("channels", None)
        if value is None:
            return (one,) if one else ()
        if one:
            self.say("channels", "stands beside channel", "keep one of them")
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.say("channels", "is no list of names", 'write ["telegram", "mail"]')
            return ()
        return tuple(dict.fromkeys(value))

    def close(self, known: str) -> None:
        """Complain about the keys that nobody asked for."""
        for key in self.left:
            self.say(key, "is not a key of a plan", f"known are {known}")


def read_plan(name: str, table: Mapping[str, object], where: str) -> Plan:
    """Read the table ``[plans.NAME]`` of the file `where`.

    Raises BadSettings with every problem found, each with its dotted place.
    """
    problems: list[Problem] = []
    top = _PlanTable(table, f"plans.{name}", where, problems)
    raw = top.left.pop("steps", None)
    steps: list[Step] = []
    if not isinstance(raw, list) or not raw:
        top.say("steps", "a plan needs steps", 'write steps = [{ kind = "memo", after = "PT0S" }]')
    else:
        steps = [
            _read_step(_PlanTable(row, f"plans.{name}.steps[{number}]", where, problems))
            for number, row in enumerate(raw, 1)
        ]
    plan = Plan(
        name=name,
        steps=tuple(steps),
        about=top.take("about", str, "", "write one sentence"),
        channels=top.ways(),
        too_late=top.take("too_late", _forward, None, 'write a duration such as "P7D"'),
    )
    top.close("steps, about, channel, channels, too_late")
    if problems:
        raise BadSettings(
            f"the plan {name!r} cannot be used: {problems[0]}", "correct it in the file", problems
        )
    return plan


@lru_cache(maxsize=1)
def builtin_plans() -> Mapping[str, Plan]:
    """Return the plans that come with voicenote, by name."""
    text = files("voicenote.schedule").joinpath("plans.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    plans = {name: read_plan(name, table, "plans.toml") for name, table in tables.items()}
    return MappingProxyType(plans)


def _read_step(row: _PlanTable) -> Step:
    """Read one step; what is wrong goes to the row's problems, and a stand-in comes back."""
    if row.left and "kind" not in row.left:
        row.say("kind", "a step needs a kind", f"one of {_words(TouchKind)}")
    step = Step(
        kind=row.take("kind", _one_of(TouchKind), TouchKind.MEMO, f"one of {_words(TouchKind)}"),
        after=row.take("after", parse, AT_ONCE, 'write a duration such as "P3D"'),
        start=row.take("from", _one_of(Start), Start.BOOKED, f"one of {_words(Start)}"),
        at=row.take("at", _wall_clock, MORNING, 'write a time of day such as "17:00"'),
        unless=row.take("unless", _one_of(Unless), Unless.NOTHING, f"one of {_words(Unless)}"),
        channels=row.ways(),
        too_late=row.take("too_late", _forward, None, 'write a duration such as "P7D"'),
    )
    if step.after.back and not step.start.dated:
        row.say("after", "nothing can be sent before it is booked", 'only from = "target" or '
                '"promised_by" may have a negative duration')  # fmt: skip
    if step.kind is TouchKind.STATUS and not step.start.dated:
        row.say("from", "a status speaks of a promise", 'write from = "promised_by"')
    row.close("kind, after, from, at, unless, channel, channels, too_late")
    return step


def _one_of(words: type[Read]) -> Callable[[str], Read]:
    """Return a reader for the values of a StrEnum."""

    def read(text: str) -> Read:
        try:
            return words(text)  # type: ignore[call-arg]
        except ValueError:
            raise ValueError(f"{text!r} is not known here") from None

    return read


def _words(enum: type[StrEnum]) -> str:
    return ", ".join(member.value for member in enum if member.value)


def _forward(text: str) -> Offset | None:
    offset = parse(text)
    if offset.back:
        raise ValueError(f"{text!r} lies in the past")
    return offset


def _wall_clock(text: str) -> time:
    try:
        wall = time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time of day") from None
    if wall.tzinfo:
        raise ValueError(f"{text!r} has a time zone; a time of day is the customer's own")
    return wall
