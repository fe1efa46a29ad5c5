"""What `doctor` says of the runs: what makes them, when it last did, and how the last one went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from voicenote.engine.admin.check_result import CheckResult, fault, fine
from voicenote.engine.admin.find_schedule import find_schedules
from voicenote.engine.run_problems import run_problems, tell_time
from voicenote.engine.workspace import Workspace
from voicenote.ledger import run_notes, touches
from voicenote.ledger.run_notes import BY_DAEMON, CLOCK

#: How late a run may be before its schedule is doubted, and how often one is made if unknown.
_GRACE, _USUAL = timedelta(minutes=15), timedelta(hours=1)


def check_schedule(ws: Workspace, env: Mapping[str, str]) -> Iterator[CheckResult]:
    """Check that something makes runs, and that it does."""
    with ws.ledger.read() as tx:
        last, planned, now = run_notes.last_run(tx), touches.next_due_at(tx), tx.now
    zone = ws.settings.owner.time_zone
    ran_at = last.scheduled_at if last else None
    told = f"the last one came at {tell_time(ran_at, zone)}" if ran_at else "none has come yet"
    found = list(find_schedules(ws.home, env))
    for where, every, cure in found:
        often = f"every {every.total_seconds() / 60:g} minutes" if every else "now and then"
        what = f"{where} makes a run {often}; {told}"
        late = ran_at is None or now - ran_at > 2 * (every or _USUAL) + _GRACE
        yield fault("schedule", what, cure) if late else fine("schedule", what)
    if found:
        return
    if ran_at is not None and now - ran_at <= _USUAL + _GRACE:
        whose = "the daemon" if last and last.by == BY_DAEMON else "something elsewhere"
        yield fine("schedule", f"{whose} makes runs; {told}")
    elif planned is not None:
        yield fault(
            "schedule",
            "nothing here makes runs: messages that are due wait for voicenote run",
            "voicenote schedule --install, or voicenote daemon",
        )
    else:
        yield fine("schedule", "none; once messages are planned: voicenote schedule --install")


def check_runs(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    """Check how the last run went, and what waits for the next one."""
    zone = ws.settings.owner.time_zone
    with ws.ledger.read() as tx:
        last, wrong = run_notes.last_run(tx), list(run_problems(tx, zone))
    for problem in wrong:
        if problem.about != CLOCK:  # checked on its own
            yield fault("runs", problem.what, problem.cure)
    if last is not None and not wrong:
        did = ", ".join(f"{count} {what}" for what, count in last.counts.items())
        what = f"the last one began at {tell_time(last.began, zone)}"
        yield fine("runs", f"{what}: {did or 'there was nothing to do'}")
