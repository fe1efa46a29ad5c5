"""The clauses of a sentence, and what each one does: promise, tell of the customer, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voicenote.model.sentences import Section, Sentence
from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_phrases import ClaimHit
from voicenote.script.grounding.claim_tables import ClaimTables, claim_tables
from voicenote.script.grounding.claimed_figures import number_word
from voicenote.script.grounding.evidence import PROMISING

_MARK = re.compile(
    r"[,;:!?…،؛؟]\s|\s[–—-]\s|(?<=\w)\.\s"
    r"|\s(?=(?:and|but|so|because|which|although)\s"
    r"(?:i|you|we|it|he|she|they|your|that|this|the|our|my|a)\b)"
    r"|\s(?=(?:și|dar|iar|pentru că|ale|bo|oraz|aga|sest|ja|ואבל|אבל|כי|ولی|اما)\s)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its words, as written and folded, and the phrases in it.

    `promises`: it says what is or will be done, so that all in it must be promised. `vows`: it has
    words that say so, wherever it stands.
    """

    text: str
    folded: str
    hits: tuple[ClaimHit, ...]
    promises: bool
    vows: bool

    def has(self, group: str) -> bool:
        """Return whether a phrase of this group is in it."""
        return any(hit.group == group for hit in self.hits)


def clauses_of(sentence: Sentence, code: str) -> Iterator[Clause]:
    """Yield the clauses of a sentence. After one that vows, the others of it do too."""
    table, vowed = claim_tables(code), False
    for text in _split(sentence.text, table):
        clause = _read(text, sentence.section, table, vowed=vowed)
        vowed = vowed or clause.vows
        yield clause


def _split(text: str, table: ClaimTables) -> Iterator[str]:
    start = 0
    for found in _MARK.finditer(text):
        if _is_within_number(text, found, table):
            continue
        if piece := text[start : found.end()].strip():
            yield piece
        start = found.end()
    if rest := text[start:].strip():
        yield rest


def _is_within_number(text: str, mark: re.Match[str], table: ClaimTables) -> bool:
    """Return whether a mark stands within a number in words: "nouăzeci și șase"."""
    if not mark[0].isspace():
        return False
    before, after = text[: mark.start()].split()[-1:], text[mark.end() :].split()[1:2]
    return all(
        one and number_word(fold(one[0].strip(".,!?"))[0], table) is not None
        for one in (before, after)
    )


def _read(text: str, section: Section, table: ClaimTables, *, vowed: bool) -> Clause:
    folded = fold(text)[0]
    hits = tuple(table.phrases.find(folded))
    theirs = any(hit.group == "theirs" for hit in hits)
    vows = any(hit.group == "vows" for hit in hits)
    promises = (vows and not (theirs and section not in PROMISING)) or (
        (not theirs or section is Section.PREVENT)
        and (vowed or section in PROMISING)
        and not text.endswith(("?", "؟"))
    )
    return Clause(text, folded, hits, promises, vows)
