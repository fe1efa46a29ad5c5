"""Which voice the settings give to which language: what the listing of voices tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from voicenote.engine.memo.voice_choice import voice_options
from voicenote.errors import VoiceUnavailable
from voicenote.settings import Settings
from voicenote.voice.choose import Offer, choose
from voicenote.voice.port import VoiceInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A voice as the listing tells it: its facts, and for which languages it is chosen, and why."""

    facts: VoiceInfo
    speaks: Mapping[str, str]


def list_voices(
    settings: Settings, voice_facts: Callable[[Mapping[str, object]], list[VoiceInfo]]
) -> list[Listed]:
    """Return every voice, the best first, as the settings for any language make it ready.

    What is told of a language is what says a sentence that nobody recorded.
    """
    owner, voice = settings.owner, settings.voice
    facts: dict[str, VoiceInfo] = {}
    speaks: dict[str, dict[str, str]] = {}
    people = {name: tables.by_language for name, tables in voice.by_owner.items()}
    for name, tables in {owner.name: voice.by_language, **people}.items():
        for language in dict.fromkeys((owner.language, *tables)):
            options = voice_options(settings, language, name)
            found = voice_facts({**options, "folder": str(settings.home / "recordings")})
            for one in found:
                if one.name not in facts or (one.installed and not facts[one.name].installed):
                    facts[one.name] = one
            wish = settings.voice.of(language, name).engine
            with suppress(VoiceUnavailable):
                choice = choose([wish], language, [Offer(facts=f) for f in found if f.synthetic])
                speaks.setdefault(choice.name, {}).setdefault(language, choice.why)
    ordered = sorted(facts.values(), key=lambda one: (one.synthetic, -one.quality, one.name))
    return [Listed(facts=one, speaks=speaks.get(one.name, {})) for one in ordered]
