"""`cases`: what there is, a line a case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from voicenote.cli.terminal.case_options import need_batch
from voicenote.cli.terminal.session import Session, command

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from voicenote.errors import BadData
    from voicenote.ledger.case_rows import CaseRow
    from voicenote.schedule.clocks import Clocks as ResponseClocks


#: What to do about a touch that may have left or not.
UNCERTAIN = "uncertain: look into the channel, then voicenote mark-sent N, or voicenote resend N"


@command()
@click.option("--all", "everything", is_flag=True, help="Closed cases too.")
@click.option("--batch", metavar="NAME", help="Only the cases of an import.")
def cases(session: Session, /, *, everything: bool, batch: str | None) -> int:
    """What is open, overdue, silent.

    With --json: a list of {"case", "ref", "customer", "stage", "outcome", "overdue",
    "next_touch"}; of closed cases too with --all. Exit code 1 when a case cannot be read, which
    is then named on standard error.
    """
    from voicenote.ledger import case_flags, case_rows, pauses
    from voicenote.wiring import now, open_ledger

    ledger = open_ledger(session.settings)
    try:
        with ledger.read() as tx:
            need_batch(tx, batch)
            found, bad = case_rows.readable_lines(tx, everything=everything, batch=batch)
            closed = 0 if everything or session.json else case_rows.count_closed(tx, batch)
            seen = None if session.json else _load_list(session, tx, whole=not bad)
            stopped = pauses.list_paused(tx)
            gone = case_flags.stranded(tx, {"outbox", *session.settings.channels})
    finally:
        ledger.close()
    if session.json:
        session.screen.data(_as_data(session, found, now()))
        return _tell_bad(session, bad)
    if found and seen is not None:
        headers = ("case", "customer", "stage", "opened", "clock", "next touch", "")
        session.screen.table(headers, _as_text(session, found, seen, now()))
    elif batch is not None:
        session.screen.note(f"No open cases in batch {batch!r}.")
    else:
        session.screen.note("No open cases. Take one in: voicenote new, or voicenote import FILE")
    if closed:
        session.screen.note(f"and {closed} closed: voicenote cases --all")
    if any(line.uncertain for line in found):
        session.screen.note(UNCERTAIN)
    for pause in stopped:
        session.screen.warn(f"{pause.told}; {pause.cure}")
    for channel, numbers in gone.items():
        session.screen.warn("; ".join(case_flags.told_stranded(channel, numbers)))
    return _tell_bad(session, bad)


def _tell_bad(session: Session, bad: Sequence[BadData]) -> int:
    """Name what cannot be read; return the exit code."""
    for error in bad:
        session.screen.warn(f"{error.what}; {error.advice}")
    return 1 if bad else 0


class _Clocks:
    """Each customer's zone, today in it, and the days of cases, looked up once."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._home, self._now = session.settings.owner.time_zone, now
        self._known: dict[str, tuple[ZoneInfo, date]] = {}
        self._days: dict[tuple[datetime, str], str] = {}

    def of(self, line: CaseRow) -> tuple[ZoneInfo, date]:
        found = self._known.get(line.time_zone)
        if found is None:
            from zoneinfo import ZoneInfo

            try:
                zone = ZoneInfo(line.time_zone or self._home)
            except (ValueError, KeyError):  # damaged; next and doctor name the case
                zone = ZoneInfo(self._home)
            found = self._known[line.time_zone] = (zone, self._now.astimezone(zone).date())
        return found

    def opened(self, line: CaseRow, zone: ZoneInfo) -> str:
        """Return the day on which a case was opened; an import opens many at one moment."""
        key = (line.opened_at, line.time_zone)
        if key not in self._days:
            self._days[key] = line.opened_at.astimezone(zone).date().isoformat()
        return self._days[key]


def _overdue(line: CaseRow, today: date) -> bool:
    return line.owed_by is not None and line.owed_by < today and not line.closed


