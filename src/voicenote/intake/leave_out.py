"""Leave out records that need no answer: closed tickets, spam, the team's replies, praise."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from voicenote.intake.mapping import fold_header

_RATED = "rated"
_PRAISE = "praise"
#: Columns whose marks are always of ten.
_OF_TEN = ("nps", "nps score")
#: A mark, and the best possible one if the cell says it: "4", "5.0", "5/10", "9 out of 10".
_MARK = re.compile(r"(\d{1,3})(?:\.0)?(?:\s?(?:/|of|out of)\s?(\d{1,3}))?", re.IGNORECASE)


@cache
def _rules() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Return reason → (columns, values)."""
    text = resources.files("voicenote.intake").joinpath("leave_out.toml").read_text("utf-8")
    return {
        reason: (frozenset(map(fold_header, rule["columns"])), frozenset(rule["values"]))
        for reason, rule in tomllib.loads(text).items()
    }


class Sieve:
    """Finds the records of one table that need no answer; `chosen` columns don't count.

    `every` returns all rows: the best mark of a column is known only after the last one.
    Freshdesk's statuses are numbers: 4 is resolved, 5 closed.
    """

    def __init__(
        self,
        headers: Sequence[str],
        every: Callable[[], Iterable[Mapping[str, str]]],
        *,
        source: str = "",
        chosen: Collection[str] = (),
    ) -> None:
        numbers = {"4", "5"} if source == "freshdesk" else set()
        open_columns = {name: fold_header(name) for name in headers if name not in chosen}
        self._told = [
            (header, values | numbers if folded == "status" else values, reason)
            for reason, (columns, values) in _rules().items()
            for header, folded in open_columns.items()
            if folded in columns and reason != _RATED
        ]
        rated = {
            header: 10 if folded in _OF_TEN else 0
            for header, folded in open_columns.items()
            if folded in _rules()[_RATED][0]
        }
        self._rated = _find_scales(rated, every()) if rated else {}

    def reason(self, values: Mapping[str, str]) -> str:
        """Return why a record is left out, such as "closed"; "" when it is a complaint."""
        for column, words, reason in self._told:
            if (cell := values.get(column)) and cell.strip().casefold() in words:
                return reason
        for column, scale in self._rated.items():
            if _is_praise(values.get(column, ""), scale):
                return _PRAISE
        return ""


def _find_scales(
    columns: Mapping[str, int], rows: Iterable[Mapping[str, str]]
) -> Mapping[str, int]:
    """Return the best possible mark of each column by the highest in all rows; 0 when unclear.

    `columns` gives it where it is known.
    """
    highest = dict.fromkeys(columns, 0)
    unclear = set()
    for row in rows:
        for column in highest:
            cell = row.get(column, "").strip()
            found = _MARK.fullmatch(cell)
            if found and not found[2]:
                highest[column] = max(highest[column], int(found[1]))
            elif cell and not found:
                unclear.add(column)
    return {
        column: known or (0 if column in unclear or top > 10 else 10 if top > 5 else 5)
        for (column, known), top in zip(columns.items(), highest.values(), strict=True)
    }


def _is_praise(cell: str, scale: int) -> bool:
    """Return whether a mark is praise: five of five, nine and ten of ten."""
    found = _MARK.fullmatch(cell.strip())
    if found is None:
        return False
    mark, best = int(found[1]), int(found[2] or scale)
    return (best == 5 and mark == 5) or (best == 10 and mark in (9, 10))
