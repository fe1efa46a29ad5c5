"""Choose the voice for a script from the wanted ones and those available. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicenote.errors import VoiceUnavailable
from voicenote.voice.port import VoiceInfo, primary

AUTO = "auto"
#: A voice of which more of 100 words are misheard isn't understood (R24).
MISHEARD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A voice, and the sentences of this script that it lacks (only for recordings)."""

    info: VoiceInfo
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceChoice:
    """The chosen voice, and the reason in one line for the owner.

    `misheard` is how many of 100 words a listener mishears, if that is too many for a voice that
    nobody named (R24); else 0.
    """

    name: str
    why: str
    misheard: float = 0


def choose(wish: Sequence[str], language: str, offers: Sequence[Offer]) -> VoiceChoice:
    """Return the first voice of `wish` that can say the whole script in `language`.

    ``auto`` in the wish means the owner's recordings if every sentence is there, else the best
    synthetic voice. An empty wish means ``auto``. Raises VoiceUnavailable, which says for each
    voice tried why it does not work.
    """
    tongue = primary(language)
    known = {offer.info.name: offer for offer in offers}
    reasons: list[str] = []
    tried: list[Offer] = []
    cure = ""
    for name in wish or (AUTO,):
        for offer in _matching_offers(name, known):
            tried.append(offer)
            reason = _reason_against(offer, tongue)
            if not reason:
                heard_badly = _misheard(name, offer, tongue)
                why = _why(name, offer, tongue, reasons)
                return VoiceChoice(name=offer.info.name, why=why, misheard=heard_badly)
            reasons.append(f"{offer.info.name} {reason}")
            if _knows(offer, tongue):
                cure = cure or offer.info.advice
        if name != AUTO and name not in known:
            reasons.append(f"{name} is not known")
    raise VoiceUnavailable(
        f"no voice can say this in {tongue or 'an unknown language'}: {'; '.join(reasons)}",
        _spoken_here(tongue, tried)
        or cure
        or "see `voicenote voices`, or record the sentences in your own voice",
    )


def _knows(offer: Offer, tongue: str) -> bool:
    return not offer.info.languages or tongue in offer.info.languages


def _spoken_here(tongue: str, tried: Sequence[Offer]) -> str:
    """Return the languages of the ready voices, if none of those tried knows `tongue`."""
    if any(_knows(one, tongue) for one in tried):
        return ""
    ready = [one.info.languages for one in tried if one.info.installed]
    spoken = sorted(frozenset().union(*ready))
    return f"the languages there are: {', '.join(spoken)}" if spoken else ""


def _matching_offers(name: str, known: dict[str, Offer]) -> list[Offer]:
    """Return the offers that one name of a wish stands for, the best first."""
    if name != AUTO:
        return [known[name]] if name in known else []
    eligible = [offer for offer in known.values() if offer.info.quality > 0]
    return sorted(eligible, key=lambda o: (o.info.synthetic, -o.info.quality, o.info.name))


def _reason_against(offer: Offer, tongue: str) -> str:
    """Return why this voice cannot say the script, or ""."""
    info = offer.info
    if not info.installed:
        return "is not ready"
    if not _knows(offer, tongue):
        return f"does not speak {tongue}"
    if offer.lacks:
        more = f" and {len(offer.lacks) - 1} more" if len(offer.lacks) > 1 else ""
        return f"lacks “{offer.lacks[0]}”{more}"
    return ""


def _misheard(name: str, offer: Offer, tongue: str) -> float:
    """Return how many of 100 words are misheard, if too many; 0 for a voice that was named."""
    misheard = offer.info.misheard.get(tongue, 0) if name == AUTO else 0
    return misheard if misheard > MISHEARD else 0


def _why(name: str, offer: Offer, tongue: str, reasons: Sequence[str]) -> str:
    """Return in one line why this voice was chosen."""
    if name != AUTO:
        why = f"you asked for {name}"
    elif not offer.info.synthetic:
        why = "every sentence is there in your own voice"
    else:
        why = f"the best synthetic voice here for {tongue}"
        if misheard := _misheard(name, offer, tongue):
            why += f", but a listener mishears about {misheard:g} of 100 words"
    return f"{why} ({'; '.join(reasons)})" if reasons else why
