"""`new`: add a case and go through it in one session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.answer_draft import AnswerDraft, load_draft
from voicenote.cli.terminal.case_interview import Interview
from voicenote.cli.terminal.case_questions import Asker
from voicenote.cli.terminal.import_report import overdue
from voicenote.cli.terminal.sending import walk_through
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.intake.options import Options
    from voicenote.model.case import Complaint


@command()
@click.option(
    "--from", "file", metavar="FILE.toml", help="Take the answers from a file, for scripts."
)
def new(session: Session, /, *, file: str | None) -> None:
    """Add one case in one sitting: what happened, your own words, the script, voice and sending.

    At every question < goes back to the one before, and at the end every answer can be changed.
    Ctrl-C keeps what you answered: the next voicenote new goes on from there. You can skip every
    step after the questions, and do it later.
    """
    context = click.get_current_context()
    if file is None and not session.screen.interactive:
        raise WrongUse("new asks questions, and this isn't a terminal", "add --from FILE.toml")
    session.check()
    if file is None:
        _ensure_owner_name(session)
    number, added, late = _take_case(session, file)
    screen = session.screen
    if late and added:
        screen.warn(overdue(late))
    if file is not None:
        word = "is new" if added else "was already there"
        data = {"case": number, "added": added}
        screen.show(data, lambda: f"Case {number} {word}. Next: voicenote script {number}")
        return
    session.tell_kept(f"case {number} is kept: voicenote next goes on from there")
    screen.out(
        f"This is case {number}. You can stop at any time; voicenote next goes on from there."
    )
    walk_through(context, session, number)
    session.tell_kept("")


def _ensure_owner_name(session: Session) -> None:
    """Make sure there is an owner's name, because no script can be written without one."""
    from voicenote.cli.commands.init import make_workspace
    from voicenote.engine.admin.workspace_init import QUESTIONS, check_answer
    from voicenote.settings import save_setting

    owner, file = session.settings.owner, session.settings.file
    if owner.name:
        return
    session.screen.out("First, and only once: who are you?")
    if not file.exists():
        session.read_settings_again()
        make_workspace(session, {})
    else:
        for setting, question, _ in QUESTIONS[:2]:  # the name and the business
            if not getattr(owner, setting):
                given = session.screen.ask(question, needed=setting == "name")
                save_setting(file, "owner", setting, check_answer(setting, given))
        session.read_settings_again()
    session.screen.out()


def _take_case(session: Session, file: str | None) -> tuple[int, bool, int]:
    """Add a case; return (number, whether it is new, how many promises are already late)."""
    from voicenote.engine.case.new_cases import late, take_one
    from voicenote.intake.options import Options
    from voicenote.wiring import now

    owner, draft = session.settings.owner, None
    options = Options(now=now(), language=owner.language, time_zone=owner.time_zone)
    if file is not None:
        complaint = _read_file(session, file, options)
    else:
        draft = _go_on(session)
        complaint = _interview(session, draft, options)
    with session.open() as ws:
        added = take_one(ws, complaint)
    if draft:
        draft.remove()
    return added.case, added.new, late(complaint, options.now, owner.time_zone)


def _read_file(session: Session, file: str, options: Options) -> Complaint:
    """Return the complaint in a file, after warnings about what could be misread in it."""
    from voicenote.intake.single import read_toml
    from voicenote.script.deed_conflicts import deed_notes
    from voicenote.script.whose_words import find_misvoiced

    complaint = read_toml(Path(file), options)
    tag = complaint.customer.language or options.language
    for one in find_misvoiced(complaint, tag):
        session.screen.warn(str(one))
    for promise in complaint.promises:
        session.screen.warn(*deed_notes(promise, tag))
    return complaint


def _go_on(session: Session) -> AnswerDraft:
    """Return the answers of an earlier sitting that its owner goes on with; else none."""
    draft, screen = load_draft(session), session.screen
    if draft.case:
        who = draft.case.get("customer") or "a customer without a name"
        screen.warn(f"The answers of an unfinished case are kept, about {who}.")
        if screen.confirm("Go on with them? (n begins anew, and forgets them)"):
            draft.save()
            return draft
        draft.remove()
    session.tell_kept("nothing was answered yet, and nothing is kept")
    screen.note("Type < to go back one question. Ctrl-C stops; what you answered is kept.")
    return draft


def _interview(session: Session, draft: AnswerDraft, options: Options) -> Complaint:
    """Ask for a complaint. Its id is kept with its answers, so that it is added once."""
    from voicenote.wiring import new_id

    draft.case.setdefault("ref", new_id()[:12])
    channels = session.settings.channels.values()
    numbers = any(one.kind == "whatsapp" for one in channels)
    asker = Asker(options.language, options.time_zone, numbers=numbers)
    return Interview(session, draft, options, asker).hold()
