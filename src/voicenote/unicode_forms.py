"""Letters that can be written in several ways, made one: Unicode's normal forms. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

#: So many marks on one letter keep their sense in every script (Unicode's Annex 15, section 13).
MARKS = 30
#: Where more may stand in a row; marks are no letters to Python, nor are most signs.
_MANY = re.compile(rf"[^\w\s\x00-\u02ff]{{{MARKS + 1},}}")


def normal(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """Return `text` in a normal form of Unicode; of the marks on one letter, the first `MARKS`.

    To put them in order takes the square of their number: a line of them took minutes.
    """
    return unicodedata.normalize(form, _MANY.sub(_fewer, text))


def _fewer(run: re.Match[str]) -> str:
    kept, row = [], 0
    for sign in run[0]:
        row = row + 1 if unicodedata.combining(sign) else 0
        if row <= MARKS:
            kept.append(sign)
    return "".join(kept)
