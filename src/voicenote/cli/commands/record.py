"""`record`: record the owner's own voice, at the microphone or from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.case_options import Selection, cases_options, fill_in_option
from voicenote.cli.terminal.file_input import resolve_pasted_path
from voicenote.cli.terminal.free_session import list_outline, record_freely
from voicenote.cli.terminal.prompter import record_until_enter
from voicenote.cli.terminal.recording_session import (
    keep_or_ask,
    many_cases,
    memo_made,
    need_somebody,
    one_case,
    say_unchecked,
    show_list,
)
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.workspace import Workspace


@command()
@cases_options
@click.option(
    "--from",
    "source",
    callback=lambda _context, _option, given: resolve_pasted_path(given) if given else None,
    metavar="FILE|FOLDER",
    help="A recording of the whole memo, or a folder with one file per missing sentence.",
)
@click.option("--whole", is_flag=True, help="Record all of it in one take.")
@click.option(
    "--freely",
    is_flag=True,
    help="Speak freely, from an outline: what you say becomes the script and the letter.",
)
@click.option(
    "--words",
    type=click.Path(dir_okay=False, exists=True, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="With --freely: what the take says, as text; - is standard input.",
)
@click.option(
    "--sentence",
    "place",
    type=click.IntRange(1),
    metavar="K",
    help="Only sentence K of --list, even if it is already recorded.",
)
@click.option("--list", "listing", is_flag=True, help="List the sentences, and which are missing.")
@click.option("--owner", metavar="NAME", help="Only the cases that NAME answers for.")
@click.option(
    "--anyway", is_flag=True, help="Keep one that seems too short, or to say other words."
)
@click.option("--follow-ups", is_flag=True, help="Also record the messages that follow the memo.")
@fill_in_option
def record(
    session: Session,
    /,
    *,
    selection: Selection,
    source: Path | None,
    whole: bool,
    freely: bool,
    words: Path | None,
    place: int | None,
    listing: bool,
    owner: str | None,
    follow_ups: bool,
    fill_in: bool,
    anyway: bool,
) -> None:
    """Record memos in your own voice, sentence by sentence; none is asked for twice.

    What you say to everybody is recorded once for all cases, so a batch asks only for what is
    personal. You can listen to each take, repeat or skip it, and stop and go on another day.
    With --from, a finished recording of the whole memo is used. What is set in [ears] listens to
    each take: one too short for its words, that says other words or breaks off, or in which nobody
    speaks, is refused, unless you say so or add --anyway. A file that is tagged as synthetic isn't
    kept. Follow-ups go out in your voice too, once all their sentences are recorded.

    With --freely there are no sentences to read: you see five points of the case, and say them in
    your own words. The ears write down what you said, with names and sums as the case has them; you
    can correct it. It is held to the method and to the case: responsibility, the promise, its sum
    and its day, and nothing that the case doesn't hold. Then it is the script, the letter and the
    captions, and the recording is the memo. Without ears, --words gives what the take says.

    With --json, for one case: {"case", "recorded", "missing", "memo"}, where "memo" is as `render`
    has it, or null while sentences are missing; of a whole take as `render`, with "wpm", "lufs" and
    "coach"; with --list {"case", "recorded", "missing", "sentences"}. For several, a list. With
    --freely as of a whole take, with "text", "corrected", "ears", "rewritten" (each {"heard",
    "written"}), "doubts", "notes" and "outline" (each {"point", "heading", "words", "hint"}); with
    --list {"case", "outline"}.
    """
    from voicenote.model.case import Stage

    with session.open() as ws:
        if words and not freely:
            what = "--words is what a take says that was spoken freely"
            raise WrongUse(what, "voicenote record N --freely --from FILE --words LETTER.txt")
        if freely:
            _freely(session, ws, selection, source, words, listing=listing, anyway=anyway, others={
                "--whole": whole, "--sentence": place, "--owner": owner, "--fill-in": fill_in,
                "--follow-ups": follow_ups,
            })  # fmt: skip
            return
        meant = selection.find_in_touch(session, ws, Stage.SCRIPTED, Stage.RENDERED)
        meant = _of_one_owner(ws, meant, owner)
        with_later = {"fill_in": fill_in, "follow_ups": follow_ups}
        if len(meant) != 1:
            if source or whole or place or listing:
                raise WrongUse(
                    "these options work on one case", "give its number: voicenote record N …"
                )
            many_cases(session, ws, meant, **with_later)
        elif listing:
            show_list(session, ws, meant[0], follow_ups=follow_ups)
        elif whole or (source and not source.is_dir() and place is None):
            _whole(session, ws, meant[0], source, anyway=anyway)
        else:
            one_case(session, ws, meant[0], source, place, anyway=anyway, **with_later)


def _freely(
    session: Session,
    ws: Workspace,
    selection: Selection,
    source: Path | None,
    words: Path | None,
    *,
    listing: bool,
    anyway: bool,
    others: Mapping[str, object],
) -> None:
    """Take what is said freely of one case. `others` are options that don't go with it."""
    if wrong := [name for name, given in others.items() if given]:
        raise WrongUse(f"--freely doesn't go with {wrong[0]}", "voicenote record N --freely")
    if not selection.alone:
        raise WrongUse("--freely works on one case", "give its number: voicenote record N --freely")
    if source and source.is_dir():
        raise WrongUse(f"{source.name} is a folder", "--freely takes one recording: --from FILE")
    (number,) = selection.numbers
    if listing:
        list_outline(session, ws, number)
    else:
        record_freely(session, ws, number, source, words, anyway=anyway)


