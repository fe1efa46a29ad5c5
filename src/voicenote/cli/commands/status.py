"""`status`: show where everything stands, on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from datetime import datetime

    from voicenote.engine.case.overview import Status

#: What waits for the owner, in the order of the work, and what failed.
_MINE = {
    "answer": "to answer",
    "write": "to write",
    "speak": "to record or render",
    "approve": "to approve",
    "resend": "to send again",
    "let_go": "to look at and let go",
    "keep_promise": "with a promise to keep soon",
    "learn": "to learn from",
    "close": "to close",
}
_FAILED = {
    "uncertain": "with a message that was sent or not",
    "not_arrived": "with a message that did not arrive",
}
_WIDTH = 18


@command()
def status(session: Session, /) -> None:
    """Show where everything stands: what is overdue, due, waiting or failed, and the last run.

    With --json: {"open", "overdue", "due", "due_since", "next_at", "mine", "theirs", "planned",
    "failed", "troubles", "last_run"}. "mine" and "failed" count cases by what has to be done or
    what went wrong; "match" counts messages. "last_run" is {"began", "by", "ended", "counts",
    "channels", "troubles", "since", "scheduled_at"}, or null.
    """
    from voicenote.engine.case.overview import read_status

    with session.open() as ws:
        found = read_status(ws)
        zone, now = ws.settings.owner.time_zone, ws.clock()
    screen = session.screen
    if session.json:
        last = found.last_run
        shown = {name: getattr(found, name) for name in found.__dataclass_fields__}
        troubles = [one._asdict() for one in last.troubles] if last else []
        screen.data(shown | {"last_run": last and asdict(last) | {"troubles": troubles}})
        return
    for label, text in _lines(found, zone, now):
        screen.out(f"{label:<{_WIDTH}}{text}")
    if found.overdue or found.mine or found.failed:
        screen.note("What to do first: voicenote next")


def _lines(found: Status, zone: str, now: datetime) -> Iterator[tuple[str, str]]:
    from voicenote.engine.run.run_log import STARTED
    from voicenote.engine.run_problems import tell_time

    if found.overdue:
        cases = ", ".join(map(str, found.overdue[:10])) + " …" * (len(found.overdue) > 10)
        told = count_of(len(found.overdue), "case has", "cases have")
        yield "overdue", f"{told} a promise past its day: {cases}"
    else:
        yield "overdue", "nothing"
    yield "due", _due(found, zone)
    mine = _counts(found.mine, _MINE)
    if found.mine.get("match"):
        mine.append(count_of(found.mine["match"], "message that fits no case"))
    yield "waiting for you", ", ".join(mine) or "nothing"
    for one in found.troubles:
        if one.urgency == "unreached":
            yield "", f"{one.what}\n{'':<{_WIDTH}}  {one.do}"
    planned = f"; {count_of(found.planned, 'memo is', 'memos are')} approved, and not yet sent"
    theirs = count_of(found.theirs, "case") if found.theirs else "nobody"
    yield "waiting for them", f"{theirs}{planned * bool(found.planned)}"
    failed = [", ".join(_counts(found.failed, _FAILED))] if found.failed else []
    troubles = (one for one in found.troubles if one.urgency != "unreached")
    failed += [f"{one.what}\n{'':<{_WIDTH}}  {one.do}" for one in troubles]
    for number, text in enumerate(failed or ["nothing"]):
        yield "failed" if not number else "", text
    last = found.last_run
    if last is None:
        yield "last run", "none yet: voicenote run, or voicenote schedule --install"
        return
    did = ", ".join(f"{count} {what}" for what, count in last.counts.items())
    told = did or ("nothing to do" if last.ended else "not ended yet")
    yield (
        "last run",
        f"{tell_time(last.began, zone)} ({_ago(last.began, now)}, {STARTED[last.by]}): {told}",
    )


def _due(found: Status, zone: str) -> str:
    from voicenote.engine.run_problems import tell_time

    later = f"the next is planned for {tell_time(found.next_at, zone)}" if found.next_at else ""
    if not found.due:
        return later or "nothing is planned"
    since = f", since {tell_time(found.due_since, zone)}" if found.due_since else ""
    now = f"{count_of(found.due, 'message')} now{since}"
    return f"{now}; {later}" if later else now


def _counts(found: Mapping[str, int], names: Mapping[str, str]) -> list[str]:
    return [f"{found[name]} {what}" for name, what in names.items() if found.get(name)]


def _ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, roughly."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{count_of(minutes, 'minute')} ago"
    hours = minutes // 60
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"
