"""`undo`: take back what the last command changed, or a run decided by a wrong clock."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.batch_report import NAMED, name_cases
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from voicenote.engine.case.clock_undo import Undone
    from voicenote.engine.case.undo_command import LastCommand
    from voicenote.engine.run.match_undo import UndoneMatch
    from voicenote.engine.workspace import Workspace

#: How it is told what is taken back, before and after.
TO_BE, DONE = "To be taken back", "Taken back"


@command()
@click.option("--yes", is_flag=True, help="Don't ask at a terminal.")
def undo(session: Session, /, *, yes: bool) -> int:
    """Take back what the last command changed, or what the last run did by a wrong clock.

    Any command that changes cases is taken back, for all its cases: `approve --all`, too. A case
    stays as it is when a message of it has been sent since, or something has come in. Repeat it
    to take back the command before, up to the last 20. An import isn't taken back: withdraw its
    cases. At a terminal it is said first what is taken back, and you are asked.

    An opt-out that you typed stays, too, once something has come in that may be from the customer;
    what they said themselves is never taken back.

    If a run has skipped, broken or closed something by the clock since, that is taken back first.
    If you have said since whose a message is (`receive --match`), that is taken back first, unless
    it opted somebody out or something has followed.

    Exit code 1 when something stays as it is.

    With --json: for a command {"undone", "at", "by", "cases", "changed", "kept"}; for a run {"at",
    "messages", "promises", "closed", "moved", "cases", "kept"}; for a message {"message", "case",
    "customer", "messages", "held"}.
    """
    from voicenote.engine.case.clock_undo import undo as undo_
    from voicenote.engine.case.undo_command import describe_other, find_last
    from voicenote.engine.run.match_undo import undo_match
    from voicenote.errors import RuleSaysNo

    screen, ask = session.screen, session.screen.interactive and not yes
    with session.open() as ws:
        zone = ws.owner_hours.zone
        if (last := find_last(ws)) is not None:
            return _undo_command(session, ws, last, ask=ask)
        if (other := describe_other(ws)) is not None:
            raise RuleSaysNo(*other)
        if (back := undo_match(ws, dry_run=ask)) is not None:
            if ask:
                if not _agreed(session, _describe_match(back, TO_BE)):
                    return 1
                back = undo_match(ws) or back
            screen.show(back, lambda: _describe_match(back))
            return 0
        done = undo_(ws, dry_run=ask)
        if ask:
            if not _agreed(session, _describe_undone(done, zone, TO_BE), done.kept):
                return 1
            done = undo_(ws)
    if session.json:
        screen.data(done)
    else:
        screen.out(_describe_undone(done, zone))
        _tell_kept(session, done.kept)
        if done.cases:
            screen.note("The next run decides again; check first that the clock is right.")
    return 1 if done.kept else 0


def _undo_command(session: Session, ws: Workspace, last: LastCommand, *, ask: bool) -> int:
    """Say what the last command was, ask, and take it back."""
    from voicenote.engine.case.undo_command import describe, undo_last

    of = f" ({name_cases(last.cases)})" if last.cases else ""
    zone = ws.owner_hours.zone
    if ask and not _agreed(session, f"{TO_BE}: {describe(last, zone)}{of}.", last.kept):
        return 1
    done = undo_last(ws, last.number) or last
    if session.json:
        data = asdict(done)
        del data["number"]
        session.screen.data(data)
    else:
        session.screen.out(f"{DONE}: {describe(done, zone)}{of}.")
        _tell_kept(session, done.kept)
    return 1 if done.kept else 0


def _agreed(session: Session, what: str, kept: Sequence[tuple[int, str]] = ()) -> bool:
    """Say what would be taken back, and ask."""
    session.screen.note(what)
    _tell_kept(session, kept)
    if session.screen.confirm("Take it back?", default=False):
        return True
    session.screen.note("Nothing was changed.")
    return False


def _tell_kept(session: Session, kept: Sequence[tuple[int, str]]) -> None:
    told = [f"case {case} stays as it is: {why}" for case, why in kept[:NAMED]]
    if len(kept) > NAMED:
        told.append(f"and {count_of(len(kept) - NAMED, 'more case')}; --json names all")
    session.screen.warn(*told)


def _describe_match(back: UndoneMatch, how: str = DONE) -> str:
    what = f"that message {back.message} is {back.customer}'s answer (case {back.case})"
    due = f"; {count_of(back.messages, 'message')} due again" * bool(back.messages)
    held = f", {back.held} held until you have looked at it" * bool(back.held)
    return f"{how}: {what}, so it fits no case again{due}{held}."


def _describe_undone(done: Undone, zone: ZoneInfo, how: str = DONE) -> str:
    counts = (
        (done.messages, "message", "skipped"),
        (done.promises, "promise", "broken"),
        (done.closed, "case", "closed"),
        (done.moved, "message", "put off"),
    )
    parts = [f"{count_of(n, what)} {became}" for n, what, became in counts if n]
    at = done.at and done.at.astimezone(zone)
    when = f"the run at {at:%Y-%m-%d %H:%M}" if at else "a clock that was ahead"
    if not parts:
        return f"Nothing of {when} could be taken back."
    cases = f" {name_cases(done.cases).capitalize()}." if done.cases else ""
    return f"{how} of {when}: {', '.join(parts)}.{cases}"
