"""`opt-out`: never write to a customer again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from voicenote.engine.case.consent import OptedOut


@command("opt-out")
@click.argument("customer", metavar="CUSTOMER")
def opt_out(session: Session, /, *, customer: str) -> int:
    """Never write to a customer again, on any channel.

    CUSTOMER is the number of one of their cases, the token with which `unsubscribe_url` was called,
    or one of their addresses in any spelling: an email address, a phone number, @name or
    telegram:ID. A label in front is fine: "email: a@b.example". A number that is a case here means
    that case; another short number is refused. A phone number without a country code is tried in
    every country. An address that no customer has is kept for later imports; exit code 1 then.

    With --json: {"customer", "opted_out", "cancelled", "cases", "kept", "unsure",
    "already"}.
    """
    from voicenote.engine.case.consent import opt_out as opt_out_

    with session.open() as ws:
        done = opt_out_(ws, customer)
    found = [number for number, _ in done.cases]
    names = dict.fromkeys(name for _, name in done.cases)
    data = {
        "customer": ", ".join(names) or customer,
        "opted_out": True,
        "cancelled": done.cancelled,
        "cases": found,
        "kept": list(done.kept),
        "unsure": done.unsure,
        "already": done.already,
    }
    if session.json or found:
        session.screen.show(data, lambda: _opted_out(done))
    if done.unsure:
        session.screen.warn(done.unsure)
    if not found:
        session.screen.warn(f"no customer has {', '.join(done.kept)}; it is kept for later imports")
    return 0 if found else 1


def _opted_out(done: OptedOut) -> str:
    who = ", ".join(f"{name} (case {number})" for number, name in done.cases)
    if done.already and not done.cancelled:
        return f"{who} had already opted out, and nothing was waiting for them."
    messages = count_of(done.cancelled, "message was", "messages were")
    return f"{who} will get no more messages; {messages} cancelled. What you promised still counts."
