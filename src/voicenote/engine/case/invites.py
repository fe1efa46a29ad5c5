"""Links by which customers join a channel that they have to join before it may write to them."""

from __future__ import annotations

from dataclasses import dataclass

from voicenote.delivery.inbound import Invites
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.ledger import arrivals, case_store
from voicenote.ledger.snapshots import snapshot


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link for the customer of a case; who opens it is taken for that customer, once."""

    case: int
    customer: str
    channel: str
    link: str


def invite(ws: Workspace, name: str, number: int) -> Invitation:
    """Make the link by which the customer of a case joins a channel; an older one ends.

    What it carries is random, and only its hash is kept. Raises WrongUse for a channel that needs
    none, RuleSaysNo for a customer who opted out, Postponed when the channel cannot be asked.
    """
    channel: object = ws.channel(name)
    if not isinstance(channel, Invites):
        raise WrongUse(f"nobody has to join {name!r}", "see: voicenote channels")
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        gone = snapshot(tx, number, ws.zone_of).opted_out
    if gone:
        raise RuleSaysNo(f"{case.customer.name} wants no more messages", "leave them in peace")
    secret = ws.new_id()
    link = channel.make_link(secret)
    with ws.ledger.write() as tx:
        arrivals.make_link(tx, name, number, secret)
    return Invitation(number, case.customer.name, name, link)
