"""The teleprompter: shows a sentence, records it, and keeps it only if the owner says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voicenote.cli.terminal.session import Session
from voicenote.errors import BadData, Unavailable, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.memo.coach import Note
    from voicenote.engine.memo.recording import WantedSentence
    from voicenote.model.memo import Clip

#: The answers after and before a take: a word or its first letter, with a take's number if needed.
AFTER = ("keep", "play", "redo", "skip", "quit")
BEFORE = ("record", "skip", "quit")


def prompt(
    session: Session,
    sentences: Sequence[WantedSentence],
    keep: Callable[[WantedSentence, Clip], None],
) -> None:
    """Record sentences one after the other; `keep` gets each take as soon as the owner keeps it.

    Returns early when the owner quits; kept takes stay. Raises Unavailable when there is no
    microphone.
    """
    screen = session.screen
    screen.warn(
        "Press Enter to start a take and to end it. You can quit at any time; kept takes stay."
    )
    for place, one in enumerate(sentences, start=1):
        whose = f"for {one.customer}, case {one.case}" if one.sentence.personal else "for everybody"
        screen.warn(f"\n{place} of {len(sentences)}, {whose}\n\n  {one.sentence.text}\n")
        taken = _take_sentence(session, one)
        if taken == "quit":
            return
        if not isinstance(taken, str):
            keep(one, taken)


def _take_sentence(session: Session, one: WantedSentence) -> Clip | str:
    """Return the take of one sentence that the owner keeps, or else ``skip`` or ``quit``."""
    takes: list[Clip] = []
    answer = _answer(session, "record, skip or quit", BEFORE, 0)
    while True:
        if answer.word in ("skip", "quit"):
            return answer.word
        if answer.word == "keep":
            return takes[answer.take - 1]
        if answer.word == "play":
            _play(session, takes[answer.take - 1])
        elif (take := _record_take(session, one)) is not None:
            takes.append(take)
        if not takes:
            answer = _answer(session, "record, skip or quit", BEFORE, 0)
            continue
        several = f" (1 to {len(takes)}: keep 1, play 1)" if len(takes) > 1 else ""
        answer = _answer(session, f"keep, play, redo, skip or quit{several}", AFTER, len(takes))


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer: a word, and the number of the take that it means (by default the last)."""

    word: str
    take: int


def _answer(session: Session, question: str, words: Sequence[str], takes: int) -> _Said:
    """Ask until one of `words` is given. Enter means the first; the end of input means quit."""
    while True:
        try:
            given = session.screen.ask(question, words[0]).lower()
        except WrongUse:
            return _Said("quit", takes)
        word, _, number = given.partition(" ")
        found = [one for one in words if one.startswith(word)]
        number = number.strip() or str(takes)
        counts = number.isdecimal() and len(number) < 9
        if found and counts and (int(number) in range(1, takes + 1) or not takes):
            return _Said(found[0], int(number))
        session.screen.warn(f"Please answer {', '.join(words[:-1])} or {words[-1]}.")


def _record_take(session: Session, one: WantedSentence) -> Clip | None:
    """Record a take and say how it was; return None when nothing was heard."""
    from voicenote.engine.memo.coach import notes
    from voicenote.engine.memo.microphone import record

    def until_enter() -> None:
        session.screen.ask("Recording. Press Enter when you are done")

    try:
        clip = record(until_enter, session.env)
    except BadData as error:
        session.screen.warn(f"  {error.what}: {error.advice}")
        return None
    found = notes(one.sentence.said, clip, one.language, whole=False)
    tell(session, clip.duration_s, [note for note in found if not note.good])
    return clip


def tell(session: Session, seconds: float, notes: Sequence[Note]) -> None:
    """Print how long a take is, in seconds, and the notes on it."""
    session.screen.warn(f"  {seconds:.1f} s{'' if notes else ', nothing to improve'}.")
    for note in notes:
        session.screen.warn(f"  {note.line}")


def _play(session: Session, clip: Clip) -> None:
    from voicenote.engine.memo.player import play_clip

    try:
        play_clip(clip, session.env)
    except Unavailable as error:
        session.screen.warn(f"  {error.what}: install ffmpeg")
