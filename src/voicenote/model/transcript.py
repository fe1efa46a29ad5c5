"""What was heard in a sound: sentences and words, with their times."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word, when it is said in seconds, and how likely it is right (0 to 1; None: unknown)."""

    start_s: float
    end_s: float
    text: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class HeardSentence:
    """A sentence, when it is said in seconds, how likely it is right, and its words if known."""

    start_s: float
    end_s: float
    text: str
    probability: float | None = None
    words: tuple[HeardWord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was heard. `language` is a primary subtag, `speech_s` the seconds in which one speaks.

    Without any speech there are no sentences.
    """

    language: str
    speech_s: float
    sentences: tuple[HeardSentence, ...] = ()

    @property
    def text(self) -> str:
        """All that was heard, on one line; "" when nothing was said."""
        return " ".join(one.text for one in self.sentences)
