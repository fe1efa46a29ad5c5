"""Every problem of the settings at once: in each table, and for each part that uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from voicenote.errors import BadSettings, Problem, Unavailable
from voicenote.options import describe, options_of, read
from voicenote.options.reading import nearest
from voicenote.plugins import FALLBACK
from voicenote.schedule.clock import Decency
from voicenote.schedule.plans import builtin_plans, read_plan
from voicenote.settings import Settings
from voicenote.settings.voice_table import VoiceFor
from voicenote.voice.choose import AUTO
from voicenote.voice.port import read_options

#: The plug-ins of a group by name; calling one imports it.
Makers = Mapping[str, Callable[[], Any]]


def schedule_problems(settings: Settings) -> Iterator[Problem]:
    """Yield what is wrong with the hours, the days and the plans."""
    schedule = settings.schedule
    try:
        Decency.from_settings(schedule.quiet_hours, schedule.working_days, schedule.holidays)
    except BadSettings as error:
        yield from error.problems
    plans = [*builtin_plans(), *settings.plans]
    if schedule.plan not in plans:
        what = f"there is no plan {schedule.plan!r}"
        yield Problem(what, nearest(schedule.plan, plans), field="schedule.plan")
    for name, table in settings.plans.items():
        found: list[Problem] = []
        read_plan(name, table, found)
        yield from found


def channel_problems(settings: Settings, channels: Makers) -> Iterator[Problem]:
    """Yield what is wrong with the channels; one whose plug-in is broken is left out."""
    for name in settings.schedule.channels:
        if name not in (*settings.channels, FALLBACK):
            known = [*settings.channels, FALLBACK]
            what = f"there is no channel {name!r}"
            yield Problem(what, nearest(name, known), field="schedule.channels")
    for name, table in settings.channels.items():
        if table.kind not in channels:
            what = f"no channel of the kind {table.kind!r} is installed"
            field = f"channels.{name}.kind"
            yield Problem(what, nearest(table.kind, channels), field=field)
            continue
        found: list[Problem] = []
        if (maker := _load(channels[table.kind])) is not None:
            read(options_of(maker), table.options, f"channels.{name}", found)
        yield from found


def voice_problems(settings: Settings, voices: Makers, env: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with the tables of voices.

    A table may have options for several engines; each takes its own. With engine "auto", a value is
    right when one of them takes it.
    """
    for where, table, usual in _voice_tables(settings):
        if table.engine != AUTO and table.engine not in voices:
            what = f"there is no voice {table.engine!r}"
            yield Problem(what, nearest(table.engine, voices), field=f"{where}.engine")
            continue
        given = table.given
        goes_on = usual is not None and usual.engine == table.engine
        same = usual.given if usual and goes_on else {}
        fresh = {key: value for key, value in given.items() if same.get(key) != value}
        if fresh or not (goes_on or table.engine == AUTO):
            yield from _table_problems(where, table.engine, given, fresh, voices, env)


def table_problems(settings: Settings, name: str, makers: Makers) -> Iterator[Problem]:
    """Yield what is wrong with [writer] or [ears]; what has a broken plug-in is left out."""
    table = getattr(settings, name)
    if table.kind not in makers:
        what = f"no {'writer is' if name == 'writer' else 'ears are'} called {table.kind!r}"
        yield Problem(what, nearest(table.kind, makers), field=f"{name}.kind")
        return
    found: list[Problem] = []
    if (maker := _load(makers[table.kind])) is not None:
        read(options_of(maker), table.options, name, found)
    yield from found


def _table_problems(
    where: str,
    engine: str,
    given: Mapping[str, object],
    fresh: Mapping[str, object],
    voices: Makers,
    env: Mapping[str, str],
) -> Iterator[Problem]:
    """Yield what is wrong with one table: `given` includes what it inherits, `fresh` is its own."""
    own = None if engine == AUTO else _load(voices[engine])
    found: list[Problem] = []
    if own is not None:
        read_options(own, given, where, found, env)
    known = _documented(own)
    yield from (one for one in found if one.field.removeprefix(f"{where}.") in known)
    left = {key: value for key, value in fresh.items() if key not in known}
    every = [_load(loader) for loader in voices.values()] if left else []
    known = {key for maker in every for key in _documented(maker)}
    for key, value in left.items():
        if key in known and engine == AUTO:
            yield from _refusals(every, key, value, where, env)[:1]
        elif key not in known and None not in every:  # a broken plug-in might have it
            advice = nearest(key, ("engine", *sorted(known)))
            yield Problem("there is no such setting", advice, field=f"{where}.{key}")


def _documented(maker: Any) -> set[str]:
    """Return the options that an owner may set; the engine sets the others."""
    return {one.key for one in describe(options_of(maker)) if one.doc}


def _refusals(
    makers: list[Any], key: str, value: object, where: str, env: Mapping[str, str]
) -> list[Problem]:
    """Return why no voice takes a value; [] if one does."""
    refused: list[Problem] = []
    for maker in makers:
        if key not in _documented(maker):
            continue
        found: list[Problem] = []
        read_options(maker, {key: value}, where, found, env)
        wrong = [one for one in found if one.field == f"{where}.{key}"]
        if not wrong:
            return []
        refused += wrong
    return refused


def _voice_tables(settings: Settings) -> Iterator[tuple[str, VoiceFor, VoiceFor | None]]:
    """Yield each table of voices: its dotted name, itself, and the one it falls back to."""
    voice = settings.voice
    yield "voice", voice, None
    for tag, table in voice.by_language.items():
        yield f"voice.{tag}", table, voice
    for owner, own in voice.by_owner.items():
        yield f"voice.owner.{owner}", own, voice
        for tag, table in own.by_language.items():
            yield f"voice.owner.{owner}.{tag}", table, own


def _load(loader: Callable[[], Any]) -> Any:
    try:
        return loader()
    except Unavailable:
        return None
