"""Names in a writer's words that the case does not know. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_tables import ClaimTables, claim_tables
from voicenote.script.grounding.evidence import Evidence
from voicenote.script.grounding.novelty import everyday_words, is_everyday

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.!?…؟:]\s*$")
_TITLED = re.compile(
    r"(?<!\w)(?:آقای|خانم|دکتر|مهندس|استاد|גברת|אדון|מר|דוקטור|ד[\"״]ר) ([^\W\d_]{2,30})"
)
_BESIDE = re.compile(r"(?:שלנו|שלי|ما|من)[,،] ([^\W\d_]{2,30})[,،]")
#: What follows a name at the beginning of a sentence.
_AFTER_NAME = re.compile(
    r"(?:,? who |,? our |,? from |,? my |'ll | (?:will|is going to|has|had|did|does|was|is|hadn't"
    r"|hasn't|didn't|doesn't|wasn't|isn't|told|took|said|rang|put|left|forgot|made|let) )"
)


def strange_names(text: str, evidence: Evidence) -> Iterator[str]:
    """Yield the names in a sentence that nothing in the case has."""
    table = claim_tables(evidence.code)
    for found in _TOKEN.finditer(text):
        word = found[0]
        key = fold(word)[0].removesuffix("'s")
        if key in table.capitals or _is_known(key, evidence, table):
            continue
        first = found.start() == 0 or bool(_END.search(text[: found.start()]))
        if _is_given_name(key, word, table, first=first) or (
            word[:1].isupper() and (not first or _looks_like_name(key, text[found.end() :], table))
        ):
            yield word
    if not table.capitals:
        yield from _after_title(text, evidence, table)


def _after_title(text: str, evidence: Evidence, table: ClaimTables) -> Iterator[str]:
    """Yield names where no capital letter shows them: after a title, or alone between commas."""
    for found in (*_TITLED.finditer(text), *_BESIDE.finditer(text)):
        key = fold(found[1])[0]
        common = is_everyday(key, table.code) or key in everyday_words(table.code)
        if not (common or _is_known(key, evidence, table)):
            yield found[1]


def _is_given_name(key: str, word: str, table: ClaimTables, *, first: bool) -> bool:
    cased = word[:1].isupper() or word[:1].lower() == word[:1].upper()
    if key in table.names:
        return cased and not (
            first and key in ("will", "mark", "dan", "sam", "mart", "hope", "anna")
        )
    if table.prefixes and len(key) > 3:
        return (
            any(
                key[:size] and set(key[:size]) <= set(table.prefixes) and key[size:] in table.names
                for size in (1, 2)
            )
            and len(key) > 4
        )
    return False


def _looks_like_name(key: str, rest: str, table: ClaimTables) -> bool:
    return (
        table.code == "en"
        and key not in table.not_names | everyday_words("en")
        and not is_everyday(key, "en")
        and bool(_AFTER_NAME.match(rest.lower()))
    )


def _is_known(key: str, evidence: Evidence, table: ClaimTables) -> bool:
    """Return whether the case has this word, perhaps with another ending."""
    words = evidence.known.words
    bare = key.lstrip(table.prefixes) if table.prefixes else key
    if (
        key in words
        or bare in words
        or f"{key}'s" in words
        or key.replace("-", " ").split()[0] in words
    ):
        return True
    if key in table.names:  # only with the ending of another case: Marta, Marty
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
