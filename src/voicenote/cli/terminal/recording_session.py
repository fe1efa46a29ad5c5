"""`record` sentence by sentence: for one case, or for many in one session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicenote.cli.terminal.batch_report import memo_data
from voicenote.cli.terminal.prompter import prompt
from voicenote.cli.terminal.session import Session
from voicenote.counting import count_of
from voicenote.errors import Doubtful, RuleSaysNo, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.memo.recording import WantedSentence
    from voicenote.engine.workspace import Workspace
    from voicenote.model.memo import Clip
    from voicenote.model.sentences import Sentence

#: How many missing sentences are shown; ``--list`` has all.
SHOWN = 5


def one_case(
    session: Session,
    ws: Workspace,
    number: int,
    source: Path | None,
    place: int | None,
    *,
    fill_in: bool,
    follow_ups: bool,
    anyway: bool = False,
) -> None:
    """Record a case's missing sentences, or one of them; make the memo when all are there."""
    from voicenote.engine.memo import recording

    lines = recording.lines_of(ws, number, follow_ups=follow_ups)
    if place is None:
        asked = tuple(dict.fromkeys(line.sentence for line in lines if not line.recorded))
    elif place <= len(lines):
        asked = (lines[place - 1].sentence,)
    else:
        raise WrongUse(
            f"case {number} has {count_of(len(lines), 'sentence')}, not {place}",
            f"voicenote record {number} --list",
        )
    kept = _keep_takes(session, ws, number, asked, source, anyway=anyway)
    left = recording.to_say(ws, number)
    if kept:
        recording.finish(ws, number)
    memo = memo_made(ws, number, fill_in=fill_in) if fill_in or not left else None
    data = {"case": number, "recorded": len(kept), "missing": [one.text for one in left]}
    session.screen.show(
        {**data, "memo": memo}, lambda: _describe_recordings(number, len(kept), left, memo)
    )


def _keep_takes(
    session: Session,
    ws: Workspace,
    number: int,
    asked: Sequence[Sentence],
    source: Path | None,
    *,
    anyway: bool,
) -> list[Sentence]:
    """Store a take of each sentence asked for, and return the sentences."""
    from voicenote.engine.memo import recording
    from voicenote.engine.memo.take_reading import read_take

    if source is None:
        wanted = recording.wanted_of(ws, number, asked)
        return [one.sentence for one in _prompt_takes(session, ws, wanted)]
    if source.is_dir():
        takes = recording.takes_of(source, asked)
    else:
        takes = [(asked[0], read_take(source))]
    keep = partial(recording.keep_takes, ws, number, takes)
    say_unchecked(session, keep_or_ask(session, keep, anyway=anyway))
    return [sentence for sentence, _ in takes]


def keep_or_ask(session: Session, keep: Callable[..., str], *, anyway: bool) -> str:
    """Keep takes; at a terminal, ask about doubtful ones. Return why they weren't checked.

    Raises what `keep` does, and RuleSaysNo for what isn't to be kept.
    """
    try:
        return keep(anyway=anyway)
    except Doubtful as doubt:
        if not session.screen.interactive:
            raise
        session.screen.warn(doubt.what, *(f"  {line}" for line in doubt.missing))
        if not session.screen.confirm("Keep it all the same?", default=False):
            raise RuleSaysNo("the take was not kept", doubt.advice) from None
        return keep(anyway=True)


def say_unchecked(session: Session, why: str) -> None:
    """Say once that nobody checked the words of the takes, if so."""
    if why:
        session.screen.warn(f"The words weren't checked, as nobody listened: {why}")


def _prompt_takes(
    session: Session, ws: Workspace, wanted: Sequence[WantedSentence]
) -> list[WantedSentence]:
    """Record sentences at the microphone; return those that were kept."""
    from voicenote.engine.memo.recording import check_take, keep_take

    kept: list[WantedSentence] = []
    unchecked: list[str] = []

    def judge(one: WantedSentence, clip: Clip) -> Sequence[str]:
        try:
            unchecked.append(check_take(ws, one.case, [one.sentence], clip))
        except Doubtful as doubt:
            return doubt.missing
        return ()

    def keep(one: WantedSentence, clip: Clip) -> None:
        keep_take(ws, one.case, one.sentence, clip, anyway=True)  # whoever keeps it was told
        kept.append(one)

    if wanted:
        need_somebody(session, wanted[0].case)
        prompt(session, wanted, judge, keep)
        say_unchecked(session, next(filter(None, unchecked), ""))
    return kept


