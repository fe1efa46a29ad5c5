"""Detection of a text's language, by its letters and its commonest words."""

from __future__ import annotations

import re

from voicenote.script.check.normalise import fold
from voicenote.script.check.phrase_tables import languages, table

_HEBREW = re.compile("[\u05d0-\u05ea]")
_ARABIC = re.compile("[\u0621-\u06d3]")
#: Letters that only Persian has, and letters that only Arabic has.
_PERSIAN = re.compile("[پچژگ\u06a9\u06cc]")
_ONLY_ARABIC = re.compile("[ةكيى]")
_LATIN = re.compile(r"[a-zà-žșț]", re.IGNORECASE)
#: A text is in a language if at least this share of its words are among the commonest ones.
_ENOUGH = 0.18


def detect_language(text: str) -> str | None:
    """Return the language of `text`, or None when it isn't one of ours, or is too short to tell."""
    letters = {
        "he": len(_HEBREW.findall(text)),
        "fa": len(_ARABIC.findall(text)),
        "": len(_LATIN.findall(text)),
    }
    script = max(letters, key=lambda code: letters[code])
    if not letters[script]:
        return None
    if script == "fa":
        return "fa" if len(_PERSIAN.findall(text)) > len(_ONLY_ARABIC.findall(text)) else None
    if script:
        return script
    words = re.findall(r"[^\W\d_]+", fold(text)[0])
    shares = {
        code: sum(word in table(code).common for word in words) / len(words)
        for code in languages()
        if table(code).cased
    }
    best, second = sorted(shares, key=lambda code: -shares[code])[:2]
    if shares[best] < _ENOUGH or shares[best] < 1.3 * shares[second]:
        return None
    return best
