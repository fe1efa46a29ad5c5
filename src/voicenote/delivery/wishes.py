"""What a person's words wish for, where the channel has told all else; within a limit of time."""

from __future__ import annotations

from dataclasses import replace

from voicenote.deadline import Apart
from voicenote.delivery.email.opt_out_phrases import wish_in
from voicenote.delivery.inbound import Arrival
from voicenote.errors import TookTooLong


def add_wishes(apart: Apart, arrival: Arrival) -> Arrival:
    """Return an arrival with what its words wish for; past the limit, as one that is unread.

    Raises Unavailable when no process can be started to read it in.
    """
    inbound = arrival.inbound
    if inbound is None or inbound.answer is None or not inbound.answer.text:
        return arrival
    if inbound.opt_out:  # it is told already, and must not be lost among words that take too long
        return arrival
    try:
        stop, doubt = apart.do(wish_in, inbound.answer.text)
    except TookTooLong as error:
        return replace(arrival, broken=f"the message cannot be read: {error.what}")
    wished = replace(inbound, opt_out=inbound.opt_out or stop, may_opt_out=doubt)
    return replace(arrival, inbound=wished)
