"""The settings of voices: one for each language, and for each owner who wants another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicenote.settings import validators
from voicenote.settings.declaration import named_tables, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceFor:
    """The voice for one language."""

    engine: str = setting(
        "auto",
        validators.text,
        "Which engine speaks; `voicenote voices` lists them. auto: the best here.",
    )
    voice: str = setting(
        "",
        validators.text,
        "A voice of that engine, for `kokoro` the file of one; empty: its own choice.",
        "en-gb",
    )
    rate: int = setting(
        0,
        validators.number(0, 400, whole=True),
        "Words a minute; 0: the engine's natural pace.",
        150,
    )
    url: str = setting(
        "",
        validators.text,
        "For the engine `endpoint`: the address of a server that answers as OpenAI's does.",
        "http://localhost:8880/v1",
    )
    model: str = setting(
        "",
        validators.text,
        "For the engine `kokoro`: the file of its model. For `endpoint`: the server's model.",
        "kokoro.onnx",
    )
    key: str = setting(
        "",
        validators.reference,
        "For the engine `endpoint`: where its key is kept, as env:NAME, keyring:SERVICE/USER or "
        "command:WORDS.",
        "env:SPEECH_KEY",
    )
    languages: tuple[str, ...] = setting(
        (),
        validators.languages,
        "For the engine `endpoint`: the languages that its voice speaks; empty: any.",
        ["en", "pl"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTable(VoiceFor):
    """What turns sentences into sound. `[voice.LANGUAGE]` sets it for one language."""

    disclosure: bool = setting(
        True,  # noqa: FBT003  a default
        validators.switch,
        "Whether a synthetic voice says that it is one, at the end of the memo.",
    )
    fill_in: bool = setting(
        False,  # noqa: FBT003  a default
        validators.switch,
        "Whether a synthetic voice says the sentences that you have not recorded beside those that "
        "you have; the memo is then marked as a computer's in part.",
    )
    by_language: Mapping[str, VoiceFor] = named_tables()
    #: What [voice.owner.NAME] says, languages and all.
    by_owner: Mapping[str, VoiceTable] = named_tables()

    def of(self, language: str, owner: str = "") -> VoiceFor:
        """Return the voice for a BCP 47 tag: its own table, its language's, or the common one.

        An `owner` with tables of their own is asked first.
        """
        if owner in self.by_owner:
            return self.by_owner[owner].of(language)
        wanted = language.lower()
        tables = {tag.lower(): voice for tag, voice in self.by_language.items()}
        return tables.get(wanted) or tables.get(wanted.split("-")[0]) or self
