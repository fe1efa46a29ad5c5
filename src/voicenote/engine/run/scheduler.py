"""The daemon: runs without cron. APScheduler is the clock, the ledger is the schedule.

It wakes at the next due time, when a mailbox has news, and at a regular interval to be safe. It
keeps no state that matters, so killing it loses nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from voicenote.engine.run.renewal import Renewal
from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.engine.run.watching import Watchers
from voicenote.engine.workspace import Workspace
from voicenote.errors import Restarting, SchemaChanged, TryAgain, VoicenoteError
from voicenote.ledger import touches

#: The name of the only job in APScheduler.
JOB = "pass"


class Daemon:
    """Runs until it is told to stop. `tell` gets the result of each run, or its error.

    `clock_is_right`: a person says so, about the clock when the first run begins. With a
    `renewal`, changed settings are taken up before the next run. The workspace is closed at the
    end.
    """

    def __init__(
        self,
        ws: Workspace,
        *,
        every_s: float,
        tell: Callable[[Turn | VoicenoteError], None],
        clock_is_right: bool = False,
        renewal: Renewal | None = None,
    ) -> None:
        self._ws = ws
        self._renewal = renewal
        self._watchers = Watchers(ws, self._on_news)
        self._every = timedelta(seconds=every_s)
        self._tell = tell
        self._clock_is_right = clock_is_right
        self._stop = threading.Event()
        self._news = threading.Event()
        self._booking, self._one = threading.Lock(), threading.Lock()
        self._scheduler: Any = None
        self._over: SchemaChanged | None = None

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the current run is finished first.

        A run that is reading stops after the current message, and then sends nothing. Raises
        SchemaChanged when a newer release has taken over the ledger.
        """
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            # Two: a run books the next one just before it ends. With one instance, a job due then
            # would be dropped for good. `_one` lets only one run at a time.
            job_defaults={"max_instances": 2, "coalesce": True, "misfire_grace_time": None},
        )
        self._ws.stopped = self._stop.is_set
        previous = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        self._scheduler.start()
        try:
            self._watchers.start()
            self._wake_at(self._ws.clock())
            self._stop.wait()
        finally:
            self._stop.set()
            self._scheduler.get_jobs()  # waits for a hand-over, which would fail during a shutdown
            self._scheduler.shutdown(wait=True)
            self._watchers.stop()
            self._ws.close()
            for number, handler in previous.items():
                signal.signal(number, handler)
        if self._over is not None:
            raise self._over

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _on_news(self) -> None:
        self._news.set()
        self._wake_at(self._ws.clock())

    def _renew(self) -> None:
        """Switch to changed settings, if there are any and they are valid."""
        try:
            renewed = self._renewal.look() if self._renewal else None
        except VoicenoteError as error:
            self._tell(error)
            return
        if renewed is not None:
            self._watchers.stop()
            self._ws.close()
            self._ws = renewed
            renewed.stopped = self._stop.is_set
            self._watchers = Watchers(renewed, self._on_news)
            self._watchers.start()

    def _wake_at(self, moment: datetime) -> None:
        with self._booking:
            if self._stop.is_set():
                return
            # news that came since the run began must not wait for the next due time
            when = self._ws.clock() if self._news.is_set() else moment
            self._scheduler.add_job(
                self._pass, "date", run_date=when, id=JOB, replace_existing=True
            )

    def _pass(self) -> None:
        with self._one:
            if not self._stop.is_set():
                self._made()

    def _made(self) -> None:
        began = self._ws.clock()
        self._news.clear()
        try:
            self._renew()
            turn = one_pass(self._ws, clock_is_right=self._clock_is_right)
            self._clock_is_right = False
            self._tell(turn)
        except SchemaChanged as error:
            self._over = error
            self._stop.set()
        except VoicenoteError as error:
            # the other run does what this one would have done
            if isinstance(error, Restarting) or not isinstance(error, TryAgain):
                self._tell(error)
        finally:
            self._wake_at(self._next(began))

    def _next(self, began: datetime) -> datetime:
        """Return when to look again: at the next due time, at the latest after the interval.

        What became due after the run `began` is due at once.
        """
        latest = self._ws.clock() + self._every
        try:
            with self._ws.ledger.read() as tx:
                # what is due and waits for its owner must not make the daemon spin
                due = touches.next_due_at(tx, began)
        except VoicenoteError:
            return latest
        return latest if due is None else min(due, latest)
