"""Listening to what customers sent, when the owner asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicenote.cli.terminal.answer_playing import sound_lines
from voicenote.cli.terminal.case_options import case_number
from voicenote.cli.terminal.session import Session
from voicenote.counting import count_of
from voicenote.errors import Unavailable, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.answer_view import SoundView


def hear_answers(session: Session, what: Sequence[str], *, translate: bool) -> int:
    """Listen to the sounds of the cases in `what`, of all without any; return the exit code.

    Raises WrongUse for what isn't the number of a case, Unavailable where nobody listens.
    """
    from voicenote.engine.case.answer_view import list_sounds
    from voicenote.engine.memo.translate_heard import translate_heard
    from voicenote.engine.run.hear_files import hear_files

    if not all(one.isdecimal() for one in what):
        raise WrongUse(
            "--answers takes the numbers of cases", "such as: voicenote hear 3 --answers"
        )
    numbers, translated = [case_number(one) for one in what], 0
    with session.open() as ws:
        there = list_sounds(ws, numbers)
        with session.screen.bar("Listening") as advance:
            heard = hear_files(ws, numbers or None, by_hand=True, advance=advance)
        if heard.deaf and not translate:
            why, _, advice = heard.deaf.partition("; ")
            told = count_of(heard.left, "voice message was", "voice messages were")
            raise Unavailable(f"{told} not listened to: {why}", advice or "see docs/ears.md")
        if translate:
            translated = translate_heard(ws, sorted({one.case for one in there}))
        shown = list_sounds(ws, numbers)
    counts = {"heard": len(heard.files), "left": heard.left, "translated": translated}
    session.screen.show({**counts, "answers": shown}, lambda: _page(session, shown))
    return 1 if heard.left else 0


def _page(session: Session, shown: Sequence[SoundView]) -> str:
    lines = [f"case {one.case}, {sound_lines(session, one)}" for one in shown]
    return "\n".join(lines) or "No customer has sent a sound that is kept."
