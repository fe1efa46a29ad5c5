"""`cases`: list the cases, one per line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.session import Session, command

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from voicenote.engine.case.case_list import CaseList, Remarks
    from voicenote.errors import BadData
    from voicenote.ledger.case_rows import CaseRow, CaseRows

#: What to do about a message that may have been sent or not.
UNCERTAIN = (
    "uncertain: check in the channel whether it was sent, then voicenote mark-sent N or resend N"
)


@command()
@click.option("--all", "everything", is_flag=True, help="Also closed cases.")
@click.option("--batch", metavar="NAME", help="Only the cases of an import.")
def cases(session: Session, /, *, everything: bool, batch: str | None) -> int:
    """List what is open, overdue or unanswered.

    With --json: a list of {"case", "ref", "customer", "stage", "outcome", "overdue",
    "next_message"}; with --all also of closed cases. Exit code 1 when a case can't be read; it is
    named on standard error.
    """
    from voicenote.engine.case.case_list import list_cases
    from voicenote.wiring import now, open_ledger

    with closing(open_ledger(session.settings)) as ledger:
        how = {"everything": everything, "remarks": not session.json}
        found = list_cases(ledger, session.settings, batch=batch, **how)
    if session.json:
        session.screen.data(_as_data(session, found.cases, now()))
        return _tell_bad(session, found.bad)
    if found.cases.rows:
        headers = ("case", "customer", "stage", "opened", "clock", "next message", "")
        session.screen.table(headers, _as_text(session, found, now()))
    elif batch is not None:
        session.screen.note(f"No open cases in batch {batch!r}.")
    else:
        session.screen.note("No open cases. To add one: voicenote new, or voicenote import FILE")
    _tell_beside(session, found)
    return _tell_bad(session, found.bad)


def _tell_beside(session: Session, found: CaseList) -> None:
    """Print what the list itself doesn't show."""
    if found.closed:
        session.screen.note(f"and {found.closed} closed: voicenote cases --all")
    if any(row.case in found.cases.uncertain for row in found.cases.rows):
        session.screen.note(UNCERTAIN)
    session.screen.warn(*found.warnings)


def _tell_bad(session: Session, bad: Sequence[BadData]) -> int:
    """Print the cases that can't be read; return the exit code."""
    session.screen.warn(*(f"{error.what}; {error.advice}" for error in bad))
    return 1 if bad else 0


def _zones(session: Session, now: datetime) -> Callable[[str], tuple[ZoneInfo, date]]:
    """Return a function from a zone's name (else the owner's) to it and its date today."""
    from zoneinfo import ZoneInfo

    home = session.settings.owner.time_zone

    @cache
    def find(name: str) -> tuple[ZoneInfo, date]:
        try:
            zone = ZoneInfo(name or home)
        except (ValueError, KeyError):  # damaged; next and doctor name the case
            zone = ZoneInfo(home)
        return zone, now.astimezone(zone).date()

    return find


def _overdue(row: CaseRow, found: CaseRows, today: date) -> bool:
    owed_by = found.owed_by.get(row.case)
    return owed_by is not None and owed_by < today and not row.closed


def _as_data(session: Session, found: CaseRows, now: datetime) -> list[dict[str, Any]]:
    zone_of = _zones(session, now)
    return [
        {
            "case": row.case,
            "ref": row.ref,
            "customer": row.customer,
            "stage": row.stage,
            "outcome": row.outcome,
            "overdue": _overdue(row, found, zone_of(row.time_zone)[1]),
            "next_message": found.next_touch.get(row.case),
        }
        for row in found.rows
    ]


def _as_text(session: Session, found: CaseList, now: datetime) -> list[Sequence[str]]:
    from voicenote.engine.case.case_list import UNSENT
    from voicenote.schedule.clocks import read_clock

    cases, beside = found.cases, found.remarks
    if beside is None:
        return []
    zone_of = _zones(session, now)

    @cache  # an import opens many cases at one moment
    def read(opened_at: datetime, acknowledged_at: datetime | None) -> str:
        clocks = beside.clocks
        return read_clock(opened_at, now, acknowledged_at=acknowledged_at, clocks=clocks).text

    @cache
    def day_of(moment: datetime, zone: ZoneInfo) -> str:
        return moment.astimezone(zone).date().isoformat()

    # most cases have no remark, so they aren't checked one by one
    by_round = (*cases.answered, *beside.troubled)
    remarked = {case for case, _ in by_round}.union(
        *(cases.owed_by, cases.uncertain, beside.opted_out, beside.returned, beside.also_open)
    )
    rows: list[Sequence[str]] = []
    for row in cases.rows:
        zone, today = zone_of(row.time_zone)
        waits = row.stage in UNSENT and row.round == 1
        coming = cases.next_touch.get(row.case)
        rows.append(
            (
                str(row.case),
                row.customer,
                row.outcome or row.stage,
                day_of(row.opened_at, zone),
                read(row.opened_at, beside.acknowledged.get(row.case)) if waits else "",
                coming.astimezone(zone).strftime("%a %Y-%m-%d %H:%M") if coming else "",
                _remarks(row, cases, today, beside) if row.case in remarked else "",
            )
        )
    return rows


def _quote_briefly(words: str) -> str:
    """Return the beginning of an answer, short enough for a list."""
    line = " ".join(words[:200].split())
    return f": “{line[:39]}…”" if len(line) > 40 else f": “{line}”" * bool(line)


def _remarks(row: CaseRow, found: CaseRows, today: date, beside: Remarks) -> str:
    if row.closed:
        return ""
    said, this_round = [], (row.case, row.round)
    if _overdue(row, found, today):
        said.append(f"OVERDUE: promised for {found.owed_by[row.case]}")
    if row.case in found.uncertain:
        said.append("uncertain: was it sent?")
    if row.case in beside.opted_out:
        said.append("opted out")
    elif this_round in beside.troubled:
        said.append(beside.troubled[this_round])
    if this_round in found.answered:
        said.append(f"answered{_quote_briefly(beside.words.get(this_round, ''))}")
    if row.case in beside.returned:
        said.append("its cause came back")
    if also := beside.also_open.get(row.case):
        said.append(f"also theirs: {', '.join(map(str, also))}")
    return ", ".join(said)