def _as_data(session: Session, found: Sequence[CaseRow], now: datetime) -> list[dict[str, Any]]:
    clocks = _Clocks(session, now)
    return [
        {
            "case": line.case,
            "ref": line.ref,
            "customer": line.customer,
            "stage": line.stage,
            "outcome": line.outcome,
            "overdue": _overdue(line, clocks.of(line)[1]),
            "next_touch": line.next_touch,
        }
        for line in found
    ]


class _Seen(NamedTuple):
    """What a list shows beside its lines: clocks, what was acknowledged, came back, was said.

    And what did not arrive or is held, by (case, round), and who opted out.
    """

    clocks: ResponseClocks
    acknowledged: Mapping[int, datetime]
    returned: Mapping[int, str]
    words: Mapping[tuple[int, int], str]
    troubled: Mapping[tuple[int, int], str]
    opted_out: Collection[int]


def _load_list(session: Session, tx: Any, *, whole: bool) -> _Seen:
    """Read what is shown beside the lines: less of it where rows cannot be read."""
    from voicenote.engine.response_clocks import clocks_of
    from voicenote.ledger import case_flags
    from voicenote.ledger.case_rows import any_prevention, first_acknowledgements, words

    clocks = clocks_of(session.settings.policy)
    if not whole:
        return _Seen(clocks, {}, {}, {}, {}, case_flags.opted_out(tx))
    returned: Mapping[int, str] = {}
    if any_prevention(tx):
        from voicenote.engine.case.cause_history import all_returned

        returned = all_returned(tx)
    return _Seen(
        clocks,
        first_acknowledgements(tx),
        returned,
        words(tx),
        case_flags.troubled(tx),
        case_flags.opted_out(tx),
    )


def _as_text(
    session: Session, found: Sequence[CaseRow], seen: _Seen, now: datetime
) -> list[Sequence[str]]:
    clocks = _Clocks(session, now)
    read = _reader(seen, now)
    rows: list[Sequence[str]] = []
    for line in found:
        zone, today = clocks.of(line)
        coming = line.next_touch
        rows.append(
            (
                str(line.case),
                line.customer,
                line.outcome or line.stage,
                clocks.opened(line, zone),
                read(line),
                coming.astimezone(zone).strftime("%a %Y-%m-%d %H:%M") if coming else "",
                _remarks(line, today, seen),
            )
        )
    return rows


def _reader(seen: _Seen, now: datetime) -> Callable[[CaseRow], str]:
    """Return what tells a case's response clock (R4); an import opens many at one moment."""
    from voicenote.ledger.case_rows import UNSENT
    from voicenote.schedule.clocks import read_clock

    known: dict[tuple[datetime, datetime | None], str] = {}

    def read(line: CaseRow) -> str:
        if line.stage not in UNSENT or line.round > 1:
            return ""
        key = (line.opened_at, seen.acknowledged.get(line.case))
        if key not in known:
            told = read_clock(key[0], now, acknowledged_at=key[1], clocks=seen.clocks)
            known[key] = told.text
        return known[key]

    return read


def _quote_briefly(words: str) -> str:
    """Return the beginning of an answer as a list has room for it."""
    line = " ".join(words[:200].split())
    return f": “{line[:39]}…”" if len(line) > 40 else f": “{line}”" * bool(line)


def _remarks(line: CaseRow, today: date, seen: _Seen) -> str:
    if line.closed:
        return ""
    said = []
    if _overdue(line, today):
        said.append(f"OVERDUE: promised by {line.owed_by}")
    if line.uncertain:
        said.append("uncertain: did it leave?")
    if line.case in seen.opted_out:
        said.append("opted out")
    elif (line.case, line.round) in seen.troubled:
        said.append(seen.troubled[line.case, line.round])
    if line.answers:
        said.append(f"answered{_quote_briefly(seen.words.get((line.case, line.round), ''))}")
    if line.case in seen.returned:
        said.append("its cause came back")
    return ", ".join(said)
