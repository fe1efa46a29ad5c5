"""Preparation of customers' words to be quoted aloud: what they wrote is data, and stays data.

No word is ever added. What a voice must not read out (redactions, links, addresses, card numbers,
control characters) is left out, shouting is calmed, and of a long text only whole sentences or
clauses are kept: those that complain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import exp
from operator import ne

from voicenote.script.habits import is_coarse, split_clauses, split_sentences, weigh
from voicenote.unicode_forms import normal

#: Fewer capitals aren't shouting.
_SHOUTED = 7
#: The most characters of a word; a longer one is an id, a link or noise.
LONGEST_WORD = 30
#: Of a longer text so many characters are read, and so many clauses of a sentence; an excerpt has
#: so many sentences at most.
_READ, _CLAUSES, _PARTS = 20_000, 60, 3
#: Only so many are weighed against each other; the more doubt, the rather two than the heaviest.
_LIKELY, _DOUBT = 8, 1.5
#: Where the complaint is most often, as a part of the letter: how it was comes before it, and what
#: is wanted comes after it.
_HEART = 0.65
#: The mark of a gap where something was left out; it never gets out of this module.
GAP = "\ue000"

_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
# XXXX, XX/XX/XXXX, XX/XX/2019: how public complaint data hides names, dates and account numbers
_REDACTED = re.compile(r"(?<!\w)X{2,}(?!\w)(?:[\s/.,:-]*(?:X{2,}|(?<=/)\d{2,4})(?!\w))*")
_BRACES = re.compile(r"\{([$€£]?\s?[\d.,]+)\}|<([^<>\n]{1,80})>")
# seven digits or more, also in groups: cards, accounts, phones; never an amount with a currency
_LONG_NUMBER = re.compile(r"(?<![\w$€£.,])\+?\d(?:[ -]?\d){6,}(?!\w|[.,]\d)")
_PARAGRAPH = re.compile(r"([^\s.,;:!?…-])[ \t]*\n\s*\n")
_AMOUNT = re.compile(r"[(]?[$€£₪]?\d{1,3}(?:[.,]?\d{3}){0,3}(?:[.,]\d{1,2})?[€₪]?[.,;:!?)]*")
_SPACES = re.compile(r"\s+")
#: Words with single spaces, short numbers and ordinary punctuation: there is nothing to clean.
_PLAIN = re.compile(
    r"(?:(?!X{2})(?:[^\W\d_]{1,30}|\d{1,6}(?!\s\d))(?:['’-][^\W\d_]{1,20})?[.,;:?!…]?(?:\s(?=\w)|\Z))+"
)
_LOOSE = re.compile(r"(?<!\s)\s+([,.;:!?…])")
_EMPTY = re.compile(r"[(\[{]\s*[)\]}]|[\"“”„«»]\s*[\"“”„«»]")
_REPEATED = re.compile(r"([!?.,;:-])(?:\s*\1)+")
_WORD = re.compile(r"\w+")
#: Where a capital letter may be.
_CAPITAL = re.compile(r"[^\x00-@\[-\x7f]")
_SINGLE = str.maketrans('"“”„«»', "''''''")
_DOTS = re.compile(r"\.(?:\s?\.)+")


def to_one_line(text: str) -> str:
    """Return `text` on one line, without control, format or private-use characters.

    The two joiners stay, because Persian needs them inside words.
    """
    if text.isprintable():
        return " ".join(text.split())
    kept = (
        " " if char.isspace() or unicodedata.category(char) == "Cc" else char
        for char in text
        if char.isspace()
        or char in "\u200c\u200d"
        or unicodedata.category(char) not in ("Cf", "Co", "Cs", "Cn")
    )
    return _SPACES.sub(" ", "".join(kept)).strip()


@lru_cache(maxsize=4096)
def clean_name(name: str) -> str:
    """Return a name ready for a sentence: on one line, without punctuation around it."""
    return trim_punctuation(to_one_line(name))


@lru_cache(maxsize=512)
def clean_quote(text: str, salutations: tuple[str, ...] = ()) -> str:
    """Return a customer's words without what must not be read aloud, and without shouting.

    GAP marks where something was left out; `cut_excerpt` and `trim_punctuation` handle it. An
    opening greeting among `salutations` is dropped.
    """
    text = to_one_line(_PARAGRAPH.sub(r"\1. ", text) if "\n" in text else text)
    if not _PLAIN.fullmatch(text):
        text = _BRACES.sub(r"\1\2", text)
        text = _LINK.sub(f" {GAP} ", text)
        text = _REDACTED.sub(f" {GAP} ", text)
        text = _LONG_NUMBER.sub(f" {GAP} ", text)
        text = " ".join(word if _is_word(word) else GAP for word in text.split())
        text = _DOTS.sub("…", _EMPTY.sub(" ", text))
        text = _REPEATED.sub(r"\1", _LOOSE.sub(r"\1", _SPACES.sub(" ", text)))
        text = re.sub(r"([,;:])[,;:.]+", r"\1", text)
    text = text.strip(" ,;:-–—*•/|>")
    return calm_shouting(_drop_salutation(text, salutations))


def _is_word(word: str) -> bool:
    """Return whether a word can be read out: it isn't an id or noise. Amounts may be long."""
    digits = sum(char.isdigit() for char in word)
    return len(word) <= LONGEST_WORD and (digits < 7 or bool(_AMOUNT.fullmatch(word)))


