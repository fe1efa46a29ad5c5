"""Channels that log in by a browser: which of them need it again, and which will soon."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from voicenote.delivery.port import ChannelInfo
from voicenote.engine.workspace import Workspace
from voicenote.errors import VoicenoteError
from voicenote.ledger import run_notes


def ended_logins(ws: Workspace) -> Iterator[tuple[str, str]]:
    """Yield (channel, what it needs) for each whose log-in has ended, or was never made."""
    for name, info in _with_login(ws):
        yield from ((name, f"{name} needs {missing}") for missing in info.missing)


def ending_logins(ws: Workspace) -> Iterator[tuple[str, str]]:
    """Yield (what, cure) for each log-in that ends soon."""
    for _, info in _with_login(ws):
        if info.warning:
            yield info.warning


def warn_once_a_day(ws: Workspace) -> list[tuple[str, str]]:
    """Return what `ending_logins` yields before the first run of a day: cron mails what is said."""
    zone = ZoneInfo(ws.settings.owner.time_zone)
    with ws.ledger.read() as tx:
        last, today = run_notes.last_run(tx), tx.now.astimezone(zone).date()
    if last and last.began.astimezone(zone).date() == today:
        return []
    return list(ending_logins(ws))


def _with_login(ws: Workspace) -> Iterator[tuple[str, ChannelInfo]]:
    for name, declared in ws.settings.channels.items():
        if declared.options.get("login"):
            try:
                yield name, ws.channel(name).info
            except VoicenoteError:
                continue  # told of as a wrong setting
