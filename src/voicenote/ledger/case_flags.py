"""Flags for a list of cases: messages that came back, are held or in flight, and opt-outs.

The model isn't imported here: every list of cases asks for flags, and should start quickly. A
test checks that the states and the opt-outs equal the model's and those of
`voicenote.ledger.touches`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from voicenote.ledger import tables
from voicenote.ledger.case_rows import CLOSED, DUE
from voicenote.ledger.store import Transaction

NUDGE = "nudge"
#: The channel gave the message back: somebody has to find another way.
RETURNED = ("refused", "bounced")
#: Not to be sent for now: held by voicenote when there is a reason, else by the owner.
HELD = "held"
#: A run is sending it, or was when it died.
IN_FLIGHT = ("sending", "committing")


def troubled(tx: Transaction) -> dict[tuple[int, int], str]:
    """Return what the owner must look at, by (case, round): ``memo bounced, 3 held``."""
    touch = tables.touches
    query = (
        select(touch.c.case, touch.c.round, touch.c.kind, touch.c.state, touch.c.claimed_at)
        .where(touch.c.state.in_((*RETURNED, HELD, *IN_FLIGHT)), touch.c.kind != NUDGE)
        .where((touch.c.state != HELD) | (touch.c.reason != ""))
        .order_by(touch.c.due_at)
    )
    returned: dict[tuple[int, int], list[str]] = {}
    held: dict[tuple[int, int], int] = {}
    for case, round_, kind, state, claimed_at in tx.connection.execute(query):
        told = returned.setdefault((case, round_), [])
        if state == HELD:
            held[case, round_] = held.get((case, round_), 0) + 1
        elif state in IN_FLIGHT:
            since = f" since {claimed_at:%H:%M} UTC" if claimed_at else ""
            told.append(f"{kind} being sent{since}")
        else:
            told.append(f"{kind} {state}")
    return {
        key: ", ".join([*told, *([f"{held[key]} held"] if key in held else [])])
        for key, told in returned.items()
    }


def stranded(tx: Transaction, known: Collection[str]) -> dict[str, list[int]]:
    """Return the cases with messages for a channel that isn't in `known`, by channel name."""
    touch = tables.touches
    query = (
        select(touch.c.channel, touch.c.case)
        .where(touch.c.state.in_((DUE, HELD)), touch.c.kind != NUDGE)
        .where(touch.c.channel.not_in(list(known)))
        .distinct()
        .order_by(touch.c.channel, touch.c.case)
    )
    found: dict[str, list[int]] = {}
    for channel, case in tx.connection.execute(query):
        found.setdefault(channel, []).append(case)
    return found


def told_stranded(channel: str, cases: Sequence[int]) -> tuple[str, str]:
    """Return the warning about cases that wait for a missing channel, and what to do."""
    shown = ", ".join(map(str, cases[:10])) + (" …" if len(cases) > 10 else "")
    what = f"case{'s' * (len(cases) > 1)} {shown} wait{'s' * (len(cases) == 1)} for the channel"
    cure = f"voicenote plan --from {channel} --by NAME, or set up [channels.{channel}] again"
    return f"{what} {channel!r}, which is not set up", cure


def opted_out(tx: Transaction) -> set[int]:
    """Return the open cases whose customer, or one of their addresses, opted out."""
    case, person, known = tables.cases, tables.customers, tables.addresses
    by_name = select(person.c.number).where(person.c.opted_out_at.is_not(None))
    gone = select(tables.optouts.c.address_sha256)
    by_address = select(known.c.customer).where(known.c.sha256.in_(gone))
    query = select(case.c.number).where(
        case.c.stage != CLOSED, case.c.customer.in_(by_name.union_all(by_address))
    )
    return set(tx.connection.execute(query).scalars())
