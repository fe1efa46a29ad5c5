"""From a new case to a memo that leaves: script, voice, review, channel, approval, sending."""

from __future__ import annotations

from collections.abc import Sequence

import click

from voicenote.cli.terminal.field_proposals_list import offer_proposals
from voicenote.cli.terminal.file_input import resolve_pasted_path
from voicenote.cli.terminal.memo_review import show_memo
from voicenote.cli.terminal.own_command import paste
from voicenote.cli.terminal.session import Session
from voicenote.cli.terminal.subcommand import try_words
from voicenote.extras import how_to_install

FREELY = "freely, in my own words"
MICROPHONE, FILE = "my own, with the microphone", "my own, from a file"
COMPUTER, LATER = "the computer's", "later"
VOICES = (MICROPHONE, FILE, COMPUTER, LATER)
#: What can be done with a memo that was made.
REVIEW = {
    "yes": "approve it, and follow up as planned",
    "again": "make it again: record it, or take another voice",
    "text": "change the text in your editor, then make it again",
    "later": "leave it; nothing is sent",
}


def walk_through(context: click.Context, session: Session, number: int) -> None:
    """Go through script, voice, review and sending of a case, each with its own command.

    Each step can be left for later.
    """
    screen, case = session.screen, str(number)
    offer_proposals(session, number)
    ready = _may_speak_freely(session)
    spoken = ready and _speak_freely(context, session, case)
    if not spoken:
        if not try_words(context, session, "script", case):
            return
        if screen.confirm("Change the text in your editor?", default=False):
            try_words(context, session, "script", case, "--edit")
    voices = (FREELY, *VOICES) if ready else VOICES
    while spoken or _make_memo(context, session, case, voices):
        spoken = False
        _review(session, number)
        said = screen.choose("Is it the way you want it?", REVIEW)
        if said == "yes":
            _send(context, session, number)
            return
        if said == "later":
            screen.note(f"When you are ready: voicenote approve {number}")
            return
        if said == "text":
            try_words(context, session, "script", case, "--edit")
    screen.note(f"Later: voicenote record {number}, or voicenote render {number}")


def _may_speak_freely(session: Session) -> bool:
    """Return whether there are ears and something to record with; if not, say what it needs."""
    from voicenote.engine.memo.take_hearing import why_deaf

    with session.open() as ws:
        deaf = why_deaf(ws)
    if session.settings.ears.kind == "none":
        return False
    lacks = [deaf] if deaf else []
    if not _can_record(session):
        lacks.append(f"nothing here can record; {how_to_install('mic')}, or install ffmpeg")
    if lacks:
        session.screen.note(
            "You could say it freely, in your own words, and have it written down for you. "
            f"For that: {'; and '.join(lacks)}."
        )
    return not lacks


def _speak_freely(context: click.Context, session: Session, case: str) -> bool:
    """Offer what comes across best, one's own words; return whether the memo is there now."""
    session.screen.out(
        "It comes across best in your own words: you see five points, you speak for a minute, and "
        "what you said becomes the letter."
    )
    return session.screen.confirm("Say it freely now?") and try_words(
        context, session, "record", case, "--freely"
    )


def _review(session: Session, number: int) -> None:
    """Let the owner read what leaves without sound, and hear the rest if they want to."""
    from voicenote.engine.memo.listening import letter_of

    with session.open() as ws:
        if letter_of(ws, number)[1] or session.screen.confirm("Listen to it?", default=True):
            show_memo(session, ws, number)


def _make_memo(context: click.Context, session: Session, case: str, voices: Sequence[str]) -> bool:
    """Make the memo in a voice of the owner's choice; return whether it is there to be heard."""
    screen, likely = session.screen, MICROPHONE if _can_record(session) else COMPUTER
    while True:
        said = screen.choose("Whose voice should say it?", voices, likely)
        if said == LATER:
            return False
        words: tuple[str, ...] = ("record" if said == MICROPHONE else "render", case)
        if said == FREELY:
            words = ("record", case, "--freely")
        if said == FILE:
            name = screen.ask("The file of your recording (Enter: another way)")
            words = ("record", case, "--from", str(resolve_pasted_path(name))) if name else ()
        made = bool(words) and try_words(context, session, *words)
        if made and (said != MICROPHONE or _all_recorded(session, int(case))):
            return True
        if made:
            screen.note("Not every sentence is recorded yet; what you have kept stays.")
        likely = FILE if said == FILE else COMPUTER


def _can_record(session: Session) -> bool:
    """Return whether this machine has something to record with."""
    from voicenote.engine.memo.microphone import can_record

    return can_record(session.env)


def _all_recorded(session: Session, number: int) -> bool:
    """Return whether every sentence of a case is recorded, so there is a memo to hear."""
    from voicenote.engine.memo.recording import to_say

    with session.open() as ws:
        return not to_say(ws, number)


def _send(context: click.Context, session: Session, number: int) -> None:
    """Approve a memo by a channel that leaves this machine, and send it if it is due."""
    _offer_channel(context, session, number)
    if not try_words(context, session, "approve", str(number)):
        return
    try_words(context, session, "plan", str(number))
    if _is_due(session, number) and session.screen.confirm("Send it now?", default=True):
        try_words(context, session, "run")
    session.screen.note("To send what is due automatically from now on: voicenote schedule")


def _offer_channel(context: click.Context, session: Session, number: int) -> None:
    """Offer to set up email if this customer has an address there, and no channel reaches them."""
    from voicenote.engine.case.case_view import case_view
    from voicenote.engine.case.routing import is_folder, way_and_why

    screen = session.screen
    with session.open() as ws:
        customer = case_view(ws, number).case.customer
        way, _ = way_and_why(ws, customer)
        stays = is_folder(ws.settings, way)
    if not stays:
        return
    if not customer.address("email"):
        screen.warn("No channel reaches this customer; the memo stays in a folder, the outbox.")
        return
    screen.warn("No email account is set up, so the memo would stay in a folder, the outbox.")
    if not screen.confirm("Set up email now?"):
        return
    words = ["channels", "add", "email"]
    if address := session.settings.owner.email:
        words += ["--address", address]
    if not try_words(context, session, *words):
        screen.note(f"You can do it later: {paste(['voicenote', *words])}")


def _is_due(session: Session, number: int) -> bool:
    """Return whether a message of a case could be sent now."""
    from voicenote.engine.case.plan_view import plan_view
    from voicenote.wiring import now

    moment = now()
    with session.open() as ws:
        messages = plan_view(ws, number).messages
    return any(one.state == "due" and one.due_at <= moment for one in messages)
