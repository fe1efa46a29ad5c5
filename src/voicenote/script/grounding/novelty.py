"""Words of a promise that stand on nothing: neither promised, nor in the case, nor everyday ones.

What an adversary invents has no end, so no list of deeds can hold it. But a promise in other words
shares most of its words with what was promised, or with the complaint. Pure.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from voicenote.model.sentences import Section, Sentence
from voicenote.script.grounding.claim_tables import DEED, claim_tables
from voicenote.script.grounding.claimed_figures import number_word, numbers_in
from voicenote.script.grounding.clauses import Clause
from voicenote.script.grounding.evidence import Evidence, words_of
from voicenote.script.languages import PACKAGED

#: The sections that say only what is done: a clause of strange words there is strange.
_STRICT = frozenset({Section.AMENDS, Section.PREVENT})
#: The sections that say why it happened, and what it was like: one strange word tells a lot there.
_WHY = frozenset({Section.OWN, Section.VALIDATE, Section.EMPATHISE})
#: Fewer words only call somebody something: "Sorry, mate."
_SHORTEST = 2
#: More strange words than this tell another story.
_STORY = 3
#: What is judged as such: days and times.
_JUDGED = ("weekdays", "months", "near")
#: The least letters of a word that says something; more of them are a form of the same word.
_LEAST = {"he": 3, "fa": 3}
#: What makes of a Polish verb one that is done to its end: "stroję", "nastroję".
_VERB_PREFIX = re.compile(r"\A(?:prze|przy|roz|nad|pod|wy|do|na|od|po|za|ob|s|u|z)(?=\w{4})")
#: Where words have many endings: so many letters are the same in all forms of a word.
_ENDED = {"pl": 5, "ro": 5, "et": 5}
#: The most letters of an ending.
_ENDING = 3


@cache
def everyday_words(code: str) -> frozenset[str]:
    """Return words that say nothing by themselves: those of the templates, and of the tables."""
    tables = tomllib.loads((PACKAGED / f"{code}.toml").read_text(encoding="utf-8"))
    words = {word for phrase in _texts_in(tables) for word in words_of(phrase)}
    table = claim_tables(code)
    return frozenset(words) | table.safe | table.adverbs | table.plain | table.mine | table.capitals


@cache
def _ordinary_words(code: str) -> frozenset[str]:
    text = (files(__package__) / "ordinary.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)[code])


def _promises_nothing(word: str, code: str) -> bool:
    """Return whether a word may stand in any promise: an everyday one, or an ordinary verb."""
    return is_everyday(word, code) or not _ordinary_words(code).isdisjoint(
        (word, *_english_forms(word, code))
    )


def _english_forms(word: str, code: str) -> Iterator[str]:
    """Yield an English verb or noun without its ending."""
    for ending in ("s", "es", "d", "ed", "ing") if code == "en" else ():
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            yield from (stem, f"{stem}e")
            if stem[-1] == stem[-2]:
                yield stem[:-1]


def _texts_in(value: object) -> Iterator[str]:
    """Yield every text of a table, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts_in(one)


