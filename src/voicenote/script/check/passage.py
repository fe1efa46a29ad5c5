"""The input of the rules: sentences with their places, and the phrases in each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from voicenote.model.sentences import Script, Section
from voicenote.script.check.case_context import CheckContext
from voicenote.script.check.normalise import blank_quotations, fold
from voicenote.script.check.phrase_tables import NOT, table
from voicenote.script.check.phrases import Hit
from voicenote.script.habits import sentence_ends

#: The sections whose personal sentences end with the customer's own words, after a colon.
_THEIRS = frozenset({Section.MIRROR, Section.VALIDATE, Section.EMPATHISE, Section.EXPECTATIONS})
_LINE = re.compile(r"[^\n]+")
#: Two capital letters, or others than a to z: without them, nothing is shouted.
_CAPITALS = re.compile(r"[^\W\d_a-z]{2}")
_SHOUTED = re.compile(r"(?<!\w)[^\W\d_]{2,}(?!\w)")
_LETTER = re.compile(r"\w+")
#: Without any of these, nothing is said in our own words.
_OURS_SAID = re.compile(r"[\w%!！]")
_EXCLAIMED = re.compile("[!！]+")
#: A sum or a percentage in figures.
_SUM = re.compile(r"[$€£₪]\s?\d|\d\s?(?:[$€£₪%٪]|ש\"ח)")
#: Of fewer sentences the likeness is not asked: they are no whole letter.
_FEWEST = 4
#: Groups that only mark where something begins, and those that must be said by us to count.
_MARKS, _NO_GROUPS = frozenset({"turn"}), frozenset[str]()
#: What isn't meant if we reject it: an excuse, named in order to say that it is none.
REJECTED = frozenset({"R18.excuse", "R18.policy", "R18.belittling", "R18.passive"})
_OURS = frozenset({"own", "admit", "answer", "deed", "repair", "prevent", "give"})


class SentenceReading(NamedTuple):
    """What is found in the words of one sentence, wherever it stands: its offsets are its own.

    `folded` is all of it. `loud` is what is shouted. `own` is how many words are our own and not
    the customer's. `groups` are those of `hits`; it is `judged` if one belongs to a rule, or it is
    loud.
    """

    folded: str
    hits: tuple[Hit, ...]
    loud: tuple[Hit, ...]
    own: int
    groups: frozenset[str]
    judged: bool


class CheckedSentence(NamedTuple):
    """A sentence: its place in the text, its words, and what was found in them.

    `section` is None in a plain text. Offsets in `hits` and `loud` are those in the whole text.
    """

    start: int
    text: str
    section: Section | None
    groups: frozenset[str]
    reading: SentenceReading

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def own(self) -> int:
        """How many of its words are our own."""
        return self.reading.own

    @property
    def hits(self) -> Iterator[Hit]:
        """The phrases in it."""
        return self._placed(self.reading.hits)

    @property
    def loud(self) -> Iterator[Hit]:
        """What is shouted in it."""
        return self._placed(self.reading.loud)

    def first(self, *groups: str) -> Hit | None:
        """Return the first phrase of any of these groups, or None."""
        if self.groups.isdisjoint(groups):
            return None
        return next(self._placed(hit for hit in self.reading.hits if hit.group in groups))

    def has(self, *groups: str) -> bool:
        """Return whether a phrase of any of these groups is in it."""
        return not self.groups.isdisjoint(groups)

    def _placed(self, hits: Iterable[Hit]) -> Iterator[Hit]:
        by = self.start
        return (Hit(hit.group, hit.start + by, hit.end + by) for hit in hits)


@dataclass(frozen=True, slots=True)
class CheckInput:
    """What every rule gets: a text, its sentences, and the context of the check.

    `script` is None for a plain text. `groups` are those of all sentences.
    """

    text: str
    script: Script | None
    sentences: tuple[CheckedSentence, ...]
    groups: frozenset[str]
    language: str
    context: CheckContext

    @property
    def folded(self) -> str:
        """The words of all sentences, folded."""
        return " ".join([one.reading.folded for one in self.sentences])

    def having(self, *groups: str) -> tuple[CheckedSentence, ...]:
        """Return the sentences with a phrase of any of these groups."""
        if self.groups.isdisjoint(groups):
            return ()
        return tuple([one for one in self.sentences if not one.groups.isdisjoint(groups)])

    @property
    def free(self) -> bool:
        """Whether it is a whole letter that was worded freely: none of a template's."""
        sentences = self.script.sentences if self.script else ()
        return len(self.sentences) >= _FEWEST and all(
            one.personal or one.section is Section.DISCLOSE for one in sentences
        )

    @property
    def unfounded(self) -> bool:
        """Whether it answers a complaint that was found to be unfounded."""
        return self.context.unfounded or self.template == "unfounded"

    @property
    def template(self) -> str:
        """The template that the text was made from; "" when unknown."""
        return self.script.template if self.script else self.context.template


def read_input(text: str | Script, language: str, context: CheckContext) -> CheckInput:
    """Return the rules' input for a text. `language` must have a table."""
    script = text if isinstance(text, Script) else None
    read = tuple(_read_script(script, language) if script else _read_text(str(text), language))
    groups = frozenset[str]().union(*[one.groups for one in read])
    return CheckInput(script.text if script else str(text), script, read, groups, language, context)


