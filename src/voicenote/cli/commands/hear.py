"""`hear`: write down what is said in a sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.case_options import case_number
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadData, WrongUse

if TYPE_CHECKING:
    from voicenote.model.transcript import Transcript


@command()
@click.argument("what", metavar="N|FILE", nargs=-1)
@click.option(
    "--language", metavar="TAG", help="What is spoken, such as pl; else the case's, or yours."
)
@click.option(
    "--answers", is_flag=True, help="Listen to what the customers of N… sent; without N, of all."
)
@click.option(
    "--translate", is_flag=True, help="With --answers: also in your language, by the writer."
)
def hear(
    session: Session,
    /,
    *,
    what: tuple[str, ...],
    language: str | None,
    answers: bool,
    translate: bool,
) -> int:
    """Write down what is said in the memo of case N, in a sound file, or in customers' answers.

    Where nobody speaks, nothing is heard: silence, noise and hum make no words. What listens is set
    in [ears]. It can mishear, so nothing is decided by it.

    Every run listens to the voice messages that came in, once. With --answers it is done now: for
    what came before there were ears, or couldn't be heard.

    With --json: {"file", "language", "duration_s", "speech_s", "text", "model", "sentences"}; each
    sentence is {"start_s", "end_s", "text", "probability", "words"}, and its words are the same
    without "words". "probability" is null where it isn't known. With --answers:
    {"heard", "left", "translated", "answers"}, as play --answers lists them.
    """
    if answers:
        from voicenote.cli.terminal.answer_hearing import hear_answers

        return hear_answers(session, what, translate=translate)
    if translate or len(what) != 1:
        raise WrongUse(
            "--translate goes with --answers" if translate else "say what to listen to",
            "such as: voicenote hear take.ogg, or voicenote hear 3 --answers",
        )
    _hear_one(session, what[0], language)
    return 0


def _hear_one(session: Session, what: str, language: str | None) -> None:
    """Write down what is said in a memo, or in a file."""
    from voicenote.engine.memo.drafting import current
    from voicenote.engine.memo.listening import memo_file
    from voicenote.engine.memo.take_reading import read_take
    from voicenote.engine.tabled_plugins import ears_plugins

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
    clip = read_take(file)
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
