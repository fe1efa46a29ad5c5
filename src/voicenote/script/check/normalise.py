"""Normal form of texts for the tables: lower case, no accents, one form per sign, with offsets."""

from __future__ import annotations

import re
import unicodedata

#: Variants of letters and signs → the one that the tables use.
_SAME = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
    "‐": "-", "‑": "-", "–": "-", "—": "-", "־": "-",
    "\u200c": " ", "\u00a0": " ", "\u202f": " ", "\t": " ", "\n": " ", "\r": " ",
    "ł": "l", "đ": "d", "ø": "o", "ß": "s",
    "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه",
    "أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و",
    "״": '"', "׳": "'",
}  # fmt: skip
#: What is only made small: quotation marks and most letters of English and Hebrew.
_PLAIN = re.compile(r"[ -~א-ת“”„«»…]*\Z")
#: Quotations: the customer's own words, which we don't correct.
QUOTED = re.compile(
    r"[“„«][^“”„«»]{1,600}[”“»]|(?<!\w)”[^“”„«»]{1,600}”(?!\w)"
    r"|(?<!\w)\"[^\"\n]{1,600}\"(?!\w)|(?<!\w)״[^״\n]{1,600}״(?!\w)"
)


class _Letters(dict[int, str]):
    """What each letter is folded to, found when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_letter(chr(code))
        return folded


def _fold_letter(char: str) -> str:
    """Return a letter in lower case without its accent; "" for one that isn't heard."""
    if char in _SAME:
        return _SAME[char]
    if unicodedata.category(char) in ("Mn", "Cf", "Lm"):
        return ""
    small = char.lower()
    if len(small) > 1:
        small = char
    bare = unicodedata.normalize("NFD", small)[0]
    return _SAME.get(bare, bare)


_LETTERS = _Letters()


def fold(text: str) -> tuple[str, tuple[int, ...] | None]:
    """Return the normal form of `text`, and the offset in `text` of each of its letters.

    The offsets are None when they are unchanged.
    """
    if (text.isascii() and text.isprintable()) or _PLAIN.match(text):
        return text.lower(), None
    folded = text.translate(_LETTERS)
    if len(folded) == len(text):
        return folded, None
    return folded, tuple(place for place, char in enumerate(text) if _LETTERS[ord(char)])


def blank_quotations(text: str) -> str:
    """Return the text with the words in every quotation replaced by spaces; same length."""
    return QUOTED.sub(lambda found: _blank(found.group()), text)


def _blank(quoted: str) -> str:
    return quoted[0] + " " * (len(quoted) - 2) + quoted[-1]
