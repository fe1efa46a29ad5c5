"""How customers write: where their sentences end, which one complains, and what is abuse.

The words are in ``habits.toml``, one table a language, for its speakers to correct. No library
is used: of those for sentences none knows the abbreviations and dates of all six languages, and the
free lists of abuse are made for search boxes, where an egg or an escort is a bad word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from importlib.resources import files

from voicenote.script.check.normalise import fold
from voicenote.script.phrase_lists import PhraseLists
from voicenote.script.prefilter import Prefilter

#: The marks that may end a sentence, and what may close it after them.
_MARK = re.compile(r"(?<![.!?…؟۔。])[.!?…؟۔。]+[\"”’“»)']*(?:\s+|$)|\s{0,20}[•▪●]\s{0,20}")
#: A full stop without the space after it, as in "it was late.Nobody came".
_TIGHT = re.compile(r"(?<=[^\W\d_]{2})\.(?=[A-ZÀ-ÖØ-ÞĀŁŚŻŹĆŞȘŢȚ][a-zà-öø-ÿ])")
#: How far to look back from a mark, in characters.
_REACH = 40
_LAST_WORD = re.compile(r"[^\s(\[\"“„«]{0,40}$")
_ROMAN = re.compile(r"[IVX]+")
#: A word of which some letters are hidden, as in "f**k".
_HIDDEN = re.compile(r"(?<![\w*])(?=[\w*]{4})[^\W\d_]{1,3}(?:\*+[^\W\d_]+|\*{2,})(?![\w*])")
#: A Persian prefix of verbs, with the joiner after it: the rest is no word.
_VERB_PREFIX = re.compile("(?<!\\w)(ن?می)\u200c")
#: What separates clauses, with the space after it.
_CLAUSE_MARK = re.compile(r"(?<=[,;:،؛])\s+|\s{1,20}[–—-]\s{1,20}")
#: Letters that Hebrew writes at the beginning of a word: and, the, that, in, to, as, from.
_PREFIXES = {"he": "[והשבלכמ]{0,3}"}
_PREFIXES_OF_ABUSE = {"he": "[והש]{0,2}"}
#: How much a word of each list counts, and how many of them count.
_WEIGHTS = {
    "worst": (3, 1),
    "failed": (2, 3),
    "turns": (0.5, 3),
    "them": (1.5, 1),
    "you": (1.5, 1),
    "praise": (-1, 2),
    "aside": (-1.5, 2),
}
#: So many words count one, up to so many; a sentence that says nothing of a complaint has this.
_WORDS_A_POINT, _LONG, _SILENCE = 8, 20, 2.0
#: What was said to them, in quotation marks.
_REPORTED = re.compile(r"[\"“”„«]|(?<!\w)'\w.*'(?!\w)")


@dataclass(frozen=True, slots=True)
class Habits:
    """The words of one language, as patterns that match folded text, and sets of folded words."""

    names: frozenset[str]
    numbers: frozenset[str]
    short: frozenset[str]
    clauses: re.Pattern[str]
    coarse: re.Pattern[str]
    may_be_coarse: Prefilter[str]


@cache
def habits(code: str) -> Habits:
    """Return the habits of a language; those of English when it has no table."""
    words = _words(code)
    coarse = _pattern(words["coarse"], _PREFIXES_OF_ABUSE.get(code, ""))
    return Habits(
        names=words["names"],
        numbers=words["numbers"],
        short=words["short"],
        clauses=_pattern(words["clauses"], _PREFIXES.get(code, "")),
        coarse=coarse,
        may_be_coarse=Prefilter({"coarse": coarse.pattern}),
    )


@cache
def _words(code: str) -> Mapping[str, frozenset[str]]:
    tables = tomllib.loads((files(__package__) / "habits.toml").read_text(encoding="utf-8"))
    table = tables.get(code) or tables["en"]
    return {name: frozenset(fold(word)[0] for word in table[name]) for name in table}


@cache
def _weighty(code: str) -> PhraseLists[str]:
    """Return the lists that are weighed; only long texts need them."""
    lists = {name: _words(code)[name] for name in (*_WEIGHTS, "mine")}
    prefix = _PREFIXES.get(code, "")
    patterns = {name: _pattern(phrases, prefix) for name, phrases in lists.items()}
    return PhraseLists(lists, patterns, prefix)


def _pattern(words: Iterable[str], prefix: str) -> re.Pattern[str]:
    """Return a pattern of whole words, the longest first; a * in a word is any letters."""
    ordered = sorted(words, key=len, reverse=True)
    signs = ((r"\*", r"\w*"), (r"\ ", r"\s+"), (r"\^", r"\A"))
    each = [
        reduce(lambda word, sign: word.replace(*sign), signs, re.escape(one)) for one in ordered
    ]
    return re.compile(rf"(?<!\w){prefix}(?:{'|'.join(each)})(?!\w)")


def is_coarse(text: str, code: str) -> bool:
    """Return whether a text has abuse in it, also with some of its letters hidden."""
    folded = fold(_VERB_PREFIX.sub(r"\1", text) if "\u200c" in text else text)[0]
    own = habits(code)
    if own.may_be_coarse.may_match(folded) and own.coarse.search(folded):
        return True
    return "*" in text and _HIDDEN.search(text) is not None


@lru_cache(maxsize=4096)
def weigh(text: str, code: str) -> float:
    """Return how much a sentence complains: more than 0 if it does.

    One of some length tells more than a short one, and one that repeats what was said to them too.
    """
    weighty = _weighty(code)
    there = weighty.find(fold(text)[0])
    total = min(len(text.split()), _LONG) / _WORDS_A_POINT - _SILENCE
    for name, (weight, most) in _WEIGHTS.items():
        found = there.get(name, set())
        if name in ("failed", "them"):  # where a verb's ending tells who, what they did themselves
            mine = weighty.patterns["mine"]
            found = {one for one in found if not mine.fullmatch(one)}
        total += weight * min(most, len(found))
    if "mine" in there and "them" not in there:
        total -= 1
    return total + bool(_REPORTED.search(text)) - text.endswith("?")


def split_sentences(text: str, code: str) -> list[str]:
    """Return the sentences of one line of text. Abbreviations and dates don't end one."""
    found: list[str] = []
    start = 0
    for end in sentence_ends(text, code):
        if sentence := text[start:end].strip():
            found.append(sentence)
        start = end
    return found


