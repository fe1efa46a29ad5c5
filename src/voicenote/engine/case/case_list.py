"""What `cases` lists. Imports nothing of the model, which would slow down every list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from voicenote.engine.case.selection import need_batch
from voicenote.errors import BadData
from voicenote.ledger import case_rows, pauses, unreachable
from voicenote.ledger.case_rows import CaseRows
from voicenote.ledger.shared_marks import find_twice
from voicenote.ledger.store import Ledger, Transaction
from voicenote.plugins import FALLBACK
from voicenote.schedule.clocks import Clocks
from voicenote.settings import Settings

#: The stages in which nothing was sent.
UNSENT = case_rows.UNSENT
#: A customer's day may have begun while it is still yesterday in UTC.
_AHEAD = timedelta(days=1)


class Remarks(NamedTuple):
    """Remarks beside the cases of a list: by case, or by (case, round).

    When each was acknowledged, whose cause came back, the newest words, what did not arrive or is
    held, who opted out, the person's other open cases, and the response clocks.
    """

    clocks: Clocks
    acknowledged: Mapping[int, datetime]
    returned: Mapping[int, str]
    words: Mapping[tuple[int, int], str]
    troubled: Mapping[tuple[int, int], str]
    opted_out: Collection[int]
    also_open: Mapping[int, Sequence[int]]


class CaseList(NamedTuple):
    """The cases of a list, and what the owner should know about it.

    `bad`: why some can't be read; `closed`: how many more are closed; `warnings`: channels that are
    paused, or not set up although cases wait for them. `remarks` is None if they weren't asked for.
    """

    cases: CaseRows
    bad: list[BadData]
    closed: int
    warnings: list[str]
    remarks: Remarks | None


def list_cases(
    ledger: Ledger,
    settings: Settings,
    *,
    everything: bool = False,
    batch: str | None = None,
    remarks: bool = True,
) -> CaseList:
    """Return the open cases; closed ones too with `everything`, only an import's with `batch`.

    Raises WrongUse when there is no such batch.
    """
    with ledger.read() as tx:
        need_batch(tx, batch)
        until = tx.now.date() + _AHEAD
        cases, bad = case_rows.list_cases(tx, until, everything=everything, batch=batch)
        return CaseList(
            cases=cases,
            bad=bad,
            closed=0 if everything else case_rows.count_closed(tx, batch),
            warnings=_read_warnings(settings, tx),
            remarks=_read_remarks(settings, tx, whole=not bad) if remarks else None,
        )


def _read_warnings(settings: Settings, tx: Transaction) -> list[str]:
    stranded = case_rows.stranded(tx, {FALLBACK, *settings.channels})
    return [
        *(f"{pause.told}; {pause.cure}" for pause in pauses.list_paused(tx)),
        *("; ".join(case_rows.told_stranded(*one)) for one in stranded.items()),
        *map("; ".join, unreachable.list_unreached(tx)),
    ]


def _read_remarks(settings: Settings, tx: Transaction, *, whole: bool) -> Remarks:
    """Return the remarks; only clocks and opt-outs if not `whole`, when rows can't be read."""
    policy, gone = settings.policy, case_rows.opted_out(tx)
    clocks = Clocks.of_hours(policy.acknowledge_hours, policy.memo_hours, policy.breach_hours)
    if not whole:
        return Remarks(clocks, {}, {}, {}, {}, gone, {})
    returned: Mapping[int, str] = {}
    if case_rows.any_prevention(tx):
        from voicenote.engine.case.cause_history import all_returned

        returned = all_returned(tx)
    also_open: Mapping[int, Sequence[int]] = {}
    if find_twice(tx):
        from voicenote.ledger.persons import all_open

        also_open = all_open(tx)
    return Remarks(
        clocks,
        case_rows.first_acknowledgements(tx),
        returned,
        case_rows.words(tx),
        case_rows.troubled(tx, ZoneInfo(settings.owner.time_zone)),
        gone,
        also_open,
    )
