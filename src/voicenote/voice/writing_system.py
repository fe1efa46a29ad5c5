"""In which language a sentence is to be read aloud, by the letters it is written in.

A script in one language may quote a customer who wrote in another. A voice spells letters that its
language does not have, one by one, and nobody understands that.
"""

from __future__ import annotations

import unicodedata

from voicenote.voice.port import primary

#: The first word of a letter's Unicode name → the languages written so, the likeliest first.
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
#: Letters that Persian has and Arabic has not.
_PERSIAN = frozenset("پچژگکی")


def language_of(text: str, language: str) -> str:
    """Return the language to read `text` in: `language` (BCP 47) if most of its letters fit it.

    Else the likeliest language of the script that most letters are of. Letters that languages of
    every kind borrow (Latin) never change it, for voices of other scripts can read them.
    """
    counts: dict[str, int] = {}
    for letter in text:
        if letter.isalpha():
            script = unicodedata.name(letter, "").split(" ", 1)[0]
            counts[script] = counts.get(script, 0) + 1
    most = max(counts, key=lambda script: counts[script], default="")
    languages = _WRITTEN.get(most, ())
    if not languages or primary(language) in languages:
        return language
    if most == "ARABIC" and _PERSIAN & set(text):
        return "fa"
    return languages[0]