def _of_one_owner(ws: Workspace, numbers: Sequence[int], owner: str | None) -> list[int]:
    """Return the cases of the person who speaks. Raises WrongUse when it isn't clear who."""
    from voicenote.engine.memo.recording import owners

    if len(numbers) == 1 and owner is None:
        return list(numbers)
    found = owners(ws, numbers)
    if owner is not None and owner not in found:
        known = ", ".join(found) or "no one"
        raise WrongUse(f"{owner} answers for none of these cases", f"{known} does")
    if owner is None and len(found) > 1:
        names = ", ".join(found)
        raise WrongUse(
            f"these cases have {len(found)} owners: {names}",
            "add --owner NAME of the one who speaks",
        )
    return found[owner] if owner is not None else list(numbers)


def _whole(
    session: Session, ws: Workspace, number: int, source: Path | None, *, anyway: bool
) -> None:
    """Use a recording of the whole text, from a file or the microphone, as the memo."""
    from voicenote.engine.memo import drafting, recording
    from voicenote.engine.memo.coach import notes
    from voicenote.engine.memo.take_reading import read_take
    from voicenote.script.disclosing import drop_disclosure

    _, found = drafting.need_draft(ws, number)
    script = drop_disclosure(found.script)
    if source:
        clip = read_take(source)
    else:
        need_somebody(session, number)
    said = " ".join(sentence.said for sentence in script.sentences)
    while True:
        if not source:
            session.screen.warn(f"\n{script.text}\n")
            session.screen.ask("Press Enter, then speak")
            clip = record_until_enter(session)
        coach = notes(said, clip, script.language)
        bad = [note.line for note in coach if not note.good]
        if source or not bad:
            break
        session.screen.warn(f"{clip.duration_s:.0f} s.", *(f"  {line}" for line in bad))
        if not session.screen.confirm("Record it again?"):
            break
    keep = partial(recording.record_whole, ws, number, clip)
    say_unchecked(session, keep_or_ask(session, keep, anyway=anyway))
    memo = memo_made(ws, number, fill_in=False)
    figures = {note.name: note.value for note in coach}
    data = {**memo, "wpm": figures.get("pace"), "lufs": figures.get("level")}
    data["coach"] = [asdict(note) for note in coach]
    lines = [f"Recorded: {clip.duration_s:.0f} s.", *(f"  {note.line}" for note in coach)]
    lines.append(f"Listen: voicenote play {number}. Approve: voicenote approve {number}")
    session.screen.show(data, lambda: "\n".join(lines))
