"""The language to read a sentence in, by the letters it is written in, and the words in others.

A script may quote a customer who wrote in another language, or name one whose name is written in
other letters. A voice spells letters that its language does not have one by one ("Chinese letter"),
and no one understands that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from voicenote.model.sentences import Sentence
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
#: So many words, and so many letters or signs, are no more than a person's or a shop's name.
_NAMES, _LETTERS, _SIGNS = 3, 24, 6
_SYLLABLES = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
#: Writing systems without vowels: who doesn't know a word can't say it.
_VOWELLESS = frozenset({"HEBREW", "ARABIC", "SYRIAC", "SAMARITAN"})
#: Letters that Persian has and Arabic does not.
_PERSIAN = frozenset("پچژگکی")
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u200c\u200d])*")


def language_of(text: str, language: str) -> str:
    """Return the language to read `text` in: `language` (BCP 47) if most of its letters fit it.

    A name within a sentence changes nothing. Otherwise it is the likeliest language of the writing
    system that most letters belong to. Latin letters never change it, because voices of other
    writing systems can read them.
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
    if not languages or primary(language) in languages or _only_names(text, language, most, counts):
        return language
    if most == "ARABIC" and _PERSIAN & set(text):
        return "fa"
    return languages[0]


def _only_names(text: str, language: str, most: str, counts: Mapping[str, int]) -> bool:
    """Whether the letters of `most` are a name or two in a sentence of `language`."""
    tongue = primary(language)
    own = [one for one in counts if one in _WRITTEN and tongue in _WRITTEN[one]]
    if not own and "LATIN" not in counts:
        return False
    words = sum(_script_of(word[0][0]) == most for word in _WORD.finditer(text))
    return words <= _NAMES and counts[most] <= (_SIGNS if most in _SYLLABLES else _LETTERS)


def readable(sentence: Sentence, language: str) -> Sentence:
    """Return a sentence whose words in other letters are said as they are written in Latin ones.

    Where no vowels are written, they are left out of what is said: `unreadable` lists those.
    """
    foreign = dict(_foreign(sentence.said, language))
    said = _WORD.sub(lambda word: foreign.get(word[0], word[0]), sentence.said)
    if not foreign or not any(map(str.isalnum, said)):
        return sentence
    said = re.sub(r"\s{1,99}(?=[\s,.;:!?،؛؟]|$)", "", said)
    said = re.sub(r"([,،])[,،]", r"\1", said)
    return replace(sentence, spoken=said.lstrip(" ,،"))


def unreadable(sentence: Sentence, language: str) -> tuple[str, ...]:
    """Return the words that `readable` leaves out."""
    return tuple(word for word, latin in _foreign(sentence.said, language) if not latin)


def _foreign(text: str, language: str) -> list[tuple[str, str]]:
    """Return each word in letters that a voice of `language` can't read, and in Latin letters."""
    if text.isascii():
        return []
    tongue, found = primary(language_of(text, language)), []
    for match in _WORD.finditer(text):
        word = match[0]
        scripts = {_script_of(letter) for letter in word if letter.isalpha()}
        if any(one in _WRITTEN and tongue not in _WRITTEN[one] for one in scripts):
            found.append((word, "" if scripts & _VOWELLESS else _in_latin(word)))
    return found


def _in_latin(word: str) -> str:
    from anyascii import anyascii

    parts = re.findall(r"[A-Z]?[a-z]{1,99}|[A-Z]{1,99}|\d{1,99}", anyascii(word))
    return " ".join(part.capitalize() for part in parts)


@lru_cache(maxsize=2048)
def _script_of(letter: str) -> str:
    """Return the first word of a letter's Unicode name, which says its writing system."""
    return unicodedata.name(letter, "").split(" ", 1)[0]
