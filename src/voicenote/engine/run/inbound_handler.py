"""Handling of arrivals: parse, correlate, interpret, apply; each once, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from voicenote.delivery.inbound import Arrival, Inbound, Polls
from voicenote.engine.run.apply_arrival import ArrivalWriter
from voicenote.engine.run.arrival_text import parse_arrival
from voicenote.engine.run.correlate import Finder, Matched, Source, locate
from voicenote.engine.run.interpret_arrival import SetApart, interpret_arrival, matters
from voicenote.engine.workspace import Workspace
from voicenote.ledger import arrivals
from voicenote.ledger.store import Transaction


@dataclass(slots=True)
class InboundHandler:
    """Handles the arrivals of one channel."""

    ws: Workspace
    source: Source
    finder: Finder

    @classmethod
    def of(cls, ws: Workspace, name: str, channel: Polls) -> InboundHandler:
        """Return the handler for a channel of this workspace."""
        own = ws.settings.owner.email if channel.is_mailbox else ""
        source = Source(name=name, field=channel.field, is_mailbox=channel.is_mailbox)
        return cls(ws, source, Finder(name, channel.field, own))

    def take(self, arrival: Arrival) -> str:
        """Handle one arrival; return its kind, or "" when it changes nothing.

        All changes are kept together with the channel's reading position, so a crash leaves either
        all of them or none.
        """
        arrival = parse_arrival(arrival, self.source.field)
        with self.ws.ledger.read() as tx:
            if not matters(self.source, arrival, self._find(tx, arrival.inbound)):
                return ""
        with self.ws.ledger.write("voicenote") as tx:
            arrivals.advance(tx, self.source.name, arrival.place)
            writer = ArrivalWriter(self.ws, tx, self.source, arrival)
            if arrival.joins:
                return writer.join()
            matched = self._find(tx, arrival.inbound)
            located = locate(self.ws, tx, self.source, matched)
            return writer.apply(interpret_arrival(self.source, arrival, matched, located))

    def set_apart(self, arrival: Arrival, why: str) -> str:
        """Keep an arrival that could not be handled, so it is neither lost nor blocks others."""
        arrival = parse_arrival(arrival, self.source.field)
        with self.ws.ledger.write("voicenote") as tx:
            arrivals.advance(tx, self.source.name, arrival.place)
            return ArrivalWriter(self.ws, tx, self.source, arrival).apply(SetApart(why=why))

    def _find(self, tx: Transaction, inbound: Inbound | None) -> Matched:
        return self.finder.find(tx, inbound) if inbound else Matched()
