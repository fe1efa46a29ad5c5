"""Case selection for commands: by numbers, by import, or every case at a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicenote.errors import WrongUse
from voicenote.ledger.store import Transaction

if TYPE_CHECKING:  # every list of cases reads this module
    from voicenote.engine.workspace import Workspace
    from voicenote.model.case import Stage


def need_batch(tx: Transaction, batch: str | None) -> None:
    """Raise WrongUse for the name of an import that doesn't exist."""
    if batch is None:
        return
    from voicenote.ledger.case_reports import batches

    if batch not in (known := batches(tx)):
        raise WrongUse(f"there is no batch {batch!r}", f"known: {', '.join(known) or 'none'}")


def select_cases(
    ws: Workspace,
    numbers: Sequence[int],
    *,
    everything: bool,
    batch: str | None,
    stages: Sequence[Stage],
) -> list[int]:
    """Return the numbers of the selected cases, in order.

    With `numbers`, just those; with a batch, its cases at one of `stages`; with `everything`, all
    cases at one of `stages`. Raises WrongUse for none of these, or for numbers and another.
    """
    from voicenote.ledger.case_store import numbers_of

    if sum((bool(numbers), everything and batch is None, batch is not None)) != 1:
        raise WrongUse("say which cases", "numbers, or --all, or --batch NAME")
    if numbers:
        return list(dict.fromkeys(numbers))
    with ws.ledger.read() as tx:
        need_batch(tx, batch)
        return numbers_of(tx, batch=batch, stages=stages)


def find_opted_out(ws: Workspace, numbers: Sequence[int]) -> list[int]:
    """Return those of some cases whose customer has opted out, in order."""
    from voicenote.ledger.optouts import find_gone

    with ws.ledger.read() as tx:
        gone = find_gone(tx, numbers)
    return [number for number in numbers if number in gone]
