"""Playing what customers sent: each sound in order, with its date, its channel and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicenote.cli.terminal.file_line import describe_file, describe_hearing
from voicenote.cli.terminal.session import Session
from voicenote.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voicenote.engine.case.answer_view import SoundView


def sound_lines(session: Session, one: SoundView) -> str:
    """Return when a sound came, by which channel, what it is, and what was heard in it."""
    from voicenote.engine.run_problems import tell_time

    when = tell_time(one.at, session.settings.owner.time_zone)
    by = f" by {one.channel}" if one.channel else ""
    lines = [f"{when}{by}: {describe_file(one.file)}", *describe_hearing(one.file)]
    return "\n  ".join(lines)


def play_sounds(session: Session, found: Sequence[SoundView]) -> None:
    """Play customers' sounds one after the other; those that can't be played are shown.

    Raises Unavailable for the first of these, at the end.
    """
    from pathlib import Path

    from voicenote.engine.memo.player import play

    if session.json:
        session.screen.data(found)
        return
    failed: Unavailable | None = None
    for one in found:
        session.screen.out(sound_lines(session, one))
        if failed is not None:
            continue
        try:
            play(Path(one.file.file), session.env)
        except Unavailable as error:
            failed = error
    if failed is not None:
        raise failed
