"""`batch`: the cases of an import together: list, show, hold, resume."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.batch_report import tell_failed
from voicenote.cli.terminal.session import CommandGroup, Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from voicenote.engine.case.batches import BatchView
    from voicenote.engine.singly import Failed

name_argument = click.argument("name", metavar="NAME")


@click.group(cls=CommandGroup, invoke_without_command=True, instead="voicenote batch show {}")
@click.pass_context
def batch(context: click.Context) -> None:
    """List the batches: each import names its own. Hold one, and let it go on."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command("list", group=batch)
def list_(session: Session, /) -> None:
    """List the batches, the newest first.

    With --json: a list of {"batch", "added_at", "cases", "stages": {stage: how many}, "waiting",
    "held", "on_hold"}; "waiting" and "held" count messages.
    """
    from voicenote.engine.case.batches import list_batches

    with session.open() as ws:
        views, zone = list_batches(ws), ws.owner_hours.zone
    session.screen.rows(
        views,
        ("batch", "added", "cases", "at which step", "messages"),
        [
            (
                view.batch,
                view.added_at.astimezone(zone).date().isoformat(),
                view.cases,
                _stages(view),
                _messages(view),
            )
            for view in views
        ],
        "No batches yet. To import one: voicenote import FILE",
    )


@command(group=batch)
@name_argument
def show(session: Session, /, *, name: str) -> None:
    """Show how far a batch is, and what to do next. Its cases: voicenote cases --batch NAME.

    With --json: one object as in the list.
    """
    from voicenote.engine.case.batches import list_batches

    with session.open() as ws:
        (view,) = list_batches(ws, name)
        zone = ws.owner_hours.zone
    added = view.added_at.astimezone(zone).date()
    lines = [
        f"{name}: {count_of(view.cases, 'case')}, added {added}.",
        f"  {_stages(view)}",
        f"  {_messages(view) or 'no messages wait'}",
        *_next_steps(view),
    ]
    session.screen.show(view, lambda: "\n".join(lines))


@command(group=batch)
@name_argument
def hold(session: Session, /, *, name: str) -> int:
    """Send nothing of a batch until it is resumed, also of what is approved from now on.

    With --json: {"batch", "on_hold", "messages"}.
    """
    from voicenote.engine.case.batches import hold_batch

    with session.open() as ws:
        found = list(session.screen.progress(hold_batch(ws, name), "Holding"))
    return _report(session, name, found, on_hold=True)


@command(group=batch)
@name_argument
def resume(session: Session, /, *, name: str) -> int:
    """Let a batch go on; what became due meanwhile goes out one a day for each customer.

    What is held for another reason stays held. With --json: {"batch", "on_hold", "messages"}.
    """
    from voicenote.engine.case.batches import resume_batch

    with session.open() as ws:
        found = list(session.screen.progress(resume_batch(ws, name), "Letting go"))
    return _report(session, name, found, on_hold=False)


def _report(
    session: Session, name: str, found: Sequence[tuple[int, int] | Failed], *, on_hold: bool
) -> int:
    failed = [one for one in found if not isinstance(one, tuple)]
    messages = sum(one[1] for one in found if isinstance(one, tuple))
    tell_failed(session, failed)
    held = (
        f"{name} is on hold: {count_of(messages, 'message was', 'messages were')} waiting, and "
        f"nothing of it is sent before: voicenote batch resume {name!r}"
    )
    freed = f"{name} goes on: {count_of(messages, 'message waits', 'messages wait')} again."
    data = {"batch": name, "on_hold": on_hold, "messages": messages}
    session.screen.show(data, lambda: held if on_hold else freed)
    return 1 if failed else 0


def _stages(view: BatchView) -> str:
    return ", ".join(f"{count} {stage}" for stage, count in view.stages.items())


def _messages(view: BatchView) -> str:
    counts = ((view.waiting, "to send"), (view.held, "held"))
    parts = [f"{count} {what}" for count, what in counts if count]
    return ", ".join([*parts, *(["ON HOLD"] if view.on_hold else [])])


def _next_steps(view: BatchView) -> Iterator[str]:
    """Yield the commands that bring a batch further."""
    steps = {"opened": "script", "scripted": "render", "rendered": "approve"}
    for stage, step in steps.items():
        if stage in view.stages:
            yield f"Next: voicenote {step} --batch {view.batch!r}"
    if view.on_hold:
        yield f"To let it go on: voicenote batch resume {view.batch!r}"
