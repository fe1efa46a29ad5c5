"""The parts of an apology and their order: R1, R2, S1, S9, S21."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicenote.model.sentences import Script, Section
from voicenote.script.check.case_context import Asked
from voicenote.script.check.findings import Broken
from voicenote.script.check.normalise import fold
from voicenote.script.check.passage import CheckedSentence

#: The templates that are a whole apology; the others have another errand.
APOLOGIES = frozenset({"justified", "partly", "reopened"})
_OWNED = ("admit", "answer")
#: What is said to be kind, or is wrong anyway: no deed.
_POLITE = ("thanks", "kind", "R7.vow", "R17.upsell", "R17.review", "S24.sarcasm")
_ORDER = list(Section)
#: A sentence of so many words says something of their matter; beside a greeting it takes more.
_TOLD, _GREETED = 4, 8


def parts(
    text: str, script: Script | None, said: Sequence[CheckedSentence], asked: Asked
) -> Iterator[Broken]:
    """What is missing, and what stands in the wrong place."""
    template = script.template if script else asked.template
    unfounded = asked.unfounded or template == "unfounded"
    yield from _nameless(text, asked)
    if unfounded:
        yield from _check_unfounded(said)
    elif _is_apology(template, said):
        yield from _check_parts(said)
        yield from _check_mirror(said)
    if script:
        yield from _sections(said)
    elif not unfounded:
        yield from _too_early(said)


def _is_apology(template: str, said: Sequence[CheckedSentence]) -> bool:
    if template:
        return template in APOLOGIES
    return any(one.has("regret", "admit") for one in said)


def _nameless(text: str, asked: Asked) -> Iterator[Broken]:
    if not asked.owner.strip() or asked.owner in text:
        return
    words = set(fold(text)[0].replace(",", " ").replace(".", " ").split())
    names = [name for name in fold(asked.owner)[0].split() if len(name) > 1]
    if not words.intersection(names):
        yield "S1", "nameless", 0, 0


def _check_unfounded(said: Sequence[CheckedSentence]) -> Iterator[Broken]:
    for one in said:
        if hit := one.first("regret"):
            yield "S9", "apology", hit.start, hit.end
        if not one.has("mirror") and (hit := one.first("money")):
            yield "S9", "money", hit.start, hit.end


def _check_parts(said: Sequence[CheckedSentence]) -> Iterator[Broken]:
    if not any(one.has(*_OWNED) for one in said):
        yield "R1", "responsibility", 0, 0
    if not any(one.section is Section.AMENDS or one.has("repair") for one in said):
        yield from _check_repair(said)
    if not any(one.has("regret") for one in said):
        yield "R1", "regret", 0, 0
    if not any(one.section is Section.PREVENT or one.has("prevent") for one in said):
        yield "R1", "repentance", 0, 0


def _check_repair(said: Sequence[CheckedSentence]) -> Iterator[Broken]:
    """R1 where no known offer stands: what follows the sorry may still be one."""
    sorry = next((n for n, one in enumerate(said) if one.has("regret", *_OWNED)), len(said))
    after = [one for one in said[sorry:] if not one.has(*_POLITE)]
    if any(one.has("deed") for one in after):
        return
    other = any(one.own >= _TOLD and not one.has("regret", *_OWNED) for one in after)
    yield "R1", "unsure" if other else "repair", 0, 0


def _check_mirror(said: Sequence[CheckedSentence]) -> Iterator[Broken]:
    """R2: what bothered them stands before the first sorry."""
    sorry = next((place for place, one in enumerate(said) if one.has("regret")), None)
    if sorry is None:
        return
    hit = said[sorry].first("regret")
    mirror = said[sorry].first("mirror")
    if hit is None or (mirror and mirror.start < hit.start):
        return
    if any(_mirrors(one) for one in said[:sorry]):
        return
    late = any(one.has("mirror") for one in said[sorry:])
    yield "R2", "late" if late else "missing", hit.start, hit.end


def _mirrors(one: CheckedSentence) -> bool:
    """Whether a sentence shows that they were heard: it reports them, or speaks of their matter."""
    if one.section is not None:
        return one.section in (Section.MIRROR, Section.VALIDATE)
    if one.has("mirror"):
        return True
    if one.has("you") and one.own >= _GREETED and not one.has("thanks", "regret"):
        return True
    if one.has("thanks", "regret", "intro", *_OWNED) or (one.has("repair") and not one.has("you")):
        return False
    return one.own >= (_GREETED if one.has("hello") else _TOLD)


def _sections(said: Sequence[CheckedSentence]) -> Iterator[Broken]:
    """S21 in a script: its sections are in the order in which a person can hear them."""
    furthest = -1
    for one in said:
        place = _ORDER.index(one.section) if one.section else furthest
        if place < furthest:
            yield "S21", "order", one.start, one.end
        furthest = max(furthest, place)


def _too_early(said: Sequence[CheckedSentence]) -> Iterator[Broken]:
    """S21 in a plain text: the offer does not come before the apology."""
    sorry = next((n for n, one in enumerate(said) if one.has("regret", "admit")), None)
    for one in said[:sorry] if sorry is not None else ():
        if not one.has("mirror") and (hit := one.first("repair")):
            yield "S21", "early", hit.start, hit.end
            return
