"""`plan`: the touches of a case and when, in the customer's clock; choose, hold, resume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import click

from voicenote.cli.select import CASE, opened
from voicenote.cli.session import Session, json_option, pass_session
from voicenote.errors import WrongUse


@click.command()
@click.argument("number", type=CASE, metavar="N")
@click.option("--plan", "name", metavar="NAME", help="Follow this plan instead.")
@click.option("--hold", is_flag=True, help="Send nothing more until --resume.")
@click.option("--resume", is_flag=True, help="Go on; what became due goes out one a day.")
@json_option
@pass_session
def plan(session: Session, /, *, number: int, name: str | None, hold: bool, resume: bool) -> None:
    """The touches of a case and when, in the customer's clock."""
    from voicenote.engine.case import approving
    from voicenote.engine.case.planning import plan_view

    if hold and resume:
        raise WrongUse("--hold and --resume undo each other", "give one of them")
    with opened(session) as ws:
        if name:
            approving.change_plan(ws, number, name)
        if hold:
            approving.hold(ws, number)
        if resume:
            approving.resume(ws, number)
        view = plan_view(ws, number)
    if session.json:
        session.screen.data(view)
        return
    _show(session, view)


def _show(session: Session, view: Mapping[str, Any]) -> None:
    zone = ZoneInfo(view["time_zone"])
    booked = "" if view["booked"] else " (when it is approved now)"
    session.screen.out(
        f"Case {view['case']}, {view['customer']}: {view['plan']}{booked}, in {zone.key} time"
    )
    rows = [
        (
            touch["due_at"].astimezone(zone).strftime("%a %Y-%m-%d %H:%M"),
            touch["kind"],
            touch["hears"],
            touch["channel"],
            touch["state"],
            touch["reason"] or (f"unless {touch['unless']}" if touch["unless"] else ""),
        )
        for touch in view["touches"]
    ]
    session.screen.table(("when", "touch", "what they hear", "channel", "state", ""), rows)
