"""`next`: show the one thing that needs you most."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from itertools import pairwise

import click

from voicenote.cli.terminal.memo_review import show_memo
from voicenote.cli.terminal.run_report import next_message_line
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.subcommand import run_words


@command("next")
@click.option("--all", "everything", is_flag=True, help="Show everything that needs you, in order.")
def next_(session: Session, /, *, everything: bool) -> None:
    """Show the one thing that needs you most now, and offer to do it.

    With --json: a list of {"case", "urgency", "what", "do"}: first what belongs to no single case
    ("case" is null, "urgency" is unmatched, run, pause, unreadable, channel or unreached; a message
    that holds what waits for somebody comes first), then that one thing; all of them with --all.
    """
    from voicenote.engine.case.attention import next_message_at, what_needs_me

    screen = session.screen
    with session.open() as ws:
        found, upcoming = what_needs_me(ws), next_message_at(ws)
    needs = found.needs
    if session.json:
        apart = [{"case": None, **asdict(one)} for one in found.apart]
        of_cases = [
            {"case": n.case, "urgency": n.urgency.name.lower(), "what": n.sentence, "do": n.command}
            for n in (needs if everything else needs[:1])
        ]
        screen.data([*apart, *of_cases])
        return
    for one in found.apart:
        screen.warn(f"{one.what}\n  {one.do}")
    if not needs:
        if not found.apart:
            screen.out("Nothing needs you now.")
            screen.note(next_message_line(upcoming, ws.settings.owner.time_zone))
        return
    for need in needs if everything else needs[:1]:
        screen.out(need.sentence)
        screen.out(f"  {need.command}")
    if len(needs) > 1 and not everything:
        screen.note(f"and {len(needs) - 1} more: voicenote next --all")
    if not everything:
        _offer(click.get_current_context(), session, needs[0].command)


def _offer(context: click.Context, session: Session, line: str) -> None:
    """At a terminal, offer to run a need's command; a memo is heard or read before approval."""
    if not session.screen.interactive or not session.screen.confirm("Do it now?"):
        return
    if line.startswith("voicenote approve "):
        with session.open() as ws:
            show_memo(session, ws, int(shlex.split(line)[2]))
        if not session.screen.confirm("Is it the way you want it?", default=False):
            return
    _carry_out(context, session, line)


def _carry_out(context: click.Context, session: Session, line: str) -> None:
    """Run a need's command, asking for the parts it leaves open until they are right."""
    given = shlex.split(line)
    while True:
        words = [
            session.screen.ask(before.removeprefix("--"), needed=True) if word == "…" else word
            for before, word in pairwise(given)
        ]
        try:
            run_words(context, words)
        except click.BadParameter as error:
            if words == given[1:]:
                raise
            session.screen.warn(error.format_message())
        else:
            return
