"""Which voice says a script here: the settings' wish, held against what there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from voicenote.engine.workspace import Workspace
from voicenote.model.memo import Clip
from voicenote.model.script import Script
from voicenote.voice.choose import Offer, choose
from voicenote.voice.letters import language_of
from voicenote.voice.port import Voice, VoiceFacts, primary
from voicenote.voice.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A voice for one script. `whole` is a recording of all of it; `voice` makes the speaker.

    `options` are what a maker of the same voice in another process is to be told.
    """

    name: str
    version: str
    synthetic: bool
    why: str
    voice: Callable[[], Voice]
    options: Mapping[str, object] = field(default_factory=dict)
    whole: Clip | None = None


def recordings(ws: Workspace, owner: str) -> Recorded:
    """Return the recordings of one owner."""
    return Recorded({"folder": str(ws.home / "recordings"), "owner": owner})


def voice_options(ws: Workspace, language: str) -> dict[str, object]:
    """Return what the settings say to a voice for a language."""
    wanted = ws.settings.voice.of(language)
    names = ("voice", "rate", "url", "model", "key")
    return {name: value for name in names if (value := getattr(wanted, name))}


def choose_voice(ws: Workspace, script: Script, owner: str = "") -> Chosen:
    """Choose the voice that says `script`. Raises VoiceUnavailable when none can.

    What the owner recorded for just this script is said as it is, whatever the settings wish.
    """
    own = recordings(ws, owner or ws.settings.owner.name)
    wish = ws.settings.voice.of(script.language).engine
    whole = own.whole(script.sha256)
    if whole is not None:
        return Chosen(
            name=own.name,
            version=own.version,
            synthetic=False,
            why="you recorded the whole memo",
            voice=lambda: own,
            whole=whole,
        )
    options = voice_options(ws, script.language)
    lacks = tuple(sentence.text for sentence in own.missing(script.sentences, script.language))
    offers = [
        Offer(facts=facts, lacks=lacks if facts.name == own.name else _foreign(facts, script))
        for facts in ws.facts_of_voices({**options, "folder": str(ws.home / "recordings")})
    ]
    choice = choose([wish], script.language, offers)
    if choice.name == own.name:
        return Chosen(
            name=own.name,
            version=own.version,
            synthetic=False,
            why=choice.why,
            voice=lambda: own,
            options=own.settings,
        )
    speaker = ws.voice(choice.name, options)
    return Chosen(
        name=choice.name,
        version=speaker.version,
        synthetic=speaker.synthetic,
        why=choice.why,
        voice=lambda: speaker,
        options=options,
    )


def _foreign(facts: VoiceFacts, script: Script) -> tuple[str, ...]:
    """The sentences in another script's letters that a voice cannot read: quotations, mostly."""
    if not facts.languages:
        return ()
    return tuple(
        sentence.text
        for sentence in script.sentences
        if (read_in := language_of(sentence.said, script.language)) != script.language
        and primary(read_in) not in facts.languages
    )
