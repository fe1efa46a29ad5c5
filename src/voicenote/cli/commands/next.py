"""`next`: the one thing that needs you most."""

from __future__ import annotations

import shlex

import click

from voicenote.cli.terminal.session import Session, command
from voicenote.errors import WrongUse


@command("next")
@click.option("--all", "everything", is_flag=True, help="Everything that needs you, in order.")
def next_(session: Session, /, *, everything: bool) -> None:
    """The one thing that needs you most now; at a terminal, do it at once.

    With --json: a list of {"case", "urgency", "what", "do"}: first what stands apart ("case" is
    null, "urgency" is pause, unreadable, channel or unmatched), then that one thing; all of them
    with --all.
    """
    from voicenote.engine.case.attention import weigh_cases
    from voicenote.engine.case.reroute import channels_gone
    from voicenote.ledger import arrivals, case_flags, pauses

    screen = session.screen
    with session.open() as ws:
        needs, bad = weigh_cases(ws)
        with ws.ledger.read() as tx:
            stopped, unseen = pauses.list_paused(tx), arrivals.unseen(tx)
            gone = channels_gone(ws, tx)
    apart = [("pause", pause.told, pause.cure) for pause in stopped]
    apart += [("unreadable", error.what, error.advice) for error in bad.values()]
    apart += [("channel", *case_flags.told_stranded(*one)) for one in gone.items()]
    if unseen:
        what = f"{unseen} came in that fit{'s' * (unseen == 1)} no case"
        apart.append(("unmatched", what, "voicenote receive --unmatched"))
    if session.json:
        whole = [{"case": None, "urgency": u, "what": what, "do": do} for u, what, do in apart]
        found = [
            {"case": n.case, "urgency": n.urgency.name.lower(), "what": n.sentence, "do": n.command}
            for n in needs
        ]
        screen.data([*whole, *(found if everything else found[:1])])
        return
    for _, what, do in apart:
        screen.warn(f"{what}\n  {do}")
    if not needs:
        if not apart:
            screen.out("Nothing needs you now.")
        return
    for need in needs if everything else needs[:1]:
        screen.out(need.sentence)
        screen.out(f"  {need.command}")
    if len(needs) > 1 and not everything:
        screen.note(f"and {len(needs) - 1} more: voicenote next --all")
    if not everything:
        _offer(click.get_current_context(), session, needs[0].command)


def _offer(context: click.Context, session: Session, line: str) -> None:
    """At a terminal, do what a need names; nothing is released that nobody has heard."""
    if not session.screen.interactive or not session.screen.confirm("Do it now?"):
        return
    if line.startswith("voicenote approve "):
        _carry_out(context, session, line.replace("approve", "play", 1))
        if not session.screen.confirm("Is it as you want it to be?", default=False):
            return
    _carry_out(context, session, line)


def _carry_out(context: click.Context, session: Session, line: str) -> None:
    """Run the command that a need names, asking for what it leaves open."""
    from voicenote.cli.app import voicenote

    words = [
        session.screen.ask(f"{before[2:]}", needed=True) if word == "…" else word
        for before, word in zip(["", *shlex.split(line)], shlex.split(line), strict=False)
    ][1:]
    command = voicenote.get_command(context, words[0])
    if command is None:
        raise WrongUse(f"there is no command {words[0]}", "voicenote --help")
    with command.make_context(words[0], words[1:], parent=context.parent) as inner:
        command.invoke(inner)
