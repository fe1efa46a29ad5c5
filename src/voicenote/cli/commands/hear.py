"""`hear`: write down what is said in a sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.case_options import case_number
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadData

if TYPE_CHECKING:
    from voicenote.model.transcript import Transcript


@command()
@click.argument("what", metavar="N|FILE")
@click.option(
    "--language", metavar="TAG", help="What is spoken, such as pl; else the case's, or yours."
)
def hear(session: Session, /, *, what: str, language: str | None) -> None:
    """Write down what is said in the memo of case N, or in a sound file.

    Where nobody speaks, nothing is heard: silence, noise and hum make no words. What listens is set
    in [ears]. It can mishear, so nothing is decided by it.

    With --json: {"file", "language", "duration_s", "speech_s", "text", "model", "sentences"}; each
    sentence is {"start_s", "end_s", "text", "probability", "words"}, and its words are the same
    without "words". "probability" is null where it isn't known.
    """
    from voicenote.engine.memo.drafting import current
    from voicenote.engine.memo.listening import memo_file
    from voicenote.engine.tabled_plugins import ears_plugins
    from voicenote.sound.recording_file import read_sound

    spoken = ""
    if what.isdecimal():
        number = case_number(what)
        with session.open() as ws:
            file, _ = memo_file(ws, number)
            _, found = current(ws, number)
            spoken = found.script.language if found else ""
    else:
        file = Path(what)
        if not file.is_file():
            raise BadData(f"{what} doesn't exist", "give the number of a case, or a sound file")
    clip = read_sound(file)
    ears = ears_plugins.make(session.settings)
    try:
        heard = ears.hear(clip, language or spoken or session.settings.owner.language)
    finally:
        ears.close()
    data = {
        "file": file,
        "language": heard.language,
        "duration_s": round(clip.duration_s, 2),
        "speech_s": heard.speech_s,
        "text": heard.text,
        "model": ears.model,
        "sentences": [asdict(one) for one in heard.sentences],
    }
    session.screen.show(data, lambda: _page(file, clip.duration_s, heard))


def _page(file: Path, seconds: float, heard: Transcript) -> str:
    if not heard.speech_s:
        return f"Nothing was said in {file.name}: {seconds:.0f} s of sound without speech."
    lines = []
    for one in heard.sentences:
        minutes, rest = divmod(int(one.start_s), 60)
        lines.append(f"{minutes}:{rest:02}  {one.text}")
    return "\n".join([*lines, f"[{heard.speech_s:.0f} of {seconds:.0f} s are speech]"])
