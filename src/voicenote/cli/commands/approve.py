"""`approve`: approve memos for sending, after listening to some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.batch_report import list_some, name_cases, report_cases
from voicenote.cli.terminal.case_options import (
    SAY_WHY,
    Selection,
    cases_options,
    is_reason,
    reason_option,
)
from voicenote.cli.terminal.memo_review import show_memo
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.approval import Approved
    from voicenote.engine.singly import Failed
    from voicenote.engine.workspace import Workspace


@command()
@cases_options
@click.option(
    "--sample",
    type=click.IntRange(1, 50),
    metavar="K",
    help="Listen to K of them first, picked at random.",
)
@reason_option(
    "--anyway", "Approve it even though a rule or the check says no; the reason is recorded."
)
@click.option("--yes", is_flag=True, help="Don't ask at a terminal.")
def approve(
    session: Session, /, *, selection: Selection, sample: int | None, anyway: str, yes: bool
) -> int:
    """Approve scripts with their memos, and schedule the messages that follow.

    A memo is not approved when the check finds an error in it, when it is out of date, or when it
    promises more money than the rules allow, unless --anyway says why: for one case, you are shown
    what is wrong and asked at a terminal; of many, those are listed. A second apology with nothing
    new in it is never approved.

    With --sample K you hear K of them. At a terminal you are asked before all of --all, --batch or
    --where are approved.

    With --json: a list of {"case", "plan", "messages": [{"kind", "due_at", "channel"}], "notes"},
    or {"case", "error"} where it did not work.
    """
    from voicenote.model.case import Stage

    if sample and not (yes or session.screen.interactive):
        raise WrongUse("a sample needs somebody to listen", "run it at a terminal, or add --yes")
    with session.open(whole=True) as ws:
        meant = selection.find_in_touch(session, ws, Stage.RENDERED)
        if sample and meant and not _heard(session, ws, meant, sample, yes=yes):
            session.screen.note("Nothing was approved.")
            return 1
        asks = session.screen.interactive and not (yes or sample or selection.numbers)
        if asks and meant and not _may_approve(session, meant):
            session.screen.note("Nothing was approved. To hear some first: --sample 3")
            return 1
        if session.screen.interactive and not (yes or _is_right_anyway(session, ws, meant)):
            session.screen.note("Nothing was approved.")
            return 1
        return _release_all(session, ws, meant, anyway, ask=not yes)


def _is_right_anyway(session: Session, ws: Workspace, numbers: Sequence[int]) -> bool:
    """Show which names, sums and days are misheard, and ask; true where there are none.

    What is said in another spelling, and heard right so, needs no question.
    """
    from voicenote.engine.memo.listening import misheard_in

    lines = misheard_in(ws, numbers, unsolved=True)
    if not lines:
        return True
    session.screen.warn(*list_some(lines))
    return session.screen.confirm("Approve it as it is?", default=False)


def _heard(
    session: Session, ws: Workspace, numbers: Sequence[int], count: int, *, yes: bool
) -> bool:
    """Play or show some memos to the owner; return whether all are approved."""
    from voicenote.engine.memo.listening import memo_file, sample

    screen = session.screen
    for number in sample(ws, numbers, count):
        if screen.interactive:
            show_memo(session, ws, number)
        else:
            file, seconds = memo_file(ws, number)
            screen.note(f"Case {number}, {seconds:.0f} s: {file}")
    memos = "this memo" if len(numbers) == 1 else f"all {len(numbers)} memos"
    return yes or screen.confirm(f"Approve {memos}?", default=False)


def _may_approve(session: Session, numbers: Sequence[int]) -> bool:
    """Say which memos are meant, and ask whether they may be sent."""
    which = f"{count_of(len(numbers), 'memo')} ({name_cases(numbers)})"
    return session.screen.confirm(f"Approve {which} for sending?", default=False)


def _release_all(
    session: Session, ws: Workspace, numbers: Sequence[int], anyway: str, *, ask: bool
) -> int:
    from voicenote.engine.case.approval import approve_cases
    from voicenote.engine.case.duplicates import told_apart
    from voicenote.engine.case.plan_view import unreached_of
    from voicenote.engine.singly import parted, singly

    work = singly(lambda chunk: approve_cases(ws, told_apart(ws, chunk), anyway=anyway), numbers)
    done, failed = parted(session.screen.progress(work, "Approving", len(numbers)))
    if ask and not anyway and len(numbers) == 1 and failed and _may_be_excused(session, failed[0]):
        session.screen.warn(failed[0].error.what)
        if reason := _ask_reason(session):
            return _release_all(session, ws, numbers, reason, ask=False)

    def tell() -> None:
        session.screen.warn(*dict.fromkeys(note for one in done for note in one.notes))
        session.screen.warn(*map("; ".join, unreached_of(ws, done)))
        if len(numbers) == 1:
            session.screen.out(f"Case {done[0].case} is approved. {_when(ws, done)}")
        elif done:
            session.screen.out(f"{len(done)} approved. {_when(ws, done)}".rstrip())
        elif not failed:
            session.screen.note("Nothing waits for approval. To make sound: voicenote render")

    return report_cases(session, numbers, done, failed, _approved_data, tell)


def _ask_reason(session: Session) -> str:
    """Return why a refused memo is right all the same; "" when it is left."""
    while True:
        reason = session.screen.ask("Why is it right all the same? (Enter leaves it)")
        if not reason or is_reason(reason):
            return reason
        session.screen.warn(f"“{reason}” gives no reason, and it is kept: {SAY_WHY}.")


def _may_be_excused(session: Session, failed: Failed) -> bool:
    """Return whether somebody is there to say why what a rule refuses is right."""
    return session.screen.interactive and "--anyway" in failed.error.advice


def _approved_data(one: Approved) -> dict[str, Any]:
    messages = [
        {
            "message": touch.number,
            "kind": touch.kind.value,
            "due_at": touch.due_at,
            "state": touch.state.value,
            "channel": touch.channel,
        }
        for touch in one.touches
    ]
    return {"case": one.case, "plan": one.plan, "messages": messages, "notes": list(one.notes)}


def _when(ws: Workspace, done: Sequence[Approved]) -> str:
    """Return when the first of them is sent, in its customer's time, as text."""
    from voicenote.engine.case.plan_view import first_leaving
    from voicenote.model.touch import TouchState

    found = first_leaving(ws, done)
    if found is None and len(done) == 1:
        waits = any(touch.state is TouchState.HELD for touch in done[0].touches)
        return "It waits." if waits else "Nothing in its plan is left to send."
    if found is None:
        return ""
    who = "It" if len(done) == 1 else "The first"
    return (
        f"{who} goes out {found.due_at:%a %Y-%m-%d %H:%M} ({found.due_at.tzinfo}) "
        f"by {found.channel}, with the next voicenote run after that."
    )
