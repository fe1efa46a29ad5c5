"""`render`, `play`: from words to sound, and listening to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.many import alone, failed_data, tell_failed
from voicenote.cli.select import case_number, cases_options, in_touch, open_session
from voicenote.cli.session import Session, json_option, pass_session
from voicenote.errors import BadData

if TYPE_CHECKING:
    from voicenote.engine.batch import Failed
    from voicenote.engine.memo.render_case import Rendered
    from voicenote.engine.workspace import Workspace
    from voicenote.sound.waveform import Waveform


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
    "advice"} where it did not work, with "missing" where sentences are not recorded.
    """
    from voicenote.model.case import Stage

    with open_session(session) as ws:
        stages = (Stage.SCRIPTED, Stage.RENDERED)
        meant = in_touch(session, ws, numbers, everything, batch, stages)
        return _render_all(session, ws, meant, fill_in=fill_in)


def _render_all(session: Session, ws: Workspace, numbers: Sequence[int], *, fill_in: bool) -> int:
    from voicenote.engine.batch import Failed
    from voicenote.engine.memo.parallel_render import render_many

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
        session.screen.data([*(memo_data(ws.home, one) for one in done), *map(failed_data, failed)])
        return 1 if failed else 0
    tell_failed(session, failed)
    if len(numbers) == 1:
        session.screen.out(_one(done[0]))
    elif done:
        session.screen.out(_summary(done))
    elif not failed:
        session.screen.note("Nothing to speak. Scripts are written by: voicenote script --all")
    return 1 if failed else 0


def memo_data(home: Path, one: Rendered) -> dict[str, Any]:
    """Return a memo as ``--json`` has it: its files with their whole paths."""
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
        "files": {name: str(home / file) for name, file in memo.files.items()},
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
        voice, why = (text.partition(" (")[0] for text in (one.memo.voice, one.why))
        reason = f"{voice}, {why}"
        reasons[reason] = reasons.get(reason, 0) + 1
    lines = [f"{', '.join(parts)}; {seconds / 60:.1f} minutes in all."]
    return "\n".join([*lines, *(f"  {count} by {reason}" for reason, count in reasons.items())])


@click.command()
@click.argument("what", metavar="N|FILE")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.svg|.png",
    help="Draw its waveform instead of playing it.",
)
@json_option
@pass_session
def play(session: Session, /, *, what: str, picture: Path | None = None) -> None:
    """Listen to the memo of case N, or to a sound file; or draw it.

    The picture of a memo shows its sentences: a dot where each begins, and pauses in grey.

    With --json nothing is played: {"case", "file", "duration_s"}, with --picture also "picture".
    """
    from voicenote.engine.memo.picture import wave_of_file, wave_of_memo, write_picture

    if what.isdecimal():
        from voicenote.engine.memo.sampling import memo_file

        number = case_number(what)
        with open_session(session) as ws:
            file, seconds = memo_file(ws, number)
            drawn = picture is not None or (session.screen.width and not session.json)
            wave = wave_of_memo(ws, number, file) if drawn else None
        data: dict[str, Any] = {"case": number, "file": file, "duration_s": round(seconds, 2)}
    else:
        file = Path(what)
        if not file.is_file():
            raise BadData(f"{what} is not there", "give the number of a case, or a sound file")
        wave = wave_of_file(file) if picture else None
        data = {"case": None, "file": file, "duration_s": None}
    if picture and wave:
        write_picture(wave, picture)
        session.screen.show({**data, "picture": picture}, lambda: f"Drawn: {picture}")
        return
    _play_file(session, file, data, wave)


def _play_file(session: Session, file: Path, data: dict[str, Any], wave: Waveform | None) -> None:
    """Play a file; at a terminal, show how it looks first."""
    from voicenote.engine.memo.player import play as play_

    if session.json:
        session.screen.data(data)
        return
    session.screen.note(str(file))
    if wave:
        from voicenote.sound.waveform import line

        session.screen.note(line(wave))
    play_(file, session.env)
