"""The language to read a sentence in, by the letters it is written in.

A script may quote a customer who wrote in another language. A voice spells letters that its
language does not have one by one, and no one understands that.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from voicenote.voice.port import primary

#: First word of a letter's Unicode name → languages written in it, the likeliest first.
_WRITTEN = {
    "HEBREW": ("he", "yi"),
    "ARABIC": ("ar", "fa", "ur", "ps", "ku", "sd", "ug"),
    "CYRILLIC": ("ru", "uk", "bg", "be", "mk", "sr", "kk", "ky", "tt", "ba", "cv", "mn", "uz"),
    "GREEK": ("el", "grc"),
    "ARMENIAN": ("hy", "hyw"),
    "GEORGIAN": ("ka",),
    "DEVANAGARI": ("hi", "mr", "ne", "kok"),
    "BENGALI": ("bn", "as", "bpy"),
    "TAMIL": ("ta",),
    "THAI": ("th",),
    "ETHIOPIC": ("am",),
    "HANGUL": ("ko",),
    "CJK": ("zh", "cmn", "yue", "hak", "ja"),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
}
#: Letters that Persian has and Arabic does not.
_PERSIAN = frozenset("پچژگکی")


def language_of(text: str, language: str) -> str:
    """Return the language to read `text` in: `language` (BCP 47) if most of its letters fit it.

    Otherwise it is the likeliest language of the writing system that most letters belong to. Latin
    letters never change it, because voices of other writing systems can read them.
    """
    if text.isascii():
        return language
    counts: dict[str, int] = {}
    for letter in text:
        if letter.isalpha():
            script = _script_of(letter)
            counts[script] = counts.get(script, 0) + 1
    most = max(counts, key=lambda script: counts[script], default="")
    languages = _WRITTEN.get(most, ())
    if not languages or primary(language) in languages:
        return language
    if most == "ARABIC" and _PERSIAN & set(text):
        return "fa"
    return languages[0]


@lru_cache(maxsize=2048)
def _script_of(letter: str) -> str:
    """Return the first word of a letter's Unicode name, which says its writing system."""
    return unicodedata.name(letter, "").split(" ", 1)[0]
