"""Plans: named follow-up schedules, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from voicenote.errors import Problem
from voicenote.model.touch import TouchKind
from voicenote.options import option, parse, read, validators
from voicenote.schedule import offset
from voicenote.schedule.offset import Offset

#: The time of day of a message that counts from a promise's date, unless its step names one.
MORNING = time(9)
AT_ONCE = Offset()


class Start(StrEnum):
    """What a step counts from. The last two make one message for each promise with that date."""

    BOOKED = "booked"
    OPENED = "opened"
    TARGET = "target"
    PROMISED_BY = "promised_by"

    @property
    def dated(self) -> bool:
        """Whether it is a promise's date rather than a time."""
        return self in (Start.TARGET, Start.PROMISED_BY)


class Unless(StrEnum):
    """What makes a step unnecessary."""

    NOTHING = ""
    ANSWERED = "answered"
    PUT_RIGHT = "put-right"
    KEPT = "kept"
    MEMO_ARRIVED = "memo-arrived"


def _offset(value: Any) -> Offset:
    """Parse a duration."""
    return offset.parse(validators.text(value))


def _forward(value: Any) -> Offset:
    """Parse a duration that isn't negative."""
    found = _offset(value)
    if found.back:
        raise ValueError(f"{value!r} lies in the past")
    return found


def _wall_clock(value: Any) -> time:
    """Parse a time of day."""
    try:
        wall = time.fromisoformat(validators.text(value))
    except ValueError:
        raise ValueError(f"{value!r} isn't a time of day") from None
    if wall.tzinfo:
        raise ValueError(f"{value!r} has a time zone; a time of day is the customer's own")
    return wall


def _values(kind: type[StrEnum]) -> str:
    return ", ".join(one.value for one in kind if one.value)


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The channels of a plan or a step, tried in order, and when a message is too late."""

    channel: str = option("", validators.text, "the name of a channel")
    channels: tuple[str, ...] = option(
        (), validators.word_list(), 'the names of channels, such as ["telegram", "mail"]'
    )
    too_late: Offset | None = option(
        None, _forward, 'how long after its time it is not sent any more, such as "P7D"'
    )

    @property
    def ways(self) -> tuple[str, ...]:
        """The channels, in order."""
        return self.channels or ((self.channel,) if self.channel else ())

    def problems(self) -> Iterator[Problem]:
        """Yield the settings that don't go together."""
        if self.channel and self.channels:
            yield Problem("this and channel are both set", "keep one of them", field="channels")


@dataclass(frozen=True, kw_only=True)
class Step(Ways):
    """One step of a plan. `at` counts only from a promise's date; `too_late` after the due time."""

    kind: TouchKind = option(
        TouchKind.MEMO, validators.member(TouchKind), f"one of {_values(TouchKind)}", required=True
    )
    after: Offset = option(AT_ONCE, _offset, 'how long after its start, such as "P3D"')
    start: Start = option(
        Start.BOOKED, validators.member(Start), f"what it counts from: {_values(Start)}", key="from"
    )
    at: time = option(MORNING, _wall_clock, 'a time of day, such as "17:00"')
    unless: Unless = option(
        Unless.NOTHING, validators.member(Unless), f"what makes it needless: {_values(Unless)}"
    )

    def problems(self) -> Iterator[Problem]:
        """Yield the settings that don't go together."""
        yield from super().problems()
        if self.after.back and not self.start.dated:
            advice = 'only from = "target" or "promised_by" may have a negative duration'
            yield Problem("nothing can be sent before it is booked", advice, field="after")
        if self.kind is TouchKind.STATUS and not self.start.dated:
            advice = 'write from = "promised_by"'
            yield Problem("a status speaks of a promise", advice, field="from")


@dataclass(frozen=True, kw_only=True)
class Plan(Ways):
    """A named schedule. Its channels and `too_late` hold for each step without its own."""

    name: str = ""
    steps: tuple[Step, ...] = option(
        (),
        validators.Rows(Step, 'write steps = [{ kind = "memo", after = "PT0S" }]'),
        "the steps, each a table",
        required=True,
    )
    about: str = option("", validators.text, "one sentence")

    def ways_of(self, step: Step) -> tuple[str, ...]:
        """Return the channels of a step, in order; empty means the customer's own."""
        return step.ways or self.ways


def read_plan(name: str, table: Mapping[str, object], problems: list[Problem]) -> Plan:
    """Return the plan of the table ``[plans.NAME]``; add what is wrong to `problems`."""
    return replace(read(Plan, table, f"plans.{name}", problems), name=name)


@lru_cache(maxsize=1)
def builtin_plans() -> Mapping[str, Plan]:
    """Return the plans that come with voicenote, by name."""
    text = files("voicenote.schedule").joinpath("plans.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    plans = {name: replace(parse(Plan, table, name), name=name) for name, table in tables.items()}
    return MappingProxyType(plans)
