"""The workspace: everything the engine works with. `wiring` makes it; tests make their own."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from voicenote.delivery.port import Channel
from voicenote.ears.port import Ears
from voicenote.engine.customer_clock import CustomerClock, clock_for
from voicenote.engine.tabled_plugins import ears_plugins, writer_plugins
from voicenote.errors import BadSettings
from voicenote.ledger.store import Ledger
from voicenote.ledger.unreadable import reading
from voicenote.model.case import Case, Customer
from voicenote.schedule.clock import Decency
from voicenote.schedule.hours import Hours
from voicenote.schedule.plans import Plan
from voicenote.script.writers.port import Writer
from voicenote.settings import Settings
from voicenote.voice.port import Voice, VoiceInfo

if TYPE_CHECKING:
    from voicenote.engine.ledger_identity import MachineRecords
    from voicenote.sound.piece_cache import Cache


@dataclass(slots=True, kw_only=True)
class Workspace:
    """A ledger, the settings, and makers of everything that is costly to make.

    `clock` returns aware datetimes, `new_id` random hexadecimal ids; `chance` gives the jitter of
    retries; `who` names this machine and process in claims. `whereabouts` tells a ledger from its
    copies; it is None when nothing can be sent, as in a rehearsal. `stopped` tells a run to end.
    """

    home: Path
    settings: Settings
    ledger: Ledger
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    chance: random.Random
    who: str
    plans: Mapping[str, Plan]
    make_voice: Callable[[str, Mapping[str, object]], Voice]
    describe_voices: Callable[[Mapping[str, object]], list[VoiceInfo]]
    make_channel: Callable[[str], Channel]
    make_writer: Callable[[Settings, str], Writer] = writer_plugins.make
    make_ears: Callable[[Settings], Ears] = ears_plugins.make
    whereabouts: MachineRecords | None = None
    stopped: Callable[[], bool] = lambda: False
    paces: dict[tuple[str, str], float | None] = field(default_factory=dict)
    _facts: dict[str, list[VoiceInfo]] = field(default_factory=dict)
    _cache: Cache | None = None
    _ears: Ears | None = None
    _deaf: str | None = None
    _voices: dict[tuple[str, str], Voice] = field(default_factory=dict)
    _channels: dict[str, Channel] = field(default_factory=dict)

    def clock_of(self, customer: Customer) -> CustomerClock:
        """Return a customer's clock from what is known of them, else the owner's."""
        return clock_for(customer, self.settings.owner.time_zone)

    def zone_of(self, case: Case) -> ZoneInfo:
        """Return the time zone of a customer.

        Raises BadData for an invalid zone, which only a damaged row has.
        """
        with reading([case.number]):
            return self.clock_of(case.customer).zone

    def hours_of(self, case: Case) -> Hours:
        """Return when this customer may be disturbed."""
        with reading([case.number]):
            clock = self.clock_of(case.customer)
        return Hours(clock.zone, self.decency, clock.zones)

    @property
    def owner_hours(self) -> Hours:
        """When the owner may be disturbed."""
        return Hours(ZoneInfo(self.settings.owner.time_zone), self.decency)

    @property
    def decency(self) -> Decency:
        """What counts as decent here, from ``[schedule]``."""
        schedule = self.settings.schedule
        return Decency.from_settings(schedule.quiet_hours, schedule.working_days, schedule.holidays)

    def owner_of(self, case: Case) -> str:
        """Return the name of the person responsible for a case."""
        return case.complaint.owner or self.settings.owner.name

    def owner_gender_of(self, case: Case) -> str:
        """Return woman or man for the person responsible for a case; "" when it isn't known."""
        owner = self.settings.owner
        return owner.gender if self.owner_of(case) == owner.name else ""

    def plan(self, name: str) -> Plan:
        """Return a plan by name. Raises BadSettings when there is none."""
        try:
            return self.plans[name]
        except KeyError:
            known = ", ".join(sorted(self.plans))
            raise BadSettings(f"there is no plan {name!r}", f"known: {known}") from None

    def channel(self, name: str) -> Channel:
        """Return a channel, made once and kept open until `close`."""
        if name not in self._channels:
            self._channels[name] = self.make_channel(name)
        return self._channels[name]

    def writer(self, name: str) -> Writer:
        """Return a new writer by name. Raises BadSettings when there is none."""
        return self.make_writer(self.settings, name)

    def voices_for(self, options: Mapping[str, object]) -> list[VoiceInfo]:
        """Return the facts about every voice, read once as each case needs them.

        The number of recordings may be out of date.
        """
        key = repr(sorted(options.items()))
        if key not in self._facts:
            self._facts[key] = self.describe_voices(options)
        return self._facts[key]

    @property
    def cache(self) -> Cache:
        """The cache of what was spoken and encoded before."""
        if self._cache is None:
            from voicenote.sound.piece_cache import Cache

            limit = self.settings.sound.cache_mb * 1_000_000
            self._cache = Cache(self.home / "cache", limit)
        return self._cache

    def voice(self, name: str, options: Mapping[str, object]) -> Voice:
        """Return a voice, made once: some engines can be started only once per process."""
        key = (name, repr(sorted(options.items(), key=lambda item: item[0])))
        if key not in self._voices:
            self._voices[key] = self.make_voice(name, options)
        return self._voices[key]

    @property
    def ears(self) -> Ears:
        """The ears of the settings, made once, as a model takes seconds to load.

        Raises BadSettings when they can't be made.
        """
        if self._ears is None:
            self._ears = self.make_ears(self.settings)
        return self._ears

    @property
    def deaf_because(self) -> str:
        """Why nothing can be listened to; "" if the ears are ready. Looked up once."""
        if self._deaf is None:
            kind = self.settings.ears.kind
            self._deaf = "no ears are set" if kind == "none" else ""
            for info in ears_plugins.describe(self.settings):
                if info.name == kind and not info.ready:
                    self._deaf = f"{info.name} isn't ready; {info.advice}"
        return self._deaf

    def close(self) -> None:
        """Close everything that was opened."""
        if self._ears is not None:
            self._ears.close()
            self._ears = None
        for voice in self._voices.values():
            voice.close()
        for channel in self._channels.values():
            channel.close()
        self._voices.clear()
        self._channels.clear()
        self.ledger.close()
