"""Preparation of customers' words to be quoted aloud: what they wrote is data, and stays data.

No word is ever added. What a voice must not read out (redactions, links, addresses, card numbers,
control characters) is left out, shouting is calmed, and long texts are cut at a sentence, a clause
or a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

#: The most characters of a word; a longer one is an id, a link or noise.
LONGEST_WORD = 30
#: The mark of a gap where something was left out; it never gets out of this module.
GAP = "\ue000"

_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
# XXXX, XX/XX/XXXX, XX/XX/2019: how public complaint data hides names, dates and account numbers
_REDACTED = re.compile(r"(?<!\w)X{2,}(?!\w)(?:[\s/.,:-]*(?:X{2,}|(?<=/)\d{2,4})(?!\w))*")
_BRACES = re.compile(r"\{([$€£]?\s?[\d.,]+)\}")
# seven digits or more, also in groups: cards, accounts, phones; never an amount with a currency
_LONG_NUMBER = re.compile(r"(?<![\w$€£.,])\+?\d(?:[ -]?\d){6,}(?!\w|[.,]\d)")
_PARAGRAPH = re.compile(r"([^\s.,;:!?…-])[ \t]*\n\s*\n")
_AMOUNT = re.compile(r"[(]?[$€£₪]?\d{1,3}(?:[.,]?\d{3}){0,3}(?:[.,]\d{1,2})?[€₪]?[.,;:!?)]*")
_SPACES = re.compile(r"\s+")
_LOOSE = re.compile(r"(?<!\s)\s+([,.;:!?…])")
_EMPTY = re.compile(r"[(\[{]\s*[)\]}]|[\"“”„«»]\s*[\"“”„«»]")
_REPEATED = re.compile(r"([!?.,;:-])(?:\s*\1)+")
_SENTENCE_END = re.compile(r"(?<=[.!?…؟])[\"”’)]*\s+")
_CLAUSE_END = re.compile(r"[,;:–—،]$")


def to_one_line(text: str) -> str:
    """Return `text` on one line, without control, format or private-use characters.

    The two joiners stay, because Persian needs them inside words.
    """
    kept = (
        " " if char.isspace() or unicodedata.category(char) == "Cc" else char
        for char in text
        if char.isspace()
        or char in "\u200c\u200d"
        or unicodedata.category(char) not in ("Cf", "Co", "Cs", "Cn")
    )
    return _SPACES.sub(" ", "".join(kept)).strip()


def clean_name(name: str) -> str:
    """Return a name ready for a sentence: on one line, without punctuation around it."""
    return trim_punctuation(to_one_line(name))


@lru_cache(maxsize=512)
def clean_quote(text: str, salutations: tuple[str, ...] = ()) -> str:
    """Return a customer's words without what must not be read aloud, and without shouting.

    GAP marks where something was left out; `cut_excerpt` and `trim_punctuation` handle it. An
    opening greeting among `salutations` is dropped.
    """
    text = _BRACES.sub(r"\1", to_one_line(_PARAGRAPH.sub(r"\1. ", text)))
    text = _LINK.sub(f" {GAP} ", text)
    text = _REDACTED.sub(f" {GAP} ", text)
    text = _LONG_NUMBER.sub(f" {GAP} ", text)
    text = " ".join(word if _is_word(word) else GAP for word in text.split())
    text = _EMPTY.sub(" ", text)
    text = _REPEATED.sub(r"\1", _LOOSE.sub(r"\1", _SPACES.sub(" ", text)))
    text = re.sub(r"([,;:])[,;:.]+", r"\1", text).strip(" ,;:-–—*•/|>")
    return calm_shouting(_drop_salutation(text, salutations))


def _is_word(word: str) -> bool:
    """Return whether a word can be read out: it isn't an id or noise. Amounts may be long."""
    digits = sum(char.isdigit() for char in word)
    return len(word) <= LONGEST_WORD and (digits < 7 or bool(_AMOUNT.fullmatch(word)))


def _drop_salutation(text: str, salutations: Sequence[str]) -> str:
    lowered = text.lower()
    for greeting in sorted(salutations, key=len, reverse=True):
        rest = text[len(greeting) :]
        if lowered.startswith(greeting) and rest[:1] in ",:.!-;" and len(rest) > 20:
            return rest.lstrip(" ,:.!-;")
    return text


def calm_shouting(text: str) -> str:
    """Return `text` with shouting (mostly capitals) in sentence case, and "!" replaced by "."."""
    text = re.sub(r"[?!]+", lambda found: "?" if "?" in found[0] else ".", text)
    letters = [char for char in text if char.isupper() or char.islower()]
    if len(letters) < 12 or sum(char.isupper() for char in letters) < 0.6 * len(letters):
        return text
    text = re.sub(r"\bi\b", "I", text.lower())
    return re.sub(r"(^|[.?…]\s+)(\w)", lambda found: found.group(1) + found.group(2).upper(), text)


def shorten(text: str, limit: int, dangling: Collection[str] = ()) -> tuple[str, bool]:
    """Return the start of `text` in at most `limit` words, and whether anything was left out.

    It ends after whole sentences if they fit, else after the last clause or word that fits, but
    not after `dangling` words (of, the, because).
    """
    words = text.split()
    if len(words) <= limit:
        return text, False
    kept = _whole_sentences(_SENTENCE_END.split(text), limit)
    if len(kept) < max(4, limit // 4):
        kept = _clause(words[:limit], dangling)
    return " ".join(kept), True


def cut_excerpt(text: str, limit: int, dangling: Collection[str] = ()) -> tuple[str, bool]:
    """Return the best part of a clean quote, in at most `limit` words, and whether it is cut.

    A short quote is kept whole. Otherwise it is the first whole sentence that fits and has no gap,
    with those after it that fit; or else the start of the first long enough piece.
    """
    if GAP not in text and len(text.split()) <= limit:
        return text, False
    sentences = _SENTENCE_END.split(text)
    for start, sentence in enumerate(sentences[:20]):
        if GAP not in sentence and 5 <= len(sentence.split()) <= limit:
            return " ".join(_whole_sentences(sentences[start:], limit)), True
    pieces = [piece.strip(" ,;:") for sentence in sentences[:8] for piece in sentence.split(GAP)]
    whole = [piece for piece in pieces if len(piece.split()) >= 5] or pieces
    best = next((piece for piece in whole if piece), "")
    return " ".join(_clause(best.split()[:limit], dangling)), True


def _whole_sentences(sentences: Sequence[str], limit: int) -> list[str]:
    kept: list[str] = []
    for sentence in sentences:
        more = sentence.split()
        if GAP in sentence or len(kept) + len(more) > limit:
            break
        kept += more
    return kept


def _clause(words: list[str], dangling: Collection[str]) -> list[str]:
    for end in range(len(words), len(words) // 2, -1):
        if _CLAUSE_END.search(words[end - 1]) and end >= 4:
            return words[:end]
    while len(words) > 2 and words[-1].lower().strip(".,;:") in dangling:
        words = words[:-1]
    return words


def trim_punctuation(text: str) -> str:
    """Return `text` without gaps and without punctuation around it; templates add their own."""
    if GAP in text:
        text = _LOOSE.sub(r"\1", _SPACES.sub(" ", text.replace(GAP, " ")))
    return text.rstrip(" .,;:!…-–—،؛").lstrip(" .,;:!?…-–—،؛؟*•/|>)]")
