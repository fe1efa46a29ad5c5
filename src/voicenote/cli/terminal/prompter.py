"""The teleprompter: shows a sentence, records it, and keeps it only if the owner says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from voicenote.cli.terminal.session import Session
from voicenote.errors import BadData, RuleSaysNo, Unavailable, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.memo.recording import WantedSentence
    from voicenote.model.memo import Clip

#: The answers after and before a take: a word or its first letter, with a take's number if needed.
AFTER = ("keep", "play", "redo", "skip", "quit")
BEFORE = ("record", "skip", "quit")


def prompt(
    session: Session,
    sentences: Sequence[WantedSentence],
    judge: Callable[[WantedSentence, Clip], Sequence[str]],
    keep: Callable[[WantedSentence, Clip], None],
) -> None:
    """Record sentences one after the other; `keep` gets each take as soon as the owner keeps it.

    `judge` says what a take lacks of its words, before the owner decides; a take that lacks some
    is recorded again, unless the owner says otherwise.

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
        taken = _take_sentence(session, one, judge)
        if taken == "quit":
            return
        if not isinstance(taken, str):
            keep(one, taken)


def _take_sentence(
    session: Session,
    one: WantedSentence,
    judge: Callable[[WantedSentence, Clip], Sequence[str]],
) -> Clip | str:
    """Return the take of one sentence that the owner keeps, or else ``skip`` or ``quit``."""
    takes: list[Clip] = []
    good = True
    while True:
        several = f" (1 to {len(takes)}: keep 1, play 1)" if len(takes) > 1 else ""
        question = f"keep, play, redo, skip or quit{several}" if takes else "record, skip or quit"
        words = AFTER if takes else BEFORE
        word, take = ask_word(session, question, words, len(takes), words[0] if good else "redo")
        if word in ("skip", "quit"):
            return word
        if word == "keep":
            return takes[take - 1]
        if word == "play":
            play_take(session, takes[take - 1])
        elif (taken := _record_take(session, one, judge)) is not None:
            clip, good = taken
            takes.append(clip)


def ask_word(
    session: Session, question: str, words: Sequence[str], takes: int, default: str
) -> tuple[str, int]:
    """Ask until one of `words` is given; return it, and the take that it means (or the last).

    Enter means `default`; the end of input means quit.
    """
    while True:
        try:
            given = session.screen.ask(question, default).lower()
        except WrongUse:
            return "quit", takes
        word, _, number = given.partition(" ")
        found = [one for one in words if one.startswith(word)]
        number = number.strip() or str(takes)
        counts = number.isdecimal() and len(number) < 9
        if found and counts and (int(number) in range(1, takes + 1) or not takes):
            return found[0], int(number)
        session.screen.warn(f"Please answer {', '.join(words[:-1])} or {words[-1]}.")


def record_until_enter(session: Session) -> Clip:
    """Record from the microphone until Enter."""
    from voicenote.engine.memo.microphone import record

    def until_enter() -> None:
        session.screen.ask("Recording. Press Enter when you are done")

    return record(until_enter, session.env)


def _record_take(
    session: Session,
    one: WantedSentence,
    judge: Callable[[WantedSentence, Clip], Sequence[str]],
) -> tuple[Clip, bool] | None:
    """Record a take and say how it was; return it, and whether it needs no other.

    Returns None when nothing was heard.
    """
    from voicenote.engine.memo.coach import notes

    try:
        clip = record_until_enter(session)
        doubts = judge(one, clip)
    except (BadData, RuleSaysNo) as error:
        session.screen.warn(f"  {error.in_one_line}")
        return None
    found = notes(one.sentence.said, clip, one.language, whole=False)
    lines = [f"  {note.line}" for note in found if not note.good]
    lines += [f"  {line}" for line in doubts]
    session.screen.warn(
        f"  {clip.duration_s:.1f} s{'' if lines else ', nothing to improve'}.", *lines
    )
    return clip, not lines


def play_take(session: Session, clip: Clip) -> None:
    """Play a take; where that can't be done, say what to do."""
    from voicenote.engine.memo.player import play_clip

    try:
        play_clip(clip, session.env)
    except Unavailable as error:
        session.screen.warn(f"  {error.what}: install ffmpeg")
