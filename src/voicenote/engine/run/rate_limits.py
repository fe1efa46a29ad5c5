"""Sending limits per run, hour and domain, and the pause when too many messages fail.

All but the limit per run are counted from the ledger, in the transaction that claims a message, so
a restart forgets nothing. What a limit holds back stays due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from voicenote.engine.login_state import ended_logins
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings
from voicenote.ledger import attempts, pauses, touches
from voicenote.ledger.pauses import Pause
from voicenote.ledger.store import Transaction
from voicenote.model.touch import TouchState
from voicenote.plugins import FALLBACK
from voicenote.settings import Settings

HOUR = timedelta(hours=1)
#: How far back failures are counted.
WINDOW = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """The limits of one channel; 0 means no limit."""

    per_run: int = 0
    per_hour: int = 0
    per_domain: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReason:
    """Why a due message stays due. `until` is when it may go; None means a person has to act.

    `domain` is the mark of the only domain that is full; "" means the whole channel.
    """

    channel: str
    why: str
    until: datetime | None = None
    domain: str = ""


@dataclass(slots=True)
class Quota:
    """What one run may still send. It remembers what is full, as ten thousand may have to wait.

    `remembered`: whether this machine already knows that a run has begun to send.
    """

    sent: Counter[str] = field(default_factory=Counter)
    remembered: bool = False
    full: dict[tuple[str, str], HoldReason] = field(default_factory=dict)

    def shut(self, channel: str | None) -> HoldReason | None:
        """Return why this channel sends nothing more in this run, or None."""
        return None if channel is None else self.full.get((channel, ""))

    @property
    def shut_channels(self) -> frozenset[str]:
        """The channels that send nothing more in this run."""
        return frozenset(channel for channel, domain in self.full if not domain)

    def known(self, channel: str, address: str) -> HoldReason | None:
        """Return why this channel sends no more to `address` in this run, as far as is known."""
        return self.shut(channel) or self.full.get((channel, attempts.domain_mark(address)))

    def hindrance(
        self, ws: Workspace, tx: Transaction, channel: str, address: str
    ) -> HoldReason | None:
        """Return why a message to `address` may not be sent by `channel` now, or None."""
        found = self.known(channel, address) or _hindrance(
            ws, tx, channel, address, self.sent[channel]
        )
        if found is not None:
            self.full[channel, found.domain] = found
        return found


def limits_of(settings: Settings, channel: str, *, in_folder: bool) -> RateLimits:
    """Return the limits of a channel: its own, else those of ``[policy]``; a folder has none."""
    declared, policy = settings.channels.get(channel), settings.policy

    def limit(name: str) -> int:
        own: int | None = getattr(declared, name, None)
        common: int = 0 if declared is None or in_folder else getattr(policy, name)
        return common if own is None else own

    return RateLimits(
        per_run=limit("per_run"), per_hour=limit("per_hour"), per_domain=limit("per_domain")
    )


def _hindrance(
    ws: Workspace, tx: Transaction, channel: str, address: str, sent: int
) -> HoldReason | None:
    for pause in pauses.list_paused(tx):
        if pause.channel == channel:
            return HoldReason(channel=channel, why=f"{pause.told}; {pause.cure}")
    in_folder = ws.channel(channel).info.folder is not None
    limits = limits_of(ws.settings, channel, in_folder=in_folder)
    if limits.per_run and sent >= limits.per_run:
        why = f"limit of {limits.per_run} a run by {channel}"
        return HoldReason(channel=channel, why=why, until=tx.now)
    domain = attempts.domain_mark(address)
    for most, mark, where in (
        (limits.per_hour, "", ""),
        (limits.per_domain if domain else 0, domain, f" to {address.rpartition('@')[2]}"),
    ):
        if not most:
            continue
        gone, first = attempts.gone_since(tx, channel, tx.now - HOUR, most, mark)
        if gone >= most:
            why = f"limit of {most} an hour{where} by {channel}"
            until = (first or tx.now) + HOUR
            return HoldReason(channel=channel, why=why, until=until, domain=mark)
    return None


def not_set_up(ws: Workspace, channels: set[str]) -> dict[tuple[str, str], HoldReason]:
    """Return why nothing is sent by those of `channels` that were renamed or removed.

    Nor by those whose log-in has ended: what is due stays due until a person logs in.
    """
    found = {
        (name, ""): HoldReason(channel=name, why=needs)
        for name, needs in ended_logins(ws)
        if name in channels
    }
    for name in channels - {FALLBACK, *ws.settings.channels}:
        try:
            ws.channel(name)
        except BadSettings as error:
            cure = f"voicenote plan --from {name} --by NAME, or set up [channels.{name}] again"
            found[name, ""] = HoldReason(channel=name, why=f"{error.what}; {cure}")
    return found


def must_pause(tried: int, failed: int, share: float, after: int) -> bool:
    """Whether that many failures of that many messages pause a channel. Pure."""
    return tried >= after and failed * 100 > share * tried


def worst(
    found: Mapping[str, tuple[int, int]], share: float, after: int
) -> tuple[str, int, int] | None:
    """Return (batch, tried, failed) of what pauses one channel, or None. Pure.

    Each batch is judged on its own, so a day of good messages can't hide one bad list; then all
    together, so many small bad lists don't slip through. `found` is (tried, failed) by batch.
    """
    bad = [(batch, *each) for batch, each in found.items() if must_pause(*each, share, after)]
    tried, failed = (sum(each[n] for each in found.values()) for n in (0, 1))
    if must_pause(tried, failed, share, after):
        bad.append(("", tried, failed))
    named = [each for each in bad if each[0]]
    return max(named or bad, key=lambda each: each[2], default=None)


def pause_channels(ws: Workspace) -> list[Pause]:
    """Pause each channel whose messages fail too often; return the new pauses."""
    policy = ws.settings.policy
    with ws.ledger.read() as tx:
        paused = {one.channel for one in pauses.list_paused(tx)}
        counted = attempts.count_failures(tx, tx.now - WINDOW)
    wanted = {
        channel: found
        for channel, batches in counted.items()
        if channel not in paused
        and (found := worst(batches, policy.pause_share, policy.pause_after)) is not None
    }
    if not wanted:
        return []
    with ws.ledger.write("voicenote") as tx:
        for channel, (batch, tried, failed) in wanted.items():
            pauses.pause(tx, channel, tried, failed, batch)
        return [one for one in pauses.list_paused(tx) if one.channel in wanted]


def list_paused(ws: Workspace) -> list[Pause]:
    """Return the current pauses, in order of channel."""
    with ws.ledger.read() as tx:
        return pauses.list_paused(tx)


def list_pauses_of(ws: Workspace, cases: Collection[int]) -> list[Pause]:
    """Return the pauses of the channels by which due messages of these cases go."""
    with ws.ledger.read() as tx:
        due = [one for one in touches.of_cases(tx, sorted(cases)) if one.state is TouchState.DUE]
        channels = {one.channel for one in due}
        return [one for one in pauses.list_paused(tx) if one.channel in channels]


def resume_channels(ws: Workspace, channels: tuple[str, ...]) -> list[Pause]:
    """End the pauses of these channels, after a person's look; return those that ended."""
    with ws.ledger.write() as tx:
        ended = [one for one in pauses.list_paused(tx) if one.channel in channels]
        pauses.resume(tx, [one.channel for one in ended])
    return ended
