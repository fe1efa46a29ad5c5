"""Takes arrivals in: parse, correlate, interpret, apply; each once, in one transaction."""

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
    """Takes in what came by one channel."""

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
        """Take one arrival in; return what it was: a kind, "" for what changes nothing.

        All that follows is kept together with the place up to which the channel was read, so that
        whoever dies here has done all of it or nothing.
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
        """Keep what could not be taken in, so that it is neither lost nor in the way."""
        arrival = parse_arrival(arrival, self.source.field)
        with self.ws.ledger.write("voicenote") as tx:
            arrivals.advance(tx, self.source.name, arrival.place)
            return ArrivalWriter(self.ws, tx, self.source, arrival).apply(SetApart(why=why))

    def _find(self, tx: Transaction, inbound: Inbound | None) -> Matched:
        return self.finder.find(tx, inbound) if inbound else Matched()
