"""`record`: the owner's own voice, at the microphone or from files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.select import cases_options, chosen, opened
from voicenote.cli.session import Session, json_option, pass_session
from voicenote.cli.sound import fill_in_option, memo_data
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.recording import Line, Wanted
    from voicenote.engine.workspace import Workspace
    from voicenote.model.memo import Clip
    from voicenote.model.script import Sentence

#: How many missing sentences are shown; ``--list`` has all.
SHOWN = 5


@click.command()
@cases_options
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="A finished take of the whole memo; or a folder with one file a missing sentence.",
)
@click.option("--whole", is_flag=True, help="At the microphone: all of it in one take.")
@click.option(
    "--sentence",
    "place",
    type=click.IntRange(1),
    metavar="K",
    help="Only sentence K of --list, recorded or not.",
)
@click.option("--list", "listing", is_flag=True, help="Show the sentences, and which are missing.")
@click.option("--owner", metavar="NAME", help="Only the cases that NAME answers for.")
@fill_in_option
@json_option
@pass_session
def record(
    session: Session,
    /,
    *,
    numbers: Sequence[int],
    everything: bool = False,
    batch: str | None = None,
    source: Path | None = None,
    whole: bool = False,
    place: int | None = None,
    listing: bool = False,
    owner: str | None = None,
    fill_in: bool = False,
) -> None:
    """Say memos in your own voice, sentence by sentence; none is asked for twice.

    What is said to everybody is recorded once for all cases, so a batch asks only for what is
    personal. Each take is measured, can be heard, said again, skipped; quit and go on another day.
    A finished recording of the whole memo is taken --from a file.

    With --json, for one case: {"case", "recorded", "missing", "memo"}, where "memo" is as `render`
    has it, or null while sentences are missing; of a whole take as `render`, with "wpm", "lufs" and
    "coach"; with --list {"case", "recorded", "missing", "sentences"}. For several, a list.
    """
    from voicenote.model.case import Stage

    with opened(session) as ws:
        meant = chosen(ws, numbers, everything, batch, (Stage.SCRIPTED, Stage.RENDERED))
        meant = _of_one_owner(ws, meant, owner)
        if len(meant) != 1:
            if source or whole or place or listing:
                raise WrongUse("that takes one case", "give its number: voicenote record N …")
            _several(session, ws, meant, fill_in=fill_in)
        elif listing:
            _listed(session, ws, meant[0])
        elif whole or (source and not source.is_dir() and place is None):
            _whole(session, ws, meant[0], source)
        else:
            _one(session, ws, meant[0], source, place, fill_in=fill_in)


def _of_one_owner(ws: Workspace, numbers: Sequence[int], owner: str | None) -> list[int]:
    """The cases of the person who speaks. Raises WrongUse when that could be several people."""
    from voicenote.engine.recording import owners

    if len(numbers) == 1 and owner is None:
        return list(numbers)
    found = owners(ws, numbers)
    if owner is not None and owner not in found:
        known = ", ".join(found) or "nobody"
        raise WrongUse(f"{owner} answers for none of these cases", f"{known} does")
    if owner is None and len(found) > 1:
        names = ", ".join(found)
        raise WrongUse(f"these cases have {len(found)} owners: {names}", "say who speaks: --owner")
    return found[owner] if owner is not None else list(numbers)


# -- sentence by sentence ---------------------------------------------------------------------


def _one(
    session: Session,
    ws: Workspace,
    number: int,
    source: Path | None,
    place: int | None,
    *,
    fill_in: bool,
) -> None:
    """Record what a case lacks, or one sentence of it; when all is there, make its memo."""
    from voicenote.engine import recording

    lines = recording.lines_of(ws, number)
    asked = recording.to_say(ws, number) if place is None else (_at(lines, place, number),)
    kept = list(_kept(session, ws, number, asked, source))
    left = recording.to_say(ws, number)
    recording.finish(ws, number)
    memo = _memo(ws, number, fill_in=fill_in) if fill_in or not left else None
    data = {"case": number, "recorded": len(kept), "missing": [one.text for one in left]}
    session.screen.show({**data, "memo": memo}, lambda: _told(number, len(kept), left, memo))


def _kept(
    session: Session,
    ws: Workspace,
    number: int,
    asked: Sequence[Sentence],
    source: Path | None,
) -> Iterator[Sentence]:
    """Keep a take of each sentence that is asked for, and yield it."""
    from voicenote.engine import recording
    from voicenote.sound.read import read_sound

    if source is None:
        wanted = recording.wanted_of(ws, number, asked)
        yield from (one.sentence for one in _prompted(session, ws, wanted))
        return
    if source.is_dir():
        takes = recording.takes_of(source, asked)
    else:
        takes = [(asked[0], read_sound(source))]
    for sentence, clip in takes:
        recording.keep_take(ws, number, sentence, clip)
        yield sentence


def _prompted(session: Session, ws: Workspace, wanted: Sequence[Wanted]) -> list[Wanted]:
    """Take sentences at the microphone; return those that were kept."""
    from voicenote.cli.prompter import prompt
    from voicenote.engine.recording import keep_take

    kept: list[Wanted] = []

    def keep(one: Wanted, clip: Clip) -> None:
        keep_take(ws, one.case, one.sentence, clip)
        kept.append(one)

    if wanted:
        _need_somebody(session, wanted[0].case)
        prompt(session, wanted, keep)
    return kept


def _need_somebody(session: Session, number: int) -> None:
    if not session.screen.interactive:
        raise WrongUse(
            "nobody is here to speak", f"at a terminal, or: voicenote record {number} --from FILE"
        )


def _at(lines: Sequence[Line], place: int, number: int) -> Sentence:
    if place > len(lines):
        raise WrongUse(
            f"case {number} has {len(lines)} sentences, not {place}",
            f"voicenote record {number} --list",
        )
    return lines[place - 1].sentence


def _memo(ws: Workspace, number: int, *, fill_in: bool) -> dict[str, Any]:
    from voicenote.engine.sounding import render_cases

    return memo_data(next(iter(render_cases(ws, [number], fill_in=fill_in))))


def _told(number: int, kept: int, left: Sequence[Sentence], memo: dict[str, Any] | None) -> str:
    """Say what was recorded, what is missing, and what comes next."""
    lines = [f"{kept} recorded."] if kept else []
    if left:
        more = [f"  … and {len(left) - SHOWN} more: voicenote record {number} --list"]
        lines += [f"{len(left)} missing:", *(f"  {one.text}" for one in left[:SHOWN])]
        lines += more if len(left) > SHOWN else []
        lines.append(f"Go on when you like: voicenote record {number}")
    else:
        lines.append("Every sentence is there in your own voice.")
    if memo:
        mixed = ", a part of it in a synthetic voice" if memo["synthetic_part"] == "partly" else ""
        lines.append(f"The memo is made: {memo['duration_s']:.0f} s{mixed}.")
        lines.append(f"Listen: voicenote play {number}. Release: voicenote approve {number}")
    return "\n".join(lines)


def _several(session: Session, ws: Workspace, numbers: Sequence[int], *, fill_in: bool) -> None:
    """Record what many cases lack: what everybody hears first, once for all."""
    from voicenote.engine import recording

    if fill_in:
        raise WrongUse("--fill-in makes one memo here", "for many: voicenote render --fill-in")
    kept = _prompted(session, ws, recording.wanted(ws, numbers))
    complete = [number for number in numbers if recording.finish(ws, number)]
    by_case = {number: sum(one.case == number for one in kept) for number in numbers}
    data = [
        {
            "case": number,
            "recorded": by_case[number],
            "missing": [one.text for one in recording.to_say(ws, number)],
        }
        for number in numbers
    ]
    said = f"{len(kept)} recorded. {len(complete)} of {len(numbers)} cases are complete."
    session.screen.show(data, lambda: f"{said} Make their memos: voicenote render --all")


def _listed(session: Session, ws: Workspace, number: int) -> None:
    """Show what a person says of a case, and which of it is recorded."""
    from voicenote.engine.recording import lines_of

    lines = lines_of(ws, number)
    missing = [line.sentence.text for line in lines if not line.recorded]
    rows = [
        {
            "sentence": place,
            "text": line.sentence.text,
            "personal": line.sentence.personal,
            "recorded": line.recorded,
        }
        for place, line in enumerate(lines, start=1)
    ]
    data = {"case": number, "recorded": len(lines) - len(missing), "missing": missing}
    if session.json:
        session.screen.data({**data, "sentences": rows})
        return
    table = [
        (
            row["sentence"],
            "recorded" if row["recorded"] else "missing",
            "this customer" if row["personal"] else "everybody",
            row["text"],
        )
        for row in rows
    ]
    session.screen.table(("K", "take", "said to", "sentence"), table)


# -- a whole take -----------------------------------------------------------------------------


def _whole(session: Session, ws: Workspace, number: int, source: Path | None) -> None:
    """Take a recording that says all of a memo, and make it the memo."""
    from voicenote.engine import drafting, recording
    from voicenote.engine.coach import notes
    from voicenote.script.disclosing import undisclosed
    from voicenote.sound.read import read_sound

    _, found = drafting.need_draft(ws, number)
    script = undisclosed(found.script)
    clip = read_sound(source) if source else _spoken(session, script.text, number)
    said = " ".join(sentence.said for sentence in script.sentences)
    coach = notes(said, clip, script.language)
    recording.record_whole(ws, number, clip)
    memo = _memo(ws, number, fill_in=False)
    figures = {note.name: note.value for note in coach}
    data = {**memo, "wpm": figures.get("pace"), "lufs": figures.get("level")}
    data["coach"] = [asdict(note) for note in coach]
    lines = [f"Recorded: {clip.duration_s:.0f} s.", *(f"  {note.line}" for note in coach)]
    lines.append(f"Listen: voicenote play {number}. Release: voicenote approve {number}")
    session.screen.show(data, lambda: "\n".join(lines))


def _spoken(session: Session, text: str, number: int) -> Clip:
    """Show all the words, and record until Enter."""
    from voicenote.engine.microphone import record as record_

    _need_somebody(session, number)
    session.screen.warn(f"\n{text}\n")
    session.screen.ask("Press Enter, then speak")

    def until_enter() -> None:
        session.screen.ask("Recording. Press Enter when you are done")

    return record_(until_enter, session.env)
