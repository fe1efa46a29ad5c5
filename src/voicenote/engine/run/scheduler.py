"""The daemon: runs without cron. APScheduler is the clock, the ledger is the schedule.

It wakes at the next due time, when a mailbox has news, and at a regular interval to be safe. It
keeps no state that matters, so killing it loses nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from voicenote.delivery.inbound import Notifies
from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, Restarting, SchemaChanged, TryAgain, VoicenoteError
from voicenote.ledger import touches
from voicenote.ledger.run_notes import BY_DAEMON

#: How many seconds to wait before retrying a channel that could not be watched.
REST_S = 300.0
#: How many seconds a mailbox that doesn't answer can delay the end of the daemon.
GOODBYE_S = 5.0


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
            number: signal.signal(number, lambda *_: self._stop.set())
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
                self._pass, "date", run_date=when, id="pass", replace_existing=True
            )

    def _pass(self) -> None:
        with self._one:
            if not self._stop.is_set():
                self._run_once()

    def _run_once(self) -> None:
        began = self._ws.clock()
        self._news.clear()
        try:
            self._renew()
            turn = one_pass(self._ws, clock_is_right=self._clock_is_right, by=BY_DAEMON)
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


class Watchers:
    """Calls `on_news` whenever a channel of `ws` has news, from `start` until `stop`."""

    def __init__(self, ws: Workspace, on_news: Callable[[], None]) -> None:
        self._on_news = on_news
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        for name in ws.settings.channels:
            with suppress(VoicenoteError):  # each run reports one that is set up wrongly
                channel: object = ws.channel(name)
                if isinstance(channel, Notifies):
                    thread = threading.Thread(target=self._watch, args=[channel], daemon=True)
                    self._threads.append(thread)

    def start(self) -> None:
        """Start waiting."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop waiting; a mailbox that doesn't answer is abandoned after a while."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(GOODBYE_S)

    def _watch(self, channel: Notifies) -> None:
        """Report each news of a channel until the end.

        Errors are reported by the runs, which read the same channel; here it only pauses.
        """
        while not self._stop.is_set():
            try:
                for _ in channel.watch(self._stop.is_set):
                    self._on_news()
            except Exception:  # noqa: BLE001 - an error in one channel must not stop the daemon
                self._stop.wait(REST_S)
            else:
                return


class Renewal:
    """Reopens the workspace with `open_anew` when the settings `file` has changed."""

    def __init__(self, file: Path, open_anew: Callable[[], Workspace]) -> None:
        self._file = file
        self._open_anew = open_anew
        self._seen = _content(file)

    def look(self) -> Workspace | None:
        """Return a workspace with the new settings; None when they have not changed.

        Raises what `open_anew` raises: BadSettings once for each content of the file, and other
        errors, which may pass, each time. The old settings stay in use then.
        """
        found = _content(self._file)
        if found == self._seen:
            return None
        try:
            ws = self._open_anew()
        except BadSettings as error:
            self._seen = found
            what = f"the changed settings are not used: {error.what}"
            raise BadSettings(what, error.advice, error.problems) from error
        self._seen = found
        return ws


def _content(file: Path) -> bytes | None:
    """Return the file's content; its time would miss two changes in one second."""
    try:
        return file.read_bytes()
    except OSError:
        return None
