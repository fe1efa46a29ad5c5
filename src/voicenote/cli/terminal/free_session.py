"""`record --freely`: an outline instead of sentences, and what was said becomes the letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicenote.cli.terminal.editor import edit_text
from voicenote.cli.terminal.file_input import read_text
from voicenote.cli.terminal.prompter import ask_word, play_take, record_until_enter
from voicenote.cli.terminal.recording_session import memo_made, need_somebody
from voicenote.cli.terminal.session import Session
from voicenote.errors import BadData, Doubtful, RuleSaysNo

if TYPE_CHECKING:
    from voicenote.engine.memo.coach import Note
    from voicenote.engine.memo.free_take import FreeLetter, FreeTake
    from voicenote.engine.workspace import Workspace
    from voicenote.model.memo import Clip
    from voicenote.script.outline import OutlinePoint

#: What can be done with a take: from a file, it isn't said again.
_AT_MICROPHONE = ("keep", "play", "edit", "redo", "quit")
_OF_FILE = ("keep", "play", "edit", "quit")


def list_outline(session: Session, ws: Workspace, number: int) -> None:
    """Show the outline of a case alone."""
    from voicenote.engine.memo.free_take import show_outline

    points = show_outline(ws, number)
    data = {"case": number, "outline": [asdict(one) for one in points]}
    session.screen.show(data, lambda: _outline(points))


def record_freely(
    session: Session,
    ws: Workspace,
    number: int,
    source: Path | None,
    words: Path | None,
    *,
    anyway: bool,
) -> None:
    """Take what somebody says freely, from a file or the microphone, as the memo and its letter.

    `words` is a file with what is said, in the place of what ears write down.
    """
    from voicenote.engine.memo import free_take
    from voicenote.engine.memo.take_reading import read_take

    points = free_take.show_outline(ws, number)
    given = read_text(words, session.stdin) if words else ""
    clip = read_take(source) if source else free_take.kept_take(ws, number) if words else None
    if clip is None:
        need_somebody(session, number)
        _introduce(session, ws, points, given)
    session.if_stopped = "this take isn't kept; the same command begins anew"
    if clip is not None and (anyway or not session.screen.interactive):
        take = free_take.hear_freely(ws, number, clip)
        letter = _read(ws, number, take, given)
        _refuse(number, take, letter, anyway=anyway)
    else:
        take, letter = _ask_about(session, ws, number, clip, given)
    free_take.keep_freely(ws, number, take, letter)
    session.if_stopped = ""
    _tell(session, ws, number, take, letter, points)


def _introduce(session: Session, ws: Workspace, points: Sequence[OutlinePoint], given: str) -> None:
    from voicenote.engine.memo.take_hearing import why_deaf

    session.screen.warn(f"\n{_outline(points)}\n")
    session.screen.note(
        "Say it in your own words, in 20 to 60 seconds and in this order. Pauses are fine."
    )
    if not given and (why := why_deaf(ws)):
        session.screen.warn(
            f"Nobody writes down what you say: {why}. You will write it yourself after the take."
        )


def _outline(points: Sequence[OutlinePoint]) -> str:
    lines = []
    for place, one in enumerate(points, start=1):
        lines.append(f"{place}. {one.heading}")
        lines += [f"   {text}" for text in one.words or (one.hint,)]
    return "\n".join(lines)


def _read(ws: Workspace, number: int, take: FreeTake, given: str) -> FreeLetter:
    from voicenote.engine.memo.free_take import read_freely

    if not given and take.unheard:
        raise RuleSaysNo(
            f"nobody wrote down what the take says: {take.unheard}",
            f"add the words: voicenote record {number} --freely --from FILE --words LETTER.txt",
        )
    return read_freely(ws, number, take, given)


def _refuse(number: int, take: FreeTake, letter: FreeLetter, *, anyway: bool) -> None:
    if letter.doubts and not anyway:
        raise Doubtful(
            f"the take of case {number} isn't a letter yet",
            "say it again, or correct the words: --words LETTER.txt; --anyway keeps this one",
            (*letter.doubts, *_told_of(take, letter), f"words: {letter.script.text}"),
        )


def _told_of(take: FreeTake, letter: FreeLetter) -> list[str]:
    """Return what was written otherwise than it was heard, and what is unsure.

    Of a letter in the owner's words that is nothing.
    """
    if letter.corrected:
        return []
    told = [f"heard “{one.heard}”, written “{one.written}”" for one in take.rewritten]
    if take.unsure:
        told.append(f"unsure: {', '.join(take.unsure)}")
    return told


def _ask_about(
    session: Session, ws: Workspace, number: int, clip: Clip | None, given: str
) -> tuple[FreeTake, FreeLetter]:
    """Return the take that the owner keeps, with its letter. Raises RuleSaysNo for none."""
    screen, again = session.screen, clip is None
    while True:
        clip = clip or _speak(session)
        found = _hear(session, ws, number, clip, given) if clip else None
        if found is None:
            if again and screen.confirm("Record it again?"):
                clip = None
                continue
            raise _unkept(number)
        if letter := _settle(session, ws, number, *found, again=again):
            return found[0], letter
        clip = None


def _settle(
    session: Session,
    ws: Workspace,
    number: int,
    take: FreeTake,
    letter: FreeLetter,
    *,
    again: bool,
) -> FreeLetter | None:
    """Return the letter of a take that is kept, None for one that is said `again`.

    Raises RuleSaysNo when its owner quits.
    """
    words = _AT_MICROPHONE if again else _OF_FILE
    question = f"{', '.join(words[:-1])} or {words[-1]}"
    while True:
        _show(session, take, letter)
        likely = "keep" if not letter.doubts else "redo" if again else "edit"
        said, _ = ask_word(session, question, words, 1, likely)
        if said == "quit":
            raise _unkept(number)
        if said in ("keep", "redo"):
            return letter if said == "keep" else None
        if said == "play":
            play_take(session, take.clip)
        else:
            letter = _edit(session, ws, number, take, letter)


def _unkept(number: int) -> RuleSaysNo:
    return RuleSaysNo("the take was not kept", f"begin anew: voicenote record {number} --freely")


def _speak(session: Session) -> Clip | None:
    session.screen.ask("Press Enter, then speak")
    try:
        return record_until_enter(session)
    except (BadData, RuleSaysNo) as error:
        session.screen.warn(error.in_one_line)
        return None


def _hear(
    session: Session, ws: Workspace, number: int, clip: Clip, given: str
) -> tuple[FreeTake, FreeLetter] | None:
    """Return a take with its letter; None, and say why, for one that can't be used."""
    from voicenote.engine.memo.free_take import hear_freely, read_freely

    try:
        take = hear_freely(ws, number, clip)
        if take.unheard and not given:
            session.screen.warn(f"Nobody wrote down what you said: {take.unheard}")
            given = _edit_words(session, number, "")
        return take, read_freely(ws, number, take, given)
    except (BadData, RuleSaysNo) as error:
        session.screen.warn(error.in_one_line)
        return None


