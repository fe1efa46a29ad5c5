"""Cleaning of one field's text: whole letters, no control characters, not too long."""

from __future__ import annotations

import re

from voicenote.errors import BadData
from voicenote.intake.fields import FIELDS, LONGEST_ADDRESS, PROSE
from voicenote.intake.raw_record import Number
from voicenote.unicode_forms import normal

_NEVER = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")


def clean(name: str, text: str) -> str:
    """Return `text` cleaned for field `name`: NFC, no control characters, one line unless prose.

    Formulas, templates and paths are ordinary text. Raises BadData when it contains a NUL or half
    a character (a lone surrogate, a byte of another encoding), when letters were lost (U+FFFD) in
    a field that isn't prose, or when it is too long.
    """
    if isinstance(text, Number) and name in ("harm", "amends_value"):
        return text
    text = str(text)
    if not text.isascii() or "\x00" in text:
        if _NEVER.search(text):
            what = "holds a NUL" if "\x00" in text else "holds half a character"
            raise BadData(what, "export it again as UTF-8")
        if "\ufffd" in text and name not in PROSE:
            raise BadData("has lost letters (\ufffd)", "write it again, or export as UTF-8")
        text = normal(text)
    if not text.isprintable():
        text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.strip() if name in PROSE else " ".join(text.split())
    most = FIELDS.get(name, LONGEST_ADDRESS)
    if len(text) > most:
        what = f"has {len(text):,} characters, the most is {most:,}"
        raise BadData(what, "shorten it")
    return text
