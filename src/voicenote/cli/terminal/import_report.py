"""The report on an import: late promises, updates to known customers, and conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voicenote.engine.case.new_cases import Taken
    from voicenote.ledger.customers import News

#: How many lines of a kind are shown.
SHOWN = 20


def overdue(count: int) -> str:
    """Return a line on how many imported promises are already overdue."""
    one = count == 1
    return (
        f"{count} promise{'' if one else 's'} {'was' if one else 'were'} due on a day that has "
        f"passed, and {'is' if one else 'are'} already overdue: voicenote next"
    )


def describe_known(taken: Taken) -> list[str]:
    """Return a line for everything the owner should know about customers known before."""
    lines = []
    newer = [
        f"case {case}: {_news(one)}" + f" (was {one.was})" * bool(one.was)
        for case, one in taken.news
        if not one.kept
    ]
    kept = [
        f"case {case}: the file says {_news(one)}; {one.was} was kept: {one.kept}"
        for case, one in taken.news
        if one.kept
    ]
    if taken.gone:
        lines.append(
            f"{_cases(taken.gone)}: they have opted out, so nothing will be sent to them "
            "(voicenote opt-out)"
        )
    for name, found in (("Updated from the file", newer), ("Conflict", kept)):
        lines += [f"{name}: {one}" for one in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"{name}: and {len(found) - SHOWN} more")
    if taken.reworded:
        lines.append(
            f"{_cases(taken.reworded)}: the complaint is worded differently now; kept as it was"
        )
    return lines


def _cases(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    listed = ", ".join(map(str, numbers[:SHOWN]))
    return f"case{'s' * (len(numbers) > 1)} {listed}{more}"


def _news(one: News) -> str:
    return f"the {one.field.replace('_', ' ')} of {one.name} is {one.now}"
