"""`play`: play a memo, or draw its waveform."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_options import case_number
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadData, Unavailable

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
def play(session: Session, /, *, what: str, picture: Path | None = None) -> None:
    """Listen to the memo of case N, or to a sound file; or draw it.

    The picture of a memo shows its sentences: a dot where each begins, and pauses in grey.

    With --json nothing is played: {"case", "file", "duration_s"}, with --picture also "picture".
    """
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
