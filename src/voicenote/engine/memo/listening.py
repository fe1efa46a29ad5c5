"""What the owner hears and sees of a memo: its file, its picture, and a sample of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from voicenote.engine.case.memo_notes import notes_misheard
from voicenote.engine.memo.drafting import current
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.files import write_whole
from voicenote.model.memo import Synthetic
from voicenote.script.disclosing import drop_disclosure

if TYPE_CHECKING:
    from voicenote.sound.waveform import Waveform

_NOTES = {Synthetic.YES: "synthetic voice", Synthetic.PARTLY: "partly a synthetic voice"}


def memo_file(ws: Workspace, number: int) -> tuple[Path, float]:
    """Return the sound file of a case's newest memo, and its length in seconds.

    Raises RuleSaysNo when there is none, or its file is missing.
    """
    case, found = current(ws, number)
    if found is None or found.memo is None:
        step = "script" if found is None else "render"
        raise RuleSaysNo(f"case {case.number} has no memo yet", f"voicenote {step} {number}")
    file = ws.home / found.memo.files["ogg"]
    if not file.is_file():
        raise RuleSaysNo(f"the memo of case {number} is gone: {file}", f"voicenote render {number}")
    return file, found.memo.duration_s


def letter_of(ws: Workspace, number: int) -> tuple[str, bool]:
    """Return the words of a case's newest memo, and whether they leave without sound (R24)."""
    _, found = current(ws, number)
    if found is None:
        return "", False
    return drop_disclosure(found.script).text, bool(found.memo and found.memo.unheard)


def misheard_in(ws: Workspace, numbers: Sequence[int], *, unsolved: bool = False) -> list[str]:
    """Return what is misheard of the newest memos of some cases, and what helps, a line each.

    Only what no other spelling has helped, if `unsolved`.
    """
    lines: list[str] = []
    for number in numbers:
        _, found = current(ws, number)
        if found is not None:
            lines += notes_misheard(number, found.memo, ws.settings.owner, unsolved=unsolved)
    return lines


def sample(ws: Workspace, numbers: Sequence[int], count: int) -> list[int]:
    """Return up to `count` random ones of `numbers`, in order; only those that have a memo."""
    with_memo: list[int] = []
    for number in ws.chance.sample(list(numbers), len(numbers)):
        if len(with_memo) == count:
            break
        with suppress(RuleSaysNo):
            memo_file(ws, number)
            with_memo.append(number)
    return sorted(with_memo)


def wave_of_memo(ws: Workspace, number: int, file: Path) -> Waveform:
    """Return the waveform of a case's newest memo, whose sound is `file`."""
    from voicenote.sound.recording_file import read_sound
    from voicenote.sound.waveform import waveform

    _, found = current(ws, number)
    memo = found.memo if found else None
    captions = memo.captions if memo else ()
    note = _NOTES.get(memo.synthetic, "") if memo else ""
    note += ", not sent" if memo and memo.unheard else ""
    return waveform(read_sound(file), captions, note)


def write_picture(wave: Waveform, target: Path) -> None:
    """Write a picture as SVG or PNG, by the file's ending.

    Raises WrongUse for another ending, Unavailable when it can't be written.
    """
    from voicenote.sound.waveform import png, svg

    ending = target.suffix.lower()
    if ending not in (".svg", ".png"):
        raise WrongUse(
            f"{target.name} isn't a picture format we can write", "end it in .svg or .png"
        )
    write_whole(target, svg(wave).encode() if ending == ".svg" else png(wave))
