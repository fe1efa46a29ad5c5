"""The teleprompter: sentence by sentence, only what was never recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voicenote.cli.select import opened
from voicenote.cli.session import Session

if TYPE_CHECKING:
    from voicenote.engine.workspace import Workspace
    from voicenote.model.memo import Clip
    from voicenote.model.script import Sentence

    #: Shows words and records until Enter: (session, words, number of the case) → the take.
    Microphone = Callable[[Session, str, int], Clip]


def by_sentence(
    session: Session, number: int, source: Path | None, microphone: Microphone, *, listing: bool
) -> None:
    """Record what a case lacks, from a folder or the microphone; what was taken stays taken."""
    from voicenote.engine import recording

    with opened(session) as ws:
        missing = recording.to_say(ws, number)
        before = len(missing)
        if listing:
            _told(session, number, missing, 0)
            return
        if source is not None:
            sentences = missing if source.is_dir() else missing[:1]
            for sentence, clip in recording.takes_of(source, sentences):
                recording.keep_take(ws, number, sentence, clip)
        else:
            _prompt(session, ws, number, missing, microphone)
        recording.finish(ws, number)
        left = recording.to_say(ws, number)
        _told(session, number, left, before - len(left))


def _prompt(
    session: Session,
    ws: Workspace,
    number: int,
    missing: Sequence[Sentence],
    microphone: Microphone,
) -> None:
    """Show one sentence, take it, say how it was, and ask whether it is kept."""
    from voicenote.engine import recording
    from voicenote.engine.coach import notes

    for place, sentence in enumerate(missing, start=1):
        again = True
        while again:
            session.screen.warn(f"\n{place} of {len(missing)}")
            clip = microphone(session, sentence.text, number)
            for note in notes(sentence.text, clip, whole=False):
                if not note.good:
                    session.screen.warn(f"  {note.line}")
            again = session.screen.choose("Keep it?", ["keep", "redo"], "keep") == "redo"
        recording.keep_take(ws, number, sentence, clip)


def _told(session: Session, number: int, missing: Sequence[Sentence], recorded: int) -> None:
    """Say what was recorded, and what is missing."""
    texts = [sentence.text for sentence in missing]
    data = {"case": number, "recorded": recorded, "missing": texts}
    lines = [f"{recorded} recorded. " if recorded else ""]
    if texts:
        lines[0] += f"{len(texts)} missing:"
        lines += [f"  {place}. {text}" for place, text in enumerate(texts, start=1)]
    else:
        lines[0] += f"Every sentence is there. Make the memo: voicenote render {number}"
    session.screen.show(data, lambda: "\n".join(lines))
