"""`undo`: take back what the last command changed, or a run decided by a wrong clock."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.batch_report import NAMED, name_cases
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from voicenote.engine.case.clock_undo import Undone
    from voicenote.engine.case.undo_command import LastCommand
    from voicenote.engine.run.match_undo import UndoneMatch
    from voicenote.engine.workspace import Workspace


@command()
@click.option("--yes", is_flag=True, help="Don't ask at a terminal.")
def undo(session: Session, /, *, yes: bool) -> int:
    """Take back what the last command changed, or what the last run did by a wrong clock.

    Any command that changes cases is taken back, for all its cases: `approve --all`, too. A case
    stays as it is when a message of it has been sent since, or something has come in. Repeat it
    to take back the command before, up to the last 20. At a terminal you are asked first. An
    import isn't taken back: withdraw its cases.

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

    screen = session.screen
    with session.open() as ws:
        if (last := find_last(ws)) is not None:
            return _undo_command(session, ws, last, ask=screen.interactive and not yes)
        if (back := undo_match(ws)) is not None:
            screen.show(back, lambda: _describe_match(back))
            return 0
        try:
            done = undo_(ws)
        except RuleSaysNo as nothing:
            raise (RuleSaysNo(*other) if (other := describe_other(ws)) else nothing) from None
    if session.json:
        screen.data(done)
    else:
        screen.out(_describe_undone(done))
        screen.warn(*(f"case {case} stays as it is: {why}" for case, why in done.kept))
        if done.cases:
            screen.note("The next run decides again; check first that the clock is right.")
    return 1 if done.kept else 0


def _undo_command(session: Session, ws: Workspace, last: LastCommand, *, ask: bool) -> int:
    """Say what the last command was, ask, and take it back."""
    from voicenote.engine.case.undo_command import describe, undo_last

    screen = session.screen
    of = f" ({name_cases(last.cases)})" if last.cases else ""
    if ask:
        screen.note(f"The last command: {describe(last)}{of}.")
        screen.warn(*(f"case {case} stays as it is: {why}" for case, why in last.kept[:NAMED]))
        if not screen.confirm("Take it back?", default=False):
            screen.note("Nothing was changed.")
            return 1
    done = undo_last(ws, last.number) or last
    if session.json:
        data = asdict(done)
        del data["number"]
        screen.data(data)
    else:
        screen.out(f"Taken back: {describe(done)}{of}.")
        screen.warn(*(f"case {case} stays as it is: {why}" for case, why in done.kept[:NAMED]))
    return 1 if done.kept else 0


def _describe_match(back: UndoneMatch) -> str:
    what = f"Message {back.message} fits no case again; it was {back.customer}'s answer"
    due = f"; {count_of(back.messages, 'message')} due again" * bool(back.messages)
    held = f", {back.held} held until you have looked at it" * bool(back.held)
    return f"{what} (case {back.case}){due}{held}."


def _describe_undone(done: Undone) -> str:
    counts = (
        (done.messages, "message", "skipped"),
        (done.promises, "promise", "broken"),
        (done.closed, "case", "closed"),
        (done.moved, "message", "put off"),
    )
    parts = [f"{count_of(n, what)} {became}" for n, what, became in counts if n]
    when = f"the run at {done.at:%Y-%m-%d %H:%M} UTC" if done.at else "a clock that was ahead"
    if not parts:
        return f"Nothing of {when} could be taken back."
    if not done.cases:
        return f"Taken back of {when}: {', '.join(parts)}."
    return f"Taken back of {when}: {', '.join(parts)}. {name_cases(done.cases).capitalize()}."
