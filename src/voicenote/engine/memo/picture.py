"""The picture of a memo, or of any sound file."""

from __future__ import annotations

from pathlib import Path

from voicenote.engine.memo.drafting import current
from voicenote.engine.workspace import Workspace
from voicenote.errors import WrongUse
from voicenote.files import write_whole
from voicenote.model.memo import Synthetic
from voicenote.sound.recording_file import read_sound
from voicenote.sound.waveform import Waveform, png, svg, waveform

_NOTES = {Synthetic.YES: "synthetic voice", Synthetic.PARTLY: "partly a synthetic voice"}


def wave_of_memo(ws: Workspace, number: int, file: Path) -> Waveform:
    """Return the waveform of a case's newest memo, whose sound is `file`."""
    _, found = current(ws, number)
    memo = found.memo if found else None
    captions = memo.captions if memo else ()
    note = _NOTES.get(memo.synthetic, "") if memo else ""
    return waveform(read_sound(file), captions, note)


def wave_of_file(file: Path) -> Waveform:
    """Return the waveform of a sound file. Raises BadData when it isn't one."""
    return waveform(read_sound(file))


def write_picture(wave: Waveform, target: Path) -> None:
    """Write a picture as SVG or PNG, by the file's ending.

    Raises WrongUse for another ending, Unavailable when it can't be written.
    """
    ending = target.suffix.lower()
    if ending not in (".svg", ".png"):
        raise WrongUse(
            f"{target.name} isn't a picture format we can write", "end it in .svg or .png"
        )
    write_whole(target, svg(wave).encode() if ending == ".svg" else png(wave))
