"""`render`: turn scripts into sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.batch_report import list_some, memo_data, name_cases, report_cases
from voicenote.cli.terminal.case_options import Selection, cases_options, fill_in_option
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from voicenote.engine.memo.render_case import Rendered
    from voicenote.engine.singly import Failed
    from voicenote.engine.workspace import Workspace
    from voicenote.model.memo import Synthetic


@command()
@cases_options
@fill_in_option
@click.option(
    "--anyway", is_flag=True, help="Send the sound even if hardly anybody understands the voice."
)
def render(session: Session, /, *, selection: Selection, fill_in: bool, anyway: bool) -> int:
    """Turn scripts into sound. Only what changed is made again; Ctrl-C keeps what is finished.

    If you have recorded a part of a script, the rest waits for you, unless you add --fill-in: then
    a synthetic voice says it, and the memo is marked as partly made by a computer.

    A memo of which more than 20 of 100 words are misheard, as far as that was measured, leaves as a
    letter without sound, unless you named its voice in the settings or add --anyway. What you
    recorded yourself counts as understood.

    Where ears are set up, names, sums and days of a synthetic voice are listened to once. What is
    misheard is tried in other spellings; which one helped, or that none did, is shown to you.

    With --json: a list of {"case", "made", "why", "voice", "synthetic", "synthetic_part" (no,
    partly or yes), "without_sound", "duration_s", "loudness_lufs", "files", "sha256", "listening",
    "note"}, or {"case", "error", "advice"} where it did not work, with "missing" where sentences
    are not recorded. "note" says what the voice leaves out, and "listening" what ears heard of
    names, sums and days, as in show.
    """
    from voicenote.model.case import Stage

    with session.open(whole=True) as ws:
        meant = selection.find_in_touch(session, ws, Stage.SCRIPTED, Stage.RENDERED)
        return _render_all(session, ws, meant, fill_in=fill_in, anyway=anyway)


def _render_all(
    session: Session, ws: Workspace, numbers: Sequence[int], *, fill_in: bool, anyway: bool
) -> int:
    from voicenote.engine.memo.hearing_plan import why_unlistened
    from voicenote.engine.memo.parallel_render import render_many
    from voicenote.engine.singly import Failed

    done: list[Rendered] = []
    failed: list[Failed] = []
    work = render_many(ws, numbers, fill_in=fill_in, anyway=anyway)
    try:
        for one in session.screen.progress(work, "Speaking", len(numbers)):
            failed.append(one) if isinstance(one, Failed) else done.append(one)
    except KeyboardInterrupt:
        session.screen.warn(f"{len(done)} of {len(numbers)} were finished.")
        raise

    def tell() -> None:
        if len(numbers) == 1:
            session.screen.out(_one(done[0]))
        elif done:
            session.screen.out(_summary(done))
        elif not failed:
            session.screen.note(
                "There are no scripts to speak. To write them: voicenote script --all"
            )
        made = [one.memo for one in done if one.made]
        unlistened = why_unlistened(ws, made, seen=session.screen.interactive)
        notes = (note for one in done for note in (one.note, *one.misheard) if note)
        session.screen.warn(*_unheard(done), *list_some(list(notes)))
        if unlistened:
            session.screen.note(unlistened)

    return report_cases(session, numbers, done, failed, lambda one: memo_data(ws.home, one), tell)


def _one(one: Rendered) -> str:
    made = "spoken" if one.made else "was already spoken"
    if one.memo.unheard:
        return f"Case {one.case}: a letter. Approve: voicenote approve {one.case}"
    return (
        f"Case {one.case} {made}: {one.memo.duration_s:.0f} s by {one.memo.voice}, {one.why}. "
        f"Listen: voicenote play {one.case}. Approve: voicenote approve {one.case}"
    )


def _unheard(done: Sequence[Rendered]) -> list[str]:
    """Return the memos that leave without sound, why, and what to do."""
    from voicenote.engine.case.memo_notes import cure, why_unheard

    by_reason: dict[tuple[float, Synthetic], list[int]] = {}
    for one in done:
        if one.memo.unheard:
            by_reason.setdefault((one.memo.misheard, one.memo.synthetic), []).append(one.case)
    return [
        f"{name_cases(cases)}: {why_unheard(misheard, synthetic)}. {cure(synthetic, cases)}"
        for (misheard, synthetic), cases in by_reason.items()
    ]


def _summary(done: Sequence[Rendered]) -> str:
    sounds = [one for one in done if not one.memo.unheard]
    made = sum(one.made for one in sounds)
    seconds = sum(one.memo.duration_s for one in sounds)
    unchanged = f", {len(sounds) - made} unchanged" if made < len(sounds) else ""
    if len(sounds) < len(done):
        unchanged += f", {count_of(len(done) - len(sounds), 'letter')}"
    reasons = Counter(
        ", ".join(text.partition(" (")[0] for text in (one.memo.voice, one.why)) for one in sounds
    )
    lines = [f"{made} spoken{unchanged}; {seconds / 60:.1f} minutes in all."]
    return "\n".join([*lines, *(f"  {count} by {reason}" for reason, count in reasons.items())])
