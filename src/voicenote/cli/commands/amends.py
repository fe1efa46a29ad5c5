"""`amends`: list and add promises; mark them done, confirmed, broken, waived or promised again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_options import CASE, PromiseName
from voicenote.cli.terminal.case_work import Telling, Wanted, run_work, work_options
from voicenote.cli.terminal.promise_options import DAY, KINDS, money, override_option
from voicenote.cli.terminal.session import CommandGroup, Session, command
from voicenote.cli.terminal.word_choice import WordChoice
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.group_work import CaseWork
    from voicenote.engine.workspace import Workspace

one = click.argument("name", type=PromiseName(alone=False), metavar="N.K")


@click.group(cls=CommandGroup, invoke_without_command=True)
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
@click.option("--kind", type=WordChoice(*KINDS), required=True, help="What kind of amends it is.")
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
    from voicenote.engine.case.promise_words import say_deed

    text, deed = f"{name[0]}.{name[1]}", deed.strip()
    with session.open() as ws:
        notes = say_deed(ws, *name, deed)
    told = f"Amends {text} is said as: {deed}" if deed else f"Amends {text} is said by its text."
    session.screen.show({"amends": text, "deed": deed}, lambda: told)
    session.screen.warn(*notes)


@command(group=amends)
@work_options("evidence", "override", promises=True)
@click.option("--evidence", default="", help="What proves it: the number of a payment or parcel.")
@override_option
def done(session: Session, /, *, wanted: Wanted, **given: Any) -> int:
    """Record that you kept promises; evidence is needed.

    Money beyond the limits in [policy], or for an unfounded complaint, needs --override here too.
    A file has a row for each: amends (N.K), or case or ref, and evidence.
    """
    from voicenote.engine.case.promises import keeping

    return _change(session, wanted, "do", keeping, given)


@command(group=amends)
@work_options(promises=True)
def confirm(session: Session, /, *, wanted: Wanted) -> int:
    """Record that customers confirm what you did."""
    from voicenote.engine.case.promises import confirming

    return _change(session, wanted, "confirm", confirming, {})


@command(group=amends)
@work_options("reason", promises=True)
@click.option("--reason", default="", help="Why it was not kept.")
def broken(session: Session, /, *, wanted: Wanted, **given: Any) -> int:
    """Record that promises were not kept."""
    from voicenote.engine.case.promises import breaking

    return _change(session, wanted, "break", breaking, given)


@command(group=amends)
@work_options("reason", promises=True)
@click.option("--reason", default="", help="What the customer said; only they can release you.")
def waive(session: Session, /, *, wanted: Wanted, **given: Any) -> int:
    """Record that customers release you from promises."""
    from voicenote.engine.case.promises import waiving

    return _change(session, wanted, "waive", waiving, given)


@command(group=amends)
@work_options("by", "text", "deed", "override", promises=True)
@click.option("--by", type=DAY, help="The new day, such as friday or 24.12.")
@click.option("--text", help="What you will do now, if that changes too.")
@click.option("--deed", help="The same in whole sentences, with the new day.")
@override_option
def again(session: Session, /, *, wanted: Wanted, **given: Any) -> int:
    """Promise it for a new day that the customer has agreed to.

    If you say the promise in a sentence of your own, it names the old day: give it anew with
    --deed. At a terminal you are asked for it.
    """
    from voicenote.engine.case.promises import promising_again

    if wanted.alone and given["by"]:
        given = _ask_new_words(session, wanted.names[0], given)
    return _change(session, wanted, "promise", promising_again, given)


def _ask_new_words(
    session: Session, name: tuple[int, int], given: dict[str, Any]
) -> dict[str, Any]:
    """Ask how a promise is said with its new day, if its words name another one."""
    from voicenote.engine.case.promises import words_for

    if given["deed"] is not None or given["text"] is not None or not session.screen.interactive:
        return given
    with session.open() as ws:
        said, notes = words_for(ws, *name, given["by"])
    if not notes:
        return given
    session.screen.warn(*notes)
    new = session.screen.ask("What do you say now? (Enter keeps it)", said)
    return {**given, "deed": new} if new != said else given


def _change(
    session: Session,
    wanted: Wanted,
    event: str,
    work_of: Callable[[Workspace], CaseWork],
    given: Mapping[str, Any],
) -> int:
    """Change the state of promises; warn when an approved memo needs another approval now."""
    from voicenote.model.transitions import AMENDS

    steps, state = list(AMENDS[event]), next(iter(AMENDS[event].values())).value
    if wanted.nothing:
        raise WrongUse("say which promises", "N.K, --all, --batch, --where or --from FILE")

    def prepare(given: dict[str, Any]) -> Mapping[str, Any]:
        if event == "promise" and not given["by"]:
            raise WrongUse("a promise made again needs its new day", "give --by YYYY-MM-DD")
        return given

    telling = Telling(
        label="Recording",
        counted=(f"promise {state}", f"promises {state}"),
        one=lambda data: f"Amends {data['amends']}: {data['state']}.",
        none="No promise is at this step.",
    )
    return run_work(session, wanted, work_of, telling, given, steps=steps, prepare=prepare)
