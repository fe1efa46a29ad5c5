"""`plan`: show, choose, hold or resume a case's messages, in the customer's time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.batch_report import name_cases
from voicenote.cli.terminal.case_options import CASE
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.moving import Moved
    from voicenote.engine.case.plan_view import PlanView


@command()
@click.argument("number", type=CASE, metavar="[N]", required=False)
@click.option("--plan", "name", metavar="NAME", help="Follow this plan instead.")
@click.option("--hold", is_flag=True, help="Send nothing until --resume.")
@click.option("--resume", is_flag=True, help="Go on; what is overdue goes out one a day.")
@click.option("--by", metavar="CHANNEL", help="Send what waits by this channel.")
@click.option(
    "--from",
    "away_from",
    metavar="CHANNEL",
    help="Only what waits for this channel; without N, of all cases.",
)
@click.option(
    "--yes", is_flag=True, help="Don't ask before moving those of all cases; for scripts."
)
def plan(
    session: Session,
    /,
    *,
    number: int | None,
    name: str | None,
    hold: bool,
    resume: bool,
    by: str | None,
    away_from: str | None,
    yes: bool,
) -> int | None:
    """Show the messages of a case and when they go out, in the customer's time.

    After a channel was set up, renamed or removed, --from OLD --by NEW moves what waits for OLD, in
    all cases; it says which, and asks. It is refused when nothing waits for OLD. With --json:
    {"moved": [{"case", "message"}], "left": [{"case", "why"}]}. Exit code 1 when something can't
    be moved: the customer has no address there, or it may already have been sent.
    """
    from voicenote.engine.case import approval
    from voicenote.engine.case.moving import moved_case
    from voicenote.engine.case.plan_view import plan_view

    if hold and resume:
        raise WrongUse("--hold and --resume contradict each other", "give one of them")
    if away_from and not by:
        raise WrongUse("--from needs the new channel as well", "add --by CHANNEL")
    if number is None:
        if not (by and away_from) or name or hold or resume:
            raise WrongUse("say which case", "voicenote plan N; or --from OLD --by NEW for all")
        return _move_all(session, by, away_from, ask=not yes)
    with session.open() as ws:
        if by:
            _warn_left(session, moved_case(ws, number, by, away_from or ""))
        if name:
            approval.change_plan(ws, number, name)
        if hold:
            approval.hold(ws, number)
        if resume and (again := approval.resume(ws, number)):
            session.screen.warn(again)
        view = plan_view(ws, number)
    if session.json:
        session.screen.data(view)
    else:
        _show(session, view)
    return None


def _move_all(session: Session, by: str, away_from: str, *, ask: bool) -> int:
    """Move all waiting messages from one channel to another; return the exit code."""
    from voicenote.engine.case.moving import moved_all, waiting_cases

    if by == away_from:
        raise WrongUse("--from and --by name the same channel", "give --by another one")
    with session.open() as ws:
        cases = waiting_cases(ws, by, away_from)
        if cases and ask and not _may_move(session, cases, by):
            session.screen.note("Nothing was moved.")
            return 1
        moved = moved_all(ws, by, away_from)
    if session.json:
        done = [{"case": case, "message": message} for case, message in moved.touches]
        left = [{"case": case, "why": why} for case, why, _ in moved.left]
        session.screen.data({"moved": done, "left": left})
    else:
        if moved.touches:
            session.screen.out(_describe_move(moved, by, away_from))
        for case in moved.wishes:
            session.screen.out(f"The customer of case {case} will be reached by {by} from now on.")
        _warn_left(session, moved)
    return 1 if moved.left else 0


def _may_move(session: Session, cases: Sequence[int], by: str) -> bool:
    """Name the cases that would go by another channel, and ask. Raises WrongUse off a terminal."""
    what = f"Send what waits of {name_cases(cases)} by {by} from now on"
    if not session.screen.interactive:
        raise WrongUse(f"{what}?", "add --yes if that is right")
    return session.screen.confirm(f"{what}?", default=False)


def _describe_move(moved: Moved, by: str, away_from: str) -> str:
    messages, cases = len(moved.touches), len({case for case, _ in moved.touches})
    what = f"{count_of(messages, 'message')} in {count_of(cases, 'case')}"
    return f"{what}, which waited for {away_from}, now {'goes' if messages == 1 else 'go'} by {by}."


def _warn_left(session: Session, moved: Moved) -> None:
    for case, why, cure in moved.left:
        session.screen.warn(f"case {case} was not moved: {why}: {cure}")


def _show(session: Session, view: PlanView) -> None:
    zone = view.zone
    booked = "" if view.booked else " (if it is approved now)"
    session.screen.out(
        f"Case {view.case}, {view.customer}: {view.plan}{booked}, in {zone.key} time"
        + (f" ({view.zone_note})" if view.zone_note else "")
    )
    rows = [
        (
            one.due_at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M"),
            one.kind,
            one.hears,
            one.channel,
            one.state,
            one.reason or (f"unless {one.unless}" if one.unless else ""),
        )
        for one in view.messages
    ]
    session.screen.table(("when", "message", "what they hear", "channel", "state", ""), rows)
