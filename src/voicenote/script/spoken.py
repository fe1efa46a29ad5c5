"""Spelling out of texts for a voice, so that no symbol or digit is left to guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from voicenote.script.figures import NUMBER, parse_decimal, say_figures, say_fractions
from voicenote.script.languages import Language, language
from voicenote.script.numbers import (
    say_date,
    spell_decimal,
    spell_number,
    spell_ordinal,
)
from voicenote.unicode_forms import normal

#: The pause that each sentence adds, in seconds.
PAUSE_S = 0.2
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_ORDINAL = re.compile(r"\b(\d{1,3})(?:st|nd|rd|th)\b", re.IGNORECASE)
_GROUPED = re.compile(r"(?<!\d[.,])\b\d{1,3}(?=((?:[.,]\d{3})+))\1(?![\d.,]*\d)")
_DECIMAL = re.compile(r"\b(\d+)[.,](\d{1,3})\b(?![.,/]\d)")
_DIGITS = re.compile(r"\d+")
_KEPT = set(".,;:?!'’-–—…،؛؟־׳״")
_QUOTES = re.compile(r"[\"“”„«»‟‹›]")


@lru_cache(maxsize=8192)
def total_weight(spoken: str) -> float:
    """Return how many average words take as long to say as `spoken`; very long words count more."""
    return sum(max(1.0, len(word) / 14) for word in spoken.split())


def sayable_seconds(spoken: Sequence[str], pace: float) -> float:
    """Return the seconds it takes to say sentences at `pace` words per minute, with pauses."""
    return sum(map(total_weight, spoken)) / pace * 60 + PAUSE_S * len(spoken)


def names_amount(text: str, amount: Decimal) -> bool:
    """Return whether `text` already contains the number `amount`, in any notation."""
    return any(parse_decimal(found) == amount for found in re.findall(NUMBER, _latin_digits(text)))


def spell_out(text: str, tongue: Language) -> str:
    """Return `text` as a voice should say it: words, and punctuation for pauses."""
    if (
        text.isascii()
        and text.isprintable()
        and not any(char in '0123456789$%&@#+=*/_<>|~^"()[]{}\\`' for char in text)
    ):
        return text
    return _spell_out(text, tongue.code)


@lru_cache(maxsize=4096)
def _spell_out(text: str, code: str) -> str:
    tongue = language(code)
    text = say_figures(normal(_latin_digits(say_fractions(text, tongue))), tongue)
    text = _ISO_DATE.sub(lambda found: _date(found, tongue), text)
    if code == "en":
        text = _ORDINAL.sub(lambda found: f" {spell_ordinal(int(found.group(1)), code)} ", text)
    text = _GROUPED.sub(lambda found: re.sub(r"[.,]", "", found.group()), text)
    text = _DECIMAL.sub(lambda found: f" {_decimal(found, tongue)} ", text)
    text = _DIGITS.sub(lambda found: f" {_number(found.group(), tongue)} ", text)
    for symbol, word in tongue.symbols.items():
        text = text.replace(symbol, f" {word} ")
    text = _QUOTES.sub("", text)
    return _tidy("".join(char if _sayable(char) else " " for char in text))


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ([,.;:?!…،؛؟])", r"\1", text)
    text = re.sub(r" ?- | -", " ", text)
    return re.sub(r"([,;:])(?=[.?!])", "", text).strip()


@lru_cache(maxsize=4096)
def _sayable(char: str) -> bool:
    if char in _KEPT or char in "\u200c\u200d" or char.isspace():
        return True
    return unicodedata.category(char)[0] in "LM"


@lru_cache(maxsize=256)
def _digit(char: str) -> str:
    return str(unicodedata.digit(char))


def _latin_digits(text: str) -> str:
    """Return `text` with digits of every script as 0–9, and other numerals (½, ², Ⅳ) as NFKC."""
    if text.isascii():
        return text
    out = []
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Nd":
            out.append(_digit(char))
        elif kind in ("No", "Nl"):
            out.append(f" {unicodedata.normalize('NFKC', char)} ")
        else:
            out.append(char)
    return "".join(out)


def _date(found: re.Match[str], tongue: Language) -> str:
    try:
        day = date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        return found.group().replace("-", " ")
    return say_date(day, date.min, tongue)


def _decimal(found: re.Match[str], tongue: Language) -> str:
    return spell_decimal(Decimal(f"{found.group(1)}.{found.group(2)}"), tongue)


def _number(digits: str, tongue: Language) -> str:
    return spell_number(int(digits), tongue.code, tongue.gender) if len(digits) <= 12 else ""
