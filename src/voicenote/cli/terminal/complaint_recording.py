"""A complaint that `new` gets as a recording: what was heard is shown, and becomes its words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voicenote.cli.terminal.session import Session
from voicenote.errors import BadData, Unavailable, VoicenoteError
from voicenote.model.attachment import SOUND_ENDINGS

if TYPE_CHECKING:
    from voicenote.engine.run.voiced_complaint import VoicedComplaint
    from voicenote.intake.options import Options
    from voicenote.model.case import Complaint

#: How many hexadecimal digits of a recording's hash are the case's `ref`: it is added once.
_REF = 12


def is_recording(file: str | None) -> bool:
    """Return whether a file that `new` is given ends as a sound does."""
    return bool(file) and Path(str(file)).suffix[1:].lower() in SOUND_ENDINGS


def listen_to(session: Session, file: Path) -> VoicedComplaint:
    """Return what is said in a recording. Raises BadData and Unavailable."""
    from voicenote.engine.run.voiced_complaint import hear_complaint

    with session.open() as ws:
        return hear_complaint(ws, file.absolute())


def ref_of(told: VoicedComplaint) -> str:
    """Return the id of the case that begins with a recording."""
    return told.sha256[:_REF]


def show_heard(session: Session, told: VoicedComplaint) -> None:
    """Show at a terminal what was heard, or why nothing was."""
    name = told.file.name
    if told.text:
        session.screen.warn(f"Heard in {name}:", told.text)
        session.screen.note("Correct what was misheard when you are asked what happened.")
    elif told.deaf:
        session.screen.warn(f"Nobody could listen to {name}: {told.deaf} ({told.advice}).")
    else:
        session.screen.warn(f"Nothing was said in {name}.")
    if not told.text:
        session.screen.note("Type what they say; the recording is kept with the case.")


def language_of(told: VoicedComplaint, options: Options) -> str:
    """Return the language of the words, if it isn't the owner's; else ""."""
    return "" if told.language == options.language.partition("-")[0] else told.language


def complaint_of(told: VoicedComplaint, options: Options) -> Complaint:
    """Return the complaint that was heard, where nobody can be asked anything.

    Raises Unavailable where nobody listens, BadData where nothing was said.
    """
    from voicenote.intake.single import complaint_from_fields

    name, typed = told.file.name, "at a terminal you can type the words: voicenote new --from"
    if told.deaf:
        raise Unavailable(
            f"nobody could listen to {name}: {told.deaf}", f"{told.advice}; {typed} {name}"
        )
    if not told.text:
        raise BadData(f"nothing was said in {name}", f"listen to it; {typed} {name}")
    fields = {"ref": ref_of(told), "what_happened": told.text}
    if language := language_of(told, options):
        fields["language"] = language
    return complaint_from_fields(fields, options)


def keep_with(session: Session, number: int, told: VoicedComplaint) -> None:
    """Keep the recording with its case; a disk that takes it not loses no case."""
    from voicenote.engine.run.voiced_complaint import keep_recording

    try:
        with session.open() as ws:
            keep_recording(ws, number, told)
    except VoicenoteError as error:
        session.screen.warn(f"The recording isn't kept with case {number}: {error.in_one_line}")
