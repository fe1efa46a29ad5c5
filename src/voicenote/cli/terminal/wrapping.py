"""Text broken at words into the columns of a terminal; a command stays in one piece."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: A command in a sentence, up to a sign that ends it, or a word alone.
_PIECE = re.compile(r"voicenote(?: (?:--?)?[A-Za-z0-9][^\s.,;:()]*(?=[\s.,;:()]|$))+\S*|\S+")
_BEGIN = re.compile(r"\s*(?:- |\d+\. )?")


def width_of(text: str) -> int:
    """Return how many columns `text` takes: two for a wide letter, none for a combining mark."""
    if text.isascii():
        return len(text)
    width = 0
    for letter in text:
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            continue
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
    return width


def wrap_words(text: str, width: int, *, cut: bool = False) -> list[str]:
    """Return the lines of `text`, each in at most `width` columns, broken at spaces.

    Wide letters, as of Chinese, are words of their own. Any other word longer than a line, such as
    a path, has a line of its own, so that it can be copied; with `cut` it is broken.
    """
    if width_of(text) <= width:
        return [text]
    lines = [""]
    for gap, piece in _pieces(text, width, cut=cut):
        if lines[-1] and width_of(lines[-1] + gap + piece) > width:
            lines.append(piece)
        else:
            lines[-1] += gap + piece if lines[-1] else piece
    return lines


def _pieces(text: str, width: int, *, cut: bool) -> Iterator[tuple[str, str]]:
    """Yield what may not be broken, each with the space before it."""
    for found in _PIECE.finditer(text):
        whole = found[0]
        words = [whole] if width_of(whole) <= width else whole.split(" ")
        for word in words:
            gap = " "
            for part in _letters(word, width, cut=cut):
                yield gap, part
                gap = ""


def _letters(word: str, width: int, *, cut: bool) -> Iterator[str]:
    """Yield the parts of a word that is longer than a line, if it may be broken."""
    wide = any(unicodedata.east_asian_width(letter) in "WF" for letter in word)
    if width_of(word) <= width or not (wide or cut):
        yield word
        return
    part = ""
    for letter in word:
        if part and width_of(part + letter) > width:
            yield part
            part = ""
        part += letter
    yield part


def wrap_lines(text: str, width: int) -> str:
    """Return `text` with each line broken at words, the rest of it below its beginning.

    A line that is a command is left whole: it is there to be pasted.
    """
    return "\n".join(part for line in text.split("\n") for part in _wrap_line(line, width))


def _wrap_line(line: str, width: int) -> list[str]:
    if width_of(line) <= width or line.lstrip().startswith("voicenote "):
        return [line]
    found = _BEGIN.match(line)
    begin = found[0] if found else ""
    first, *rest = wrap_words(line[len(begin) :], max(width - len(begin), 20))
    return [begin + first, *(" " * len(begin) + one for one in rest)]
