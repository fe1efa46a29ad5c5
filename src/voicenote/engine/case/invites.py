"""Invite links, for channels that customers must join before they can get messages there."""

from __future__ import annotations

from dataclasses import dataclass

from voicenote.delivery.inbound import Invites
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.ledger import arrivals, case_store, optouts


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link for the customer of a case; whoever opens it is taken for that customer, once."""

    case: int
    customer: str
    channel: str
    link: str


def invite(ws: Workspace, name: str, number: int) -> Invitation:
    """Make a link with which a case's customer joins a channel; an older one stops working.

    It carries a random secret, of which only the hash is kept. Raises WrongUse for a channel that
    nobody has to join, RuleSaysNo for a customer who opted out, and Postponed when the channel
    can't be reached.
    """
    channel: object = ws.channel(name)
    if not isinstance(channel, Invites):
        raise WrongUse(f"nobody has to join {name!r}", "see: voicenote channels")
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        gone = optouts.has_opted_out(tx, number)
    if gone:
        raise RuleSaysNo(f"{case.customer.name} wants no more messages", "leave them in peace")
    secret = ws.new_id()
    link = channel.make_link(secret)
    with ws.ledger.write() as tx:
        arrivals.make_link(tx, name, number, secret)
    return Invitation(number, case.customer.name, name, link)
