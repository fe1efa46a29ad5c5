"""Words of a promise that stand on nothing: neither promised, nor in the case, nor everyday ones.

What an adversary invents has no end, so no list of deeds can hold it. But a promise in other words
shares most of its words with what was promised, or with the complaint. Pure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache

from voicenote.model.sentences import Section
from voicenote.script.grounding.claim_tables import DEED, claim_tables
from voicenote.script.grounding.claimed_figures import in_digits
from voicenote.script.grounding.clauses import Clause
from voicenote.script.grounding.evidence import Evidence, words_of
from voicenote.script.languages import PACKAGED

#: The sections that say only what is done: a clause of strange words there is strange.
_STRICT = frozenset({Section.AMENDS, Section.PREVENT})
#: What is judged as such: days and times.
_JUDGED = ("weekdays", "months", "near")
#: The least letters of a word that says something; more of them are a form of the same word.
_LEAST = {"he": 3, "fa": 3}


@cache
def everyday_words(code: str) -> frozenset[str]:
    """Return words that say nothing by themselves: those of the templates, and of the tables."""
    tables = tomllib.loads((PACKAGED / f"{code}.toml").read_text(encoding="utf-8"))
    words = {word for phrase in _texts_in(tables) for word in words_of(phrase)}
    table = claim_tables(code)
    return frozenset(words) | table.safe | table.adverbs | table.plain | table.mine | table.capitals


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


def novel_words(clause: Clause, section: Section, evidence: Evidence) -> list[str]:
    """Return the words of a clause that stand on nothing, if too many of what it says are so."""
    if not (clause.vows or section in _STRICT) or clause.text.endswith(("?", "؟")):
        return []
    said = [word for word in words_of(_without_known(clause)) if _says_something(word, evidence)]
    novel = [word for word in said if not _is_grounded(word, evidence)]
    # a clause with a deed, a day or a sum is judged by these; another has only its words
    # (but what changes stands on the lesson alone)
    held = section is not Section.PREVENT and _is_held(clause, evidence)
    alone = section in _STRICT and len(novel) == len(said) and not held
    return novel if len(novel) > 1 or (novel and alone) else []


def _is_held(clause: Clause, evidence: Evidence) -> bool:
    held = any(hit.group.startswith((DEED, *_JUDGED)) for hit in clause.hits)
    return held or any(char.isdigit() for char in in_digits(clause.text, evidence.code))


def _without_known(clause: Clause) -> str:
    """Return a clause without its deeds, days and times, which are judged as such."""
    text = clause.folded
    for hit in clause.hits:
        if hit.group.startswith((DEED, *_JUDGED)):
            text = f"{text[: hit.start]}{' ' * (hit.end - hit.start)}{text[hit.end :]}"
    return text


def _says_something(word: str, evidence: Evidence) -> bool:
    code = evidence.code
    table = claim_tables(code)
    bare = word.removesuffix("'s").removesuffix("'ll").removesuffix("'ve")
    return (
        len(bare) >= _LEAST.get(code, 4)
        and not bare[0].isdigit()
        and bare not in everyday_words(code)
        and word not in everyday_words(code)
        and bare not in table.numbers
    )


def _is_grounded(word: str, evidence: Evidence) -> bool:
    bare = word
    prefixes = claim_tables(evidence.code).prefixes
    if prefixes and len(word) > 4 and word[0] in prefixes:
        bare = word[1:]
    for one in {word, bare}:
        stem = one[: max(3, len(one) - 3)] if len(one) > 5 else one[: max(3, len(one) - 1)]
        if any(known.startswith(stem) for known in evidence.own_words | evidence.known.words):
            return True
    return False
