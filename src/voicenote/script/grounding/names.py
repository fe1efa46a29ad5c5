"""Names in a writer's words that the case does not know. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from voicenote.script.check.learned_likeness import rarity
from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_tables import ClaimTables, claim_tables
from voicenote.script.grounding.claims import Doubt
from voicenote.script.grounding.evidence import Evidence

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.!?…؟:]\s*$")
_TITLED = re.compile(
    r"(?<!\w)(?:آقای|خانم|دکتر|مهندس|استاد|גברת|אדון|מר|דוקטור|פרופסור|פרופ'|ד[\"״]ר)"
    r" ([^\W\d_]{2,30})"
)
_BESIDE = re.compile(r"(?:שלנו|שלי|ما|من)[,،] ([^\W\d_]{2,30})[,،]")
#: What follows a name at the beginning of a sentence.
_AFTER_NAME = re.compile(
    r"(?:,? who |,? our |,? from |,? my |'ll | (?:will|is going to|has|had|did|does|was|is|hadn't"
    r"|hasn't|didn't|doesn't|wasn't|isn't|told|took|said|rang|put|left|forgot|made|let) )"
)
#: A word that is less rare than this isn't taken for a name by what stands beside it.
_RARE = 0.95
#: A word that is less rare than this stands after a title without being a name.
_COMMON = 0.5


def strange_names(text: str, evidence: Evidence) -> Iterator[Doubt]:
    """Yield the names in a sentence that nothing in the case has; what may be one is a fact."""
    table = claim_tables(evidence.code)
    for found in _TOKEN.finditer(text):
        word = found[0]
        key = fold(word)[0].removesuffix("'s")
        if key in table.capitals or _is_known(key, evidence, table):
            continue
        if _follows_known(text[: found.start()], key, evidence):
            continue
        first = found.start() == 0 or bool(_END.search(text[: found.start()]))
        if _is_given_name(key, word, table, first=first) or (word[:1].isupper() and not first):
            yield Doubt("name", word, "the case knows no such name")
        elif _is_called(key, text[found.end() :], table) or (
            word[:1].isupper() and _looks_like_name(key, text[found.end() :], table)
        ):
            yield Doubt("fact", word, "this may be a name, and the case knows no such one")
    if not table.capitals:
        yield from _after_title(text, evidence, table)


def _after_title(text: str, evidence: Evidence, table: ClaimTables) -> Iterator[Doubt]:
    """Yield names where no capital letter shows them: after a title, or alone between commas."""
    for found in (*_TITLED.finditer(text), *_BESIDE.finditer(text)):
        key = fold(found[1])[0]
        if rarity(key, table.code) >= _COMMON and not _is_known(key, evidence, table):
            yield Doubt("name", found[1], "the case knows no such name")


@cache
def _given_names(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a language may have, and those of them that are words as well."""
    table = tomllib.loads((files(__package__) / "names.toml").read_text(encoding="utf-8"))
    names = table.get(code, table["latin"]).split()
    return frozenset(names), frozenset(table["words"].get(code, "").split())


def _is_given_name(key: str, word: str, table: ClaimTables, *, first: bool) -> bool:
    names, words = _given_names(table.code)
    cased = word[:1].isupper() or word[:1].lower() == word[:1].upper()
    if key in names:
        return cased and not (first and key in words)
    if table.prefixes and len(key) > 4:
        return any(
            key[:size] and set(key[:size]) <= set(table.prefixes) and key[size:] in names
            for size in (1, 2)
        )
    return False


def _follows_known(before: str, key: str, evidence: Evidence) -> bool:
    """Return whether it is the second word of a known name, in another form: Metsalu Küttest."""
    last = before.split()[-1:]
    if not last or not last[0][:1].isupper() or fold(last[0])[0] not in evidence.known.words:
        return False
    return any(one.startswith(key[:3]) for one in evidence.known.words if len(key) > 3)


def _is_called(key: str, rest: str, table: ClaimTables) -> bool:
    """Return whether somebody of this name is told of: "ואבי הטכנאי"."""
    if not table.prefixes:
        return False
    bare = key[1:] if key[0] in table.prefixes and len(key) > 3 else key
    return bare in _given_names(table.code)[0] and bool(re.match(r" ה[^\W\d_]{3}", rest))


def _looks_like_name(key: str, rest: str, table: ClaimTables) -> bool:
    rare = rarity(key, table.code) >= _RARE
    return table.code == "en" and rare and bool(_AFTER_NAME.match(rest.lower()))


def _is_known(key: str, evidence: Evidence, table: ClaimTables) -> bool:
    """Return whether the case has this word, perhaps with another ending."""
    words = evidence.known.words | evidence.promised.words
    bare = key.lstrip(table.prefixes) if table.prefixes else key
    if (
        key in words
        or bare in words
        or f"{key}'s" in words
        or key.replace("-", " ").split()[0] in words
    ):
        return True
    if key in _given_names(table.code)[0]:  # only with the ending of another case: Marta, Marty
        return _is_declined(key, words, table)
    if any(hit.group.startswith(("weekdays", "months")) for hit in table.phrases.find(key)):
        return True  # a day, which is judged as one
    if _is_declined(key, words, table):
        return True
    if table.code == "en":
        return key.removesuffix("s") in words or f"{key}s" in words
    return len(key) >= 4 and _is_inflected(key, words)


def _is_declined(key: str, words: frozenset[str], table: ClaimTables) -> bool:
    """Return whether it is a known name in another case: Ewa, Ewo; Marek, Marku."""
    same = {key[:-1], f"{key[:-2]}e{key[-2:-1]}"} if table.code != "en" else set()
    return any(one in same or one[:-1] in same for one in words if len(one) > 2)


def _is_inflected(key: str, words: frozenset[str]) -> bool:
    if any(key.startswith(one) and len(key) - len(one) <= 2 for one in words if len(one) > 2):
        return True  # with an ending: Jan, Janie
    stem = key[: max(4, len(key) // 2)]
    return any(one.startswith(stem) and abs(len(one) - len(key)) <= 4 for one in words)
