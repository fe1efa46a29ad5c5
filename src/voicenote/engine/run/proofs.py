"""Proofs: what a customer would get is sent to the owner instead, and nothing else changes.

A proof has its own key and kind, which no message to a customer has. So whatever comes back for
it (a click, a reply, a bounce) doesn't count as an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from voicenote import addresses
from voicenote.engine.case.case_script import MEMO, slot_of
from voicenote.engine.run.parcels import pack_parcel
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo, WrongUse
from voicenote.ledger import arrivals, case_store, optouts, scripts, touches
from voicenote.model.address import NUMBERS, PHONE, Address, mark
from voicenote.model.case import Customer
from voicenote.model.touch import TouchKind
from voicenote.plugins import FALLBACK

#: The start of a proof's key, and its kind; no message to a customer has either.
PROOF = "proof"
#: How many proofs are sent at once at most, to spare the owner's mailbox.
MOST = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that was sent: its case, kind, channel and recipient."""

    case: int
    kind: str
    channel: str
    to: str


def prove(ws: Workspace, numbers: Sequence[int], to: str, channel: str = "") -> Iterator[Proof]:
    """Send the newest memo of each case `to` the owner, approved or not; the customer gets nothing.

    It goes by `channel`, else by the first for such an address, else to the outbox. Raises
    RuleSaysNo for a case without a memo and for an address that isn't yours, and what the channel
    raises.
    """
    found = require_own_address(ws, to)
    for number in numbers:
        yield _prove(ws, number, TouchKind.MEMO, MEMO, found, channel)


def prove_due(ws: Workspace, to: str) -> Iterator[Proof]:
    """Send `to` the owner what the next run would send, at most `MOST` messages.

    Follow-ups that are composed only when they are sent are left out. Raises as `prove` does.
    """
    found = require_own_address(ws, to)
    with ws.ledger.read() as tx:
        due = [touches.get(tx, number) for number, _ in touches.due_numbers(tx)]
    wanted = [touch for touch in due if touch.kind is not TouchKind.NUDGE]
    for touch in wanted[:MOST]:
        try:
            yield _prove(ws, touch.case, touch.kind, slot_of(touch), found, "")
        except RuleSaysNo:
            if slot_of(touch) == MEMO:
                raise


def address_for(ws: Workspace, to: str) -> Address:
    """Return the address that a proof goes to: of all that `to` can mean, one a channel takes.

    Raises WrongUse when `to` isn't an address.
    """
    owner = ws.settings.owner
    try:
        read = addresses.read_addresses(to, addresses.region_of(owner.time_zone, owner.language))
    except BadData as error:
        raise WrongUse(
            f"--to {to!r} isn't an address that a proof can go to",
            "give --to your email address, your telephone number, or your chat of Telegram",
        ) from error
    return next((one for one in read if way_to(ws, one) != FALLBACK), read[0])


def require_own_address(ws: Workspace, to: str) -> Address:
    """Return the address; raise RuleSaysNo when a proof would reach a customer.

    The words may not even be approved.
    """
    found = address_for(ws, to)
    if found.mark == mark(addresses.heard_at("email", ws.settings.owner.email)):
        return found
    with ws.ledger.read() as tx:
        at_home = optouts.cases_at_home(tx, addresses.at_home(to))
        if at_home or not arrivals.is_strangers(tx, found.mark):
            raise RuleSaysNo(
                f"{to} is the address of a customer, or of somebody who opted out",
                "a proof goes to you: give another address of your own, or set [owner] email",
            )
    return found


def way_to(ws: Workspace, to: Address) -> str:
    """Return the first channel for such an address, else the outbox."""
    kinds = NUMBERS if to.kind == PHONE else (to.kind,)
    person = Customer(name="owner", addresses=tuple(Address(kind, to.value) for kind in kinds))
    for name in ws.settings.channels:
        channel = ws.channel(name)
        if channel.info.folder is None and channel.address(person) == to.value:
            return name
    return FALLBACK


def _prove(
    ws: Workspace, number: int, kind: TouchKind, slot: str, to: Address, channel: str
) -> Proof:
    way = channel or way_to(ws, to)
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        found = scripts.drafts(tx, [number], slot=slot).get((number, case.round))
        if found is None:
            raise RuleSaysNo(f"case {number} has no script yet", f"voicenote script {number}")
        parcel = pack_parcel(ws, case, found, kind, f"{PROOF}-{ws.new_id()[:16]}", to.value, tx.now)
    who = case.customer.name
    proof = replace(
        parcel,
        kind=PROOF,
        customer=ws.owner_of(case) or "owner",
        subject=f"[PROOF, not sent to {who}] {parcel.subject}",
        text=f"[Proof of case {number}: this has not been sent to {who}.]\n\n{parcel.text}",
    )
    ws.channel(way).send(proof, lambda: None)  # a proof changes no message
    with ws.ledger.write() as tx:
        tx.tell("proof_sent", number, slot=slot, channel=way)
    return Proof(number, kind.value, way, to.value)
