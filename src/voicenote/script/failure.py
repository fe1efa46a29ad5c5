"""What kind of failure a complaint is about: said by the owner, or guessed from its words. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from voicenote.model.case import Case, Failure
from voicenote.model.promise import AmendsKind
from voicenote.script.check.normalise import fold
from voicenote.script.languages import FALLBACK
from voicenote.script.phrase_lists import PhraseLists

#: Of two kinds with as many words, the first counts.
_ORDER = (
    Failure.DANGER, Failure.RUDE, Failure.BROKEN, Failure.MONEY, Failure.SILENCE, Failure.WRONG,
    Failure.FAULTY, Failure.LATE,
)  # fmt: skip
#: How much a word counts where they say what bothered them most; in the account, it counts one.
_MOST = 1.5
#: A word for a grave thing counts more than one for a delay.
_WEIGHTS = {Failure.DANGER: 1.6, Failure.RUDE: 1.5, Failure.BROKEN: 1.1}
_FACTORS = [_WEIGHTS.get(kind, 1) for kind in _ORDER]
#: What the amends say about the failure, if the words are undecided.
_AMENDS = {
    AmendsKind.EXCHANGE: Failure.FAULTY,
    AmendsKind.FIX: Failure.FAULTY,
    AmendsKind.REDO: Failure.WRONG,
    AmendsKind.CALL: Failure.SILENCE,
    AmendsKind.REFUND: Failure.MONEY,
    AmendsKind.CREDIT: Failure.MONEY,
}
_HINT = 0.4
#: What a word counts that may stand in any complaint, such as "an hour": alone, it tells nothing.
_WEAK = 0.5
#: By how much a kind must lead the next one. A danger needn't: to miss one is worse.
_LEAD = 0.25
#: So many characters of an account are read.
READ = 5_000
#: Letters that Hebrew writes at the beginning of a word.
_PREFIX = {"he": "[והשבלכמ]{0,2}"}


def failure_of(case: Case) -> Failure | None:
    """Return the kind of failure that the owner has set, or else the guessed one."""
    return case.complaint.failure or guess_failure(case)


def unsaid_failure(case: Case) -> Failure | None:
    """Return the guessed kind of failure; None where the owner has set it."""
    return None if case.complaint.failure else guess_failure(case)


def guess_failure(case: Case) -> Failure | None:
    """Return the kind of failure that the words and the amends tell of clearly; else None.

    A person sees it and corrects it: nothing but wordings and a question depend on it.
    """
    complaint = case.complaint
    code = case.customer.language.partition("-")[0].lower()
    told = _count(complaint.what_happened[:READ], code)
    worst = _count(complaint.bothered_most[:READ], code)
    scores = [
        (one + _MOST * other) * weight
        for one, other, weight in zip(told, worst, _FACTORS, strict=True)
    ]
    for promise in complaint.promises:
        if (kind := _AMENDS.get(promise.kind)) is not None and any(scores):
            scores[_ORDER.index(kind)] += _HINT
    second, best = sorted(scores)[-2:]
    kind = _ORDER[scores.index(best)]
    clear = kind is Failure.DANGER or best - second >= _LEAD
    return kind if best >= 1 and clear else None


@lru_cache(maxsize=4096)
def _count(text: str, code: str) -> tuple[float, ...]:
    """Return what the different words of each kind in a text count, in the kinds' order."""
    found, weak = _lists(code).find(fold(text)[0]), _weak(code)
    return tuple(
        [sum(_WEAK if weak.fullmatch(one) else 1 for one in found.get(kind, ())) for kind in _ORDER]
    )


@cache
def _lists(code: str) -> PhraseLists[Failure]:
    return PhraseLists(_words(code), _patterns(code), _PREFIX.get(code, ""))


@cache
def _patterns(code: str) -> Mapping[Failure, re.Pattern[str]]:
    return {kind: any_of(words, code) for kind, words in _words(code).items()}


@cache
def _weak(code: str) -> re.Pattern[str]:
    return any_of(_table(code)["weak"], code)


@cache
def _words(code: str) -> Mapping[Failure, list[str]]:
    return {Failure(kind): words for kind, words in _table(code).items() if kind != "weak"}


def _table(code: str) -> Mapping[str, list[str]]:
    tables = tomllib.loads((files(__package__) / "failure.toml").read_text(encoding="utf-8"))
    table: Mapping[str, list[str]] = tables.get(code) or tables[FALLBACK]
    return table


def find_words(text: str, kind: Failure, code: str) -> Iterator[str]:
    """Yield the words of a text that tell of a kind of failure, as they were written."""
    return find_in(text[:READ], _patterns(code)[kind])


def find_in(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield what a pattern of folded text finds in a text, as it was written."""
    folded, offsets = fold(text)
    for found in pattern.finditer(folded):
        start, end = found.span()
        last = offsets[end - 1] + 1 if offsets else end
        yield text[offsets[start] if offsets else start : last]


def any_of(words: Iterable[str], code: str) -> re.Pattern[str]:
    """Return a pattern of whole words in folded text of a language, the longest first.

    A ``*`` is any letters, or one word.
    """
    prefix = _PREFIX.get(code, "")
    each = [
        re.escape(fold(one)[0]).replace(r"\ \*\ ", r"\ \w{1,30}\ ").replace(r"\*", r"\w{0,20}")
        for one in sorted(words, key=len, reverse=True)
    ]
    return re.compile(rf"(?<!\w){prefix}(?:{'|'.join(each)})(?!\w)")