def _drop_salutation(text: str, salutations: tuple[str, ...]) -> str:
    lowered = text.lower()
    if not lowered.startswith(salutations):
        return text
    for greeting in sorted(salutations, key=len, reverse=True):
        rest = text[len(greeting) :]
        if lowered.startswith(greeting) and rest[:1] in ",:.!-;" and len(rest) > 20:
            return rest.lstrip(" ,:.!-;")
    return text


def calm_shouting(text: str) -> str:
    """Return `text` with shouting (mostly capitals) in sentence case, and "!" replaced by "."."""
    if "!" in text or "?" in text:
        text = re.sub(r"[?!]+", lambda found: "?" if "?" in found[0] else ".", text)
    if len(_CAPITAL.findall(text)) < _SHOUTED or sum(map(ne, text, text.lower())) < _SHOUTED:
        return text
    letters = [char for char in text if char.isupper() or char.islower()]
    if len(letters) < 12 or sum(char.isupper() for char in letters) < 0.6 * len(letters):
        return text
    text = re.sub(r"\bi\b", "I", text.lower())
    return re.sub(r"(^|[.?…]\s+)(\w)", lambda found: found.group(1) + found.group(2).upper(), text)


def shorten(text: str, limit: int, code: str) -> tuple[str, bool]:
    """Return the start of `text` in at most `limit` words, and whether anything was left out.

    It ends after whole sentences if they fit, else after whole clauses; "" when none fits. `code`
    is the language.
    """
    if len(text.split()) <= limit:
        return text, False
    sentences = split_sentences(text, code)
    kept = _first_that_fit(sentences, limit)
    if len(kept) < max(4, limit // 4):
        kept = _first_that_fit(split_clauses(sentences[0], code), limit) or kept
    return " ".join(kept), True


def _first_that_fit(pieces: Sequence[str], limit: int) -> list[str]:
    kept: list[str] = []
    for piece in pieces:
        more = piece.split()
        if len(kept) + len(more) > limit:
            break
        kept += more
    return kept


def cut_excerpt(text: str, limit: int, code: str) -> tuple[str, bool]:
    """Return what complains most in a clean quote, in at most `limit` words, and whether it is cut.

    A short quote is kept whole. Otherwise it is the sentences, or the clauses of a long one, that
    complain most. What has a gap or abuse in it is left out. "" when nothing is left. `code` is the
    language.
    """
    if GAP not in text and len(text.split()) <= limit and not is_coarse(text, code):
        return text, False
    sentences = split_sentences(text[:_READ], code)
    heart = _HEART * max(1, len(sentences) - 1)
    found: list[tuple[float, int, str]] = []
    for place, sentence in enumerate(sentences):
        if piece := _piece(sentence, limit, code):
            found.append((weigh(piece, code) - 2 * abs(place - heart) / heart, place, piece))
    found.sort(key=lambda one: (-one[0], one[1]))
    likely = [one for one in found if one[0] > 0] or found[:1]
    fit = (
        some
        for count in range(1, _PARTS + 1)
        for some in combinations(likely[:_LIKELY], count)
        if sum(len(piece.split()) for _, _, piece in some) <= limit
    )
    best = max(fit, key=lambda some: sum(exp(weight / _DOUBT) for weight, _, _ in some), default=())
    return _join(sorted((place, piece) for _, place, piece in best)), True


def _join(kept: Sequence[tuple[int, str]]) -> str:
    """Return sentences with their places as one text; where some between are left out, with "…"."""
    text = ""
    before = None
    for place, piece in kept:
        if before is not None and place > before + 1:
            text = text.rstrip(" .,;:") + "…"
        text += f" {piece}"
        before = place
    return text.strip()


def _piece(sentence: str, limit: int, code: str) -> str:
    """Return a sentence, or the clauses side by side of it that fit and complain most; "" if none.

    Nothing of a sentence with abuse in it is said back, and no clause with a gap.
    """
    if is_coarse(sentence, code):
        return ""
    if GAP not in sentence and len(sentence.split()) <= limit:
        return sentence
    clauses = split_clauses(sentence, code)[:_CLAUSES]
    windows = (
        " ".join(clauses[start:end])
        for start in range(len(clauses))
        for end in range(start + 1, len(clauses) + 1)
    )
    fit = [one for one in windows if GAP not in one and len(one.split()) <= limit]
    return max(fit, key=lambda one: weigh(one, code), default="")


def trim_punctuation(text: str) -> str:
    """Return `text` without gaps and without punctuation around it; templates add their own."""
    if GAP in text:
        text = _LOOSE.sub(r"\1", _SPACES.sub(" ", text.replace(GAP, " ")))
    return text.rstrip(" .,;:!…-–—،؛").lstrip(" .,;:!?…-–—،؛؟*•/|>)]")


def repeats(short: str, long: str) -> bool:
    """Return whether the words of one quotation stand in the other."""
    one, other = (
        " ".join(_WORD.findall(normal(text, "NFKC").casefold())) for text in (short, long)
    )
    return one in other


def quote_singly(text: str) -> str:
    """Return `text` with its quote marks made single, so that the outer ones stand out."""
    return text.translate(_SINGLE)
