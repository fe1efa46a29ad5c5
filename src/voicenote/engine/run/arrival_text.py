"""Tell a person's words from ours in what they send back.

Mail programs quote in many ways, and not all of them mark it. We know what we sent, so any run of
our own sentences is a quotation, however it is wrapped, marked or punctuated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat

from voicenote.delivery.content import NOTES
from voicenote.delivery.email.reply import own_words
from voicenote.delivery.inbound import EMPTY, Arrival, Inbound
from voicenote.delivery.opt_out_phrases import (
    is_opt_out,
    look_for_opt_out,
    may_be_opt_out,
)
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store, scripts, touches
from voicenote.ledger.store import Transaction
from voicenote.script.subjects import subjects
from voicenote.unicode_forms import normal

_WORD = re.compile(r"[^\W_]+")
#: A sentence of ours with fewer words may also be theirs; it counts beside its neighbour of ours.
ENOUGH = 4
#: Words of a quotation that begins or ends within a sentence of ours.
PARTLY = 8
#: Words of a quotation that is a letter of ours rather than a sentence.
LONG = 25
#: Lines and words together of what may be left of badly wrapped lines of ours.
REMNANTS = 5
#: Lines that programs put above a quotation: a header, or an introduction that ends in a colon.
_HEADER = re.compile(r"\W*\w[\w-]{0,20}(?: [\w-]{1,20})?\*? ?[:：].*")
_INTRODUCTION = re.compile(r"(?=.{0,300}[\d@]).{0,300}[:：]\W{0,20}")
_WROTE = re.compile(r"(?=.{0,300}[@<])(?=.{0,300}\d).{0,300}[:：]\W{0,20}")
_EMPTY_HEADER = re.compile(r"\W*\w[\w -]{0,30}[:：][\W\d]*")
#: The end of a quotation without its beginning.
_END = re.compile(r"^[^\"'“”„«»״]*[\"”“»״]\W*$")
#: Signs that belong to the word behind them, as in "[a sound]" and "+372".
_OPENING = re.compile(r"(?<=\s)\S+$")
#: Lines, and what is left of them; a NUL is where something of ours was.
_PIECES = re.compile(r"([\0\n]+)")
_DIVIDER = re.compile(r"[-_=*#\s.,:;\"“”„]*|[-_=*]{3,100}[^-_=*].{0,200}[-_=*]{3}")
_STOPS = " \t>|"
_LETTERS = re.compile(r"[^\W\d_]")


def sent_to(ws: Workspace, tx: Transaction, cases: Sequence[int]) -> Correspondence:
    """Return all that we may have sent to the customers of `cases`, and all that they wrote."""
    if not cases:
        return Correspondence(())
    ours, theirs = scripts.sentences_of(tx, cases), []
    for case in case_store.load(tx, cases).values():
        told = case.complaint
        theirs += [told.what_happened, told.bothered_most, told.expected, told.feeling]
        ours += subjects(case, ws.owner_of(case))
    heard = touches.answers_of(tx, cases)
    theirs += [answer.text for answers in heard.values() for _, answer in answers]
    notes = [note.partition("{}")[0] for lines in NOTES.values() for note in lines]
    return Correspondence(ours, theirs, notes)


@dataclass(slots=True)
class Correspondence:
    """What we sent to a customer, to be told from what they write.

    `sentences` are ours, and `notes` the lines below them. `theirs` is what they wrote before: we
    say that back, and so may they.
    """

    sentences: Sequence[str]
    theirs: Sequence[str] = ()
    notes: Sequence[str] = ()
    _whole: str = ""
    _theirs: list[str] = field(default_factory=list)
    _first: dict[str, list[tuple[tuple[str, ...], bool]]] = field(default_factory=dict)
    _parts: set[tuple[str, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        known = {run for text in self.theirs for run in _runs(_words(text))}
        theirs = self._theirs = [f" {' '.join(_words(text))} " for text in self.theirs]
        whole: list[str] = []
        for sentence in dict.fromkeys(self.sentences):
            words = _words(sentence)
            whole += words
            if words:
                said_back = any(f" {' '.join(words)} " in text for text in theirs)
                enough = len(words) >= ENOUGH and not said_back
                self._first.setdefault(words[0], []).append((tuple(words), enough))
                self._parts.update(_runs(words))
        for words in filter(None, map(_words, self.notes)):
            self._first.setdefault(words[0], []).append((tuple(words), True))
        self._whole = f" {' '.join(whole)} "
        self._parts -= known

    def __bool__(self) -> bool:
        return bool(self._first)

    def remove_from(self, text: str, wrapped: Sequence[str] = ()) -> str:
        """Return `text` without any run of our sentences, and without what introduces it.

        `wrapped` are lines directly below a marked quotation: they go if their words are ours.
        """
        found = list(_WORD.finditer(text))
        words = [_fold(one[0]) for one in found]
        ours = self._mark(words)
        if not any(ours):
            return self._without_remnants(text, wrapped)
        kept, last = [], 0
        for start, end in _spans(ours):
            kept.append(text[last : found[start].start()])
            last = found[end].start() if end < len(found) else len(text)
            gap = text[found[end - 1].end() : last]
            if end < len(found) and (opening := _OPENING.search(gap)):
                last -= len(opening[0])
            kept.append("\0" * (1 + (end - start >= LONG)) + "\n" * gap.count("\n"))
        kept.append(text[last:])
        return _without_frames(self._without_remnants("".join(kept), wrapped))

    def answers_within(self, text: str) -> str:
        """Return what stands between and below sentences of ours in `text`: unmarked answers."""
        found = list(_WORD.finditer(text))
        spans = list(_spans(self._mark([_fold(one[0]) for one in found])))
        if not spans:
            return ""
        end = found[spans[-1][1] - 1].end()
        within = self.remove_from(text[found[spans[0][0]].start() : end])
        if sum(last - first for first, last in spans) >= LONG:
            # without the end of our last line, a signature, or an older letter
            within += "\n" + own_words(text[end:].partition("\n")[2])
        lines = map(str.strip, within.split("\n"), repeat(_STOPS))
        return "\n".join(line for line in lines if not _DIVIDER.fullmatch(line))

    def _without_remnants(self, text: str, wrapped: Sequence[str]) -> str:
        """Return `text` without the ends of our lines that a program wrapped after marking them.

        Elsewhere, a short line may also be the writer's own; a long one in our words is not, nor
        are several, nor is one with the end of what we said back.
        """
        pieces = [(one, self._remnant(one)) for one in _PIECES.split(text)]
        ours = [words for _, words in pieces if words and not self._says_back(words)]
        enough = len(ours) + sum(map(len, ours)) >= REMNANTS

        def is_ours(piece: str, words: list[str]) -> bool:
            below = any(piece.strip() in one for one in wrapped)
            return below or bool(_END.search(piece)) or (enough and words in ours)

        kept = "".join(one for one, words in pieces if not (words and is_ours(one, words)))
        return kept if kept == text else re.sub(r"\n{3,}", "\n\n", kept)

    def _remnant(self, line: str) -> list[str]:
        """Return the words of a line that is only a part of ours; none if it may be an opt-out."""
        words = _words(line)
        stops = is_opt_out(line) or may_be_opt_out(line)
        return words if words and self._has(words) and not stops else []

    def _says_back(self, words: Sequence[str]) -> bool:
        return any(f" {' '.join(words)} " in text for text in self._theirs)

    def _has(self, words: Sequence[str]) -> bool:
        return f" {' '.join(words)} " in self._whole

    def _mark(self, words: Sequence[str]) -> list[bool]:
        """Return for each word whether it is in a quotation of ours."""
        ours, short = [False] * len(words), []
        for start, word in enumerate(words):
            for sentence, enough in self._first.get(word, ()):
                same = _shared(sentence, words[start : start + len(sentence)])
                if enough and (same == len(sentence) or same >= PARTLY):
                    ours[start : start + same] = [True] * same
                elif same == len(sentence):
                    short.append((start, start + same))
            if tuple(words[start : start + PARTLY]) in self._parts:
                ours[start : start + PARTLY] = [True] * PARTLY
        for spans in (short, short[::-1]):
            for start, end in spans:
                before, after = words[max(0, start - 3) : end], words[start : end + 3]
                if (start and ours[start - 1] and self._has(before)) or (
                    end < len(ours) and ours[end] and self._has(after)
                ):
                    ours[start:end] = [True] * (end - start)
        return ours


def without_ours(arrival: Arrival, sent: Correspondence) -> Arrival:
    """Return an arrival whose words are the writer's alone; its opt-outs are looked for anew."""
    inbound = arrival.inbound
    if inbound is None or not sent:
        return arrival
    texts = tuple(sent.remove_from(one, inbound.wrapped) for one in inbound.texts)
    answer = inbound.answer
    if answer is not None:
        text = sent.remove_from(answer.text, inbound.wrapped).strip()
        within = [
            line for line in sent.answers_within(inbound.whole).split("\n") if line not in text
        ]
        above = "" if any(within) and text == EMPTY else text
        text = "\n".join(filter(None, (above, *within)))
        texts += tuple(within)
        answer = replace(answer, text=text or (EMPTY if answer.text else ""))
    changed = replace(inbound, answer=answer, texts=texts)
    return replace(arrival, inbound=_look_again(inbound, changed))


