"""Plain tables: fast for ten thousand rows, correct for wide and right-to-left letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

from voicenote.cli.terminal.colour import paint_cell, paint_head
from voicenote.cli.terminal.wrapping import width_of, wrap_words

#: Invisible characters that take effect: they reverse text, end lines, or hide words.
UNSEEN = (
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # every Bidi_Control of Unicode
    "\u2028\u2029\ufff9-\ufffb\ufeff\U000e0000-\U000e007f"
)
#: Characters that a terminal obeys instead of showing: controls except tab, and `UNSEEN`.
_OBEYED = re.compile(f"[\x00-\x08\x0a-\x1f\x7f-\x9f{UNSEEN}]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_GAP = "  "
#: The indent of a remark below its row.
_INDENT = "        "
_TIME = re.compile(r"([A-Z][a-z]{2} )?\d{4}-\d\d-\d\d( \d\d:\d\d)?")


def clean(text: str, *, tab: str = "    ") -> str:
    """Return `text` with a space for each character that a terminal would obey."""
    if text.isprintable():
        return text
    return _OBEYED.sub(" ", text).replace("\t", tab)


def layout(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    width: int | None,
    isolate: bool,
    colour: bool = False,
) -> Iterator[str]:
    """Yield the lines of a table: headers, then `rows` (None is empty), numbers to the right.

    `width` is the terminal's, None for no limit. Cells that don't fit are wrapped at words, days
    and times last. A last column without a header holds remarks; if they don't fit, they go below
    their rows instead. With `isolate`, right-to-left text can't affect its neighbours (by Unicode's
    isolates, which take no room). With `colour`, headers and states are coloured.
    """
    given = list(zip(*rows, strict=True)) or [()] * len(headers)
    columns = [_texts(head, cells) for head, cells in zip(headers, given, strict=True)]
    widths = [max(map(_measure(column), column)) for column in columns]
    rights = [_all_numbers(cells) for cells in given]
    remarks: list[str] = []
    if width is not None and sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        if not headers[-1]:
            remarks, columns, widths = columns[-1], columns[:-1], widths[:-1]
        widths = _fit_widths(widths, width, columns)
    padded = [
        _pad_column(column, room, right=right, isolate=isolate, head=head if colour else None)
        for column, room, right, head in zip(columns, widths, rights, headers, strict=False)
    ]
    for place, row in enumerate(zip(*padded, strict=True)):
        for cells in zip_longest(*row):
            filled = (cell or " " * room for cell, room in zip(cells, widths, strict=True))
            yield _GAP.join(filled).rstrip()
        if remarks and width is not None:
            yield from _below(remarks[place], width, isolate=isolate, colour=colour)


def _below(remark: str, width: int, *, isolate: bool, colour: bool) -> Iterator[str]:
    """Yield the lines of a remark below its row."""
    for line in wrap_words(remark, max(width - len(_INDENT), 1)) if remark else ():
        below = _isolate_direction(line) if isolate else line
        yield _INDENT + (paint_cell(below, "") if colour else below)


def _isolate_direction(cell: str) -> str:
    """Return a cell whose right-to-left text can't affect its neighbours."""
    return f"\u2068{cell}\u2069" if _RIGHT_TO_LEFT.search(cell) else cell


def _timely(column: Sequence[str]) -> bool:
    """Return whether a column holds days or times, which are useless when cut."""
    return _TIME.fullmatch(next(filter(None, column[1:]), "")) is not None


def _texts(head: str, cells: Sequence[object]) -> list[str]:
    texts = [head, *("" if cell is None else str(cell) for cell in cells)]
    return texts if "".join(texts).isprintable() else [clean(text) for text in texts]


def _all_numbers(cells: Sequence[object]) -> bool:
    return bool(cells) and all(cell is None or type(cell) is int for cell in cells)


def _measure(texts: list[str]) -> Callable[[str], int]:
    """Return the function to measure a column: most are ASCII, and `len` is ten times faster."""
    return len if "".join(texts).isascii() else width_of


def _pad_column(
    texts: list[str], room: int, *, right: bool, isolate: bool, head: str | None
) -> list[Sequence[str]]:
    """Return the lines of every cell of a column, each in exactly `room` columns.

    `head` is the column's name if its cells are to be coloured.
    """
    if head is None and _measure(texts) is len and max(map(len, texts)) <= room:
        return [(text.rjust(room) if right else text.ljust(room),) for text in texts]
    padded: list[Sequence[str]] = []
    for place, text in enumerate(texts):
        lines = []
        for line in wrap_words(text, room, cut=True):
            pad = " " * (room - width_of(line))
            cell = _isolate_direction(line) if isolate and not line.isascii() else line
            if head is not None:
                cell = paint_cell(cell, head) if place else paint_head(cell)
            lines.append(pad + cell if right else cell + pad)
        padded.append(lines)
    return padded


def _fit_widths(widths: list[int], total: int, columns: Sequence[Sequence[str]]) -> list[int]:
    """Return widths narrowed from the widest until the row fits, none below six.

    Columns of days and times come last, and below its longest word is narrowed what else is too
    wide.
    """
    fitted = list(widths)
    room = total - len(_GAP) * (len(widths) - 1)
    longest = [max(map(_longest_word, column)) for column in columns]
    firm = [width if _timely(text) else 0 for width, text in zip(widths, columns, strict=True)]
    for least in (list(map(max, longest, firm)), longest, [0] * len(widths)):
        while sum(fitted) > room:
            loose = [place for place, one in enumerate(fitted) if one > max(least[place], 6)]
            if not loose:
                break
            fitted[max(loose, key=fitted.__getitem__)] -= 1
    return fitted


def _longest_word(text: str) -> int:
    """Return the columns of the longest word; wide letters are words of their own."""
    words = text.split()
    return max(map(len if text.isascii() else width_of, words), default=0) if words else 0