def _edit(
    session: Session, ws: Workspace, number: int, take: FreeTake, letter: FreeLetter
) -> FreeLetter:
    """Return the letter with its words corrected; as it was where nothing can be made of them."""
    from voicenote.engine.memo.free_take import read_freely

    try:
        return read_freely(ws, number, take, _edit_words(session, number, letter.script.text))
    except BadData as error:
        session.screen.warn(error.in_one_line)
        return letter


def _edit_words(session: Session, number: int, text: str) -> str:
    instead = f"voicenote record {number} --freely --words LETTER.txt"
    return edit_text(session, f"{text}\n", "the text of the take", instead)


def _show(session: Session, take: FreeTake, letter: FreeLetter) -> None:
    """Show the words of a take, and what is to be said of them and of its sound."""
    coach = [note.line for note in _coach(take, letter) if not note.good]
    lines = [*_told_of(take, letter), *letter.doubts, *letter.notes, *coach]
    session.screen.warn(
        f"\n{letter.script.text}\n",
        f"{take.clip.duration_s:.0f} s{'' if lines else ', nothing to improve'}.",
        *(f"  {line}" for line in lines),
    )


def _coach(take: FreeTake, letter: FreeLetter) -> tuple[Note, ...]:
    from voicenote.engine.memo.coach import notes

    return notes(letter.script.text, take.clip, letter.script.language)


def _tell(
    session: Session,
    ws: Workspace,
    number: int,
    take: FreeTake,
    letter: FreeLetter,
    points: Sequence[OutlinePoint],
) -> None:
    """Make the memo, and tell of it."""
    coach = _coach(take, letter)
    figures = {note.name: note.value for note in coach}
    data: dict[str, Any] = {
        **memo_made(ws, number, fill_in=False),
        "wpm": figures.get("pace"),
        "lufs": figures.get("level"),
        "coach": [asdict(note) for note in coach],
        "text": letter.script.text,
        "corrected": letter.corrected,
        "ears": take.model,
        "rewritten": [asdict(one) for one in take.rewritten],
        "doubts": letter.doubts,
        "notes": letter.notes,
        "outline": [asdict(one) for one in points],
    }
    if not session.json and not session.screen.interactive:
        session.screen.out(f"{letter.script.text}\n")
    lines = [f"Recorded: {take.clip.duration_s:.0f} s, in your own words."]
    if not session.screen.interactive:  # else it was shown before it was kept
        told = (
            *_told_of(take, letter),
            *letter.doubts,
            *letter.notes,
            *(note.line for note in coach),
        )
        lines += [f"  {line}" for line in told]
    lines.append(f"Listen: voicenote play {number}. Approve: voicenote approve {number}")
    session.screen.show(data, lambda: "\n".join(lines))
