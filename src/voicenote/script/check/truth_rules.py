"""The rules that hold a text to the facts of its case: R19, R20, R22, and R21's first person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from voicenote.model.case import Case, Complaint
from voicenote.model.promise import KEPT
from voicenote.model.sentences import Section
from voicenote.script.check.case_context import CaseBackground
from voicenote.script.check.findings import Violation
from voicenote.script.check.normalise import blank_quotations, fold
from voicenote.script.check.passage import CheckInput
from voicenote.script.compose import APOLOGIES
from voicenote.script.deed_conflicts import find_deed_conflicts, find_passing_day
from voicenote.script.grounding.judge import judge
from voicenote.script.template_values import say_words
from voicenote.word_language import detect_language

_WORD = re.compile(r"\w+")
#: What a word begins with is enough to know it again in another form.
_STEMS = re.compile(r"(?<!\w)\w{5}")
#: Fewer words than these say too little to be looked for; of more than `_MANY`, two are wanted.
_FEW, _MANY = 3, 8
#: How a doubt of the judge's breaks a rule. A human's letter may tell more than the case does, but
#: no sum, day, name or deed that isn't so.
_AS_BROKEN = {
    **dict.fromkeys(("sum", "percent", "date", "time", "name", "deed", "done"), ("R20", "unknown")),
    "strange": ("R20", "strange"),
    "missing": ("R22", "missing"),
}
#: So much of a promise is a promise; so many of their words in a row are theirs.
_BEGUN, _IN_A_ROW = 4, 3


def check_facts(read: CheckInput) -> Iterator[Violation]:
    """Yield what the text says against the facts of its case, or leaves out of them."""
    background = read.context.background
    if background is None:
        return
    case = background.case
    if read.template in {"", *APOLOGIES}:
        yield from _check_named(read, case.complaint)
    yield from _check_claims(read, case)
    yield from _check_promises(read, case)
    yield from _check_other_hands(read, background)
    yield from _check_deeds(read, background)
    yield from _check_first_person(read, case.complaint)


def _check_named(read: CheckInput, complaint: Complaint) -> Iterator[Violation]:
    """Yield when nothing of what happened is said (R19), or isn't said to them."""
    theirs = f"{complaint.what_happened} {complaint.bothered_most}"
    told = f"{complaint.said_back} {complaint.our_fault} {theirs}"[:4_000]
    stems = _stems(told)
    if len(stems) < _FEW:
        return
    said = read.folded
    found = {stem for stem in stems if stem in said}
    named = len(found) >= (2 if len(stems) > _MANY else 1) or _repeats(read, told)
    addressed = read.having("you", "mirror", "reported")
    # telling languages apart takes longer than all the rest, so it is asked last
    if not (named and addressed) and detect_language(told) == read.language:
        yield "R19", "person" if named else "unnamed", 0, 0


def _repeats(read: CheckInput, told: str) -> bool:
    """Return whether a sentence of a script is all in their own words, however few.

    A second apology says back what they answered, which isn't known here.
    """
    said = read.script.sentences if read.script else ()
    mirrors = [one.text for one in said if one.personal and one.section is Section.MIRROR]
    if read.template == "reopened":
        return bool(mirrors)
    theirs = set(_words(told))
    return any(words and theirs.issuperset(words) for words in map(_words, mirrors))


@lru_cache(maxsize=512)
def _stems(told: str) -> frozenset[str]:
    """Return how the words begin that tell what happened."""
    return frozenset(_STEMS.findall(fold(told)[0]))


def _check_claims(read: CheckInput, case: Case) -> Iterator[Violation]:
    """Yield claims of a deed or a promise that the ledger doesn't have (R20)."""
    kept = any(one.state in KEPT for one in case.amends)
    made = bool(case.amends or case.complaint.promises)
    deeds = " ".join(
        fold(promise.deed)[0]
        for promise in (*case.complaint.promises, *(one.promise for one in case.amends))
    )
    for one in read.having("claim_done", "claim_promised"):
        if one.reading.folded.rstrip(".!? ") in deeds:
            continue
        if not kept and (hit := one.first("claim_done")):
            yield "R20", "undone", hit.start, hit.end
        if not made and (hit := one.first("claim_promised")):
            yield "R20", "unpromised", hit.start, hit.end


