"""Proofs: what a customer would get goes to the owner instead, and nothing else changes.

A proof has a key of its own that is no touch's, and is of no touch's kind. So whatever comes back
for it (a click, a reply, a bounce) is nobody's answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from voicenote.engine.crank.parcels import packed
from voicenote.engine.memo.drafting import MEMO, slot_of
from voicenote.engine.workspace import OUTBOX, Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import arrivals, cases, scripts, touches
from voicenote.model.case import Customer
from voicenote.model.touch import TouchKind

#: What the key of a proof begins with, and its kind: that of a touch is neither.
PROOF = "proof"
#: How many proofs go out at once at most: the owner's mailbox is no batch.
MOST = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that has left: of which case and what, by which channel, to whom."""

    case: int
    kind: str
    channel: str
    to: str


def prove(ws: Workspace, numbers: Sequence[int], to: str, channel: str = "") -> Iterator[Proof]:
    """Send the newest memo of each case `to` the owner, approved or not; the customer gets nothing.

    By `channel`, else by the first for such an address, else into the outbox. Raises RuleSaysNo for
    a case without a memo and for an address that is not yours, and what the channel raises.
    """
    _refuse_others(ws, to)
    for number in numbers:
        yield _prove(ws, number, TouchKind.MEMO, MEMO, to, channel)


def prove_due(ws: Workspace, to: str, channel: str = "") -> Iterator[Proof]:
    """Send what the next pass would send `to` the owner instead, at most `MOST`.

    Words that are made only when they leave are left out. Raises as `prove` does.
    """
    _refuse_others(ws, to)
    with ws.ledger.read() as tx:
        due = [touches.get(tx, number) for number, _ in touches.due_numbers(tx)]
    wanted = [touch for touch in due if touch.kind is not TouchKind.NUDGE]
    for touch in wanted[:MOST]:
        try:
            yield _prove(ws, touch.case, touch.kind, slot_of(touch), to, channel)
        except RuleSaysNo:
            if slot_of(touch) == MEMO:
                raise


def _refuse_others(ws: Workspace, to: str) -> None:
    """Raise RuleSaysNo where a proof would reach a customer: it may not even be approved."""
    if to.strip().casefold() == ws.settings.owner.email.strip().casefold():
        return
    with ws.ledger.read() as tx:
        if not arrivals.is_strangers(tx, to):
            raise RuleSaysNo(
                f"{to} is the address of a customer, or of somebody who opted out",
                "a proof goes to you: give another address of your own, or set [owner] email",
            )


def way_to(ws: Workspace, to: str) -> str:
    """Return the first channel for such an address, else the outbox."""
    email = "@" in to.lstrip("@")
    person = (
        Customer(name="owner", email=to)
        if email
        else Customer(name="owner", phone=to, telegram=to, whatsapp=to)
    )
    for name, declared in ws.settings.channels.items():
        if declared.kind != OUTBOX and ws.channel(name).address(person) == to:
            return name
    return OUTBOX


def _prove(ws: Workspace, number: int, kind: TouchKind, slot: str, to: str, channel: str) -> Proof:
    way = channel or way_to(ws, to)
    with ws.ledger.read() as tx:
        case = cases.get(tx, number)
        found = scripts.drafts(tx, [number], slot=slot).get((number, case.round))
        if found is None:
            raise RuleSaysNo(f"case {number} has no script yet", f"voicenote script {number}")
        parcel = packed(ws, case, found, kind, f"{PROOF}-{ws.new_id()[:16]}", to, tx.now)
    who = case.customer.name
    proof = replace(
        parcel,
        kind=PROOF,
        customer=ws.owner_of(case) or "owner",
        subject=f"[PROOF, not sent to {who}] {parcel.subject}",
        text=f"[Proof of case {number}: this has not been sent to {who}.]\n\n{parcel.text}",
    )
    ws.channel(way).send(proof, _nothing)
    with ws.ledger.write() as tx:
        tx.tell("proof_sent", number, slot=slot, channel=way)
    return Proof(number, kind.value, way, to)


def _nothing() -> None:
    """A proof commits to nothing: it changes no touch."""
