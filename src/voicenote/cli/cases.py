"""`cases`, `show`, `triage`: what there is, and what was found about it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.select import opened
from voicenote.cli.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from voicenote.ledger.listing import Line

#: Stages as the ledger spells them; importing the model for three words would cost every list.
CLOSED = "closed"
UNSENT = ("opened", "scripted", "rendered")


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
    if session.json:
        session.screen.data(_as_data(session, found, now()))
        return
    if found:
        headers = ("case", "customer", "stage", "opened", "next touch", "")
        session.screen.table(headers, _as_text(session, found, now()))
    else:
        session.screen.note("No open cases. Take one in: voicenote new, or voicenote import FILE")
    if closed:
        session.screen.note(f"and {closed} closed: voicenote cases --all")


def _closed(tx: Any, batch: str | None) -> int:
    from voicenote.ledger.cases import numbers_of
    from voicenote.model.case import Stage

    return len(numbers_of(tx, batch=batch, stages=[Stage.CLOSED]))


class _Clocks:
    """Each customer's zone and today in it, looked up once a zone."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._home, self._now = session.settings.owner.time_zone, now
        self._known: dict[str, tuple[ZoneInfo, date]] = {}

    def of(self, line: Line) -> tuple[ZoneInfo, date]:
        found = self._known.get(line.time_zone)
        if found is None:
            from zoneinfo import ZoneInfo

            zone = ZoneInfo(line.time_zone or self._home)
            found = self._known[line.time_zone] = (zone, self._now.astimezone(zone).date())
        return found


def _overdue(line: Line, today: date) -> bool:
    return line.owed_by is not None and line.owed_by < today and line.stage != CLOSED


def _as_data(session: Session, found: Sequence[Line], now: datetime) -> list[dict[str, Any]]:
    clocks = _Clocks(session, now)
    return [
        {
            "case": line.case,
            "ref": line.ref,
            "customer": line.customer,
            "stage": line.stage,
            "outcome": line.outcome,
            "overdue": _overdue(line, clocks.of(line)[1]),
            "next_touch": line.next_touch,
        }
        for line in found
    ]


def _as_text(session: Session, found: Sequence[Line], now: datetime) -> list[Sequence[str]]:
    from datetime import timedelta

    clocks = _Clocks(session, now)
    breached = now - timedelta(hours=session.settings.policy.breach_hours)
    rows: list[Sequence[str]] = []
    for line in found:
        zone, today = clocks.of(line)
        coming = line.next_touch
        rows.append(
            (
                str(line.case),
                line.customer,
                line.outcome or line.stage,
                line.opened_at.astimezone(zone).isoformat()[:10],
                coming.astimezone(zone).strftime("%a %Y-%m-%d %H:%M") if coming else "",
                _remarks(line, today, breached),
            )
        )
    return rows


def _remarks(line: Line, today: date, breached: datetime) -> str:
    if line.stage == CLOSED:
        return ""
    said = []
    if _overdue(line, today):
        said.append(f"OVERDUE: promised by {line.owed_by}")
    if line.uncertain:
        said.append("uncertain: did it leave?")
    if line.answers:
        said.append("answered")
    if line.stage in UNSENT and line.opened_at < breached:
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
