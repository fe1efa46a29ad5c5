"""`render`, `record`, `play`: from words to sound, and listening to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.many import alone, failed_data, tell_failed
from voicenote.cli.select import CASE, cases_options, chosen, opened
from voicenote.cli.session import Session, json_option, pass_session
from voicenote.errors import BadData, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.singly import Failed
    from voicenote.engine.sounding import Rendered
    from voicenote.engine.workspace import Workspace
    from voicenote.model.memo import Clip


fill_in_option = click.option(
    "--fill-in", is_flag=True, help="Let a synthetic voice say what you have not recorded."
)


@click.command()
@cases_options
@fill_in_option
@json_option
@pass_session
def render(
    session: Session,
    /,
    *,
    numbers: Sequence[int],
    everything: bool,
    batch: str | None,
    fill_in: bool = False,
) -> int:
    """Make the sound of scripts. Only what changed is made again; Ctrl-C keeps what is finished.

    Once you have recorded a part of a script, nobody else says the rest, unless you let a synthetic
    voice --fill-in. The memo is then marked as a computer's in part.

    With --json: a list of {"case", "made", "why", "voice", "synthetic", "synthetic_part" (no,
    partly or yes), "duration_s", "loudness_lufs", "files", "sha256"}, or {"case", "error",
    "advice"} where it did not work.
    """
    from voicenote.model.case import Stage

    with opened(session) as ws:
        stages = (Stage.SCRIPTED, Stage.RENDERED)
        meant = chosen(ws, numbers, everything, batch, stages)
        return _rendered(session, ws, meant, fill_in=fill_in)


def _rendered(session: Session, ws: Workspace, numbers: Sequence[int], *, fill_in: bool) -> int:
    from voicenote.engine.rendering import render_many
    from voicenote.engine.singly import Failed

    done: list[Rendered] = []
    failed: list[Failed] = []
    work = render_many(ws, numbers, fill_in=fill_in)
    try:
        for one in session.screen.progress(work, "Speaking", len(numbers)):
            failed.append(one) if isinstance(one, Failed) else done.append(one)
    except KeyboardInterrupt:
        session.screen.warn(f"{len(done)} of {len(numbers)} were finished.")
        raise
    alone(numbers, failed)
    if session.json:
        session.screen.data([*map(_data, done), *map(failed_data, failed)])
        return 1 if failed else 0
    tell_failed(session, failed)
    if len(numbers) == 1:
        session.screen.out(_one(done[0]))
    elif done:
        session.screen.out(_summary(done))
    elif not failed:
        session.screen.note("Nothing to speak. Scripts are written by: voicenote script --all")
    return 1 if failed else 0


def _data(one: Rendered) -> dict[str, Any]:
    memo = one.memo
    return {
        "case": one.case,
        "made": one.made,
        "why": one.why,
        "voice": memo.voice,
        "synthetic": memo.synthetic.value != "no",
        "synthetic_part": memo.synthetic.value,
        "duration_s": round(memo.duration_s, 2),
        "loudness_lufs": memo.loudness_lufs,
        "files": memo.files,
        "sha256": memo.sha256,
    }


def _one(one: Rendered) -> str:
    made = "spoken" if one.made else "was spoken already"
    return (
        f"Case {one.case} {made}: {one.memo.duration_s:.0f} s by {one.memo.voice}, {one.why}. "
        f"Listen: voicenote play {one.case}. Release: voicenote approve {one.case}"
    )


def _summary(done: Sequence[Rendered]) -> str:
    made = sum(one.made for one in done)
    seconds = sum(one.memo.duration_s for one in done)
    parts = [f"{made} spoken"]
    if made < len(done):
        parts.append(f"{len(done) - made} unchanged")
    reasons: dict[str, int] = {}
    for one in done:
        reason = f"{one.memo.voice}, {one.why.partition(' (')[0]}"
        reasons[reason] = reasons.get(reason, 0) + 1
    lines = [f"{', '.join(parts)}; {seconds / 60:.1f} minutes in all."]
    return "\n".join([*lines, *(f"  {count} by {reason}" for reason, count in reasons.items())])


@click.command()
@click.argument("number", type=CASE, metavar="N")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="A finished take; or a folder with one file a missing sentence.",
)
@click.option("--sentences", is_flag=True, help="One by one, only those you never recorded.")
@click.option("--list", "listing", is_flag=True, help="Only show the sentences that are missing.")
@json_option
@pass_session
def record(
    session: Session,
    /,
    *,
    number: int,
    file: Path | None = None,
    sentences: bool = False,
    listing: bool = False,
) -> None:
    """Say the memo of case N in your own voice: at the microphone, or --from a finished take.

    Whole, or sentence by sentence: what is said to everybody is then recorded once for all cases.
    With --json: as `render`, with "wpm" and "lufs" of the take; by sentences {"case", "recorded",
    "missing"}.
    """
    if sentences or listing or (file is not None and file.is_dir()):
        from voicenote.cli.takes import by_sentence

        by_sentence(session, number, file, microphone, listing=listing)
        return
    from voicenote.engine import drafting, recording, sounding
    from voicenote.engine.coaching import figures, words_to_read
    from voicenote.sound.read import read_sound

    with opened(session) as ws:
        _, found = drafting.need_draft(ws, number)
        words = words_to_read(found.script)
        clip = read_sound(file) if file else microphone(session, words, number)
        recording.record_whole(ws, number, clip)
        memo = next(iter(sounding.render_cases(ws, [number])))
    took = figures(words, clip)
    data = {**_data(memo), "wpm": took.wpm, "lufs": took.lufs}
    session.screen.show(
        data,
        lambda: (
            f"Recorded: {took.line}.\n"
            f"Listen: voicenote play {number}. Release: voicenote approve {number}"
        ),
    )


def microphone(session: Session, text: str, number: int) -> Clip:
    """Show the words, and record until Enter."""
    from voicenote.engine.microphone import record as record_

    screen = session.screen
    if not screen.interactive:
        raise WrongUse(
            "nobody is here to speak", f"at a terminal, or: voicenote record {number} --from FILE"
        )
    screen.warn(f"\n{text}\n")
    screen.ask("Press Enter, then speak")
    return record_(lambda: _until_enter(session), session.env)


def _until_enter(session: Session) -> None:
    session.screen.ask("Recording. Press Enter when you are done")


@click.command()
@click.argument("what", metavar="N|FILE")
@json_option
@pass_session
def play(session: Session, /, *, what: str) -> None:
    """Listen to the memo of case N, or to a sound file.

    With --json nothing is played: {"case", "file", "duration_s"}.
    """
    from voicenote.engine.listening import play as play_

    if what.isdecimal():
        from voicenote.engine.sampling import memo_file

        with opened(session) as ws:
            file, seconds = memo_file(ws, int(what))
        data = {"case": int(what), "file": file, "duration_s": round(seconds, 2)}
    else:
        file = Path(what)
        if not file.is_file():
            raise BadData(f"{what} is not there", "give the number of a case, or a sound file")
        data = {"case": None, "file": file, "duration_s": None}
    if session.json:
        session.screen.data(data)
        return
    session.screen.note(str(file))
    play_(file, session.env)
