"""Passes without cron: APScheduler is the clock, the ledger is the schedule.

It wakes at the next due time, and at an interval as the safety net; it keeps no state that matters,
so killing it loses nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from voicenote.engine.turn import Turn, one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import TryAgain, VoicenoteError
from voicenote.ledger import touches

#: The one job's name in APScheduler.
JOB = "pass"


class Daemon:
    """Passes until it is told to stop. `tell` is given what each pass did, or its error."""

    def __init__(
        self,
        ws: Workspace,
        *,
        every_s: float,
        tell: Callable[[Turn | VoicenoteError], None],
    ) -> None:
        self._ws = ws
        self._every = timedelta(seconds=every_s)
        self._tell = tell
        self._stop = threading.Event()
        self._scheduler: Any = None

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the pass under way is finished first."""
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        previous = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        self._scheduler.start()
        try:
            self._wake_at(self._ws.clock())
            self._stop.wait()
        finally:
            self._scheduler.shutdown(wait=True)
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _wake_at(self, moment: datetime) -> None:
        if not self._stop.is_set():
            self._scheduler.add_job(
                self._pass, "date", run_date=moment, id=JOB, replace_existing=True
            )

    def _pass(self) -> None:
        began = self._ws.clock()
        try:
            self._tell(one_pass(self._ws))
        except TryAgain:
            pass  # another pass is at work: it does what this one would have done
        except VoicenoteError as error:
            self._tell(error)
        finally:
            self._wake_at(self._next(began))

    def _next(self, began: datetime) -> datetime:
        """Return when to look again: at the next due time, at the latest after the interval.

        What became due while the pass that `began` then was at work is due at once.
        """
        latest = self._ws.clock() + self._every
        try:
            with self._ws.ledger.read() as tx:
                # what is due and waits for its owner must not make the daemon spin
                due = touches.next_due_at(tx, began)
        except VoicenoteError:
            return latest
        return latest if due is None else min(due, latest)
