"""The listing of voices: which voice the settings choose for which language."""

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
    """A voice in the listing: what it is, for which languages it is chosen, and why."""

    info: VoiceInfo
    speaks: Mapping[str, str]


def list_voices(
    settings: Settings, describe_voices: Callable[[Mapping[str, object]], list[VoiceInfo]]
) -> list[Listed]:
    """Return every voice, the best first, as the settings for any language prepare it.

    The choice for a language is the voice for a sentence that nobody recorded.
    """
    owner, voice = settings.owner, settings.voice
    known: dict[str, VoiceInfo] = {}
    speaks: dict[str, dict[str, str]] = {}
    people = {name: tables.by_language for name, tables in voice.by_owner.items()}
    for name, tables in {owner.name: voice.by_language, **people}.items():
        for language in dict.fromkeys((owner.language, *tables)):
            options = voice_options(settings, language, name)
            found = describe_voices({**options, "folder": str(settings.home / "recordings")})
            for one in found:
                if one.name not in known or (one.installed and not known[one.name].installed):
                    known[one.name] = one
            wish = settings.voice.of(language, name).engine
            with suppress(VoiceUnavailable):
                choice = choose([wish], language, [Offer(info=f) for f in found if f.synthetic])
                speaks.setdefault(choice.name, {}).setdefault(language, choice.why)
    ordered = sorted(known.values(), key=lambda one: (one.synthetic, -one.quality, one.name))
    return [Listed(info=one, speaks=speaks.get(one.name, {})) for one in ordered]
