"""A voice that falls over with its whole process, as a speech library may."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.voice.port import Voice
from voicenote.voice.silent import Silent, SilentOptions


class Falls(Silent):
    """Ends its process at the fifth parcel, at most so many times; `folder` counts them."""

    def __init__(self, options: SilentOptions, folder: Path, times: int) -> None:
        super().__init__(options)
        self._folder, self._times = folder, times

    def speak(self, sentence: Sentence, language: str) -> Clip:
        fallen = len(list(self._folder.iterdir()))
        if fallen < self._times and "parcel 5" in sentence.text:
            (self._folder / str(fallen)).touch()
            os._exit(1)
        return super().speak(sentence, language)


def falling(folder: Path, times: int, name: str, options: Mapping[str, object]) -> Voice:
    del name, options
    return Falls(SilentOptions(), folder, times)
