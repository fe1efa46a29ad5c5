"""Waits for news of all channels that can tell of it, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from voicenote.delivery.inbound import Notifies
from voicenote.engine.workspace import Workspace
from voicenote.errors import VoicenoteError

#: After a channel could not be watched, it is tried again in so many seconds.
REST_S = 300.0
#: A mailbox that does not answer keeps the daemon from ending for so many seconds at most.
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
        """Begin to wait."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End it; a mailbox that does not answer is left behind after a while."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(GOODBYE_S)

    def _watch(self, channel: Notifies) -> None:
        """Tell of each news of a channel until the end.

        What goes wrong is told by the passes, which read the same channel; here it only rests.
        """
        while not self._stop.is_set():
            try:
                for _ in channel.watch(self._stop.is_set):
                    self._on_news()
            except Exception:  # noqa: BLE001 - a slip of one channel must not stop the daemon
                self._stop.wait(REST_S)
            else:
                return


def _watchable_channels(ws: Workspace) -> list[Notifies]:
    """The channels that can wait for news. A wrong one is told by each pass."""
    found: list[Notifies] = []
    for name in ws.settings.channels:
        try:
            channel: object = ws.channel(name)
        except VoicenoteError:
            continue
        if isinstance(channel, Notifies):
            found.append(channel)
    return found
