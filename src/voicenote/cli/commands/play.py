"""`play`: play a memo or what a customer sent, or draw a waveform."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_options import case_number
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadData, RuleSaysNo, Unavailable, WrongUse

if TYPE_CHECKING:
    from voicenote.sound.waveform import Waveform


@command()
@click.argument("what", metavar="N|FILE")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.svg|.png",
    help="Draw its waveform instead of playing it.",
)
@click.option("--answers", is_flag=True, help="Play what the customer of case N sent, in order.")
def play(
    session: Session, /, *, what: str, picture: Path | None = None, answers: bool = False
) -> None:
    """Listen to the memo of case N, to a sound file, or to what a customer said; or draw it.

    The picture of a memo shows its sentences: a dot where each begins, and pauses in grey. With
    --answers each voice message of the customer is played, with its date, its channel, and what was
    heard in it.

    With --json nothing is played: {"case", "file", "duration_s"}, with --picture also "picture";
    with --answers a list of {"case", "at", "channel", "file"}, the file as in show.
    """
    if answers:
        _play_answers(session, what, picture)
        return
    from voicenote.engine.memo.listening import (
        letter_of,
        memo_file,
        wave_of_memo,
        write_picture,
    )
    from voicenote.sound.recording_file import read_sound
    from voicenote.sound.waveform import waveform

    letter, unheard = "", False
    if what.isdecimal():
        number = case_number(what)
        with session.open() as ws:
            file, seconds = memo_file(ws, number)
            letter, unheard = letter_of(ws, number)
            drawn = picture is not None or (session.screen.width and not session.json)
            wave = wave_of_memo(ws, number, file) if drawn else None
        data: dict[str, Any] = {"case": number, "file": file, "duration_s": round(seconds, 2)}
    else:
        file = Path(what)
        if not file.is_file():
            raise BadData(f"{what} doesn't exist", "give the number of a case, or a sound file")
        wave = waveform(read_sound(file)) if picture else None
        data = {"case": None, "file": file, "duration_s": None}
    if picture and wave:
        write_picture(wave, picture)
        session.screen.show({**data, "picture": picture}, lambda: f"Drawn: {picture}")
        return
    if unheard and not session.json:
        session.screen.warn(
            f"Case {number} leaves as a letter without sound (R24); this is what isn't sent. "
            f"Its words: voicenote script {number}"
        )
    try:
        _play_file(session, file, data, wave)
    except Unavailable:
        session.screen.note(f"These are its words:\n\n{letter}\n" if letter else "")
        raise


def _play_answers(session: Session, what: str, picture: Path | None) -> None:
    """Play what a customer sent. Raises WrongUse unless `what` is the number of a case."""
    from voicenote.cli.terminal.answer_playing import play_sounds
    from voicenote.engine.case.answer_view import list_sounds

    if picture or not what.isdecimal():
        raise WrongUse(
            "--answers plays what a customer sent", "such as: voicenote play 3 --answers"
        )
    with session.open() as ws:
        found = list_sounds(ws, [number := case_number(what)])
    if not found:
        raise RuleSaysNo(
            f"the customer of case {number} has sent no sound that is kept",
            f"see what they sent: voicenote show {number}",
        )
    play_sounds(session, found)


def _play_file(session: Session, file: Path, data: dict[str, Any], wave: Waveform | None) -> None:
    """Play a file, and show its waveform first if there is one."""
    from voicenote.engine.memo.player import play as play_

    if session.json:
        session.screen.data(data)
        return
    session.screen.note(str(file))
    if wave:
        from voicenote.sound.waveform import line

        session.screen.note(line(wave))
    play_(file, session.env)
