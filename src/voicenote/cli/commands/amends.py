"""`amends`: list and add promises; mark them done, confirmed, broken, waived or promised again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import click

from voicenote.cli.terminal.case_options import CASE, LAST_CASE
from voicenote.cli.terminal.promise_options import DAY, KINDS, money, override_option
from voicenote.cli.terminal.session import Session, command

_NAME = re.compile(r"(\d{1,12})\.(\d{1,12})")


class AmendsName(click.ParamType[tuple[int, int]]):
    """The name of a promise, ``N.K``."""

    name = "N.K"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return (case, k)."""
        found = _NAME.fullmatch(str(value))
        if not found or max(map(int, found.groups())) > LAST_CASE:
            self.fail(f"{value!r} isn't a promise of a case; write it such as 3.1", param, ctx)
        return int(found[1]), int(found[2])


one = click.argument("name", type=AmendsName(), metavar="N.K")


@click.group(invoke_without_command=True)
@click.pass_context
def amends(context: click.Context) -> None:
    """List promises: what was promised, what is done, what is overdue."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command("list", group=amends)
@click.option("--all", "everything", is_flag=True, help="Also those of closed cases.")
def list_(session: Session, /, *, everything: bool = False) -> None:
    """List promises, the one due first on top."""
    from voicenote.engine.case.promises import list_promises

    with session.open() as ws:
        rows = list_promises(ws, everything=everything)
    session.screen.rows(
        rows,
        ("amends", "customer", "by", "state", "what"),
        [
            (
                row.amends,
                row.customer,
                row.promised_by or "",
                "OVERDUE" if row.overdue else row.state,
                f"{row.kind}: {row.text}"
                + (f" ({row.value} {row.currency})" if row.value is not None else ""),
            )
            for row in rows
        ],
        "Nothing is promised.",
    )


@command(group=amends)
@click.argument("number", type=CASE, metavar="N")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What kind of amends it is.")
@click.option("--text", required=True, help="What you will do, in the customer's language.")
@click.option("--deed", default="", help="The same in whole sentences, as you say it to them.")
@click.option("--value", help="What it is worth, such as 40.00.")
@click.option("--currency", metavar="CODE", help="ISO 4217, such as EUR.")
@click.option("--target", type=DAY, help="The day you aim for; earlier than --by.")
@click.option("--by", type=DAY, help="The day you promise, such as friday or 24.12.")
@click.option("--owner", default="", help="Who does it.")
@override_option
def add(session: Session, /, *, number: int, override: str, **given: Any) -> None:
    """Make a promise.

    Money beyond the limits in [policy], or for an unfounded complaint, is refused. With --override
    you say why it is right all the same; the reason goes into the history.
    """
    from voicenote.engine.case import promises
    from voicenote.errors import BadData
    from voicenote.model.promise import AmendsKind, Promise

    value = money(given["value"], given["currency"]) if given["value"] is not None else None
    try:
        promise = Promise(
            kind=AmendsKind(given["kind"]),
            text=given["text"],
            deed=given["deed"].strip(),
            value=value,
            target=given["target"],
            promised_by=given["by"],
            owner=given["owner"],
        )
    except ValueError as error:
        raise BadData(f"this can't be promised: {error}", "correct it") from None
    with session.open() as ws:
        added = promises.add(ws, number, promise, override)
    worth = f", worth {value}" if value else ""
    session.screen.show({"amends": added.name}, lambda: f"Promised: amends {added.name}{worth}.")
    session.screen.warn(*filter(None, (added.warning, added.asked_again or added.unheard)))


@command(group=amends)
@one
@click.option("--deed", required=True, help='What you do, in whole sentences; "" takes it back.')
def say(session: Session, /, *, name: tuple[int, int], deed: str) -> None:
    """Write how you say a promise to the customer, with its sum and its day."""
    from voicenote.engine.case import promises

    text, deed = f"{name[0]}.{name[1]}", deed.strip()
    with session.open() as ws:
        notes = promises.say_deed(ws, *name, deed)
    told = f"Amends {text} is said as: {deed}" if deed else f"Amends {text} is said by its text."
    session.screen.show({"amends": text, "deed": deed}, lambda: told)
    session.screen.warn(*notes)


@command(group=amends)
@one
@click.option("--evidence", default="", help="What proves it: the number of a payment or parcel.")
@override_option
def done(session: Session, /, *, name: tuple[int, int], evidence: str, override: str) -> None:
    """Record that you kept a promise; evidence is needed.

    Money beyond the limits in [policy], or for an unfounded complaint, needs --override here too.
    """
    from voicenote.engine.case import promises

    _change(session, name, "done", promises.done, evidence, override)


@command(group=amends)
@one
def confirm(session: Session, /, *, name: tuple[int, int]) -> None:
    """Record that the customer confirms it."""
    from voicenote.engine.case import promises

    _change(session, name, "confirmed", promises.confirm)


@command(group=amends)
@one
@click.option("--reason", default="", help="Why it was not kept.")
def broken(session: Session, /, *, name: tuple[int, int], reason: str) -> None:
    """Record that a promise was not kept."""
    from voicenote.engine.case import promises

    _change(session, name, "broken", promises.mark_broken, reason)


@command(group=amends)
@one
@click.option("--reason", default="", help="What the customer said; only they can release you.")
def waive(session: Session, /, *, name: tuple[int, int], reason: str) -> None:
    """Record that the customer releases you from a promise."""
    from voicenote.engine.case import promises

    _change(session, name, "waived", promises.waive, reason)


@command(group=amends)
@one
@click.option("--by", type=DAY, required=True, help="The new day, such as friday or 24.12.")
@override_option
def again(session: Session, /, *, name: tuple[int, int], by: date, override: str) -> None:
    """Promise it for a new day that the customer has agreed to."""
    from voicenote.engine.case import promises

    _change(session, name, "promised", promises.promise_again, by, override)


def _change(
    session: Session, name: tuple[int, int], state: str, change: Callable[..., str], *given: Any
) -> None:
    """Change the state of a promise; warn when an approved memo needs another approval now."""
    text = f"{name[0]}.{name[1]}"
    with session.open() as ws:
        again = change(ws, *name, *given)
    session.screen.show({"amends": text, "state": state}, lambda: f"Amends {text}: {state}.")
    session.screen.warn(*filter(None, (again,)))
