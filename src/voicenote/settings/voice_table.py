"""The settings of voices, by language and by owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicenote.options import option, validators


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceFor:
    """The voice for one language. `options` are the engine's own, as TOML has them."""

    engine: str = option(
        "auto",
        validators.text,
        "Which engine speaks; `voicenote voices` lists them. auto: the best here.",
    )
    voice: str = option(
        "",
        validators.text,
        "A voice of that engine, for `kokoro` the file of one; empty: its own choice.",
        "en-gb",
    )
    rate: int = option(
        0,
        validators.number(0, 400, whole=True),
        "Words a minute; 0: the engine's natural pace.",
        150,
    )
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, Any]:
        """The options to pass to a voice. Empty settings are left out: its own defaults apply."""
        named = {"voice": self.voice, "rate": self.rate}
        return {key: value for key, value in named.items() if value} | dict(self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTable(VoiceFor):
    """What turns sentences into sound. `[voice.LANGUAGE]` sets it for one language."""

    disclosure: bool = option(
        True,
        validators.switch,
        "Whether a synthetic voice says that it is one, at the end of the memo.",
    )
    fill_in: bool = option(
        False,
        validators.switch,
        "Whether a synthetic voice says the sentences that you have not recorded beside those that "
        "you have; the memo is then marked as a computer's in part.",
    )
    by_language: Mapping[str, VoiceFor] = field(default_factory=dict)
    #: The tables [voice.owner.NAME], each with its languages.
    by_owner: Mapping[str, VoiceTable] = field(default_factory=dict)

    def of(self, language: str, owner: str = "") -> VoiceFor:
        """Return the voice for a BCP 47 tag: that of the tag, of its language, or the common one.

        The tables of `owner` come first, if there are any.
        """
        if owner in self.by_owner:
            return self.by_owner[owner].of(language)
        wanted = language.lower()
        tables = {tag.lower(): voice for tag, voice in self.by_language.items()}
        return tables.get(wanted) or tables.get(wanted.split("-")[0]) or self
