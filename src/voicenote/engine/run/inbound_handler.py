"""Handling of arrivals: parse, correlate, interpret, apply; each once, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicenote.addresses import heard_at
from voicenote.delivery.inbound import Arrival, Inbound, Polls
from voicenote.engine.run.apply_arrival import ArrivalWriter
from voicenote.engine.run.arrival_text import sent_to, without_ours
from voicenote.engine.run.correlate import Finder, Matched, Source, locate
from voicenote.engine.run.interpret_arrival import SetApart, interpret_arrival, matters
from voicenote.engine.workspace import Workspace
from voicenote.ledger import arrivals
from voicenote.ledger.store import Transaction

#: How many characters are kept: of a text; of a name, a subject or a mark.
WORDS, LINE = 20_000, 300
#: How many files of a message are noted.
FILES = 50


@dataclass(slots=True)
class InboundHandler:
    """Handles the arrivals of one channel."""

    ws: Workspace
    source: Source
    finder: Finder

    @classmethod
    def of(cls, ws: Workspace, name: str, channel: Polls) -> InboundHandler:
        """Return the handler for a channel of this workspace."""
        source = Source(name=name, field=channel.field, is_mailbox=channel.is_mailbox)
        own = heard_at(channel.field, ws.settings.owner.email) if channel.is_mailbox else ""
        return cls(ws, source, Finder(source, source.mark(own)))

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
            if arrival.joins:
                return ArrivalWriter(self.ws, tx, self.source, arrival).join()
            if arrival.inbound and arrival.inbound.moved_to:
                return ArrivalWriter(self.ws, tx, self.source, arrival).move()
            matched = self._find(tx, arrival.inbound)
            located = locate(self.ws, tx, self.source, matched)
            arrival = without_ours(arrival, sent_to(self.ws, tx, matched.concerned))
            writer = ArrivalWriter(self.ws, tx, self.source, arrival)
            return writer.apply(interpret_arrival(self.source, arrival, matched, located))

    def set_apart(self, arrival: Arrival, why: str) -> str:
        """Keep an arrival that could not be handled, so it is neither lost nor blocks others."""
        arrival = parse_arrival(arrival, self.source.field)
        with self.ws.ledger.write("voicenote") as tx:
            arrivals.advance(tx, self.source.name, arrival.place)
            return ArrivalWriter(self.ws, tx, self.source, arrival).apply(SetApart(why=why))

    def why_ignored(self, arrival: Arrival) -> str:
        """Return in a sentence why an arrival, which was handled, has changed nothing."""
        arrival = parse_arrival(arrival, self.source.field)
        inbound, name = arrival.inbound, arrival.sender or arrival.address
        whose = f"The message from {name}" if name else "The message"
        with self.ws.ledger.read() as tx:
            source = self.source
            if arrivals.is_kept(tx, source.name, arrival.mark, everywhere=source.is_mailbox):
                return f"{whose} was taken in before."
            if inbound is None or not (inbound.receipt or inbound.opt_out):
                return f"{whose} holds no answer, and no news of one that you sent."
            return f"{whose} was not kept: {self._find(tx, inbound).why}."

    def _find(self, tx: Transaction, inbound: Inbound | None) -> Matched:
        return self.finder.find(tx, inbound) if inbound else Matched()


def parse_arrival(arrival: Arrival, field: str) -> Arrival:
    """Return an arrival without lone surrogates and NUL, cut to size, with normalised addresses.

    `field` is the customer's column for the channel.
    """

    def line(text: str) -> str:
        return storable_text(text, LINE)

    inbound = arrival.inbound
    if inbound is not None:
        receipt, answer = inbound.receipt, inbound.answer
        if receipt is not None:
            detail = {name: line(str(value)) for name, value in receipt.detail.items()}
            receipt = replace(receipt, detail=detail, provider_id=line(receipt.provider_id))
        if answer is not None:
            answer = replace(answer, text=storable_text(answer.text, WORDS))
        inbound = replace(
            inbound,
            receipt=receipt,
            answer=answer,
            sender=line(inbound.sender),
            subject=line(inbound.subject),
            address=heard_at(field, line(inbound.address)),
            aliases=tuple(heard_at(field, line(one)) for one in inbound.aliases[:10]),
            moved_to=tuple(heard_at(field, line(one)) for one in inbound.moved_to[:10]),
            whole=storable_text(inbound.whole, WORDS),
            texts=tuple(storable_text(one, WORDS) for one in inbound.texts[:50]),
            wrapped=tuple(storable_text(one, LINE) for one in inbound.wrapped[:200]),
            keys=tuple(map(line, inbound.keys[:20])),
            tokens=inbound.tokens[:20],
            message_ids=tuple(map(line, inbound.message_ids[:50])),
            files=tuple(
                replace(
                    file,
                    source=storable_text(file.source, LINE),
                    name=" ".join(storable_text(file.name, 120).split()),
                    media_type=storable_text(file.media_type, 120),
                )
                for file in inbound.files[:FILES]
            ),
        )
    return replace(
        arrival,
        inbound=inbound,
        sender=line(arrival.sender),
        address=heard_at(field, line(arrival.address)),
        join=line(arrival.join),
    )


def storable_text(text: str, most: int) -> str:
    """Return a text without lone surrogates and NUL, cut to at most `most` characters."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"
