"""`cases`, `show`, `triage`: what there is, and what was found about it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.select import opened
from voicenote.cli.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from voicenote.ledger.listing import Line


@click.command()
@click.option("--all", "everything", is_flag=True, help="Closed cases too.")
@click.option("--batch", metavar="NAME", help="Only the cases of an import.")
@json_option
@pass_session
def cases(session: Session, /, *, everything: bool, batch: str | None) -> None:
    """What is open, overdue, silent.

    With --json: a list of {"case", "ref", "customer", "stage", "outcome", "overdue",
    "next_touch"}, of every case, the closed ones too.
    """
    from voicenote.ledger.listing import lines
    from voicenote.wiring import now, open_ledger

    ledger = open_ledger(session.settings)
    try:
        with ledger.read() as tx:
            found = lines(tx, everything=everything or session.json, batch=batch)
            closed = 0 if everything or session.json else _closed(tx, batch)
    finally:
        ledger.close()
    rows = _rows(session, found, now())
    if session.json:
        session.screen.data([data for data, _ in rows])
        return
    if found:
        headers = ("case", "customer", "stage", "opened", "next touch", "")
        session.screen.table(headers, [text for _, text in rows])
    else:
        session.screen.note("No open cases. Take one in: voicenote new, or voicenote import FILE")
    if closed:
        session.screen.note(f"and {closed} closed: voicenote cases --all")


def _closed(tx: Any, batch: str | None) -> int:
    from voicenote.ledger.cases import numbers_of
    from voicenote.model.case import Stage

    return len(numbers_of(tx, batch=batch, stages=[Stage.CLOSED]))


def _rows(
    session: Session, found: Sequence[Line], now: datetime
) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
    from functools import cache
    from zoneinfo import ZoneInfo

    from voicenote.model.case import Stage

    home = session.settings.owner.time_zone
    zone_of = cache(lambda name: ZoneInfo(name or home))
    today_in = cache(lambda zone: now.astimezone(zone).date())
    rows: list[tuple[dict[str, Any], tuple[str, ...]]] = []
    for line in found:
        zone = zone_of(line.time_zone)
        owed = line.owed_by if line.stage != Stage.CLOSED.value else None
        overdue = owed is not None and owed < today_in(zone)
        data = {
            "case": line.case,
            "ref": line.ref,
            "customer": line.customer,
            "stage": line.stage,
            "outcome": line.outcome,
            "overdue": overdue,
            "next_touch": line.next_touch,
        }
        text = (
            str(line.case),
            line.customer,
            line.outcome or line.stage,
            line.opened_at.astimezone(zone).strftime("%Y-%m-%d"),
            _local(line.next_touch, zone),
            _remarks(session, line, now, overdue=overdue),
        )
        rows.append((data, text))
    return rows


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%a %Y-%m-%d %H:%M") if moment else ""


def _remarks(session: Session, line: Line, now: datetime, *, overdue: bool) -> str:
    from datetime import timedelta

    from voicenote.model.case import Stage

    said = []
    if overdue:
        said.append(f"OVERDUE: promised by {line.owed_by}")
    if line.uncertain:
        said.append("uncertain: did it leave?")
    if line.answers and line.stage != Stage.CLOSED.value:
        said.append("answered")
    waiting = (Stage.OPENED.value, Stage.SCRIPTED.value, Stage.RENDERED.value)
    hours = session.settings.policy.breach_hours
    if line.stage in waiting and now - line.opened_at > timedelta(hours=hours):
        said.append("waits too long")
    return ", ".join(said)


@click.command()
@click.argument("number", type=click.IntRange(min=1), metavar="N")
@json_option
@pass_session
def show(session: Session, /, *, number: int) -> None:
    """One case with its history, and what still keeps its loop open."""
    from voicenote.cli.casepage import page
    from voicenote.engine.showing import case_view

    with opened(session) as ws:
        view = case_view(ws, number)
        zone = session.settings.owner.time_zone
    session.screen.show(view, lambda: page(view, view["time_zone"] or zone))


FINDINGS = ("justified", "partly", "unfounded")
SEVERITIES = ("low", "normal", "serious")


@click.command()
@click.argument("number", type=click.IntRange(min=1), metavar="N")
@click.option("--finding", type=click.Choice(FINDINGS), help="Is the complaint justified?")
@click.option("--reason", help="Why it was found so; unfounded and abusive need one.")
@click.option("--abusive/--not-abusive", default=None, help="End it with a last, courteous word.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="How much is at stake.")
@click.option("--harm", metavar="AMOUNT", help="What it cost them, such as 40.00.")
@click.option("--currency", metavar="CODE", help="ISO 4217, such as EUR.")
@click.option("--cause", help="What it came from, in a few words.")
@click.option("--bothered-most", help="What bothered them most, in their words.")
@click.option("--feeling", help="How they feel.")
@click.option("--at-stake", help="What is under threat for them.")
@click.option("--expected", help="What they had counted on.")
@click.option("--owner", help="Who answers for it.")
@json_option
@pass_session
def triage(session: Session, /, *, number: int, **given: Any) -> None:
    """Say what you found: whether it is justified, how bad, and from what cause.

    Justified is the default: nearly everybody who complains tells the truth.
    """
    from voicenote.engine.triage import Triage, apply_triage

    if not any(value is not None for value in given.values()) and session.screen.interactive:
        given = _asked(session)
    if given.get("harm") is not None:
        given["harm"] = _amount(given["harm"])
    with opened(session) as ws:
        view = apply_triage(ws, number, Triage(**given))
    session.screen.show(
        view, lambda: f"Case {number}: {view['finding']}, {view['severity']}. Next: {view['next']}"
    )


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        raise click.BadParameter(f"{text!r} is no amount; such as 40.00") from None
    if not amount.is_finite() or amount < 0:
        raise click.BadParameter(f"{text!r} is no amount; such as 40.00")
    return amount


def _asked(session: Session) -> dict[str, Any]:
    screen = session.screen
    finding = screen.choose("Is the complaint justified?", FINDINGS, "justified")
    return {
        "finding": finding,
        "reason": screen.ask("Why is it unfounded?", needed=True)
        if finding == "unfounded"
        else None,
        "severity": screen.choose("How much is at stake for them?", SEVERITIES, "normal"),
        "bothered_most": screen.ask("What bothered them most, in their words?") or None,
        "cause": screen.ask("What did it come from?") or None,
    }
