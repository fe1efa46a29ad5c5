"""Names in a writer's words that the case does not know. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_tables import ClaimTables, claim_tables
from voicenote.script.grounding.evidence import Evidence

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.!?…؟:]\s*$")
#: What follows a name at the beginning of a sentence.
_AFTER_NAME = re.compile(r"(?:,? who |,? our |,? from |,? my |'ll | will | is going to | has )")


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


def _is_given_name(key: str, word: str, table: ClaimTables, *, first: bool) -> bool:
    cased = word[:1].isupper() or word[:1].lower() == word[:1].upper()
    if key in table.names:
        return cased and not (first and key in ("will", "mark", "dan", "sam", "mart", "hope"))
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
        table.code == "en" and key not in table.not_names and bool(_AFTER_NAME.match(rest.lower()))
    )


def _is_known(key: str, evidence: Evidence, table: ClaimTables) -> bool:
    """Return whether the case has this word, perhaps with another ending."""
    words = evidence.known.words
    bare = key.lstrip(table.prefixes) if table.prefixes else key
    if key in words or bare in words or key.replace("-", " ").split()[0] in words:
        return True
    if key in table.names:  # only with the ending of another case: Marta, Marty
        return table.code != "en" and any(one[:-1] == key[:-1] for one in words if len(one) > 3)
    if any(hit.group.startswith(("weekdays", "months")) for hit in table.phrases.find(key)):
        return True  # a day, which is judged as one
    if table.code == "en":
        return key.removesuffix("s") in words or f"{key}s" in words
    return len(key) >= 4 and _is_inflected(key, words)


def _is_inflected(key: str, words: frozenset[str]) -> bool:
    if any(key.startswith(one) and len(key) - len(one) <= 2 for one in words if len(one) > 2):
        return True  # with an ending: Jan, Janie
    stem = key[: max(4, len(key) - 1 - (len(key) > 5))]
    return any(one.startswith(stem) and abs(len(one) - len(key)) <= 4 for one in words)
