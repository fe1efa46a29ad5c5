"""`new`: add a case and go through it in one session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.answer_draft import RECORDING, AnswerDraft, load_draft
from voicenote.cli.terminal.case_interview import Interview
from voicenote.cli.terminal.case_questions import Asker
from voicenote.cli.terminal.complaint_recording import (
    complaint_of,
    is_recording,
    keep_with,
    language_of,
    listen_to,
    ref_of,
    show_heard,
)
from voicenote.cli.terminal.import_report import overdue
from voicenote.cli.terminal.sending import walk_through
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import VoicenoteError, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.run.voiced_complaint import VoicedComplaint
    from voicenote.intake.options import Options
    from voicenote.model.case import Complaint


@command()
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="Take the answers from a TOML file, for scripts; or what happened from a recording.",
)
def new(session: Session, /, *, file: str | None) -> None:
    """Add one case in one sitting: what happened, your own words, the script, voice and sending.

    At every question < goes back to the one before, and at the end every answer can be changed.
    Ctrl-C keeps what you answered: the next voicenote new goes on from there. You can skip every
    step after the questions, and do it later. A name that a voice says wrongly is spelt as it
    sounds: voicenote edit N --say-as "Day-na"; your own in the settings, say_as.

    --from complaint.ogg listens to a voice message of the customer (docs/ears.md): what was heard
    is shown, and you correct it; the recording is kept with the case, for play N --answers. Without
    a terminal, a case of these words is added.
    """
    context = click.get_current_context()
    asks = file is None or (is_recording(file) and session.screen.interactive)
    if file is None and not session.screen.interactive:
        raise WrongUse("new asks questions, and this isn't a terminal", "add --from FILE.toml")
    session.check()
    if asks:
        _ensure_owner_name(session)
    number, added, late = _take_case(session, file, asks=asks)
    screen = session.screen
    if late and added:
        screen.warn(overdue(late))
    if not asks:
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


def _take_case(session: Session, file: str | None, *, asks: bool) -> tuple[int, bool, int]:
    """Add a case; return (number, whether it is new, how many promises are already late)."""
    from voicenote.engine.case.new_cases import late, take_one
    from voicenote.intake.options import Options
    from voicenote.wiring import now

    owner, draft = session.settings.owner, None
    options = Options(now=now(), language=owner.language, time_zone=owner.time_zone)
    told = listen_to(session, Path(file)) if file is not None and is_recording(file) else None
    if asks:
        draft = _go_on(session, told)
        told = told or _recorded_before(session, draft)
        complaint = _interview(session, draft, options, told)
    elif told:
        complaint = complaint_of(told, options)
    else:
        complaint = _read_file(session, str(file), options)
    with session.open() as ws:
        added = take_one(ws, complaint)
    if told:
        keep_with(session, added.case, told)
    if draft:
        draft.remove()
    return added.case, added.new, late(complaint, options.now, owner.time_zone)


def _recorded_before(session: Session, draft: AnswerDraft) -> VoicedComplaint | None:
    """Return the recording that an unfinished case began with, unless it is gone."""
    file = draft.case.get(RECORDING)
    try:
        return listen_to(session, Path(file)) if file else None
    except VoicenoteError as error:
        session.screen.warn(f"The recording isn't kept with the case: {error.in_one_line}")
        return None


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


def _go_on(session: Session, told: VoicedComplaint | None) -> AnswerDraft:
    """Return the answers of an earlier sitting that its owner goes on with; else none.

    Raises WrongUse when those are of another case than that of a recording.
    """
    draft, screen = load_draft(session), session.screen
    if told and draft.case and draft.case.get("ref") != ref_of(told):
        raise WrongUse(
            "the answers of an unfinished case are kept", "finish or forget them: voicenote new"
        )
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


def _interview(
    session: Session, draft: AnswerDraft, options: Options, told: VoicedComplaint | None
) -> Complaint:
    """Ask for a complaint. Its id is kept with its answers, so that it is added once.

    What was heard in a recording stands there when the owner is asked what happened.
    """
    from voicenote.wiring import new_id

    old = {}
    if told:
        show_heard(session, told)
        draft.case |= {"ref": ref_of(told), RECORDING: str(told.file)}
        old = {"what_happened": told.text} if told.text else {}
        if language := language_of(told, options):
            draft.case.setdefault("language", language)
    draft.case.setdefault("ref", new_id()[:12])
    channels = session.settings.channels.values()
    numbers = any(one.kind == "whatsapp" for one in channels)
    asker = Asker(options.language, options.time_zone, numbers=numbers)
    return Interview(session, draft, options, asker, old).hold()