def _look_again(before: Inbound, after: Inbound) -> Inbound:
    """Return `after` without opt-outs that only stood in our own words."""
    quoted = any(map(is_opt_out, before.texts)) and not any(map(is_opt_out, after.texts))
    doubted = any(map(may_be_opt_out, before.texts)) and not any(map(may_be_opt_out, after.texts))
    before = replace(
        after,
        opt_out=before.opt_out and not quoted,
        may_opt_out=before.may_opt_out and not doubted,
    )
    return look_for_opt_out(before)


def _without_frames(text: str) -> str:
    """Return `text` without the lines about a quotation; a NUL is where one was."""
    lines = text.split("\n")
    frames: set[int] = set()
    for number, line in enumerate(lines):
        if "\0" in line:
            rest = line.replace("\0", "")
            if any(
                (not _LETTERS.search(rest), _EMPTY_HEADER.fullmatch(rest), _WROTE.fullmatch(rest))
            ):
                frames.add(number)
            frames.update(_above(lines, number, whole="\0\0" in line))
    kept = (line.replace("\0", " ") for at, line in enumerate(lines) if at not in frames)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip()


def _above(lines: Sequence[str], number: int, *, whole: bool) -> Iterator[int]:
    """Yield the numbers of lines that programs wrote directly above a quotation.

    Above a `whole` letter, any short line that ends in a colon is one.
    """
    headers: list[int] = []
    for at in range(number - 1, max(-1, number - 12), -1):
        line = lines[at].replace("\0", "").strip()
        if not _LETTERS.search(line):
            continue
        short = whole and line.endswith((":", "：")) and len(line.split()) <= 8
        if not headers and (short or _INTRODUCTION.fullmatch(line)):
            yield at
            return
        if not _HEADER.fullmatch(line):
            break
        headers.append(at)
    if len(headers) > 1:
        yield from headers


def _spans(ours: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for number, mine in enumerate([*ours, False]):
        if mine and start is None:
            start = number
        elif not mine and start is not None:
            yield start, number
            start = None


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + PARTLY]) for at in range(len(words) - PARTLY + 1))


def _shared(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Return with how many equal words both begin."""
    pairs = zip(ours, theirs, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))


def _words(text: str) -> list[str]:
    return [_fold(one[0]) for one in _WORD.finditer(text)]


def _fold(word: str) -> str:
    """Return a word without accents, which a wrong or poor charset changes or loses."""
    whole = normal(word, "NFKD").casefold()
    return "".join(sign for sign in whole if not unicodedata.combining(sign)) or whole
