"""`demo`: show the whole process on samples, offline, in a separate folder."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.browser import has_browser
from voicenote.cli.terminal.own_command import own_command, paste
from voicenote.cli.terminal.session import Session, command

if TYPE_CHECKING:
    from voicenote.cli.terminal.screen import Screen
    from voicenote.engine.run.demo_story import StoryEvent
    from voicenote.engine.workspace import Workspace

#: The widest that prose gets.
_WIDTH = 88


@command()
@click.argument("folder", default="voicenote-demo", metavar="[DIR]")
def demo(session: Session, /, *, folder: str) -> None:
    """Play through the whole journey on samples, offline: 45 days of eight cases, in folder DIR.

    Nothing is sent: the outbox is a folder in DIR. DIR/index.html tells it all, with sound. An
    earlier demo in DIR is replaced; only its own files are removed, and files you have changed are
    kept under another name. Any other folder that isn't empty is left alone.

    With --json: {"folder", "page", "cases"}.
    """
    from voicenote.engine.admin.demo_folder import PAGE
    from voicenote.engine.admin.journeys import collect_journeys
    from voicenote.engine.run.demo_story import summarise_cases
    from voicenote.files import write_whole
    from voicenote.web.journey_page import write_journey_page
    from voicenote.wiring import demo as open_demo

    screen = session.screen
    place = Path(folder).absolute()
    page = place / PAGE
    with open_demo(place) as (ws, told, kept):
        for path in kept:
            screen.warn(f"You had changed a file of the demo; your version is kept as {path}")
        events = []
        for event in told:
            events.append(event)
            _tell(screen, ws, events)
        write_whole(page, write_journey_page(collect_journeys(ws, events), ws.settings))
        rows = summarise_cases(ws)
    if session.json:
        screen.data({"folder": place, "page": page, "cases": rows})
        return
    screen.out()
    screen.table(
        ("case", "customer", "outcome", "rounds", "messages", "amends"),
        [
            (r.case, r.customer, r.outcome or r.stage, r.round, r.messages, ", ".join(r.amends))
            for r in rows
        ],
    )
    screen.out()
    screen.out("\n".join(_what_to_open(place, page)))
    offer_page(session, page)


def _tell(screen: Screen, ws: Workspace, events: list[StoryEvent]) -> None:
    """Print the newest event; around the first case's memo, its story in full."""
    from voicenote.engine.run.demo_story import EventKind

    event = events[-1]
    if event.kind is EventKind.CAME:
        _tell_complaint(screen, ws)
        return
    who = f"case {event.case}" if event.case else ""
    if event.kind is EventKind.SPOKEN and not any(
        one.kind is EventKind.SPOKEN for one in events[:-1]
    ):
        _tell_memo(screen, ws, event)
        return
    screen.note(f"{event.at:%d %b %H:%M}  {who:<8}{event.text}")


def _tell_complaint(screen: Screen, ws: Workspace) -> None:
    """Print the first complaint in full."""
    from voicenote.engine.case.case_view import case_view

    case = case_view(ws, 1).case
    complaint = case.complaint
    screen.note(f"{case.customer.name} writes to {ws.settings.owner.business}:\n")
    for text in (complaint.what_happened, complaint.bothered_most):
        screen.note(fill(text, _WIDTH, initial_indent="  ", subsequent_indent="  "))
    screen.note("")


def _tell_memo(screen: Screen, ws: Workspace, event: StoryEvent) -> None:
    """Print what the first customer hears, and its waveform."""
    from voicenote.engine.case.case_view import case_view
    from voicenote.engine.memo.listening import memo_file, wave_of_memo
    from voicenote.sound.waveform import line

    view = case_view(ws, event.case)
    file, _ = memo_file(ws, event.case)
    screen.note(f"\n{view.case.customer.name} will hear this ({event.text}):\n")
    for text in view.script.text.splitlines() if view.script else ():
        screen.note(fill(text, _WIDTH, initial_indent="  ", subsequent_indent="  "))
    screen.note(f"\n  {line(wave_of_memo(ws, event.case, file))}")
    screen.note(f"  {file}\n")
    screen.note("Now the days after it, and the other complaints of that week:\n")


def _what_to_open(place: Path, page: Path) -> list[str]:
    emails = len(list(place.glob("outbox/*/message.eml")))
    memos = len(list(place.glob("outbox/*/memo.ogg")))
    letter = next(iter(sorted(place.glob("outbox/c1r1-memo-*/message.eml"))), None)
    program = own_command(sys.argv[0])
    lines = [
        f"{emails} emails, {memos} of them with sound, are in {place / 'outbox'}",
        f"The whole story, with sound:  {page}",
    ]
    if letter:
        memo = str(letter.with_name("memo.ogg"))
        lines += [f"The first email:              {letter}", "", "To hear its memo:"]
        lines.append(f"  {paste([*program, 'play', memo])}")
    return [
        *lines,
        "To look closer:",
        f"  {paste([*program, '--home', str(place), 'show', '1'])}",
        "To hear words of your own:",
        f"  {paste([*program, 'say', 'Hello. I have your letter here.', '-o', 'hello.ogg'])}",
        "To answer a customer of your own:",
        f"  {paste([*program, 'new'])}",
    ]


def offer_page(session: Session, page: Path) -> None:
    """Ask whether to open the page, if there is a person at a terminal and a browser for them."""
    screen = session.screen
    if screen.interactive and has_browser(session.env) and screen.confirm("Open the page now?"):
        import webbrowser

        if not webbrowser.open(page.as_uri()):
            screen.warn(f"No browser could be started. Open it yourself: {page}")
