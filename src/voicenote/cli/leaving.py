"""`brake`, `adopt`, `proof`: what keeps touches in, and what lets them go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from voicenote.cli.select import cases_options, choose_cases, open_session
from voicenote.cli.session import Session, json_option, pass_session
from voicenote.errors import RuleSaysNo, WrongUse

#: Said when a copy was made the one that sends.
TAKEN = (
    "This ledger sends from here now; its other copies of your account ask.\n"
    "A copy on another machine, or of another account, does not know: see that it does not send."
)


@click.command()
@click.option(
    "--release",
    "channels",
    multiple=True,
    metavar="CHANNEL",
    help="Let this channel go on; you have found out why its touches came back.",
)
@json_option
@pass_session
def brake(session: Session, /, *, channels: tuple[str, ...]) -> int:
    """The brakes that are on. One stops a channel of which too much is refused or bounces.

    Exit code 1 when one is on. With --json: a list of {"channel", "put_on_at", "tried", "failed",
    "batch"}.
    """
    from voicenote.engine.run.rate_limits import release
    from voicenote.ledger import brakes

    screen = session.screen
    with open_session(session) as ws:
        released = release(ws, channels) if channels else []
        with ws.ledger.read() as tx:
            found = brakes.on(tx)
    missing = set(channels) - {one.channel for one in released}
    if missing:
        raise RuleSaysNo(f"no brake is on for {', '.join(sorted(missing))}", "see: voicenote brake")
    if session.json:
        screen.data([one._asdict() for one in found])
    for one in released:
        screen.note(f"Released: {one.channel}. The next pass sends what waited.")
    for one in [] if session.json else found:
        screen.out(f"{one.told}, since {one.put_on_at:%Y-%m-%d %H:%M} UTC")
        screen.out(f"  {one.cure}")
    if not (found or released or session.json):
        screen.out("No brake is on.")
    return 1 if found else 0


@click.command()
@click.option(
    "--moved", is_flag=True, help="It was only moved, as it was last: nothing is held. Be sure."
)
@json_option
@pass_session
def adopt(session: Session, /, *, moved: bool) -> None:
    """Let a restored or copied ledger send from here: it is the one that goes on, the only one.

    All that waits in it is held first, because nobody knows what has left since it was copied.

    With --json: {"doubt", "held", "cases", "uncertain"}.
    """
    from voicenote.engine.run.ownership import adopt as adopt_

    screen = session.screen
    with open_session(session) as ws:
        done = adopt_(ws, moved=moved)
    if not done.doubt:
        screen.show(done, lambda: "This ledger is at home here already; nothing has changed.")
        return
    screen.show(done, lambda: TAKEN)
    for line in describe_hold(done.held, done.cases, done.uncertain):
        screen.warn(line)


def describe_hold(held: int, cases: Sequence[int], uncertain: int) -> Iterator[str]:
    """Say what is held in a ledger that is a copy, and what to do about it."""
    if held:
        numbers = ", ".join(map(str, cases[:10]))
        more = f" and {len(cases) - 10} more" if len(cases) > 10 else ""
        yield (
            f"{held} touches are held, because they may have left since it was copied: cases "
            f"{numbers}{more}.\nLook, then let each go on: voicenote plan N --resume"
        )
    if uncertain:
        yield (
            f"{uncertain} were just leaving when it was copied. You decide: "
            "voicenote mark-sent N, or voicenote resend N"
        )


@click.command()
@cases_options
@click.option("--to", metavar="ADDRESS", help="Yours; [owner] email unless given.")
@click.option("--by", "channel", default="", metavar="CHANNEL", help="By this channel.")
@json_option
@pass_session
def proof(
    session: Session,
    /,
    *,
    numbers: Sequence[int],
    everything: bool,
    batch: str | None,
    to: str | None,
    channel: str,
) -> None:
    """Send yourself what a customer would get. The customer gets nothing, and nothing changes.

    The subject and the first line say that it is a proof. An answer to it is nobody's answer.

    With --json: a list of {"case", "kind", "channel", "to"}.
    """
    from voicenote.engine.run.proofs import MOST, prove
    from voicenote.model.case import Stage

    address = own_address(session, to)
    with open_session(session) as ws:
        made = (Stage.RENDERED, Stage.APPROVED)
        meant = choose_cases(ws, numbers, everything, batch, made)
        done = [asdict(one) for one in prove(ws, meant[:MOST], address, channel)]
    session.screen.show(done, lambda: _proofs(done))
    if len(meant) > MOST:
        session.screen.warn(f"These are {MOST} of {len(meant)}; no more go at once.")


def own_address(session: Session, to: str | None) -> str:
    """Return where proofs go: what was given, else the owner's email."""
    address = session.settings.owner.email if to is None else to.strip()
    if not address and to is None:
        raise WrongUse("nobody knows where a proof goes", "give --to, or set [owner] email")
    return address


def _proofs(done: Sequence[dict[str, object]]) -> str:
    lines = [f"Case {one['case']}: proof by {one['channel']} to {one['to']}." for one in done]
    return "\n".join(
        [*lines, "The customer got nothing." if done else "There is nothing to prove."]
    )


def prove_due(session: Session, to: str) -> None:
    """Do what `run --to` does: proofs of what is due, and no pass."""
    from voicenote.engine.run.proofs import prove_due as prove_due_

    address = own_address(session, to)
    with open_session(session) as ws:
        done = [asdict(one) for one in prove_due_(ws, address)]
    session.screen.show(done, lambda: _proofs(done))
