"""A memo before it is approved: its owner hears it, or reads what leaves without sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicenote.errors import BadData, Unavailable

if TYPE_CHECKING:
    from voicenote.cli.terminal.session import Session
    from voicenote.engine.workspace import Workspace


def show_memo(session: Session, ws: Workspace, number: int) -> None:
    """Play the memo of a case; where it can't be played or leaves without sound, show its words.

    Raises RuleSaysNo when there is no memo.
    """
    from voicenote.engine.memo.listening import letter_of, memo_file, misheard_in, wave_of_memo
    from voicenote.engine.memo.player import play

    screen = session.screen
    file, seconds = memo_file(ws, number)
    letter, unheard = letter_of(ws, number)
    if unheard:
        screen.warn(f"Case {number} leaves without sound (R24). These are its words:\n\n{letter}\n")
        return
    screen.note(f"Case {number}, {seconds:.0f} s: {file}")
    screen.warn(*misheard_in(ws, [number]))
    try:
        if screen.width:
            from voicenote.sound.waveform import line

            screen.note(line(wave_of_memo(ws, number, file)))
        play(file, session.env)
    except (BadData, Unavailable) as error:
        screen.warn(error.in_one_line, f"These are its words:\n\n{letter}\n")
