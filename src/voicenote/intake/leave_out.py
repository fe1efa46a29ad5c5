"""Leave out records that need no answer: closed tickets, spam, the team's replies, praise."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from voicenote.intake.mapping import fold_header

_RATED = "rated"
_PRAISE = "praise"


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

    Freshdesk's statuses are numbers: 4 is resolved, 5 closed.
    """

    def __init__(
        self,
        headers: Sequence[str],
        sample: Iterable[Mapping[str, str]],
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
        self._rated = [
            (header, best)
            for header, folded in open_columns.items()
            if folded in _rules()[_RATED][0]
            if (best := _best_marks(row.get(header, "") for row in sample))
        ]

    def reason(self, values: Mapping[str, str]) -> str:
        """Return why a record is left out, such as "closed"; "" when it is a complaint."""
        for column, words, reason in self._told:
            if (cell := values.get(column)) and cell.strip().casefold() in words:
                return reason
        for column, best in self._rated:
            if values.get(column, "").strip() in best:
                return _PRAISE
        return ""


def _best_marks(cells: Iterable[str]) -> frozenset[str]:
    """Return the marks that are praise in a column, by the highest in it; none when unclear."""
    marks = {cell.strip().removesuffix(".0") for cell in cells} - {""}
    numbers = {int(mark) for mark in marks if mark.isdecimal() and len(mark) < 4}
    highest = max(numbers, default=0)
    if len(numbers) < len(marks) or highest > 10:
        return frozenset()
    best = ("9", "10") if highest > 5 else ("5",)
    return frozenset(mark + end for mark in best for end in ("", ".0"))
