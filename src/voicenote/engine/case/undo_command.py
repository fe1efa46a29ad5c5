"""Taking back the last command: every row that it changed, where nothing stands on it since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from voicenote.counting import count_of
from voicenote.engine.case import batches
from voicenote.engine.case.consent import TO_READ, UNPLACED, hold_in
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_store, clock_history, match_history, optouts, touches
from voicenote.ledger.attempts import SKEW
from voicenote.ledger.changes import hold_cases
from voicenote.ledger.command_undo import (
    Command,
    Obstacle,
    find_obstacles,
    has_written_since,
    last_command,
    restore_rows,
)
from voicenote.ledger.store import Transaction
from voicenote.model.touch import Touch, TouchKind, TouchState
from voicenote.schedule import book as booking

_AMENDS = "if it isn't so: voicenote amends broken {case}.K, or voicenote amends waive {case}.K"
#: Commands that undo takes back, and what to do instead when something stands on them.
TAKEN_BACK: Mapping[str, str] = {
    "approve": "hold what still waits: voicenote plan {case} --hold",
    "triage": "voicenote triage {case} again, or voicenote edit {case}",
    "amends add": "voicenote amends waive {case}.K --reason TEXT",
    "amends again": "voicenote amends again {case}.K --by DATE",
    "amends broken": "voicenote amends again {case}.K --by DATE",
    "amends confirm": _AMENDS,
    "amends done": _AMENDS,
    "amends say": "voicenote amends say {case}.K again",
    "amends waive": "voicenote amends add {case}",
    "answer": "voicenote answer {case} again: the newest answer counts",
    "batch hold": "voicenote batch resume NAME",
    "batch resume": "voicenote batch hold NAME",
    "close": "voicenote reopen {case}",
    "edit": "voicenote edit {case}",
    "lesson": "voicenote lesson {case} again",
    "mark-sent": "see: voicenote show {case}",
    "merge": "see: voicenote show {case}",
    "opt-out": "they get no more messages; see: voicenote show {case}",
    "pause": "see: voicenote pause",
    "plan": "voicenote plan {case} --plan NAME, --hold or --resume",
    "record": "voicenote record {case} again",
    "render": "voicenote render {case}",
    "reopen": "voicenote close {case}, or voicenote withdraw {case} --why REASON",
    "resend": "what still waits: voicenote plan {case} --hold",
    "script": "voicenote script {case} again",
    "withdraw": "see: voicenote show {case}",
}
#: Commands that undo doesn't take back, and how that is done.
BY_OTHER_WAY: Mapping[str, str] = {
    "import": "each of its cases: voicenote withdraw N --why REASON",
    "new": "voicenote withdraw {case} --why REASON",
}
#: What one row of a table is to a person. The others come along with these.
_NAMES = {
    "cases": "case",
    "customers": "customer",
    "amends": "promise",
    "scripts": "script",
    "memos": "memo",
    "approvals": "approval",
    "touches": "message",
    "answers": "answer",
    "lessons": "lesson",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCommand:
    """What undo would take back.

    `cases` are those that can be, and `kept` is (case, why) of those that stay as they are.
    `changed` counts what it changed, by name.
    """

    number: int
    undone: str
    at: datetime
    by: str
    cases: tuple[int, ...]
    changed: Mapping[str, int]
    kept: tuple[tuple[int, str], ...]


def name_command(names: Sequence[str]) -> tuple[str, bool] | None:
    """Return (name, whether its rows are kept) of a command to record; None for another."""
    for first in range(len(names)):
        name = " ".join(names[first:])
        if name in TAKEN_BACK or name in BY_OTHER_WAY:
            return name, name in TAKEN_BACK
    return None


def find_last(ws: Workspace) -> LastCommand | None:
    """Return what undo would take back; None when the last change was a run's, or a match.

    Raises RuleSaysNo when something stands on all of it, or on a part without which the rest
    makes no sense.
    """
    with ws.ledger.read() as tx:
        command = _last(tx)
        return None if command is None else _judge(ws, tx, command)


def undo_last(ws: Workspace, number: int | None = None) -> LastCommand | None:
    """Take the last command back, where nothing stands on it, and return what that was.

    With `number`, only while that is the last one. Raises as `find_last` does.
    """
    ws.ledger.stop_recording()
    with ws.ledger.write() as tx:
        command = _last(tx)
        if command is None:
            return None
        if number not in (None, command.number):
            raise RuleSaysNo("another command was used meanwhile", "see what: voicenote undo")
        hold_cases(tx, command.cases)
        found = _judge(ws, tx, command)
        on_hold = set(batches.read_held(tx))
        changed = restore_rows(tx, command, {case for case, _ in found.kept})
        for name in sorted(on_hold.difference(batches.read_held(tx))):
            for some in case_store.chunks(case_store.numbers_of(tx, batch=name)):
                batches.let_messages_go(ws, tx, some)  # also what a run has held meanwhile
        if changed:
            _hold_again(tx, found.cases)
        _spread(ws, tx, found.cases, changed)
    return found


def _hold_again(tx: Transaction, cases: Sequence[int]) -> None:
    """Hold what came back to a customer who has written meanwhile what nobody has read yet."""
    unread = {
        (one.case, "" if one.reason == TO_READ else one.channel, one.reason)
        for one in touches.in_state(tx, [TouchState.HELD])
        if one.reason in (TO_READ, UNPLACED) and one.kind is not TouchKind.NUDGE
    }
    for case, channel, reason in sorted(unread):
        if not set(cases).isdisjoint(optouts.cases_beside(tx, [case])):
            hold_in(tx, [case], channel, reason)


def _spread(ws: Workspace, tx: Transaction, cases: Sequence[int], changed: Collection[int]) -> None:
    """Let changed messages that became due meanwhile go one a day, where a case has several."""
    late: dict[int, list[Touch]] = defaultdict(list)
    for touch in touches.of_cases(tx, cases):
        if touch.number in changed and touch.state is TouchState.DUE and touch.due_at < tx.now:
            late[touch.case].append(touch)
    for number, mine in late.items():
        if len(mine) == 1:
            continue
        hours = ws.hours_of(case_store.get(tx, number))
        waiting = [
            touch
            for touch in touches.of_cases(tx, [number])
            if touch.number in changed and touch.state is TouchState.DUE
        ]
        times = booking.resume([t.planned for t in waiting], hours, ws.owner_hours, tx.now)
        for touch, new in zip(waiting, times, strict=True):
            if new.due_at != touch.due_at:
                touches.move(tx, touch.number, new.due_at, shift=new.due_at - touch.due_at)
                tx.tell("touch_moved", number, touch=touch.number, to=new.due_at.isoformat())


def describe_other(ws: Workspace) -> tuple[str, str] | None:
    """Return which last command undo doesn't take back, and what to do instead.

    None when a run, a clock that was ahead or a match has decided something since.
    """
    with ws.ledger.read() as tx:
        command = last_command(tx)
        if command is None or command.what not in BY_OTHER_WAY or _decided_since(tx, command):
            return None
        if clock_history.strayed(tx, tx.now + SKEW):
            return None
    what = f"undo doesn't take back the last command, {command.what}"
    return what, BY_OTHER_WAY[command.what].format(case=next(iter(command.cases), "N"))


def _last(tx: Transaction) -> Command | None:
    """Return the last command, unless a run or a match by hand decided something after it."""
    command = last_command(tx)
    if command is None or command.what in BY_OTHER_WAY:
        return None
    return None if _decided_since(tx, command) else command


def _decided_since(tx: Transaction, command: Command) -> bool:
    decided = clock_history.last_decided(tx)
    if decided and decided[-1].number > command.until:
        return True
    return match_history.last_match(tx, command.until) is not None


def _judge(ws: Workspace, tx: Transaction, command: Command) -> LastCommand:
    stands, zone = find_obstacles(tx, command), ws.owner_hours.zone
    free = tuple(case for case in command.cases if case not in stands)
    why, case = "", next(iter(command.cases), 0)
    if stands and (command.whole or not free):
        case = min(stands, key=lambda one: (stands[one].event != "touch_committed", one))
        why = _explain(case, stands[case], zone)
    elif command.opted_out and has_written_since(tx, command):
        why = "something has come in since, and the customer may have said so, too"
    if why:
        raise RuleSaysNo(
            f"the {command.what} of {_when(command.at, zone)} can't be taken back: {why}",
            TAKEN_BACK.get(command.what, "see: voicenote show {case}").format(case=case or "N"),
        )
    return LastCommand(
        number=command.number,
        undone=command.what,
        at=command.at,
        by=command.actor,
        cases=free,
        changed={_NAMES[name]: n for name, n in sorted(command.counts.items()) if name in _NAMES},
        kept=tuple((case, _explain(case, one, zone)) for case, one in sorted(stands.items())),
    )


#: What a run has done with a message that didn't leave.
_TRIED = {
    "touch_claimed": "a run was about to send a message",
    "touch_postponed": "a run tried to send a message and put it off",
}


def _explain(case: int, found: Obstacle, zone: ZoneInfo) -> str:
    when = _when(found.at, zone)
    if found.event == "touch_committed":
        return f"message {found.message} of case {case} left at {when}"
    event = found.event.replace("touch_", f"message {found.message} ", 1)
    event = _TRIED.get(found.event, event.replace("amends_", "promise ", 1))
    told = f"{event.replace('_', ' ')}, {when}{f': {found.reason}' if found.reason else ''}"
    return f"in case {case} something has happened since ({told})"


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def describe(found: LastCommand, zone: ZoneInfo) -> str:
    """Return in words what a command was, and what it changed; its time by the clock of `zone`."""
    changed = ", ".join(count_of(n, name) for name, n in found.changed.items())
    what = f"{found.undone} by {found.by}, {_when(found.at, zone)}"
    return f"{what}; it changed {changed}" if changed else what
