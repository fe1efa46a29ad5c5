"""Which cases a command is about: numbers, every case at a step, or a batch. And the workspace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from voicenote.cli.terminal.session import Session
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.workspace import Workspace
    from voicenote.ledger.store import Transaction
    from voicenote.model.case import Stage

F = TypeVar("F", bound=Callable[..., Any])

#: What a database holds as the number of a case, at most.
LAST_CASE = 2**31 - 1
CASE = click.IntRange(1, LAST_CASE)
case_argument = click.argument("number", type=CASE, metavar="N")
fill_in_option = click.option(
    "--fill-in", is_flag=True, help="Let a synthetic voice say what you have not recorded."
)


def case_number(digits: str) -> int:
    """Return the number in `digits` (decimal ones). Raises WrongUse where no case can have it."""
    if len(digits) > len(str(LAST_CASE)) or not 1 <= int(digits) <= LAST_CASE:
        shown = digits if len(digits) <= 20 else f"{digits[:20]}…"
        raise WrongUse(f"there can be no case {shown}", "voicenote cases shows the numbers")
    return int(digits)


def given_reason(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Return the reason that was given, trimmed; "" for none. Refuses one that says nothing."""
    source = context.get_parameter_source(parameter.name or "")
    if not value.strip() and source is ParameterSource.COMMANDLINE:
        raise click.BadParameter("this reason is empty; say in a few words why it is right")
    return value.strip()


def cases_options(command: F) -> F:
    """Give a command ``N…``, ``--all`` and ``--batch NAME``; `choose_cases` reads them."""
    command = click.option("--batch", metavar="NAME", help="Every case of an import.")(command)
    command = click.option(
        "--all", "everything", is_flag=True, help="Every case that is at this step."
    )(command)
    return click.argument("numbers", nargs=-1, type=CASE, metavar="[N]...")(command)


def need_batch(tx: Transaction, batch: str | None) -> None:
    """Raise WrongUse when an import is named and there is none of that name."""
    from voicenote.ledger.case_reports import batches

    if batch is not None and batch not in (known := batches(tx)):
        raise WrongUse(f"there is no batch {batch!r}", f"known: {', '.join(known) or 'none'}")


def in_touch(
    session: Session,
    ws: Workspace,
    numbers: Sequence[int],
    everything: bool,  # noqa: FBT001 - as click hands it over
    batch: str | None,
    stages: Sequence[Stage],
) -> list[int]:
    """Return the same as `choose_cases`, without those who opted out where they were not named."""
    from voicenote.ledger.case_store import load
    from voicenote.ledger.optouts import opted_out

    meant = choose_cases(ws, numbers, everything, batch, stages)
    if numbers or not meant:
        return meant
    with ws.ledger.read() as tx:
        known = load(tx, meant)
        gone = [n for n, out in zip(known, opted_out(tx, list(known.values())), strict=True) if out]
    if gone:
        shown = ", ".join(map(str, gone[:10])) + (" …" if len(gone) > 10 else "")
        session.screen.note(
            f"{len(gone)} left out, because they have opted out; nothing will leave: case"
            f"{'s' * (len(gone) > 1)} {shown}"
        )
    return [number for number in meant if number not in set(gone)]


def choose_cases(
    ws: Workspace,
    numbers: Sequence[int],
    everything: bool,  # noqa: FBT001 - as click hands it over
    batch: str | None,
    stages: Sequence[Stage],
) -> list[int]:
    """Return the numbers of the cases that are meant, in order.

    With numbers, just those; with a batch, its cases at one of `stages`; with ``--all``, every case
    there. Raises WrongUse for none of these, or for two of them.
    """
    from voicenote.ledger.case_store import numbers_of

    if sum((bool(numbers), everything and batch is None, batch is not None)) != 1:
        raise WrongUse("say which cases", "numbers, or --all, or --batch NAME")
    if numbers:
        return list(dict.fromkeys(numbers))
    with ws.ledger.read() as tx:
        need_batch(tx, batch)
        return numbers_of(tx, batch=batch, stages=stages)
