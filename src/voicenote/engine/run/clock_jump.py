"""The clock check at the start of a run, and a person's word that the clock is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from voicenote.counting import count_of
from voicenote.engine.case.decisions import DEEPEST
from voicenote.engine.clock_check import ClockDoubt, clock_doubt
from voicenote.engine.run_problems import tell_time
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.actions import (
    Action,
    CancelTouch,
    CloseAsNoAnswer,
    MarkBroken,
    Nudge,
    SkipTouch,
)
from voicenote.followup.decide import apply_actions, decide
from voicenote.ledger import attempts, meta
from voicenote.ledger.clock_history import (
    KnownTime,
    date_words_back,
    has_strayed,
    keep_known_time,
    known_time,
)
from voicenote.ledger.snapshots import find_stirred, snapshots
from voicenote.ledger.store import Transaction
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import TouchKind

#: The command with which a person says that the clock is right.
YES = "voicenote run --yes-it-is"


def mind_clock(ws: Workspace, *, confirmed: bool) -> tuple[ClockDoubt | None, datetime | None]:
    """Check the clock before a run; return the jump to ask about, if any, and the last known time.

    `confirmed` means that a person said the clock is right: it is believed, and that is recorded.
    A clock that has run ahead is believed without asking when that makes no difference.
    """
    if ws.whereabouts is None:
        return None, None
    with ws.ledger.read() as tx:
        known, jumped = known_time(tx), jump_of(ws, tx)
        strayed = known is not None and has_strayed(tx, known)
    if known is None:
        return None, None
    if jumped is None or (jumped.harmless and not jumped.back):
        if strayed:
            with ws.ledger.write() as tx:
                date_words_back(tx)
        return None, known.at
    with ws.ledger.write() as tx:
        if confirmed:
            known_at, now = jumped.known.isoformat(), jumped.now.isoformat()
            tx.tell("clock_confirmed", known=known_at, now=now)
            date_words_back(tx)
            _keep(tx, tx.now)
            return None, min(known.at, tx.now)
        # from here on, no line written by this clock makes it look right
        keep_known_time(tx, known)
    return jumped, known.at


def mind_reading(ws: Workspace) -> bool:
    """Check the clock before reading channels; return True when it is ahead and isn't believed.

    Raises RuleSaysNo when the clock is behind: an answer would seem older than it is.
    """
    with ws.ledger.read() as tx:
        known, found = known_time(tx), clock_doubt(ws, tx)
    if known is None or found is None:
        return False
    with ws.ledger.write("voicenote") as tx:
        keep_known_time(tx, known)
    if found.back:
        raise RuleSaysNo(*told_of(found, ws.settings.owner.time_zone))
    return True


def jump_of(ws: Workspace, tx: Transaction) -> ClockDoubt | None:
    """Return the clock's jump when it isn't believed, with what a run would do; or None."""
    found = clock_doubt(ws, tx)
    if found is None:
        return None
    rounds = ws.settings.policy.rounds
    seen = snapshots(tx, find_stirred(tx), ws.zone_of)
    wanted = [action for one in seen.values() for action in _all_of(one, tx.now, rounds)]
    ours = {
        touch.number
        for one in seen.values()
        for touch in one.touches
        if touch.kind is not TouchKind.NUDGE
    }
    away = {one.number for one in wanted if isinstance(one, CancelTouch | SkipTouch)}
    return replace(
        found,
        due=len(attempts.ways_due(tx).keys() - away),
        skipped=sum(isinstance(one, SkipTouch) and one.number in ours for one in wanted),
        broken=sum(isinstance(action, MarkBroken) for action in wanted),
        closed=sum(isinstance(action, CloseAsNoAnswer) for action in wanted),
    )


def _all_of(seen: Snapshot, now: datetime, rounds: int) -> Iterator[Action]:
    """Yield all that a run would decide on a case, including what each decision leads to."""
    for _ in range(DEEPEST):
        wanted = decide(seen, now, rounds)
        yield from wanted
        if all(isinstance(action, Nudge) for action in wanted):
            return
        seen = apply_actions(seen, wanted)


def told_of(jumped: ClockDoubt, zone: str) -> tuple[str, str]:
    """Return what is wrong with a clock, with times in `zone`, and what to do about it."""
    now, known = (tell_time(one, zone) for one in (jumped.now, jumped.known))
    what = f"the clock says {now}, but the last run or change here was at {known}"
    if jumped.back:
        cure = f"set the clock; if it is right: {YES}"
        return f"{what}: nothing was read, sent or decided", cure
    would = (
        (jumped.due, "send {}", "message"),
        (jumped.skipped, "skip {}", "message"),
        (jumped.broken, "break {}", "promise"),
        (jumped.closed, "close {} as not answered", "case"),
    )
    deeds = [did.format(count_of(count, what)) for count, did, what in would if count]
    cure = f"if the clock is right, as after a rest: {YES}; else set the clock"
    return f"{what}: this run would {', '.join(deeds)}, and has not", cure


def note_time(ws: Workspace, began: datetime) -> None:
    """Keep the start of a run, whose clock was believed, as the last known time."""
    if ws.whereabouts is None:
        return
    with ws.ledger.write("voicenote", lasting=False) as tx:
        known = known_time(tx)
        _keep(tx, max(began, known.at) if known else began)


def note_doubted(ws: Workspace) -> None:
    """Record which lines a run has written by a clock that isn't believed."""
    with ws.ledger.write("voicenote", lasting=False) as tx:
        known, newest = known_time(tx), meta.newest_line(tx)
        if known is not None and newest is not None:
            kept = KnownTime(number=known.number, at=known.at, doubted=newest[0])
            keep_known_time(tx, kept)


def _keep(tx: Transaction, at: datetime) -> None:
    newest = meta.newest_line(tx)
    keep_known_time(tx, KnownTime(number=newest[0] if newest else 0, at=at))
