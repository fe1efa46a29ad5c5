"""People, places and causes that a writer's words bring in, and nothing in the case has. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from voicenote.script.grounding.claim_tables import WORLD
from voicenote.script.grounding.clauses import Clause
from voicenote.script.grounding.evidence import Evidence

#: The owner's own people: only the owner's own words have them.
_KIN = f"{WORLD}kin"
#: A word of fewer letters is known only as it is.
_SHORT = 4


def strange_world(clause: Clause, evidence: Evidence) -> Iterator[str]:
    """Yield the words for somebody or something that the case doesn't know."""
    if clause.text.endswith(("?", "؟")):
        return
    found: dict[int, tuple[str, set[str]]] = {}
    for hit in clause.hits:
        if hit.group.startswith(WORLD):
            before, groups = found.get(hit.start, ("", set()))
            text = max(before, clause.folded[hit.start : hit.end], key=len)
            found[hit.start] = (text, {*groups, hit.group})
    for text, groups in found.values():
        if _KIN in groups:
            if text not in evidence.promised.text:
                yield text
        elif groups.isdisjoint(evidence.known.world | evidence.promised.world) and not all(
            _is_known(word, evidence) for word in text.split()
        ):
            yield text


def _is_known(word: str, evidence: Evidence) -> bool:
    if len(word) < _SHORT:
        return word in evidence.words
    return any(one.startswith(word[: max(_SHORT, len(word) - 2)]) for one in evidence.words)
