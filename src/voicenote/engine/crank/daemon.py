"""Passes without cron: APScheduler is the clock, the ledger is the schedule.

It wakes at the next due time, when a mailbox has news, and at an interval as the safety net; it
keeps no state that matters, so killing it loses nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from voicenote.delivery.arrivals import Watches
from voicenote.engine.crank.turn import Turn, one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import Restarting, SchemaChanged, TryAgain, VoicenoteError
from voicenote.ledger import touches

#: The one job's name in APScheduler.
JOB = "pass"
#: After a channel could not be watched, it is tried again in so many seconds.
REST_S = 300.0
#: A mailbox that does not answer keeps the daemon from ending for so many seconds at most.
GOODBYE_S = 5.0


class Daemon:
    """Passes until it is told to stop. `tell` is given what each pass did, or its error.

    `clock_is_right`: a person says so, of the clock as it is when the first pass begins.
    """

    def __init__(
        self,
        ws: Workspace,
        *,
        every_s: float,
        tell: Callable[[Turn | VoicenoteError], None],
        clock_is_right: bool = False,
    ) -> None:
        self._ws = ws
        self._every = timedelta(seconds=every_s)
        self._tell = tell
        self._clock_is_right = clock_is_right
        self._stop = threading.Event()
        self._news = threading.Event()
        self._booking, self._one = threading.Lock(), threading.Lock()
        self._scheduler: Any = None
        self._over: SchemaChanged | None = None

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the pass under way is finished first.

        One that is reading reads no further than the message it is at, and sends nothing then.
        Raises SchemaChanged when a newer release has taken the ledger over.
        """
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            # Two: a pass books the next one before it has quite ended, and with one instance a
            # job that is due at that moment is thrown away for good. `_one` lets them in turn.
            job_defaults={"max_instances": 2, "coalesce": True, "misfire_grace_time": None},
        )
        self._ws.stopped = self._stop.is_set
        previous = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        self._scheduler.start()
        watchers = [
            threading.Thread(target=self._watch, args=[one], daemon=True) for one in self._watched()
        ]
        try:
            self._wake_at(self._ws.clock())
            for watcher in watchers:
                watcher.start()
            self._stop.wait()
        finally:
            self._stop.set()
            self._scheduler.shutdown(wait=True)
            for watcher in watchers:
                if watcher.ident is not None:
                    watcher.join(GOODBYE_S)
            for number, handler in previous.items():
                signal.signal(number, handler)
        if self._over is not None:
            raise self._over

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _watched(self) -> list[Watches]:
        """The channels that can wait for news. A wrong one is told by each pass."""
        found: list[Watches] = []
        for name in self._ws.settings.channels:
            try:
                channel: object = self._ws.channel(name)
            except VoicenoteError:
                continue
            if isinstance(channel, Watches):
                found.append(channel)
        return found

    def _watch(self, channel: Watches) -> None:
        """Wake a pass whenever a channel has news, until the daemon ends.

        What goes wrong is told by the passes, which read the same channel; here it only rests.
        """
        while not self._stop.is_set():
            try:
                for _ in channel.news(self._stop.is_set):
                    self._news.set()
                    self._wake_at(self._ws.clock())
            except Exception:  # noqa: BLE001 - a slip of one channel must not stop the daemon
                self._stop.wait(REST_S)
            else:
                return

    def _wake_at(self, moment: datetime) -> None:
        with self._booking:
            if self._stop.is_set():
                return
            # news that came since the pass began must not wait for the next due time
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
            turn = one_pass(self._ws, clock_is_right=self._clock_is_right)
            self._clock_is_right = False
            self._tell(turn)
        except SchemaChanged as error:
            self._over = error
            self._stop.set()
        except VoicenoteError as error:
            # another pass at work does what this one would have done
            if isinstance(error, Restarting) or not isinstance(error, TryAgain):
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
