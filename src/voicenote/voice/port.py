"""The port of voices: what turns one sentence into sound, and what is told about each voice.

A voice is found through the entry points ``voicenote.voices.v2``. The entry point names a class:
its `Options` declares what can be set, called with these it makes the voice, and its `info` tells
what it is without loading anything heavy. A voice works sentence by sentence, so that sound can be
kept and reused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from voicenote.errors import BadData, Problem
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.options import Secret, describe, options_of, read, validators
from voicenote.options.reading import root_paths
from voicenote.unicode_forms import normal

#: The longest sentence a voice takes, in characters: five minutes of speech.
LONGEST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceInfo:
    """What the `voices` command tells about a voice.

    `languages` are primary subtags (``en``), empty for any. `quality` orders voices for ``auto``:
    more is better, 0 is only taken by name. `advice` says what to do when it is not installed.
    `size_mb` is what it takes on the disk, megabytes, 0 for not known. `misheard` is how many of
    100 words a recogniser heard otherwise, by language, where that was measured (not by the voice
    itself: docs/performance.md).
    """

    name: str
    languages: frozenset[str]
    licence: str
    synthetic: bool
    quality: int
    installed: bool
    note: str = ""
    advice: str = ""
    size_mb: float = 0
    misheard: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Voice(Protocol):
    """What turns one sentence into sound.

    `version` goes into cache keys and the ledger: it changes whenever the same text may sound
    different. `languages` holds primary subtags; empty means any.
    """

    name: str
    version: str
    synthetic: bool
    languages: frozenset[str]

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Say `sentence.said` in `language` (BCP 47).

        Raises VoiceUnavailable when this voice cannot say it here, and BadData when there is
        nothing that could be said.
        """

    def close(self) -> None:
        """Let go of what it holds; closing twice does no harm."""


class VoiceMaker(Protocol):
    """What an entry point of ``voicenote.voices.v2`` names.

    Its attribute `Options`, a frozen dataclass, declares what can be set; without one nothing can.
    """

    def __call__(self, options: Any) -> Voice:
        """Make the voice. Raises BadSettings when an option is wrong."""

    def info(self, options: Any) -> VoiceInfo:
        """What there is to know before it is made; loads nothing heavy and never raises."""


def read_options(
    maker: VoiceMaker,
    table: Mapping[str, object],
    where: str,
    problems: list[Problem],
    env: Mapping[str, str],
) -> Any:
    """Return the options of a voice out of a table that may hold those of others too.

    Relative paths begin in the folder `home` of the table. A secret is there by its place, such as
    ``env:NAME``, which is looked up in `env`. What is wrong is added to `problems`.
    """
    kind = options_of(maker)
    own: dict[str, object] = {}
    for one in describe(kind):
        if one.key not in table:
            continue
        value = table[one.key]
        if one.check is validators.secret and isinstance(value, str) and ":" in value:
            value = Secret.at(value, env)
        own[one.key] = value
    return root_paths(read(kind, own, where, problems), Path(str(table.get("home") or ".")))


def primary(language: str) -> str:
    """Return the primary subtag of a BCP 47 tag in small letters: ``pt-BR`` → ``pt``."""
    return language.replace("_", "-").split("-", 1)[0].strip().lower()


def sayable(sentence: Sentence) -> str:
    """Return what is to be said, on one line, in Unicode's composed form.

    Raises BadData for what no voice can say: nothing, no letter and no digit, a NUL (which cuts
    the text in the system's voice), a lone surrogate, or more than `LONGEST` characters.
    """
    said = sentence.said
    if "\0" in said:
        raise BadData("a sentence holds a NUL character", "remove it; a voice would stop there")
    if any(unicodedata.category(letter) == "Cs" for letter in said):
        raise BadData("a sentence holds half a character", "read its file in its own encoding")
    text = " ".join(normal(said).split())
    if not any(letter.isalnum() for letter in text):
        raise BadData("a sentence holds nothing that can be said", "give it at least one word")
    if len(text) > LONGEST:
        raise BadData(
            f"a sentence is {len(text)} characters long, more than {LONGEST}",
            "cut it into shorter sentences",
        )
    return text
