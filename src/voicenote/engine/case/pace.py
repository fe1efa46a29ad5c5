"""How fast the voice speaks that will say a script: measured where it is known, else as it is set.

Fitting a script to a minute depends on it, so it is asked before the words are known.
"""

from __future__ import annotations

from contextlib import suppress

from voicenote.engine.workspace import Workspace
from voicenote.errors import VoiceUnavailable
from voicenote.model.case import Case
from voicenote.script.languages import FALLBACK, language
from voicenote.voice.choose import AUTO, Offer, choose
from voicenote.voice.port import VoiceInfo, primary
from voicenote.voice.recorded import Recorded, RecordedOptions


def pace_of(ws: Workspace, case: Case, tag: str) -> float | None:
    """Return the words per minute of the voice that will speak; None when it isn't known.

    `tag` is the language of the script. The owner's recordings tell it, once there are enough;
    then the machine's voice that the settings choose.
    """
    key = (ws.owner_of(case), primary(tag))
    if key not in ws.paces:
        ws.paces[key] = _find_pace(ws, *key)
    return ws.paces[key]


def _find_pace(ws: Workspace, owner: str, tongue: str) -> float | None:
    folder, wish = ws.home / "recordings", ws.settings.voice.of(tongue, owner)
    engine = wish.engine
    if engine in (AUTO, Recorded.name):
        own = Recorded(RecordedOptions(folder=folder, owner=owner)).pace(tongue)
        if own:
            return own
        engine = AUTO
    given = {**wish.given, "home": str(ws.settings.home), "folder": str(folder)}
    voices = {one.name: one for one in ws.voices_for(given) if one.name != Recorded.name}
    with suppress(VoiceUnavailable):
        chosen = choose([engine], tongue, [Offer(info=one) for one in voices.values()])
        return pace_in(voices[chosen.name], tongue)
    return None


def pace_in(voice: VoiceInfo, tongue: str) -> float | None:
    """Return the words per minute of a voice in a language; None when it isn't known.

    A rate is meant for English: in a language of longer words there are fewer in a minute.
    """
    if tongue in voice.pace:
        return voice.pace[tongue]
    return voice.rate * language(tongue).pace / language(FALLBACK).pace if voice.rate else None
