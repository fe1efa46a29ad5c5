"""A whole letter of the owner's, as plain text, made into a script: their words, in sections.

Nothing is reworded. The sections follow from the cues of the check, in the order of the method; an
offer that comes before the apology stays where it is, so that the check can say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicenote.errors import BadData
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.check.case_context import CheckContext
from voicenote.script.check.passage import read_input
from voicenote.script.check.phrase_tables import languages
from voicenote.script.habits import split_sentences
from voicenote.script.languages import language
from voicenote.script.quoting import to_one_line
from voicenote.script.spoken import spell_out

#: More characters than can be said in a quarter of an hour.
LONGEST = 20_000
_HEADING = re.compile(r"(?m)^[ \t]*\[[ \t]*[a-z]+[ \t]*\][ \t]*\r?$", re.IGNORECASE)
#: The sign before an item of a list, which only eyes see.
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s+")
#: So many sentences at most greet and thank before the matter begins.
_GREETINGS = 3
#: So many words at most say who speaks.
_A_NAME = 8
_OURS = ("regret", "admit", "answer")
_ORDER = list(Section)


@dataclass(frozen=True, slots=True)
class _Cues:
    """What shows where a sentence belongs: its groups of phrases, if it asks, and its length."""

    groups: frozenset[str]
    asks: bool
    words: int

    def has(self, *groups: str) -> bool:
        return not self.groups.isdisjoint(groups)


def is_letter(text: str) -> bool:
    """Return whether a text is a plain letter, and not an edited script with its headings."""
    return bool(text.strip()) and not _HEADING.search(text)


def read_letter(text: str, like: Script) -> Script:
    """Return the script of a letter, in the language and with the template of `like`.

    Every sentence is personal. Raises BadData for one that is too long for any memo, or is empty.
    """
    if len(text) > LONGEST:
        what = f"the letter has {len(text):,} characters, the most is {LONGEST:,}"
        raise BadData(what, "say it in a minute: about 150 words")
    tongue = language(like.language)
    sentences = [
        sentence for line in _paragraphs(text) for sentence in split_sentences(line, tongue.code)
    ]
    if not sentences:
        raise BadData("the letter has no words", "write what you want to say")
    read = [_read(sentence, tongue.code) for sentence in sentences]
    made = []
    for section, sentence in zip(assign_sections(read), sentences, strict=True):
        aloud = spell_out(sentence, tongue)
        spoken = "" if aloud == sentence else aloud
        made.append(Sentence(section, sentence, personal=True, spoken=spoken))
    return replace(like, sentences=tuple(made))


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, each on one line; an item of a list is one of them."""
    found: list[list[str]] = [[]]
    for line in text.removeprefix("\ufeff").splitlines():
        item = _ITEM.match(line)
        if item or not line.strip():
            found.append([])
        found[-1].append(line[item.end() :] if item else line)
    joined = (to_one_line(" ".join(lines)) for lines in found)
    return [line for line in joined if any(map(str.isalnum, line))]


def _read(sentence: str, code: str) -> _Cues:
    groups: set[str] = set()
    if code in languages():
        for one in read_input(sentence, code, CheckContext()).sentences:
            groups |= one.groups
    asks = sentence.rstrip("\"”’»)' ").endswith(("?", "؟"))
    return _Cues(frozenset(groups), asks, len(sentence.split()))


def assign_sections(read: Sequence[_Cues]) -> list[Section]:
    """Return the section of each sentence, in the order of the method, but for early offers."""
    sorry = next((n for n, one in enumerate(read) if one.has(*_OURS)), None)
    start = _count_greetings(read)
    labels = [
        Section.THANKS if n < start else _label(one, n, sorry, last=n == len(read) - 1)
        for n, one in enumerate(read)
    ]
    offers = [n for n, label in enumerate(labels) if label in (Section.AMENDS, Section.PREVENT)]
    sections: list[Section] = []
    furthest = Section.THANKS if start else Section.MIRROR
    for n, label in enumerate(labels):
        early = label is Section.AMENDS and sorry is not None and n < sorry
        if early:
            sections.append(Section.AMENDS)
            continue
        wanted = label or _between(read, n, sorry, offers, furthest)
        furthest = max(furthest, wanted, key=_ORDER.index)
        sections.append(furthest)
    return sections


def _count_greetings(read: Sequence[_Cues]) -> int:
    """Return how many sentences at the beginning only greet, thank and say who speaks."""
    for n, one in enumerate(read[:_GREETINGS]):
        polite = one.has("hello", "thanks") or (one.has("intro") and one.words <= _A_NAME)
        if not polite or one.has("mirror", *_OURS):
            return n
    return min(len(read), _GREETINGS)


def _label(one: _Cues, place: int, sorry: int | None, *, last: bool) -> Section | None:
    """Return the section that the cues of a sentence name, or None."""
    before = sorry is not None and place < sorry
    if one.has(*_OURS):
        return Section.OWN
    if before:
        return Section.AMENDS if one.has("repair") and not one.has("mirror") else Section.MIRROR
    if one.asks or (last and one.has("thanks")):
        return Section.INVITE
    if one.has("prevent"):
        return Section.PREVENT
    if one.has("repair") or (sorry is not None and one.has("deed")):
        return Section.AMENDS
    return Section.MIRROR if sorry is None and one.has("mirror") else None


def _between(
    read: Sequence[_Cues], place: int, sorry: int | None, offers: Sequence[int], so_far: Section
) -> Section:
    """Return the section of a sentence without cues, from those around it."""
    if sorry is None and not offers:
        return Section.INVITE if place == len(read) - 1 and place else so_far
    if any(one > place for one in offers):
        if so_far in (Section.AMENDS, Section.PREVENT):
            return so_far
        return (
            Section.EMPATHISE
            if read[place].has("you")
            else max(so_far, Section.MIRROR, key=_ORDER.index)
        )
    return Section.EXPECTATIONS if place < len(read) - 1 or not offers else Section.INVITE
