"""The report on an import: late promises, updates to known customers, and conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicenote.cli.terminal.batch_report import name_cases

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
    if taken.gone:
        lines.append(
            f"{name_cases(taken.gone, SHOWN)}: they have opted out, so nothing will be sent to "
            "them (voicenote opt-out)"
        )
    updated = [
        f"case {case}: {_news(one)}" + f" (was {one.was})" * bool(one.was)
        for case, one in taken.news
        if not one.kept
    ]
    conflicts = [
        f"case {case}: the file says {_news(one)}; {one.was} was kept: {one.kept}"
        for case, one in taken.news
        if one.kept
    ]
    for name, found in (("Updated from the file", updated), ("Conflict", conflicts)):
        lines += [f"{name}: {one}" for one in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"{name}: and {len(found) - SHOWN} more")
    if taken.reworded:
        lines.append(
            f"{name_cases(taken.reworded, SHOWN)}: the complaint is worded differently now; kept "
            "as it was"
        )
    return lines


def _news(one: News) -> str:
    return f"the {one.field.replace('_', ' ')} of {one.name} is {one.now}"
