"""Rules about the parts of an apology and their order: R1, R2, R21, S1, S9, S21."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicenote.model.greeting import NOBODY, name_to_greet
from voicenote.model.sentences import Section
from voicenote.script.check.findings import Violation
from voicenote.script.check.learned_likeness import weigh
from voicenote.script.check.normalise import fold
from voicenote.script.check.passage import CheckedSentence, CheckInput
from voicenote.script.check.phrases import Hit
from voicenote.script.compose import APOLOGIES

_OWNED = ("admit", "answer", "own")
#: Those of them that say nothing else.
_CONFESSING = ("admit", "answer")
#: How like a responsibility or a repair the likest sentence of a letter is.
_NOT_AT_ALL, _UNLIKE, _MAYBE, _LIKELY = 0.04, 0.1, 0.35, 0.8
#: Groups that are only polite, or wrong anyway, so they aren't a deed.
_POLITE = ("thanks", "kind", "empty", "R7.vow", "R17.upsell", "R17.review", "S24.sarcasm")
_ORDER = list(Section)
#: So many of our own words say something about the matter; with a greeting, a
#: confession, or a greeting and a name, it takes more.
_TOLD, _GREETED, _CONFESSED, _INTRODUCED = 3, 8, 10, 12


#: So many letters before sorry say what it is for, if the sentence says what we did.
_NAMED = 20


def check_anatomy(read: CheckInput) -> Iterator[Violation]:
    """Yield what is missing, and what is in the wrong place."""
    # "the words are mine" tells of the voice, and takes responsibility for nothing
    sentences = [one for one in read.sentences if one.section is not Section.DISCLOSE]
    yield from _check_name(read)
    yield from _check_customer(read)
    if read.unfounded:
        yield from _check_unfounded(sentences)
    elif _is_apology(read.template, sentences):
        yield from _check_parts(sentences, read.language if read.free else "")
        yield from _check_mirror(sentences)
    if read.script:
        yield from _check_order(sentences)
    elif not read.unfounded:
        yield from _check_offer_order(sentences, read.language if read.free else "")


def _is_apology(template: str, sentences: Sequence[CheckedSentence]) -> bool:
    if template:
        return template in APOLOGIES
    return any(one.has("regret", "admit") for one in sentences)


def _check_name(read: CheckInput) -> Iterator[Violation]:
    owner = read.context.owner
    if not owner.strip() or owner in read.text:
        return
    spoken = set(fold(read.text)[0].replace(",", " ").replace(".", " ").split())
    if not spoken.intersection(name for name in fold(owner)[0].split() if len(name) > 1):
        yield "S1", "nameless", 0, 0


def _check_customer(read: CheckInput) -> Iterator[Violation]:
    """Yield a customer's name that isn't one (R21); nothing when none was given."""
    background = read.context.background
    who = background.case.customer if background else None
    given = who is not None and who.name not in (NOBODY, "there")
    if who and given and not name_to_greet(who.name, who.say_as):
        yield "R21", "name", 0, 0


def _check_unfounded(sentences: Sequence[CheckedSentence]) -> Iterator[Violation]:
    for one in sentences:
        if hit := one.first("regret"):
            yield "S9", "apology", hit.start, hit.end
        if not one.has("mirror", "reported") and (hit := one.first("money") or _sum_given(one)):
            yield "S9", "money", hit.start, hit.end


def _sum_given(one: CheckedSentence) -> Hit | None:
    """Return a sum or a percentage that is given to the customer, or None."""
    return one.first("sum") if one.has("give") else None


def _check_parts(sentences: Sequence[CheckedSentence], language: str) -> Iterator[Violation]:
    """Yield what is missing (R1); with a `language`, the likeness of sentences is asked too."""
    there = frozenset[str]().union(*[one.groups for one in sentences])
    missing = there.isdisjoint(_OWNED) and not _tells_deeds(sentences)
    kind = "unowned" if _speaks_of_us(sentences) else "responsibility"
    if language:
        most = max(weigh(one.text, language).ours for one in sentences)
        kind = kind if missing and most < _UNLIKE else "unowned"
        bound = _MAYBE if missing else _NOT_AT_ALL if "own" in there else _UNLIKE
        missing = there.isdisjoint(_CONFESSING) and most < bound
    if missing:
        yield "R1", kind, 0, 0
    yield from _check_offer(sentences, language)
    if "regret" not in there:
        yield "R1", "regret", 0, 0
    if "prevent" not in there and not any(one.section is Section.PREVENT for one in sentences):
        yield "R1", "repentance", 0, 0


def _check_offer(sentences: Sequence[CheckedSentence], language: str) -> Iterator[Violation]:
    """Yield that nothing is offered (R1); with a `language`, the likeness is asked too."""
    sure = any(one.section is Section.AMENDS or one.has("repair") for one in sentences)
    found = None if sure else next(_check_repair(sentences), None)
    if language:
        most = max(weigh(one.text, language).repair for one in sentences)  # an early one is S21's
        if most >= _MAYBE:
            return
        if most < _NOT_AT_ALL or not (sure or found):
            found = "R1", "unoffered", 0, 0
    if found:
        yield found


def _tells_deeds(sentences: Sequence[CheckedSentence]) -> bool:
    """Return whether something that we did is told before sorry, which is then what we did wrong.

    It is the benefit of the doubt: no list has all the words for a fault.
    """
    for one in sentences:
        hit = one.first("act")
        sorry = one.first("regret")
        if hit and not one.has("repair", "thanks") and not (sorry and sorry.start < hit.start):
            return True
        if sorry:
            return False
    return False


def _speaks_of_us(sentences: Sequence[CheckedSentence]) -> bool:
    """Return whether the owner is in what is told before sorry, and may own it in other words."""
    for one in sentences:
        if one.has("regret"):
            return False
        if one.has("first") and not one.has("hello", "intro", "reported"):
            return True
    return False


def _check_repair(sentences: Sequence[CheckedSentence]) -> Iterator[Violation]:
    """Yield a missing repair (R1); ``unsure`` when what follows the apology may be an offer.

    A day or a sum in what we did, told before sorry, is still what happened.
    """
    owned = next(
        (n for n, one in enumerate(sentences) if one.has("regret", *_OWNED)), len(sentences)
    )
    sorry = next((n for n, one in enumerate(sentences) if one.has("regret")), owned)
    after = [
        (n, one)
        for n, one in enumerate(sentences)
        if n >= owned and (one.has("regret") or not one.has(*_POLITE))
    ]
    if any(one.has("deed") and (n >= sorry or not one.has("own", "act")) for n, one in after):
        return
    last = max((n for n, one in after if one.has("regret")), default=owned)
    none = ("regret", "reported", "feeling", "hello", *_OWNED)
    other = any(n >= last and one.own > 1 and not one.has(*none) for n, one in after)
    yield "R1", "unsure" if other else "repair", 0, 0


def _check_mirror(sentences: Sequence[CheckedSentence]) -> Iterator[Violation]:
    """Yield a missing or late mirror (R2): what bothered them comes before the first apology."""
    sorry = next((place for place, one in enumerate(sentences) if one.has("regret")), None)
    if sorry is None:
        return
    hit = sentences[sorry].first("regret")
    mirror = sentences[sorry].first("mirror")
    if hit is None or (mirror and mirror.start < hit.start):
        return
    did = sentences[sorry].first("own", "act", "admit")
    if did and did.start < hit.start and hit.start - sentences[sorry].start > _NAMED:
        return
    if any(_mirrors(one) for one in sentences[:sorry]):
        return
    late = any(one.has("reported") for one in sentences[sorry:])
    yield "R2", "late" if late else "missing", hit.start, hit.end


def _mirrors(one: CheckedSentence) -> bool:
    """Return whether a sentence shows that they were heard: it repeats or mentions their matter."""
    if one.section is not None:
        return one.section in (Section.MIRROR, Section.VALIDATE)
    if one.has("mirror", "reported"):
        return True
    if one.has("thanks", "regret") or (one.has("repair") and not one.has("you")):
        return False
    if one.has("admit", "answer"):
        return one.own >= _CONFESSED
    polite = one.has("hello") + one.has("intro")
    return one.own >= (_TOLD, _GREETED, _INTRODUCED)[polite]


def _check_order(sentences: Sequence[CheckedSentence]) -> Iterator[Violation]:
    """Yield sections of a script that are out of order (S21)."""
    furthest = -1
    for one in sentences:
        place = _ORDER.index(one.section) if one.section else furthest
        if place < furthest:
            yield "S21", "order", one.start, one.end
        furthest = max(furthest, place)


def _check_offer_order(sentences: Sequence[CheckedSentence], language: str) -> Iterator[Violation]:
    """Yield an offer before the apology in a plain text (S21).

    The first sentence greets and says who calls, so a call in it is this one.
    """
    if not any(one.has("regret") for one in sentences):
        return
    sorry = next(n for n, one in enumerate(sentences) if one.has("regret", *_OWNED))
    for one in sentences[1:sorry]:
        if not one.has("mirror", "reported") and (hit := one.first("repair")):
            if language and weigh(one.text, language).repair < _LIKELY:
                continue
            yield "S21", "early", hit.start, hit.end
            return