def _check_promises(read: CheckInput, case: Case) -> Iterator[Violation]:
    """Yield promises that are cut short (R22)."""
    promises = [one.promise for one in case.amends] or list(case.complaint.promises)
    said = _WORD.findall(read.folded) if promises else []
    # a promise that quotes the customer may begin as a shorter quotation does
    ours = _WORD.findall(fold(blank_quotations(read.text))[0]) if promises else []
    for promise in promises:
        # what no voice can say of it is left out, and told where it is composed
        forms = [promise.deed, promise.text]
        forms += [say_words(one, read.language)[0] for one in forms]
        for given in forms:
            words = _words(given)
            if len(words) <= _BEGUN:
                continue
            begun = [at for at, one in enumerate(ours) if one == words[0]]
            best = max([_shared(ours, at, words) for at in begun], default=0)
            if _BEGUN <= best < len(words) and not _whole(said, *forms):
                yield "R22", "cut", 0, 0
                return


def _whole(said: list[str], *given: str) -> bool:
    text = f" {' '.join(said)} "
    return any(f" {' '.join(_words(one))} " in text for one in given if one)


def _shared(said: list[str], at: int, words: list[str]) -> int:
    """Return how many words from `at` on are those that a promise begins with."""
    count = 0
    for one, other in zip(said[at:], words, strict=False):
        if one != other:
            break
        count += 1
    return count


def _check_deeds(read: CheckInput, background: CaseBackground) -> Iterator[Violation]:
    """Yield deeds that say otherwise than their promise does (R22), or on another day (R20)."""
    case = background.case
    promises = [one.promise for one in case.round_amends] or list(case.complaint.promises)
    for promise in promises:
        if not promise.deed or fold(promise.deed)[0].rstrip(".!? ") not in fold(read.text)[0]:
            continue
        for what in find_deed_conflicts(promise, read.language):
            yield "R22", "deed", 0, 0, what
        word = find_passing_day(promise, read.language, background.heard_on)
        if background.heard_on and word:
            day = f"“{word}”, and it is heard on {background.heard_on}"
            yield "R20", "day", 0, 0, day


def _check_other_hands(read: CheckInput, background: CaseBackground) -> Iterator[Violation]:
    """Yield what the case doesn't hold in words that the templates don't say (R20, R22)."""
    script, told, composed = read.script, background.told, background.composed
    if script is None or told is None or composed is None:
        return
    ours = {one.text for one in composed.sentences}
    if ours == {one.text for one in script.sentences}:
        return
    written = [
        one
        for one in script.sentences
        if one.text not in ours and one.section is not Section.DISCLOSE
    ]
    for doubt in judge(script, background.case, told, template=composed, written=written):
        broken = ("R20", "told") if doubt.kind == "fact" and background.by_writer else None
        if broken := broken or _AS_BROKEN.get(doubt.kind):
            start = read.text.lower().find(doubt.text.lower())
            place = (start, start + len(doubt.text)) if start >= 0 else (0, 0)
            yield *broken, *place, str(doubt)


def _check_first_person(read: CheckInput, complaint: Complaint) -> Iterator[Violation]:
    """Yield the customer's own words in the first person, outside a quotation (R21)."""
    theirs = (
        f" {' '.join(_words(f'{complaint.what_happened} {complaint.bothered_most}'[:20_000]))} "
    )
    own = [complaint.our_fault, *(one.text for one in complaint.promises)]
    ours = f" {' '.join(_words(' '.join(own)))} "
    for one in read.having("first"):
        places = tuple(hit.start for hit in one.reading.hits if hit.group == "first")
        for start, end, said in _rows_at(one.text, places):
            if said in theirs and said not in ours:
                yield "R21", "theirs", one.start + start, one.start + end
                return


@lru_cache(maxsize=8192)
def _rows_at(text: str, places: tuple[int, ...]) -> tuple[tuple[int, int, str], ...]:
    """Return the start, the end and the folded words of `_IN_A_ROW` words from each place on."""
    rows = []
    for place in places:
        words = list(islice(_WORD.finditer(text, place), _IN_A_ROW))
        if len(words) == _IN_A_ROW:
            end = words[-1].end()
            rows.append((place, end, f" {' '.join(_words(text[place:end]))} "))
    return tuple(rows)


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text)[0])
