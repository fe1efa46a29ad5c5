"""Unicode's normal forms, safe for hostile text. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

#: Most marks on one letter; enough for every script (Unicode's Annex 15, section 13).
MARKS = 30
#: Where more may follow each other; Python counts neither marks nor most signs as letters.
_MANY = re.compile(rf"[^\w\s\x00-\u02ff]{{{MARKS + 1},}}")


def normal(text: str, form: Literal["NFC", "NFKC", "NFKD"] = "NFC") -> str:
    """Return `text` in a normal form of Unicode, with only the first `MARKS` marks on a letter.

    Sorting marks takes time quadratic in their number: one line of them took minutes.
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _MANY.sub(_fewer, text))


def _fewer(run: re.Match[str]) -> str:
    kept, row = [], 0
    for sign in run[0]:
        row = row + 1 if unicodedata.combining(sign) else 0
        if row <= MARKS:
            kept.append(sign)
    return "".join(kept)
