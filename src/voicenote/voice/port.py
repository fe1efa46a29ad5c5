"""The port of voices: how a sentence becomes sound, and what is shown about each voice.

A voice is found through the entry points ``voicenote.voices.v2``. The entry point names a class:
its `Options` declares the settings, calling it with these makes the voice, and its `info` describes
it without loading anything heavy. A voice speaks one sentence at a time, so that the sound can be
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

#: The longest sentence that a voice takes, in characters: five minutes of speech.
LONGEST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceInfo:
    """What the `voices` command shows about a voice.

    `languages` are primary subtags (``en``), empty for any. `quality` ranks voices for ``auto``:
    higher is better, and 0 is used only by name. `advice` says what to do if it isn't installed.
    `size_mb` is its size on disk in megabytes, 0 if unknown. `misheard` is, by language, how many
    of 100 words a speech recogniser misheard, where that was measured (docs/performance.md). `rate`
    is how many words a minute it is set to say in English, 0 if unknown, and `pace` how many it
    says by language, where that was measured.
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
    rate: float = 0
    pace: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Voice(Protocol):
    """What turns one sentence into sound.

    `version` goes into cache keys and the ledger, and changes whenever the same text may sound
    different. `languages` holds primary subtags; empty means any.
    """

    name: str
    version: str
    synthetic: bool
    languages: frozenset[str]

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Return `sentence.said` as sound, in `language` (BCP 47).

        Raises VoiceUnavailable when this voice cannot say it here, and BadData when the sentence
        holds nothing that can be said.
        """

    def close(self) -> None:
        """Release its resources. May be called more than once."""


class VoiceMaker(Protocol):
    """What an entry point of ``voicenote.voices.v2`` names.

    Its attribute `Options`, a frozen dataclass, declares its settings; without it there are none.
    """

    def __call__(self, options: Any) -> Voice:
        """Make the voice. Raises BadSettings when an option is wrong."""

    def info(self, options: Any) -> VoiceInfo:
        """Return the facts known before it is made. Loads nothing heavy and never raises."""


def read_options(
    maker: VoiceMaker,
    table: Mapping[str, object],
    where: str,
    problems: list[Problem],
    env: Mapping[str, str],
) -> Any:
    """Return a voice's options from a table that may also hold those of other voices.

    Relative paths start in the table's folder `home`. A secret is given by its place, such as
    ``env:NAME``, and looked up in `env`. Errors are added to `problems`.
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
    """Return the primary subtag of a BCP 47 tag in lower case: ``pt-BR`` → ``pt``."""
    return language.replace("_", "-").split("-", 1)[0].strip().lower()


def sayable(sentence: Sentence) -> str:
    """Return the words to say on one line, in Unicode's composed form (NFC).

    Raises BadData for what no voice can say: no letter or digit, a NUL (which cuts the text in the
    system's voice), a lone surrogate, or more than `LONGEST` characters.
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
