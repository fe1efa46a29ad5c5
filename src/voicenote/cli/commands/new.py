"""`new`: add a case and go through it in one session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.failures import as_text, explain
from voicenote.cli.terminal.field_proposals_list import offer_proposals
from voicenote.cli.terminal.file_input import resolve_pasted_path
from voicenote.cli.terminal.import_report import overdue
from voicenote.cli.terminal.own_words import ask_own_words
from voicenote.cli.terminal.promise_options import ask_day
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadData, BadSettings, VoicenoteError, WrongUse

if TYPE_CHECKING:
    from voicenote.model.case import Complaint

#: What can be done, and what each word means.
DEEDS = {
    "refund": "their money back, in full or in part",
    "credit": "money off something else",
    "exchange": "another one of the same",
    "redo": "the work done again",
    "fix": "what is broken repaired",
    "call": "you call them yourself",
    "gift": "something they didn't ask for",
    "word": "you tell the truth to somebody who matters to them",
    "nothing yet": "you will decide later",
}

NOTHING = "nothing yet"

VOICES = ("my own, from a file", "my own, with the microphone", "the computer's", "later")


@command()
@click.option(
    "--from", "file", metavar="FILE.toml", help="Take the answers from a file, for scripts."
)
def new(session: Session, /, *, file: str | None) -> None:
    """Add one case in one sitting: six questions, your own words, the script, voice and approval.

    You can skip every step after the questions, and do it later.
    """
    context = click.get_current_context()
    if file is None and not session.screen.interactive:
        raise WrongUse("new asks questions, and this isn't a terminal", "add --from FILE.toml")
    session.check()
    if file is None:
        _ensure_owner_name(context, session)
    number, added, late = _take_case(session, file)
    screen = session.screen
    if late and added:
        screen.warn(overdue(late))
    if file is not None:
        word = "is new" if added else "was already there"
        data = {"case": number, "added": added}
        screen.show(data, lambda: f"Case {number} {word}. Next: voicenote script {number}")
        return
    screen.out(
        f"This is case {number}. You can stop at any time; voicenote next goes on from there."
    )
    _walk_through(context, session, number)


def _ensure_owner_name(context: click.Context, session: Session) -> None:
    """Make sure there is an owner's name, because no script can be written without one."""
    from voicenote.cli.commands.init import init

    if session.settings.owner.name:
        return
    if session.settings.file.exists():
        raise BadSettings(
            "[owner] name is empty, so no one answers for the case",
            f"write your name in {session.settings.file}",
        )
    session.screen.out("First, and only once: who are you?")
    session.read_settings_again()
    context.invoke(init)
    session.screen.out()


def _take_case(session: Session, file: str | None) -> tuple[int, bool, int]:
    """Add a case; return (number, whether it is new, how many promises are already late)."""
    from voicenote.engine.case.new_cases import late, take_one
    from voicenote.intake.options import Options
    from voicenote.intake.single import complaint_from_fields, read_toml
    from voicenote.script.deed_conflicts import deed_notes
    from voicenote.script.whose_words import find_misvoiced
    from voicenote.wiring import new_id, now
    from voicenote.word_language import detect_language

    owner = session.settings.owner
    options = Options(now=now(), language=owner.language, time_zone=owner.time_zone)
    if file is not None:
        complaint = read_toml(Path(file), options)
        for one in find_misvoiced(complaint, complaint.customer.language or owner.language):
            session.screen.warn(str(one))
        for promise in complaint.promises:
            session.screen.warn(*deed_notes(promise, complaint.customer.language or owner.language))
    else:

        def check(fields: Mapping[str, object]) -> Complaint:
            return complaint_from_fields(fields, options)

        fields = _ask_questions(session, check)
        told = check(fields)
        tag = detect_language(told.what_happened) or owner.language
        fields |= ask_own_words(
            session.screen,
            told,
            tag,
            options.now.date(),
            lambda name, answer: check({**fields, name: answer}),
        )
        complaint = complaint_from_fields({**fields, "ref": new_id()[:12]}, options)
    with session.open() as ws:
        added = take_one(ws, complaint)
    return added.case, added.new, late(complaint, options.now, owner.time_zone)


