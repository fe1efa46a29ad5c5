"""Options that select cases: numbers, every case at a step, or a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from voicenote.cli.terminal.session import Session
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.workspace import Workspace
    from voicenote.model.case import Stage

F = TypeVar("F", bound=Callable[..., Any])

#: The largest case number that a database can hold.
LAST_CASE = 2**31 - 1
CASE = click.IntRange(1, LAST_CASE)
case_argument = click.argument("number", type=CASE, metavar="N")
fill_in_option = click.option(
    "--fill-in", is_flag=True, help="Use a synthetic voice for what you have not recorded."
)


def case_number(digits: str) -> int:
    """Return the number in `digits` (decimal). Raises WrongUse when no case can have it."""
    if len(digits) > len(str(LAST_CASE)) or not 1 <= int(digits) <= LAST_CASE:
        shown = digits if len(digits) <= 20 else f"{digits[:20]}…"
        raise WrongUse(f"{shown} isn't a case number", "see: voicenote cases")
    return int(digits)


def given_reason(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Return the given reason, trimmed, or "". Refuses a reason that is blank."""
    source = context.get_parameter_source(parameter.name or "")
    if not value.strip() and source is ParameterSource.COMMANDLINE:
        raise click.BadParameter("the reason is empty; say in a few words why it is right")
    return value.strip()


def cases_options(command: F) -> F:
    """Add ``N…``, ``--all`` and ``--batch NAME`` to a command; `select_cases` reads them."""
    command = click.option("--batch", metavar="NAME", help="All cases of an import.")(command)
    command = click.option(
        "--all", "everything", is_flag=True, help="All cases that are at this step."
    )(command)
    return click.argument("numbers", nargs=-1, type=CASE, metavar="[N]...")(command)


def in_touch(
    session: Session,
    ws: Workspace,
    numbers: Sequence[int],
    everything: bool,  # noqa: FBT001 - as click passes it
    batch: str | None,
    stages: Sequence[Stage],
) -> list[int]:
    """Return the cases of `select_cases`, without opted-out customers unless they were named."""
    from voicenote.engine.case.selection import find_opted_out, select_cases

    meant = select_cases(ws, numbers, everything=everything, batch=batch, stages=stages)
    gone = [] if numbers else find_opted_out(ws, meant)
    if gone:
        shown = ", ".join(map(str, gone[:10])) + (" …" if len(gone) > 10 else "")
        session.screen.note(
            f"{len(gone)} left out, because the customers have opted out: "
            f"case{'s' * (len(gone) > 1)} {shown}"
        )
    return [number for number in meant if number not in set(gone)]