def sentence_ends(text: str, code: str) -> Iterator[int]:
    """Yield where each sentence of one line ends, with the space after it."""
    marks = [(mark.start(), mark.end()) for mark in _MARK.finditer(text)]
    marks += [(mark.start(), mark.end()) for mark in _TIGHT.finditer(text)]
    start = 0
    for at, end in sorted(marks):
        before = text[max(start, at - _REACH) : at]
        if _is_end(before, text[at:end], text[end : end + 1], code):
            yield end
            start = end
    yield len(text)


def _is_end(before: str, mark: str, after: str, code: str) -> bool:
    """Return whether a mark ends the sentence `before` it; `after` is the letter that follows."""
    goes_on, stop = after.islower(), mark.strip()
    if not after or stop[0] in "•▪●":
        return True
    if stop[0] in "?!؟۔。":
        return not (goes_on and len(stop) > 1)  # a question in quotation marks
    if stop[0] == "…":
        return not goes_on
    found = _LAST_WORD.search(before)
    return _may_end(found[0] if found else "", before, after, habits(code))


def _may_end(word: str, before: str, after: str, own: Habits) -> bool:
    """Return whether a full stop after `word` ends a sentence: not of "Mr.", "np." or "24."."""
    goes_on, folded = after.islower(), fold(word)[0]
    if folded in own.names or (folded in own.numbers and (after.isdecimal() or goes_on)):
        return False
    if folded in own.short or "." in word:
        return not goes_on and not after.isdecimal() and not word[:1].isupper()
    if word.isdecimal() or _ROMAN.fullmatch(word):
        return not goes_on and word != before.strip()
    return not (len(word) == 1 and word.isalpha() and word != "I")  # an initial


def split_clauses(sentence: str, code: str) -> list[str]:
    """Return the clauses of a sentence: it may be cut between them."""
    found: list[str] = []
    for piece in _CLAUSE_MARK.split(sentence):
        folded, offsets = fold(piece)
        start = 0
        for word in habits(code).clauses.finditer(folded):
            at = offsets[word.start()] if offsets else word.start()
            if len(piece[start:at].split()) > 1:
                found.append(piece[start:at].strip())
                start = at
        found.append(piece[start:].strip())
    return [clause for clause in found if clause]
