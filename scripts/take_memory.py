"""What `scripts/bench ears` has said and heard before, kept so that only new takes cost time."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voicenote.ears.port import Ears
    from voicenote.model.memo import Clip
    from voicenote.model.sentences import Sentence
    from voicenote.model.transcript import Transcript


class Speaker:
    """A voice that says each sentence once, and then from the folder."""

    def __init__(self, name: str, voice: Any, folder: Path) -> None:
        self.name, self._voice, self._folder = name, voice, folder

    def speak(self, sentence: "Sentence") -> "Clip":
        """Return the sentence as the take of a person."""
        from voicenote.model.memo import Clip

        key = hashlib.sha256(f"{self._voice.version}\n{sentence.said}".encode()).hexdigest()
        path = self._folder / f"{key}.pcm"
        if not path.is_file():
            clip = self._voice.speak(sentence, "en")
            _write(path, clip.rate.to_bytes(4, "little") + clip.pcm)
        data = path.read_bytes()
        return Clip(data[4:], int.from_bytes(data[:4], "little"), synthetic=False)


class Listener:
    """Ears that recognise each sound once; they keep their port's promises otherwise."""

    def __init__(self, ears: "Ears", model: str, folder: Path) -> None:
        self.name, self.model = ears.name, model
        self._ears, self._folder = ears, folder

    def hear(self, clip: "Clip", language: str = "") -> "Transcript":
        """Return what is heard, as one sentence without times."""
        from voicenote.model.transcript import HeardSentence, Transcript

        sound = hashlib.sha256(f"{self.model} {language} {clip.rate} ".encode() + clip.pcm)
        path = self._folder / f"{sound.hexdigest()}.json"
        if not path.is_file():
            found = self._ears.hear(clip, language)
            _write(path, json.dumps([found.text, found.speech_s]).encode())
        text, seconds = json.loads(path.read_bytes())
        sentences = (HeardSentence(0, seconds, text),) if text else ()
        return Transcript(language=language, speech_s=seconds, sentences=sentences)

    def close(self) -> None:
        """Forget the model."""
        self._ears.close()


def _write(path: Path, data: bytes) -> None:
    """Write a file whole: a run that is stopped leaves no half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(data)
    new.replace(path)
