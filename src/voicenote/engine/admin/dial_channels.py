"""Try the servers of every channel: connect and log in, within a time limit, and send nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from voicenote.delivery.port import Dialled, Dials
from voicenote.engine.admin.check_result import CheckResult, fault, fine
from voicenote.engine.workspace import Workspace
from voicenote.errors import OURS, VoicenoteError

#: Seconds for one step with a server, and for a whole channel: a name server may never answer.
STEP_S, CHANNEL_S = 10.0, 25.0
#: How much two clocks may differ.
SKEW = timedelta(minutes=5)


class _Call(threading.Thread):
    """One channel being tried. A thread, because looking up a name cannot be stopped."""

    def __init__(self, ws: Workspace, name: str, channel: Dials) -> None:
        super().__init__(daemon=True)
        self.name, self.said = name, list[tuple[datetime, Dialled]]()
        self._ws, self._channel = ws, channel
        self.error: VoicenoteError | None = None

    def run(self) -> None:
        try:
            for one in self._channel.dial(STEP_S):
                self.said.append((self._ws.clock(), one))
        except VoicenoteError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            self.error = VoicenoteError(f"it has failed ({type(error).__name__})", OURS)


def dial_channels(ws: Workspace, limit_s: float = CHANNEL_S) -> Iterator[CheckResult]:
    """Try every channel in the settings, all at once; each has `limit_s` seconds."""
    calls = []
    for name in ws.settings.channels:
        try:
            channel: object = ws.channel(name)
        except VoicenoteError:
            continue  # told of as a wrong setting
        if isinstance(channel, Dials):
            calls.append(_Call(ws, name, channel))
            calls[-1].start()
    until = time.monotonic() + limit_s
    for call in calls:
        call.join(max(0.0, until - time.monotonic()))
        yield from _results(call, limit_s)
    yield from _clocks([one for call in calls for one in call.said])


def _results(call: _Call, limit_s: float) -> Iterator[CheckResult]:
    for _, one in list(call.said):
        where = f"{call.name}, {one.purpose} ({one.server})"
        if one.error:
            yield fault("channels", f"{where}: {one.error.what}", one.error.advice)
        else:
            yield fine("channels", f"{where}: {one.answer}")
    if call.error:
        yield fault("channels", f"{call.name}: {call.error.what}", call.error.advice)
    elif call.is_alive():
        what = f"{call.name} did not answer within {limit_s:g} seconds"
        yield fault("channels", what, "check the network and its name server, then try again")


def _clocks(said: list[tuple[datetime, Dialled]]) -> Iterator[CheckResult]:
    """Compare this machine's clock with the servers'; a message from the future tells, too."""
    for here, one in said:
        behind = one.clock - here if one.clock else timedelta(0)
        if one.newest:
            behind = max(behind, one.newest - here) if behind >= timedelta(0) else behind
        if abs(behind) > SKEW:
            way = "behind" if behind > timedelta(0) else "ahead of"
            what = f"this machine's clock is {_length(abs(behind))} {way} that of {one.server}"
            yield fault("clock", what, "set the clock of this machine, and let it be kept right")
            return
    if told := [one.server for _, one in said if one.clock]:
        yield fine("clock", f"it agrees with {told[0]}")


def _length(time_span: timedelta) -> str:
    minutes = round(time_span.total_seconds() / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
