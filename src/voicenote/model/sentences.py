"""Scripts: what will be said, in sections of shared and personal sentences."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Section(StrEnum):
    """The parts of a script, in the order they are said (S21, S25)."""

    THANKS = "thanks"
    MIRROR = "mirror"
    VALIDATE = "validate"
    OWN = "own"
    EMPATHISE = "empathise"
    AMENDS = "amends"
    PREVENT = "prevent"
    EXPECTATIONS = "expectations"
    INVITE = "invite"
    DISCLOSE = "disclose"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. A *shared* one is the same for many customers and is recorded once.

    `text` is the written form. `spoken` is what the voice says (``say_as``, money in words); ""
    when it is the same.
    """

    section: Section
    text: str
    personal: bool
    spoken: str = ""

    @property
    def said(self) -> str:
        """What the voice says."""
        return self.spoken or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What one message says. `language` is a BCP 47 tag, `template` the template's name."""

    language: str
    template: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The written words, one section per line."""
        lines: list[str] = []
        last: Section | None = None
        for sentence in self.sentences:
            if sentence.section is last:
                lines[-1] += f" {sentence.text}"
            else:
                lines.append(sentence.text)
            last = sentence.section
        return "\n".join(lines)

    @property
    def sha256(self) -> str:
        """The hash that an approval stores: of language, order, and words written and spoken."""
        return _hash_of(self.language, self.sentences)


_PACKED = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


@lru_cache(maxsize=256)
def _hash_of(language: str, sentences: tuple[Sentence, ...]) -> str:
    words = [[s.section.value, s.text, s.said] for s in sentences]
    packed = _PACKED.encode([language, words])
    return hashlib.sha256(packed.encode("ascii")).hexdigest()
