"""Arrivals cleaned for the database: valid text, limited length, normalised addresses."""

from __future__ import annotations

from dataclasses import replace

from voicenote.addresses import heard_at
from voicenote.delivery.inbound import Arrival

#: How many characters are kept: of a text; of a name, a subject or a mark.
WORDS, LINE = 20_000, 300


def parse_arrival(arrival: Arrival, field: str) -> Arrival:
    """Return an arrival without lone surrogates and NUL, cut to size, with normalised addresses.

    `field` is the customer's column for the channel.
    """
    inbound = arrival.inbound
    if inbound is not None:
        receipt, answer = inbound.receipt, inbound.answer
        if receipt is not None:
            detail = {name: storable_text(str(word), LINE) for name, word in receipt.detail.items()}
            receipt = replace(
                receipt, detail=detail, provider_id=storable_text(receipt.provider_id, LINE)
            )
        if answer is not None:
            answer = replace(answer, text=storable_text(answer.text, WORDS))
        inbound = replace(
            inbound,
            receipt=receipt,
            answer=answer,
            sender=storable_text(inbound.sender, LINE),
            subject=storable_text(inbound.subject, LINE),
            address=heard_at(field, storable_text(inbound.address, LINE)),
            keys=tuple(storable_text(one, LINE) for one in inbound.keys[:20]),
            tokens=inbound.tokens[:20],
            message_ids=tuple(storable_text(one, LINE) for one in inbound.message_ids[:50]),
        )
    return replace(
        arrival,
        inbound=inbound,
        sender=storable_text(arrival.sender, LINE),
        address=heard_at(field, storable_text(arrival.address, LINE)),
        join=storable_text(arrival.join, LINE),
    )


def storable_text(text: str, most: int) -> str:
    """Return a text without lone surrogates and NUL, cut to at most `most` characters."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"
