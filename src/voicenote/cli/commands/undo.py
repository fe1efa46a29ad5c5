"""`undo`: take back what the last command changed, or a run decided by a wrong clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicenote.cli.terminal.batch_report import name_cases
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from voicenote.engine.case.clock_undo import Undone
    from voicenote.engine.run.match_undo import UndoneMatch


@command()
def undo(session: Session, /) -> int:
    """Take back what the last command changed, or what the last run did by a wrong clock.

    `edit`, `withdraw`, `merge` and `close` are taken back where nothing has been sent since; it
    says what that was. Repeat it to take back the one before.

    Otherwise it takes back what the last run skipped, broke or closed by the clock.

    If you have said since whose a message is (`receive --match`), that is taken back first, unless
    it opted somebody out or something has followed.

    Cases stay as they are if a message has been sent since or somebody has changed them. Repeat it
    to take back the run before. Exit code 1 when something stays as it is.

    With --json: {"at", "messages", "promises", "closed", "moved", "cases", "kept"}; for a message
    {"message", "case", "customer", "messages", "held"}; for a command {"undone", "case",
    "customer", "other", "fields", "messages", "notes"}.
    """
    from voicenote.engine.case.clock_undo import undo as undo_
    from voicenote.engine.case.undo_mending import describe, describe_last, undo_mending
    from voicenote.engine.run.match_undo import undo_match
    from voicenote.errors import RuleSaysNo

    screen = session.screen
    with session.open() as ws:
        if (mended := undo_mending(ws)) is not None:
            screen.show(mended, lambda: describe(mended))
            if not session.json:
                screen.warn(*mended.notes)
            return 0
        if (back := undo_match(ws)) is not None:
            screen.show(back, lambda: _describe_match(back))
            return 0
        try:
            done = undo_(ws)
        except RuleSaysNo as nothing:
            what, advice = describe_last(ws)
            raise (RuleSaysNo(f"nothing to undo: {what}", advice) if what else nothing) from None
    if session.json:
        screen.data(done)
    else:
        screen.out(_describe_undone(done))
        screen.warn(*(f"case {case} stays as it is: {why}" for case, why in done.kept))
        if done.cases:
            screen.note("The next run decides again; check first that the clock is right.")
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
