"""`lesson`: write down what to learn from cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import click

from voicenote.cli.terminal.case_options import Selection
from voicenote.cli.terminal.case_work import Telling, Wanted, run_work, work_options
from voicenote.cli.terminal.own_command import paste
from voicenote.cli.terminal.promise_options import DAY
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of
from voicenote.errors import WrongUse


@command()
@work_options("cause", "prevention", "owner", "due", "done")
@click.option("--cause", help="What caused it, in a few words; use the same words each time.")
@click.option("--prevention", help="What will keep it from happening again.")
@click.option("--owner", default="", help="Who is responsible; default: you.")
@click.option("--due", type=DAY, help="When it is due, such as friday or 24.12.")
@click.option("--done", is_flag=True, help="The prevention is in place.")
def lesson(session: Session, /, *, wanted: Wanted, **given: Any) -> int:
    """Write down what to learn from cases. A case can't be closed without it.

    One lesson covers a cause: with --cause and no number, it is written for every open case of that
    cause that has none. Without --prevention it is then the one that another case of the cause has.
    --all, --batch and --where mean cases without a lesson.
    """
    from voicenote.engine.case.closing import learning
    from voicenote.model.case import OPEN_STAGES

    if wanted.nothing:
        wanted, given = _cover_cause(session, given)
    elif not (wanted.file or wanted.selection.numbers):
        wanted = _without_lesson(wanted)
    if not (wanted.file or _only_done(given)):
        given = _ask(session, given)
    telling = Telling(
        label="Writing",
        counted=("lesson written", "lessons written"),
        one=lambda _done: "The prevention is in place." if _only_done(given) else "Saved.",
        none="No open case is without a lesson.",
    )
    code = run_work(session, wanted, learning, telling, given, steps=OPEN_STAGES, prepare=_prepare)
    if wanted.alone and given["cause"] and not session.json:
        _tell_others(session, given["cause"])
    return code


def _only_done(given: Mapping[str, Any]) -> bool:
    return given["done"] and not (given["cause"] or given["prevention"])


def _without_lesson(wanted: Wanted) -> Wanted:
    """Return what is wanted, but only cases that have no lesson, unless something else is asked."""
    where = wanted.selection.where
    if "lesson" in where:
        return wanted
    where = f'({where}) and lesson == ""' if where else 'lesson == ""'
    return replace(wanted, selection=replace(wanted.selection, where=where))


def _cover_cause(session: Session, given: Mapping[str, Any]) -> tuple[Wanted, dict[str, Any]]:
    """Return the cases of a cause that have no lesson, and the lesson that another one has."""
    from voicenote.engine.case.cause_history import find_unlearnt

    if not given["cause"]:
        raise WrongUse(
            "say which cases", "numbers, --all, --batch, --where, or a --cause of theirs"
        )
    with session.open() as ws:
        found = find_unlearnt(ws, given["cause"])
    if not found.cases:
        others = ", ".join(f"{cause} ({count})" for cause, count in found.others.items())
        what = f"no open case without a lesson has the cause “{given['cause']}”"
        raise WrongUse(what, f"theirs are: {others}" if others else "see: voicenote lessons")
    known = found.lesson
    if known is not None and not given["prevention"]:
        due = known.due.date() if known.due else None
        kept = {"prevention": known.prevention, "owner": known.owner, "due": due}
        given = {**given, **{name: given[name] or value for name, value in kept.items()}}
        given["done"] = given["done"] or known.done_at is not None
    selection = Selection(found.cases, everything=False, batch=None)
    return Wanted(selection, (), None, {}, many=True), dict(given)


def _ask(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options, with the cause and the prevention asked for at a terminal."""
    screen, asked = session.screen, dict(given)
    if screen.interactive:
        session.if_stopped = "no lesson was written; run the same command again"
        asked["cause"] = given["cause"] or screen.ask("What caused it?", needed=True)
        question = "What will keep it from happening again?"
        asked["prevention"] = given["prevention"] or screen.ask(question, needed=True)
        session.if_stopped = ""
    return asked


def _prepare(given: dict[str, Any]) -> Mapping[str, Any]:
    due = given["due"]
    return {**given, "due": datetime.combine(due, time(), UTC) if due else None}


def _tell_others(session: Session, cause: str) -> None:
    """Say how many other open cases have this cause and no lesson."""
    from voicenote.engine.case.cause_history import find_unlearnt

    with session.open() as ws:
        others = len(find_unlearnt(ws, cause).cases)
    if others:
        which = count_of(others, "other open case has", "other open cases have")
        command = paste(["voicenote", "lesson", "--cause", cause])
        session.screen.note(f"{which} this cause and no lesson: {command}")
