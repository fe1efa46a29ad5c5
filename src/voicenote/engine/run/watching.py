"""Waiting for news of all channels that can notify, each in its own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from voicenote.delivery.inbound import Notifies
from voicenote.engine.workspace import Workspace
from voicenote.errors import VoicenoteError

#: How many seconds to wait before retrying a channel that could not be watched.
REST_S = 300.0
#: How many seconds a mailbox that doesn't answer can delay the end of the daemon.
GOODBYE_S = 5.0


class Watchers:
    """Calls `on_news` whenever a channel of `ws` has news, from `start` until `stop`."""

    def __init__(self, ws: Workspace, on_news: Callable[[], None]) -> None:
        self._on_news = on_news
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=[one], daemon=True)
            for one in _watchable_channels(ws)
        ]

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


def _watchable_channels(ws: Workspace) -> list[Notifies]:
    """Return the channels that can wait for news. Each run reports one that is set up wrongly."""
    found: list[Notifies] = []
    for name in ws.settings.channels:
        try:
            channel: object = ws.channel(name)
        except VoicenoteError:
            continue
        if isinstance(channel, Notifies):
            found.append(channel)
    return found
