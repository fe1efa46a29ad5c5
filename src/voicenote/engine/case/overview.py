"""Where everything stands, in a few counts: what `status` shows on one screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from voicenote.engine.case.troubles import OwnNeed, troubles_apart
from voicenote.engine.workspace import Workspace
from voicenote.followup.memo_steps import Need, Urgency
from voicenote.followup.priorities import Row, needs
from voicenote.ledger import arrivals, doubts, run_notes, touches
from voicenote.ledger.plain_cases import sort_out_plain
from voicenote.ledger.run_notes import LastRun
from voicenote.ledger.snapshots import snapshots
from voicenote.ledger.unreadable import readable
from voicenote.model.case import Stage

#: What the owner has to do for a case that waits for its memo, by stage.
_STEPS: Mapping[str, str] = {
    Stage.OPENED: "write",
    Stage.SCRIPTED: "speak",
    Stage.RENDERED: "approve",
}
#: The same for other needs.
_DEEDS = {
    Urgency.ANSWER: "answer",
    Urgency.HELD: "let_go",
    Urgency.DUE_SOON: "keep_promise",
    Urgency.LESSON: "learn",
    Urgency.CLOSE: "close",
}
_FAILED = {Urgency.UNCERTAIN: "uncertain", Urgency.NOT_ARRIVED: "not_arrived"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where everything stands; times are UTC.

    `overdue`: the cases with a promise past its day. `due`: messages due now, and `next_at` when
    the next one is. `mine`: what waits for the owner, cases by deed, and `unmatched` messages.
    `theirs`: cases that wait for their customer. `planned`: approved ones that wait for a run.
    `failed`: cases by what failed; `troubles`: what concerns no single case.
    """

    open: int
    overdue: tuple[int, ...]
    due: int
    due_since: datetime | None
    next_at: datetime | None
    mine: dict[str, int]
    theirs: int
    planned: int
    failed: dict[str, int]
    troubles: tuple[OwnNeed, ...]
    last_run: LastRun | None


def read_status(ws: Workspace) -> Status:
    """Return where everything stands now."""
    with ws.ledger.read() as tx:
        plain, others = sort_out_plain(tx)
        known, bad = readable(lambda some: snapshots(tx, some, ws.zone_of), list(others))
        found = [need for seen in known.values() for need in needs(Row(seen), tx.now)]
        mine, failed = _count_deeds(found, others)
        mine.update({step: plain.get(stage, 0) for stage, step in _STEPS.items()})
        unmatched = {*arrivals.waiting(tx), *doubts.cases_by_arrival(tx)}
        mine["match"] = len(unmatched)
        busy = {need.case for need in found if not _is_for_a_run(need)}
        idle = Counter(stage for number, stage in others.items() if number not in busy)
        due, due_since = run_notes.waiting_since(tx)
        return Status(
            open=sum(plain.values()) + sum(stage != Stage.CLOSED for stage in others.values()),
            overdue=tuple(sorted({one.case for one in found if one.urgency is Urgency.OVERDUE})),
            due=due,
            due_since=due_since,
            next_at=touches.next_due_at(tx, tx.now),
            mine={name: count for name, count in mine.items() if count},
            theirs=plain.get(Stage.FOLLOWING, 0) + idle[Stage.FOLLOWING],
            planned=plain.get(Stage.APPROVED, 0) + idle[Stage.APPROVED],
            failed={name: count for name, count in failed.items() if count},
            troubles=tuple(troubles_apart(ws, tx, list(bad.values()))),
            last_run=run_notes.last_run(tx),
        )


def _count_deeds(
    found: Iterable[Need], stages: Mapping[int, str]
) -> tuple[Counter[str], Counter[str]]:
    """Return how many cases wait for the owner by deed, and how many failed by how."""
    mine: dict[str, set[int]] = {}
    failed: dict[str, set[int]] = {}
    for need in found:
        if need.urgency in _FAILED:
            failed.setdefault(_FAILED[need.urgency], set()).add(need.case)
        elif need.urgency is not Urgency.OVERDUE and not _is_for_a_run(need):
            deed = _DEEDS.get(need.urgency) or _STEPS.get(stages[need.case], "resend")
            mine.setdefault(deed, set()).add(need.case)
    return _lengths(mine), _lengths(failed)


def _lengths(found: Mapping[str, set[int]]) -> Counter[str]:
    return Counter({name: len(cases) for name, cases in found.items()})


def _is_for_a_run(need: Need) -> bool:
    """Whether nobody need do anything but wait for the next run."""
    return need.command == "voicenote run"