def need_somebody(session: Session, number: int) -> None:
    """Raise WrongUse when the command doesn't run at a terminal."""
    if not session.screen.interactive:
        raise WrongUse(
            "recording needs a terminal", f"or use a file: voicenote record {number} --from FILE"
        )


def memo_made(ws: Workspace, number: int, *, fill_in: bool) -> dict[str, Any]:
    """Make the memo of a case; return it as data for ``--json``."""
    from voicenote.engine.memo.render_case import render_cases

    return memo_data(ws.home, next(iter(render_cases(ws, [number], fill_in=fill_in))))


def _describe_recordings(
    number: int, kept: int, left: Sequence[Sentence], memo: dict[str, Any] | None
) -> str:
    """Return what was recorded, what is missing, and what comes next, as text."""
    from voicenote.engine.case.memo_notes import cure
    from voicenote.model.memo import Synthetic

    lines = [f"{kept} recorded."] if kept else []
    if left:
        more = [f"  … and {len(left) - SHOWN} more: voicenote record {number} --list"]
        lines += [f"{len(left)} missing:", *(f"  {one.text}" for one in left[:SHOWN])]
        lines += more if len(left) > SHOWN else []
        lines.append(f"Continue any time: voicenote record {number}")
    else:
        lines.append("Every sentence is recorded in your own voice.")
    if memo:
        mixed = ", partly in a synthetic voice" if memo["synthetic_part"] == "partly" else ""
        lines.append(f"The memo is ready: {memo['duration_s']:.0f} s{mixed}.")
        if memo["without_sound"]:
            lines.append(
                f"It leaves as a letter without sound, as hardly anybody understands that voice "
                f"(R24). {cure(Synthetic(memo['synthetic_part']), [number])}"
            )
        lines.append(f"Listen: voicenote play {number}. Approve: voicenote approve {number}")
    return "\n".join(lines)


def many_cases(
    session: Session, ws: Workspace, numbers: Sequence[int], *, fill_in: bool, follow_ups: bool
) -> None:
    """Record the missing sentences of many cases; shared ones first, once for all."""
    from voicenote.engine.memo import recording

    if fill_in:
        raise WrongUse(
            "--fill-in works on one case here", "for several: voicenote render --fill-in"
        )
    lacking = [number for number in numbers if recording.to_say(ws, number)]
    wanted = recording.list_wanted(ws, numbers if follow_ups else lacking, follow_ups=follow_ups)
    kept = _prompt_takes(session, ws, wanted)
    done = [number for number in lacking if recording.finish(ws, number)]
    data = [
        {
            "case": number,
            "recorded": sum(one.case == number for one in kept),
            "missing": [one.text for one in recording.to_say(ws, number)],
        }
        for number in numbers
    ]
    complete = len(numbers) - len(lacking) + len(done)
    whole = count_of(len(numbers), "case is", "cases are")
    said = f"{len(kept)} recorded. {complete} of {whole} complete."
    session.screen.show(data, lambda: f"{said} To make their memos: voicenote render --all")


def show_list(session: Session, ws: Workspace, number: int, *, follow_ups: bool) -> None:
    """Show the sentences a person says for a case, and which are recorded."""
    from voicenote.engine.memo.recording import lines_of

    lines = list(enumerate(lines_of(ws, number, follow_ups=follow_ups), start=1))
    missing = [line.sentence.text for _, line in lines if not line.recorded]
    sentences = [
        {
            "sentence": place,
            "text": line.sentence.text,
            "personal": line.sentence.personal,
            "recorded": line.recorded,
        }
        for place, line in lines
    ]
    data = {"case": number, "recorded": len(lines) - len(missing), "missing": missing}
    table = [
        (
            place,
            "recorded" if line.recorded else "missing",
            "this customer" if line.sentence.personal else "everybody",
            line.sentence.text,
        )
        for place, line in lines
    ]
    headers = ("K", "take", "said to", "sentence")
    session.screen.rows({**data, "sentences": sentences}, headers, table, "Nothing is left to say.")
