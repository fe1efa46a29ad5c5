"""Text as the tables see it: small letters, no accents, one kind of each sign; offsets kept."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Letters and signs that are written in more than one way, and the one that the tables use.
_SAME = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
    "‐": "-", "‑": "-", "–": "-", "—": "-", "־": "-",
    "\u200c": " ", "\u00a0": " ", "\u202f": " ", "\t": " ", "\n": " ", "\r": " ",
    "ł": "l", "đ": "d", "ø": "o", "ß": "s",
    "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه",
    "أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و",
    "״": '"', "׳": "'",
}  # fmt: skip
_PLAIN = re.compile(r"[ -~א-ת]*\Z")
#: A quotation: the customer's words, which are theirs and not ours to correct.
_QUOTED = re.compile(
    r"[“„«][^“”„«»]{1,600}[”“»]|(?<!\w)\"[^\"\n]{1,600}\"(?!\w)|(?<!\w)״[^״\n]{1,600}״(?!\w)"
)


@lru_cache(maxsize=4096)
def _fold_letter(char: str) -> str:
    """Return a letter small and without its accent; empty for what isn't heard."""
    if char in _SAME:
        return _SAME[char]
    if unicodedata.category(char) in ("Mn", "Cf", "Lm"):
        return ""
    small = char.lower()
    if len(small) > 1:
        small = char
    bare = unicodedata.normalize("NFD", small)[0]
    return _SAME.get(bare, bare)


def fold(text: str) -> tuple[str, tuple[int, ...] | None]:
    """Return the text as the tables see it, and the offset of each of its letters in `text`.

    None: the offsets are the same.
    """
    if _PLAIN.match(text):
        return text.lower(), None
    letters = [_fold_letter(char) for char in text]
    folded = "".join(letters)
    if len(folded) == len(text):
        return folded, None
    return folded, tuple(place for place, letter in enumerate(letters) if letter)


def blank_quotations(text: str) -> str:
    """Return the text with every quotation blanked out, of the same length."""
    return _QUOTED.sub(lambda found: _blank(found.group()), text)


def _blank(quoted: str) -> str:
    return quoted[0] + " " * (len(quoted) - 2) + quoted[-1]
