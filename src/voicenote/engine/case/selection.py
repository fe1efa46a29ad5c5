"""Selection of cases and promises: by numbers, import or condition, or all at a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicenote.errors import WrongUse
from voicenote.ledger.store import Transaction

if TYPE_CHECKING:  # every list of cases reads this module
    from voicenote.engine.workspace import Workspace
    from voicenote.model.case import Stage
    from voicenote.model.promise import AmendsState


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
    where: str = "",
    stages: Sequence[Stage],
) -> list[int]:
    """Return the numbers of the selected cases, in order.

    With `numbers`, just those; with a batch, its cases at one of `stages`; with `everything`, all
    cases at one of `stages`; with `where`, those of them that meet the condition, which may name
    other stages. Raises WrongUse for none of these, or for numbers and another.
    """
    from voicenote.ledger.case_store import numbers_of

    _need_one_way(numbers, everything=everything, batch=batch, where=where)
    if numbers:
        return list(dict.fromkeys(numbers))
    with ws.ledger.read() as tx:
        need_batch(tx, batch)
        if not where:
            return numbers_of(tx, batch=batch, stages=stages)
        from voicenote.intake.where import RowFilter
        from voicenote.ledger.case_fields import FIELDS, describe_cases

        asked = RowFilter(where, FIELDS, {}, "field")
        stages = () if "stage" in asked.columns else stages
        found = describe_cases(tx, ws.owner_hours.zone, batch=batch, stages=stages)
    return [one.case for one in found if asked.takes(one.fields)]


def select_promises(
    ws: Workspace,
    names: Sequence[tuple[int, int]],
    *,
    everything: bool,
    batch: str | None,
    where: str = "",
    states: Sequence[AmendsState],
) -> list[tuple[int, int]]:
    """Return the selected promises as (case, k), in order; arguments are as in `select_cases`.

    A name without a k (0) means all promises of its case that are in one of `states`.
    """
    from voicenote.intake.where import RowFilter
    from voicenote.ledger.case_fields import PROMISE_FIELDS, describe_promises
    from voicenote.model.promise import AmendsState

    _need_one_way(names, everything=everything, batch=batch, where=where)
    if names and all(k for _, k in names):
        return list(dict.fromkeys(names))
    with ws.ledger.read() as tx:
        need_batch(tx, batch)
        asked = RowFilter(where, PROMISE_FIELDS, {}, "field") if where else None
        other = asked is not None and "state" in asked.columns
        wanted = [*AmendsState] if other else states
        found = describe_promises(tx, ws.owner_hours.zone, batch=batch, states=wanted)
    if not names:
        return [(one.case, one.k) for one in found if not asked or asked.takes(one.fields)]
    chosen: list[tuple[int, int]] = []
    for case, k in names:
        mine = [(case, k)] if k else [(one.case, one.k) for one in found if one.case == case]
        if not mine:
            what = f"no promise of case {case} is at this step"
            raise WrongUse(what, f"see: voicenote show {case}")
        chosen += mine
    return list(dict.fromkeys(chosen))


def _need_one_way(
    named: Sequence[object], *, everything: bool, batch: str | None, where: str
) -> None:
    if bool(named) == bool(everything or batch is not None or where):
        raise WrongUse("say which cases", "numbers, or --all, --batch NAME or --where CONDITION")


def index_refs(ws: Workspace, refs: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Return the cases that have each of these refs, as (number, source), by ref."""
    from voicenote.ledger.case_fields import find_refs

    with ws.ledger.read() as tx:
        return find_refs(tx, refs)


def index_promises(ws: Workspace) -> dict[int, list[int]]:
    """Return the promises of open cases that nobody has waived: their k, by case."""
    from voicenote.ledger.case_fields import describe_promises
    from voicenote.model.promise import AmendsState

    states = [one for one in AmendsState if one is not AmendsState.WAIVED]
    with ws.ledger.read() as tx:
        owed = describe_promises(tx, ws.owner_hours.zone, batch=None, states=states)
    found: dict[int, list[int]] = {}
    for one in owed:
        found.setdefault(one.case, []).append(one.k)
    return found


def find_opted_out(ws: Workspace, numbers: Sequence[int]) -> list[int]:
    """Return those of some cases whose customer has opted out, in order."""
    from voicenote.ledger.optouts import find_gone

    with ws.ledger.read() as tx:
        gone = find_gone(tx, numbers)
    return [number for number in numbers if number in gone]
