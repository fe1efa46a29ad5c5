"""`answer`, `close`, `reopen`, `lesson`, `lessons`, `opt-out`: how a loop ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import click

from voicenote.cli.amends import DAY, picked_day
from voicenote.cli.select import CASE, open_session
from voicenote.cli.session import Session, json_option, pass_session
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from voicenote.engine.case.unsubscribe import OptedOut
    from voicenote.model.receipt import Verdict

case_number = click.argument("number", type=CASE, metavar="N")


@click.command()
@case_number
@click.option("--put-right", "--yes", "right", is_flag=True, help="They say it is put right.")
@click.option("--not-yet", "--no", "wrong", is_flag=True, help="They say it is not: a new round.")
@click.option("--text", default="", help="Their words.")
@click.option("--via", default="", help="How it came: phone, in person, …")
@json_option
@pass_session
def answer(
    session: Session, /, *, number: int, right: bool, wrong: bool, text: str, via: str
) -> None:
    """What the customer said, when it came by another way. It stops the plan."""
    from voicenote.engine.case.closing import answer as keep
    from voicenote.model.case import Stage
    from voicenote.model.receipt import Verdict

    verdict = _verdict(session, text, right=right, wrong=wrong)
    with open_session(session) as ws:
        standing = keep(ws, number, verdict, text, via)
    data = {
        "case": number,
        "verdict": verdict.value,
        "stage": standing.stage.value,
        "round": standing.round,
        "missing": list(standing.missing),
    }
    again = verdict is Verdict.NOT_YET and standing.stage is Stage.OPENED
    told = f"Case {number} is open again, round {standing.round}.\n" if again else ""
    session.screen.show(data, lambda: told + _after(number, standing.missing))


def _verdict(session: Session, text: str, *, right: bool, wrong: bool) -> Verdict:
    from voicenote.model.receipt import Verdict

    if right and wrong:
        raise WrongUse("--put-right and --not-yet cannot both be so", "give one of them")
    if right or wrong:
        return Verdict.PUT_RIGHT if right else Verdict.NOT_YET
    if text:
        return Verdict.UNCLEAR
    if not session.screen.interactive:
        raise WrongUse("say what they answered", "--put-right, --not-yet, or --text WORDS")
    said = session.screen.choose("Is it put right?", ("put right", "not yet", "they did not say"))
    return {"put right": Verdict.PUT_RIGHT, "not yet": Verdict.NOT_YET}.get(said, Verdict.UNCLEAR)


def _after(number: int, missing: tuple[str, ...]) -> str:
    if not missing:
        return f"Written down. Nothing is missing: voicenote close {number}"
    return "\n".join(["Written down. Before it can be closed:", *(f"  - {one}" for one in missing)])


OUTCOMES = ("ally", "satisfied", "neutral", "lost", "no-answer")


@click.command()
@case_number
@click.option("--outcome", type=click.Choice(OUTCOMES), help="What became of the customer.")
@json_option
@pass_session
def close(session: Session, /, *, number: int, outcome: str | None) -> None:
    """Close a loop, or list what is missing."""
    from voicenote.engine.case.closing import close as close_
    from voicenote.model.case import Outcome

    with open_session(session) as ws:
        found = close_(ws, number, Outcome(outcome) if outcome else None)
    data = {"case": number, "stage": "closed", "outcome": found.value}
    session.screen.show(data, lambda: f"Case {number} is closed: {found.value}.")


@click.command()
@case_number
@click.option("--reason", default="taken up again by its owner", help="Why.")
@json_option
@pass_session
def reopen(session: Session, /, *, number: int, reason: str) -> None:
    """Take a case up again: a new round, with a new script."""
    from voicenote.engine.case.closing import reopen as reopen_

    with open_session(session) as ws:
        round_ = reopen_(ws, number, reason)
    session.screen.show(
        {"case": number, "stage": "opened", "round": round_},
        lambda: (
            f"Case {number} is open again, round {round_}. Promise something new before you "
            f"say sorry again: voicenote amends add {number}"
        ),
    )


@click.command()
@case_number
@click.option("--cause", help="What it came from, in a few words: the same words each time.")
@click.option("--prevention", help="What keeps it from happening again.")
@click.option("--owner", default="", help="Who sees to it; you, unless given.")
@click.option("--due", type=DAY, callback=picked_day, help="By when, as YYYY-MM-DD.")
@click.option("--done", is_flag=True, help="The prevention is in place.")
@json_option
@pass_session
def lesson(
    session: Session,
    /,
    *,
    number: int,
    cause: str | None,
    prevention: str | None,
    owner: str,
    due: date | None,
    done: bool,
) -> None:
    """Write down what to learn from a case; no case closes without it."""
    from voicenote.engine.case import closing
    from voicenote.model.case import Lesson
    from voicenote.wiring import now

    if done and not (cause or prevention):
        with open_session(session) as ws:
            closing.lesson_done(ws, number)
        session.screen.show({"case": number, "done": True}, lambda: "The prevention is in place.")
        return
    screen = session.screen
    if screen.interactive:
        cause = cause or screen.ask("What did it come from?", needed=True)
        prevention = prevention or screen.ask("What keeps it from happening again?", needed=True)
    written = Lesson(
        cause=cause or "",
        prevention=prevention or "",
        owner=owner or session.settings.owner.name,
        due=datetime.combine(due, time(), UTC) if due else None,
        done_at=now() if done else None,
    )
    with open_session(session) as ws:
        closing.write_lesson(ws, number, written)
    screen.show({"case": number, "cause": cause, "prevention": prevention}, lambda: "Written down.")


@click.command()
@click.option("--outcomes", is_flag=True, help="Customers kept, and what it cost.")
@json_option
@pass_session
def lessons(session: Session, /, *, outcomes: bool) -> None:
    """Causes ranked, repeats shown, and whether what prevents them was done in time.

    With --outcomes: how many became allies, are satisfied, neutral or lost, gave no answer; and
    the worth of the amends that are done, set against the customers who were kept.

    With --outcomes --json: {"ally", "satisfied", "neutral", "lost", "open", "no-answer",
    "amends_paid": [{"value", "currency"}], "customers": {"kept", "lost", "no-answer"}}.
    """
    from voicenote.engine.case import cause_history

    screen = session.screen
    with open_session(session) as ws:
        if outcomes:
            _outcomes(session, cause_history.outcomes(ws))
            return
        rows = cause_history.causes(ws)
    if session.json:
        screen.data(rows)
    elif not rows:
        screen.note("No lessons yet. Write one: voicenote lesson N")
    else:
        screen.table(
            ("cause", "cases", "again", "prevention"),
            [(r["cause"], r["count"], "yes" if r["repeated"] else "", r["state"]) for r in rows],
        )


def _outcomes(session: Session, found: Mapping[str, Any]) -> None:
    screen = session.screen
    if session.json:
        screen.data(found)
        return
    counts = [(name, count) for name, count in found.items() if isinstance(count, int)]
    screen.table(("outcome", "cases"), counts)
    sums = " and ".join(f"{one['value']} {one['currency']}" for one in found["amends_paid"])
    who = found["customers"]
    screen.out(
        f"Paid in amends: {sums or 'nothing'}. "
        f"Customers kept: {who['kept']}; lost: {who['lost']}; no answer: {who['no-answer']}."
    )


@click.command("opt-out")
@click.argument("customer", metavar="CUSTOMER")
@json_option
@pass_session
def opt_out(session: Session, /, *, customer: str) -> int:
    """Never write to a customer again, on any channel.

    CUSTOMER is the number of one of their cases, the token with which `unsubscribe_url` was called,
    or an address of theirs in any spelling: an email address, a telephone number, @name, or
    telegram:ID. A number that is a case here is that case; a short one that is none is refused.
    Digits without a country are looked for
    in every country. An address that nobody here has is kept for later imports, and the exit code
    is 1.

    With --json: {"customer", "opted_out", "cancelled", "cases", "kept", "unsure",
    "already"}.
    """
    from voicenote.engine.case.unsubscribe import opt_out as opt_out_

    with open_session(session) as ws:
        done = opt_out_(ws, customer)
    found = [number for number, _ in done.cases]
    data = {
        "customer": customer,
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
        session.screen.warn(
            f"nobody here has it ({', '.join(done.kept)}); it is kept for later imports"
        )
    return 0 if found else 1


def _opted_out(done: OptedOut) -> str:
    who = ", ".join(f"{name} (case {number})" for number, name in done.cases)
    if done.already and not done.cancelled:
        return f"{who} had opted out already, and nothing was waiting for them."
    touches = f"{done.cancelled} touch{'es' * (done.cancelled != 1)}"
    return (
        f"They will hear nothing more: {who}; {touches} {'were' if done.cancelled != 1 else 'was'} "
        "cancelled. What was promised stays promised."
    )
