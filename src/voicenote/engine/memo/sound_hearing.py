"""Listening to a sound that a stranger made: it is decoded in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voicenote.ears.port import Ears
from voicenote.engine.singly import describe_error
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, TryAgain, Unavailable
from voicenote.model.hearing import Hearing, HearingState
from voicenote.sound.recording_file import read_sound
from voicenote.worker import Worker

#: How long a file may take to be decoded, in seconds.
DECODING_S = 30.0
#: The most characters of what was heard that are kept.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Listener:
    """Ears, and the process in which strangers' files are decoded."""

    ears: Ears
    worker: Worker

    def listen(self, file: Path, language: str = "") -> Hearing:
        """Return what is said in a sound file of at most ten minutes.

        `language` (BCP 47) is what is spoken; "" if that isn't known. What can't be read or
        recognised is told in the result. Raises Unavailable when the ears can't hear anything now.
        """
        try:
            clip = self.worker.run(read_sound, file, audible=False)
        except (BadData, TryAgain) as error:
            why = error.what.replace(file.name, "it")
            return Hearing(state=HearingState.UNFIT, reason=why)
        except Unavailable as error:
            return Hearing(state=HearingState.FAILED, reason=error.what)
        try:
            said = self.ears.hear(clip, language)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one sound must not keep others from being heard
            return Hearing(state=HearingState.FAILED, reason=describe_error(error))
        text = said.text.replace("\x00", "").encode(errors="replace").decode()[:MOST].strip()
        return Hearing(
            state=HearingState.HEARD if text else HearingState.SILENT,
            text=text,
            language=said.language,
            speech_s=said.speech_s,
            ears=self.ears.name,
            model=self.ears.model,
        )


@contextmanager
def open_listener(ws: Workspace) -> Iterator[Listener]:
    """Yield the ears of the settings, and close them: a model takes much memory.

    Raises BadSettings when they can't be made.
    """
    ears = ws.make_ears(ws.settings)
    try:
        with Worker(DECODING_S) as worker:
            yield Listener(ears, worker)
    finally:
        ears.close()
