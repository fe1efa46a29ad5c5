"""A synthetic voice whose every sentence is watermarked before it is encoded and cached."""

from __future__ import annotations

from voicenote.marks.network import runs_here
from voicenote.marks.watermark import MARK, add_mark
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.voice.port import Voice
from voicenote.voice.silent import Silent


class MarkedVoice:
    """Another voice, watermarked. Its version says so, and with it cache keys, tags and ledger."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self.name = voice.name
        self.version = f"{voice.version} {MARK}"
        self.synthetic = voice.synthetic
        self.languages = voice.languages

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Return the sentence, watermarked. Raises as the voice does, and Unavailable."""
        return add_mark(self._voice.speak(sentence, language))

    def close(self) -> None:
        """Release the voice's resources."""
        self._voice.close()


def mark_voice(voice: Voice, *, wanted: bool) -> Voice:
    """Return `voice`, watermarked where that is `wanted`, possible and true.

    A person's recordings never are, nor is the hum of the silent voice, which says no words.
    """
    speaks = voice.synthetic and not isinstance(voice, Silent)
    return MarkedVoice(voice) if wanted and speaks and runs_here() else voice