@cache
def _shared_words(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of ``everyday.toml``, and how those that may have other endings begin."""
    text = (files(__package__) / "everyday.toml").read_text(encoding="utf-8")
    words = frozenset(tomllib.loads(text)[code])
    least = _ENDED.get(code, 99)
    return words, frozenset(one[: max(least, len(one) - 2)] for one in words if len(one) > least)


def is_everyday(word: str, code: str) -> bool:
    """Return whether many letters have this word, perhaps in another form."""
    words, stems = _shared_words(code)
    if not words.isdisjoint((*_forms(word, code), *_english_forms(word, code))):
        return True
    return any(word[:size] in stems for size in range(max(5, len(word) - _ENDING), len(word) + 1))


def unsupported_words(
    sentence: Sentence, clauses: Iterable[tuple[Clause, bool]], evidence: Evidence
) -> list[str]:
    """Return the words of a sentence that stand on nothing, if nearly all that it tells is so.

    Each clause comes with whether it does what the method asks for, such as saying sorry; then it
    may do so in any word. What is promised or done is judged by `novel_words`.
    """
    if sentence.section in _STRICT:
        return []
    novel, held = list[str](), 0
    for clause, usual in clauses:
        if clause.vows or clause.text.endswith(("?", "؟")):
            continue
        said = content_words(_without_known(clause), evidence)
        said = [word for word in said if not is_everyday(word, evidence.code)]
        strange = [word for word in said if not _is_grounded(word, evidence)]
        telling = not usual and len(clause.folded.split()) > _SHORTEST
        if sentence.section in _WHY and strange and len(strange) == len(said) and telling:
            return strange
        novel += strange
        held += len(said) - len(strange)
    if sentence.section is Section.MIRROR:  # their story, in other words
        alone = len(novel) > 1 and not held
        return novel if alone or (len(novel) > _STORY and len(novel) > 2 * held) else []
    return novel if len(novel) > max(1, held) + 1 else []


def content_words(text: str, evidence: Evidence) -> list[str]:
    """Return the words of a text that say something by themselves."""
    return [word for word in words_of(text) if _says_something(word, evidence)]


def stands_on_promise(clause: Clause, evidence: Evidence) -> bool:
    """Return whether all that a clause says, apart from its days, was promised or told."""
    said = content_words(_without_known(clause, _JUDGED), evidence)
    said = [word for word in said if not is_everyday(word, evidence.code)]
    return bool(said) and all(_is_grounded(word, evidence) for word in said)


def novel_words(clause: Clause, section: Section, evidence: Evidence) -> list[str]:
    """Return the words of a clause that stand on nothing, if too many of what it says are so."""
    if not (clause.vows or section in _STRICT) or clause.text.endswith(("?", "؟")):
        return []
    said = content_words(_without_known(clause), evidence)
    said = [word for word in said if not _promises_nothing(word, evidence.code)]
    novel = [word for word in said if not _is_grounded(word, evidence)]
    # a clause with a deed, a day or a sum is judged by these; another has only its words
    # (but what changes stands on the lesson alone)
    held = section is not Section.PREVENT and _is_held(clause, evidence)
    alone = section in _STRICT and len(novel) == len(said) and not held
    return novel if len(novel) > max(1, len(said) - len(novel)) or (novel and alone) else []


def _is_held(clause: Clause, evidence: Evidence) -> bool:
    held = any(hit.group.startswith((DEED, *_JUDGED)) for hit in clause.hits)
    figures = numbers_in(clause.text, evidence.code)
    return held or any(one.value != "2" for one in figures)  # "the two of you"


def _without_known(clause: Clause, known: tuple[str, ...] = (DEED, *_JUDGED)) -> str:
    """Return a clause without its deeds, days and times, which are judged as such."""
    text = clause.folded
    for hit in clause.hits:
        if hit.group.startswith(known):
            text = f"{text[: hit.start]}{' ' * (hit.end - hit.start)}{text[hit.end :]}"
    return text


def _says_something(word: str, evidence: Evidence) -> bool:
    code = evidence.code
    table = claim_tables(code)
    bare = word.removesuffix("'s").removesuffix("'ll").removesuffix("'ve")
    return (
        len(bare) >= _LEAST.get(code, 4)
        and not bare[0].isdigit()
        and everyday_words(code).isdisjoint((bare, *_forms(word, code)))
        and number_word(bare, table) is None
    )


def _is_grounded(word: str, evidence: Evidence) -> bool:
    return holds_word(word, evidence.words, evidence.code)


@lru_cache(maxsize=64)
def _all_forms(words: frozenset[str], code: str) -> frozenset[str]:
    return frozenset(form for one in words for form in _forms(one, code))


def holds_word(word: str, words: Iterable[str], code: str) -> bool:
    """Return whether some words have this one, perhaps in another form."""
    held = _all_forms(frozenset(words), code)
    for one in _forms(word, code):
        stem = one[: min(7, max(4, len(one) - 3))] if len(one) > 5 else one[: max(3, len(one) - 1)]
        if any(known.startswith(stem) for known in held):
            return True
    return False


@lru_cache(maxsize=8192)
def _forms(word: str, code: str) -> tuple[str, ...]:
    """Return a word, and what is left of it without the letters that may be attached before it."""
    found, prefixes = [word], claim_tables(code).prefixes
    while len(found[-1]) > 4 and len(found) < 4 and found[-1][0] in prefixes:
        found.append(found[-1][1:])
    if code == "pl" and (bare := _VERB_PREFIX.sub("", word)) != word:
        found.append(bare)
    return tuple(found)