def _ask_questions(
    session: Session, check: Callable[[Mapping[str, object]], object]
) -> dict[str, object]:
    """Ask the six questions and return the answers; a wrong answer is asked again at once."""
    screen = session.screen
    fields: dict[str, object] = {"what_happened": "yet to be told"}

    def ask(name: str, question: str, default: str = "", *, needed: bool = False) -> None:
        while True:
            given = screen.ask(question, default, needed=needed)
            try:
                check({**fields, name: given})
            except BadData as error:
                mine = [one for one in error.problems if one.field == name]
                if mine:
                    screen.warn(f"{mine[0].what} ({mine[0].advice})")
                    continue
            fields[name] = given
            return

    ask("customer", "1. Who was let down? Their name (Enter if you do not know it)")
    ask("email", "2. Their e-mail address (Enter to skip)")
    ask("what_happened", "3. What happened, in their words", needed=True)
    ask("bothered_most", "4. What bothered them most, in their words (the rest depends on it)")
    deed = screen.choose("5. What will you do to put it right?", DEEDS, NOTHING)
    if deed != NOTHING:
        fields["amends_kind"] = deed
        ask("amends", "   In a few words, as you would say it to them", needed=True)
        if deed in ("refund", "credit", "gift"):
            fields["amends_value"] = "1"  # a currency without an amount isn't checked
            ask("currency", "   In which currency, if it is money (such as EUR)")
            del fields["amends_value"]
            if fields["currency"]:
                ask("amends_value", "   How much")
        fields["promised_by"] = ask_day(session, "6. By when", "in 7 days").isoformat()
    return {name: value for name, value in fields.items() if value}


def _walk_through(context: click.Context, session: Session, number: int) -> None:
    """Go through script, voice, listening and approval, each with its own command.

    Each step can be skipped.
    """
    from voicenote.cli.commands.approve import approve
    from voicenote.cli.commands.plan import plan
    from voicenote.cli.commands.play import play
    from voicenote.cli.commands.record import record
    from voicenote.cli.commands.render import render
    from voicenote.cli.commands.script import script

    screen = session.screen
    offer_proposals(session, number)
    if not _do(context, session, script, numbers=(number,)):
        return
    if screen.confirm("Change the text in your editor?", default=False):
        _do(context, session, script, numbers=(number,), edit=True)
    said = screen.choose("Whose voice should say it?", VOICES, VOICES[2])
    ready = False
    if said == VOICES[0]:
        while not ready and (name := screen.ask("The file of your recording (Enter: later)")):
            taken = resolve_pasted_path(name)
            ready = _do(context, session, record, numbers=(number,), source=taken)
    elif said == VOICES[1]:
        ready = _do(context, session, record, numbers=(number,)) and _spoken(session, number)
    elif said == VOICES[2]:
        ready = _do(context, session, render, numbers=(number,))
    if not ready:
        screen.note(f"Later: voicenote record {number}, or voicenote render {number}")
        return
    if screen.confirm("Listen to it?", default=True):
        _do(context, session, play, what=str(number))
    if screen.confirm("Approve it, and follow up as planned?", default=False):
        _do(context, session, approve, numbers=(number,))
        _do(context, session, plan, number=number)
    else:
        screen.note(f"When you are ready: voicenote approve {number}")


def _spoken(session: Session, number: int) -> bool:
    """Return whether every sentence of a case is recorded, so there is a memo to hear."""
    from voicenote.engine.memo.recording import to_say

    with session.open() as ws:
        return not to_say(ws, number)


def _do(context: click.Context, session: Session, command: click.Command, **given: Any) -> bool:
    """Run another command; return whether it worked. Errors are shown, as it can be done later."""
    try:
        context.invoke(command, **given)
    except VoicenoteError as error:
        session.screen.warn(as_text(explain(error)))
        return False
    return True
