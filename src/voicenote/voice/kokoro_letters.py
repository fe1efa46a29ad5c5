"""Kokoro's letters and their numbers, and how IPA is written in them. Pure.

The numbers come from the model's published configuration, the English letters from its published
table of phonemes. A sound that it lacks is written as the nearest that it has.
"""

from __future__ import annotations

import re

#: The most letters it takes at once.
MOST = 510

# Each letter at the place of its number; a dot stands for a letter that it never learned.
_LETTERS = (
    "·;:,.!?··—…·()·· \u0303ʣʥʦʨᵝ·AI·····O·Q·ST··W·Yᵊabcdef·hijklmnopq"
    "rstuvwxyzɑɐɒæ··βɔɕç·ɖðʤə·ɚɛɜ··ɟ·ɡ······ɥ·ɨɪʝ······ɯɰŋɳɲɴø·ɸθ"
    "œ··ɹ·ɾɻ·ʁɽʂʃʈʧ·ʊʋ·ʌɣɤ·χʎ···ʒʔ·······ˈˌː···ʰ·ʲ············ᵻ"
)
NUMBERS = {letter: number for number, letter in enumerate(_LETTERS) if letter != "·"}

# Sounds for which it has a letter of its own.
_TIED = "a^ɪ a^ʊ e^ɪ ɔ^ɪ t^s d^z t^ʃ d^ʒ t^ɕ d^ʑ"
_ONE_LETTER = dict(zip(_TIED.split(), "IWAYʦʣʧʤʨʥ", strict=True))
_ENGLISH = {"ə^l": "ᵊl", "ɐ": "ə", "r": "ɹ", "x": "k", "ç": "k", "ɬ": "l", "ʔ": "t"}
_AMERICAN = {"o^ʊ": "O", "ɜː": "ɜɹ", "ɚ": "əɹ", "ɾ": "T", "ː": ""}
_BRITISH = {"ə^ʊ": "Q", "e^ə": "ɛː", "i^ə": "ɪə"}
_OWN = {"en-us": (_AMERICAN, _ENGLISH), "gmw/en": (_BRITISH, _ENGLISH)}
# Sounds that it lacks, and their nearest neighbours.
_NEAREST = str.maketrans("gʑʐɫɭɬɱɵʏʉɘɞʀɦħʍɢ", "ɡʒʒlllmøyuəɜʁhhwɡ")
# A mark counts if a space or the end follows, so "p.m." is a word. A dash is between spaces.
_MARK = re.compile(r"(?<!\s)\s*(?P<mark>(?<![;:,.!?…،؛؟۔])[;:,.!?…،؛؟۔]+|[—–])(?=\s|$)")
_LIKE = str.maketrans({"،": ",", "؛": ";", "؟": "?", "۔": ".", "–": "—"})
_NO_WORDS = re.compile(r"[\"“”„«»‟‹›()\[\]{}]")
_SHORT = re.compile(r"(?:^|[\s.])(?:[^\W\d_]|[^\W\d_aeiouyăâîąęóõäöü]{1,4})$", re.IGNORECASE)


def clauses(text: str) -> list[tuple[str, str]]:
    """Split a sentence at its marks into (words, mark); the mark is Kokoro's, or "".

    A full stop inside a sentence, after a word without a vowel (``Mr.``), belongs to the word.
    """
    found: list[tuple[str, str]] = []
    start = 0
    plain = " ".join(_NO_WORDS.sub(" ", text).split())
    for match in _MARK.finditer(plain):
        end, mark = match.start(), match["mark"]
        if (
            mark == "."
            and match.end() < len(plain)
            and _SHORT.search(plain, max(start, end - 6), end)
        ):
            continue
        words = plain[start:end].strip()
        if words:
            found.append((words, mark.translate(_LIKE)[0]))
        start = match.end()
    rest = plain[start:].strip()
    return [*found, (rest, "")] if rest else found


def letters(ipa: str, language: str) -> str:
    """Return IPA (with ``^`` inside a sound) in Kokoro's letters; unknown sounds are dropped.

    `language` is its name in espeak-ng: the kinds of English have their own spelling.
    """
    for table in (_ONE_LETTER, *_OWN.get(language, ())):
        for sound, letter in table.items():
            ipa = ipa.replace(sound, letter)
    ipa = ipa.translate(_NEAREST).replace("ʲʲ", "ʲ")
    return "".join(letter for letter in ipa if letter in NUMBERS)


def portions(spoken: list[str], most: int = MOST) -> list[str]:
    """Join clauses into portions of at most `most` letters; longer clauses are cut at words."""
    found: list[str] = []
    for clause in spoken:
        pieces = [clause] if len(clause) <= most else [word[:most] for word in clause.split()]
        for piece in pieces:
            if found and len(found[-1]) + 1 + len(piece) <= most:
                found[-1] += f" {piece}"
            else:
                found.append(piece)
    return found
