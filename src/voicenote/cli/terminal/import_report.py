"""The report on an import: late promises, updates to known customers, and conflicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voicenote.cli.terminal.batch_report import name_cases
from voicenote.counting import count_of
from voicenote.errors import Problem

if TYPE_CHECKING:
    from voicenote.engine.case.new_cases import Taken
    from voicenote.intake.file_sets import Part
    from voicenote.ledger.customers import News

#: The fields of the owner's own words, which aren't the customer's.
OWN_WORDS = ("said_back", "our_fault", "meant", "deed", "failure")
#: How many lines of a kind are shown.
SHOWN = 20


def overdue(count: int) -> str:
    """Return a line on how many imported promises are already overdue."""
    one = count == 1
    return (
        f"{count_of(count, 'promise was', 'promises were')} due on a day that has "
        f"passed, and {'is' if one else 'are'} already overdue: voicenote next"
    )


def read_orders(parts: Sequence[Part]) -> dict[str, str]:
    """Return the order of day and month of each field with dates that could be two days."""
    found = [(name, one) for part in parts for name, one in part.orders.items()]
    return {name: one.order for name, one in found if one.doubtful and one.order}


def describe_dates(parts: Sequence[Part]) -> list[str]:
    """Return how dates were read that could be two days, and by what that is known."""
    lines = []
    for part in parts:
        for name, one in part.orders.items():
            if not (one.doubtful and one.order):
                continue
            column = " + ".join(part.mapping.get(name, (name,)))
            first = "the day" if one.order == "DMY" else "the month"
            shown = f"as {one.shown_by} shows" if one.shown_by else "as is usual where you are"
            cure = "; if that is wrong, write them as 2026-12-04"
            cure += " or add --day-first" if one.order == "MDY" else ""
            lines.append(
                f"Dates in {column!r}, such as {one.doubtful}, are read with {first} first, "
                f"{shown}{cure}."
            )
    return lines


def describe_reason(problem: Problem) -> str:
    """Return a problem without what only one record has, so that equal ones can be counted."""
    what = problem.what.partition(": ")[0]
    return f"{problem.field} {re.sub(r'[0-9][0-9,]*', 'N', what)}".strip()


def describe_counts(result: Mapping[str, Any]) -> list[str]:
    """Return the lines on what was rejected, left out, and added without a field."""
    lines = []
    for name, key in (("Rejected", "reasons"), ("Left out", "left_out")):
        counts = [f"{count} {reason}" for reason, count in result[key].items()]
        if key == "left_out" and counts:
            counts[-1] += " (--keep-all takes all but what --where leaves out)"
        if key == "left_out" or result["rejected"] > 1:
            lines += [f"{name}: {'; '.join(counts[:SHOWN])}."] if counts else []
    if result["unread"]:
        lines.append(f"Added without a field that couldn't be read: {result['unread']}.")
    return lines


def describe_known(taken: Taken, *, dry_run: bool = False) -> list[str]:
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
    update = "Would be updated from the file" if dry_run else "Updated from the file"
    for name, found in ((update, updated), ("Conflict", conflicts)):
        lines += [f"{name}: {one}" for one in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"{name}: and {len(found) - SHOWN} more")
    lines += [
        f"case {case} tells the same story of the same person as case {other}: held until you look "
        f"at both (voicenote show {case})"
        for case, other in taken.doubles[:SHOWN]
    ]
    if len(taken.doubles) > SHOWN:
        lines.append(f"and {len(taken.doubles) - SHOWN} more such cases are held")
    if taken.reworded:
        lines.append(
            f"{name_cases(taken.reworded, SHOWN)}: the complaint is worded differently now; kept "
            "as it was (a second complaint needs a ref of its own)"
        )
    return lines


def _news(one: News) -> str:
    if one.field in OWN_WORDS:
        return f"{one.field.replace('_', ' ')} for {one.name} is {one.now}"
    return f"the {one.field.replace('_', ' ')} of {one.name} is {one.now}"