def _read_text(text: str, language: str) -> Iterator[CheckedSentence]:
    ours = blank_quotations(text)
    for start, end in _sentence_bounds(ours, language):
        reading = _read_sentence(text[start:end], ours[start:end], language)
        yield CheckedSentence(start, text[start:end], None, reading.groups, reading)


def _sentence_bounds(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence starts and ends."""
    for line in _LINE.finditer(text):
        start = line.start()
        for end in sentence_ends(line[0], language):
            stop = line.start() + end
            sentence = text[start:stop]
            if _LETTER.search(sentence):
                lead = len(sentence) - len(sentence.lstrip())
                yield start + lead, start + len(sentence.rstrip())
            start = stop


def _read_script(script: Script, language: str) -> Iterator[CheckedSentence]:
    place = 0
    for one in script.sentences:
        theirs = one.personal and one.section in _THEIRS
        reading = _read_spoken(one.text, language, theirs=theirs)
        yield CheckedSentence(place, one.text, one.section, reading.groups, reading)
        place += len(one.text) + 1


@lru_cache(maxsize=8192)
def _read_spoken(text: str, language: str, *, theirs: bool) -> SentenceReading:
    """Return what is in our own words of a sentence; in a part of `theirs`, a colon ends them.

    It is cached, so shared sentences are read once for a whole batch.
    """
    ours = blank_quotations(text)
    if theirs and ": " in ours:
        head, _, tail = ours.partition(": ")
        ours = f"{head}: {' ' * len(tail)}"
    return _read_sentence(text, ours, language)


@lru_cache(maxsize=8192)
def _read_sentence(text: str, ours: str, language: str) -> SentenceReading:
    """Return what is in one sentence; in `ours`, the customer's words are blanked out."""
    if not _OURS_SAID.search(ours):  # all of it is a quotation
        return SentenceReading(fold(text)[0], (), (), 0, _NO_GROUPS, judged=False)
    phrase_table = table(language)
    folded, places = fold(ours)
    found = phrase_table.phrases.find(folded)
    lookalikes = [hit for hit in found if hit.group.startswith(NOT)]
    hits = [hit for hit in found if not hit.group.startswith(NOT)]
    for other in lookalikes:
        group = other.group.removeprefix(NOT)
        hits = [
            hit
            for hit in hits
            if hit.group != group or hit.end <= other.start or hit.start >= other.end
        ]
    hits = _leave_out_reported(hits, folded)
    hits += [Hit("sum", found.start(), found.end()) for found in _SUM.finditer(folded)]
    if places is not None:
        ends = (*places, len(ours))
        hits = [Hit(h.group, places[h.start], ends[h.end - 1] + 1) for h in hits]
    hits = [hit for hit in hits if hit.group not in _MARKS]
    groups = frozenset(hit.group for hit in hits)
    loud = tuple(_find_shouting(ours, cased=phrase_table.cased))
    return SentenceReading(
        folded=folded if ours == text else fold(text)[0],
        hits=tuple(hits),
        loud=loud,
        own=len(_LETTER.findall(ours)),
        groups=groups,
        judged=bool(loud) or any("." in group for group in groups),
    )


def _leave_out_reported(hits: list[Hit], folded: str) -> list[Hit]:
    """Return the hits without those that aren't meant, because they are only told.

    What the customer told us begins after ``reported`` ("you told us that") and ends where we turn
    to ourselves: at a ``turn`` ("but we"), a semicolon or an apology. What was ``said`` before ("he
    told you that"), or what we won't say ("I will not say"), is told up to a turn or a semicolon,
    and an excuse is not one if it is ``rejected`` after it ("that is no excuse").
    """
    by_group: dict[str, Hit] = {}
    for hit in hits:
        by_group.setdefault(hit.group, hit)
    if told := by_group.get("reported"):
        start, end = told.end, _told_until(hits, folded, told.end, "turn", "regret")
        hits = [hit for hit in hits if not (start <= hit.start < end and _is_ours(hit.group))]
    if said := by_group.get("said"):
        start, end = said.start, _told_until(hits, folded, said.end, "turn")
        hits = [hit for hit in hits if not (start <= hit.start < end and "." in hit.group)]
    if no := by_group.get("rejected"):
        hits = [hit for hit in hits if hit.start > no.end or hit.group not in REJECTED]
    return hits


def _told_until(hits: list[Hit], folded: str, start: int, *groups: str) -> int:
    ends = [hit.start for hit in hits if hit.group in groups and hit.start >= start]
    sign = folded.find(";", start)
    return min([*ends, *([sign] if sign >= 0 else [])], default=len(folded))


def _is_ours(group: str) -> bool:
    return group in _OURS or "." in group


def _find_shouting(ours: str, *, cased: bool) -> Iterator[Hit]:
    for found in _EXCLAIMED.finditer(ours):
        yield Hit("exclamation", found.start(), found.end())
    if not (cased and _CAPITALS.search(ours)):
        return
    run: list[re.Match[str]] = []
    for word in (*_SHOUTED.finditer(ours), None):
        if word is not None and word.group().isupper():
            run.append(word)
            continue
        # one word in capitals is an abbreviation or a label; two in a row are shouting
        if len(run) > 1:
            yield Hit("capitals", run[0].start(), run[-1].end())
        run = []
