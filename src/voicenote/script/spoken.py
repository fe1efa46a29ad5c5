"""Spelling out of texts for a voice, so that no symbol or digit is left to guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from voicenote.script.amount_text import NUMBER, read_number, to_ascii
from voicenote.script.figures import say_figures
from voicenote.script.languages import Language, language
from voicenote.unicode_forms import normal

#: A word of more letters takes longer to say than one.
_LONG = 14
#: The pause that each sentence adds, in seconds.
PAUSE_S = 0.2
_KEPT = set(".,;:?!'’-–—…،؛؟־׳״\u200c\u200d")
#: What ASCII has that isn't said as it stands.
_SPELT = re.compile(r"[0-9$%&@#+=*/_<>|~^\"()\[\]{}\\`\x00-\x1f\x7f]")
_QUOTES = re.compile(r"[\"“”„«»‟‹›]")
_SPACES, _LOOSE = re.compile(r"\s{2,}|[^\S ]"), re.compile(" (?=[,.;:?!…،؛؟])")
_HYPHEN, _DOUBLE = re.compile(r" ?- | -"), re.compile("[,;:](?=[.?!])")


@lru_cache(maxsize=8192)
def total_weight(spoken: str) -> float:
    """Return how many average words take as long to say as `spoken`; very long words count more."""
    words = spoken.split()
    if max(map(len, words), default=0) <= _LONG:
        return float(len(words))
    return sum([max(1.0, len(word) / _LONG) for word in words])


def sayable_seconds(spoken: Sequence[str], pace: float) -> float:
    """Return the seconds it takes to say sentences at `pace` words per minute, with pauses."""
    return sum(map(total_weight, spoken)) / pace * 60 + PAUSE_S * len(spoken)


def names_amount(text: str, amount: Decimal) -> bool:
    """Return whether `text` already contains the number `amount`, in any notation."""
    numbers = re.findall(NUMBER, to_ascii(text))
    return any(read_number(one, mark, cents=True)[0] == amount for one in numbers for mark in ".,")


def spell_out(text: str, tongue: Language) -> str:
    """Return `text` as a voice should say it: words, and punctuation for pauses."""
    if text.isascii() and not _SPELT.search(text):
        return text
    return _spell_out(text, tongue.code)


@lru_cache(maxsize=4096)
def _spell_out(text: str, code: str) -> str:
    tongue = language(code)
    text = _numerals(say_figures(normal(text), tongue), tongue)
    if not text.isascii() or _SPELT.search(text):
        for symbol, word in tongue.symbols.items():
            text = text.replace(symbol, f" {word} ")
        text = _QUOTES.sub("", text).translate(_SAID)
    return _tidy(text)


def _tidy(text: str) -> str:
    if "-" not in text:
        return _DOUBLE.sub("", _LOOSE.sub("", " ".join(text.split())))
    text = _LOOSE.sub("", _SPACES.sub(" ", text))
    return _DOUBLE.sub("", _HYPHEN.sub(" ", text)).strip()


class _Said(dict[int, str]):
    """Each sign as it is said, or a space; found when it is first met."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        known = sign in _KEPT or sign.isspace() or unicodedata.category(sign)[0] in "LM"
        said = self[code] = sign if known else " "
        return said


_SAID = _Said()


def _numerals(text: str, tongue: Language) -> str:
    """Return `text` with numerals other than digits (², Ⅳ) as NFKC, and digits in them as words."""
    if text.isascii():
        return text
    plain = (
        f" {normal(sign, 'NFKC')} " if unicodedata.category(sign) in ("No", "Nl") else sign
        for sign in text
    )
    return say_figures("".join(plain), tongue)
