"""`cases`: list the cases, one per line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    "next_touch"}; with --all also of closed cases. Exit code 1 when a case can't be read; it is
    named on standard error.
    """
    from voicenote.engine.case.case_list import list_cases
    from voicenote.wiring import now, open_ledger

    ledger = open_ledger(session.settings)
    try:
        found = list_cases(
            *(ledger, session.settings),
            everything=everything,
            batch=batch,
            remarks=not session.json,
        )
    finally:
        ledger.close()
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
    for warning in found.warnings:
        session.screen.warn(warning)


def _tell_bad(session: Session, bad: Sequence[BadData]) -> int:
    """Print the cases that can't be read; return the exit code."""
    for error in bad:
        session.screen.warn(f"{error.what}; {error.advice}")
    return 1 if bad else 0


class _Clocks:
    """A cache of each customer's time zone, today's date in it, and the days of cases."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._home, self._now = session.settings.owner.time_zone, now
        self._known: dict[str, tuple[ZoneInfo, date]] = {}
        self._days: dict[tuple[datetime, str], str] = {}

    def of(self, row: CaseRow) -> tuple[ZoneInfo, date]:
        found = self._known.get(row.time_zone)
        if found is None:
            from zoneinfo import ZoneInfo

            try:
                zone = ZoneInfo(row.time_zone or self._home)
            except (ValueError, KeyError):  # damaged; next and doctor name the case
                zone = ZoneInfo(self._home)
            found = self._known[row.time_zone] = (zone, self._now.astimezone(zone).date())
        return found

    def opened(self, row: CaseRow, zone: ZoneInfo) -> str:
        """Return the day on which a case was opened; an import opens many at one moment."""
        key = (row.opened_at, row.time_zone)
        if key not in self._days:
            self._days[key] = row.opened_at.astimezone(zone).date().isoformat()
        return self._days[key]


def _overdue(row: CaseRow, found: CaseRows, today: date) -> bool:
    owed_by = found.owed_by.get(row.case)
    return owed_by is not None and owed_by < today and not row.closed


def _as_data(session: Session, found: CaseRows, now: datetime) -> list[dict[str, Any]]:
    clocks = _Clocks(session, now)
    return [
        {
            "case": row.case,
            "ref": row.ref,
            "customer": row.customer,
            "stage": row.stage,
            "outcome": row.outcome,
            "overdue": _overdue(row, found, clocks.of(row)[1]),
            "next_touch": found.next_touch.get(row.case),
        }
        for row in found.rows
    ]


def _as_text(session: Session, found: CaseList, now: datetime) -> list[Sequence[str]]:
    cases, beside = found.cases, found.remarks
    if beside is None:
        return []
    clocks, read = _Clocks(session, now), _reader(beside, now)
    # most cases have no remark, so they aren't checked one by one
    by_round = (*cases.answered, *beside.troubled)
    remarked = {case for case, _ in by_round}.union(
        *(cases.owed_by, cases.uncertain, beside.opted_out, beside.returned)
    )
    rows: list[Sequence[str]] = []
    for row in cases.rows:
        zone, today = clocks.of(row)
        coming = cases.next_touch.get(row.case)
        rows.append(
            (
                str(row.case),
                row.customer,
                row.outcome or row.stage,
                clocks.opened(row, zone),
                read(row),
                coming.astimezone(zone).strftime("%a %Y-%m-%d %H:%M") if coming else "",
                _remarks(row, cases, today, beside) if row.case in remarked else "",
            )
        )
    return rows


def _reader(beside: Remarks, now: datetime) -> Callable[[CaseRow], str]:
    """Return a function that gives a case's response clock (R4) as text.

    It is cached by moment, because an import opens many cases at once.
    """
    from voicenote.engine.case.case_list import UNSENT
    from voicenote.schedule.clocks import read_clock

    known: dict[tuple[datetime, datetime | None], str] = {}

    def read(row: CaseRow) -> str:
        if row.stage not in UNSENT or row.round > 1:
            return ""
        key = (row.opened_at, beside.acknowledged.get(row.case))
        if key not in known:
            told = read_clock(key[0], now, acknowledged_at=key[1], clocks=beside.clocks)
            known[key] = told.text
        return known[key]

    return read


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
    return ", ".join(said)
