"""Whatever has digits in a text: how it is said, and where people may read it in two ways.

Each kind of figure has its pattern, and the first kind that fits counts. What fits none, or stands
beside a sign that would get lost, is said as well as can be and told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from voicenote.model.currencies import SIGNS, currency_codes
from voicenote.script.amount_text import (
    DASH,
    MINUS,
    NUMBER,
    START,
    Figure,
    any_of,
    decimal_mark,
    find_sums,
    read_number,
    say_number,
    say_whole,
    to_ascii,
)
from voicenote.script.code_text import find_ids, find_parts
from voicenote.script.day_text import find_days
from voicenote.script.languages import Language, language
from voicenote.script.numbers import spell_ordinal
from voicenote.script.prefilter import Prefilter

#: Units that may be written at a number without a space, and change nothing.
_UNIT = re.compile(
    r"(?:[kmc]?g|lbs?|oz|[kcmn]?m|[mcd]?l|k?cal|h|hrs|mins?|m?s|sec|[ap]m|[kmgt]b|mp|[kmg]?hz|k?wh?"
    r"|mah|k?v|px|pt|db|bar|mph|rpm|tk)(?!\w)",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"{START}{MINUS}({NUMBER})%?{DASH}({NUMBER})(?![\w/-]|[.,:]\d)")
_FRACTION = re.compile(r"(?:(?<![\w.,/-])(\d{1,6})[ \u00a0]?)?([½¼¾])(?!\w)")
_ORDINAL = re.compile(START + r"(\d{1,3})(?:st|nd|rd|th)(?!\w)", re.IGNORECASE)
_NUMBER = re.compile(rf"(?=[-−–.\d]){MINUS}({NUMBER})(?P<even>[,.:][-–—]{{1,2}}(?!\w))?")
_TAIL = re.compile(r"\d*[.,](?:\d{1,2}|\d{4,6})")
#: Endings that make a number doubtful: 5k, 2x, 5 tys., 199 kr, 120,-; and what may stand before it.
_AFTER = re.compile(
    r" ?(?:tys\.?|mln\.?|mld\.?|mio|bn)(?!\w)"
    r"|[ \u00a0]?(?:kr|Kr|KR|Rs|rs|krooni|[xX×])(?!\w)|[kKM](?!\w)"
)
_BEFORE = re.compile(r"(?<!\w)(?:(?:kr|Kr|Rs|rs)\.?[ \u00a0]?|[xX×] ?)\Z")
#: What a figure can't be joined to: a digit, a slash, or a sign that isn't said.
_JOINT = re.compile(r"[-–—:.,'’]?\d|[½¼¾]|[.,:]?[-–—]\d|/\w|[~≈±<>≤≥×÷^*★☆′″‰§∞√¢₿]")
_JOINT_BEFORE = re.compile(r"(?:\d[-–—/:.,'’]|[~≈±<>≤≥×÷^*★☆′″‰§¶/∞√¢₿]|[½¼¾])\Z")
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile("[0-9]+")
#: From the first figure to the last one; what is further away than so many letters changes none.
_FIGURES, _NEAR = re.compile(r"[\d½¼¾](?:.*[\d½¼¾])?", re.DOTALL), 24
_SAID_SIGNS = frozenset(map(chr, range(128))) | frozenset("½¼¾")
_MEASURED = re.compile(rf"[ \u00a0]?(?:%|{_UNIT.pattern})", re.IGNORECASE)
#: What may be a day without a year, or a time with a point.
_DATED = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.\d\d?")
#: The rest of a word around a figure, without punctuation.
_TOKEN_START = re.compile(r"[^\s(\[\"“„«]{0,12}\Z")
_TOKEN_END = re.compile(r"\S{0,12}?(?=[.,;:!?)\]\"”»]{0,4}(?:\s|\Z))")
_PREFIX = re.compile(r"(?<![^\W_])[והשבלכמ]{1,2}[-־]?\Z")
#: A quotation mark with nothing beside it that belongs to a figure across it.
_SEAM = re.compile(r"[“„«”»](?:(?<=[“„«])(?<!\S.)(?=\w)|(?<=[”»])(?=[.,;:!?]?(?:\s|\Z)))")


def say_figures(text: str, tongue: Language) -> str:
    """Return a text with all that has digits in words."""
    said, last = list[str](), 0
    for one in _read(to_ascii(text), tongue.code):
        before, gap = text[last : one.start], " "
        # Hebrew writes its shortest words at the number: "in 5 days" is two words
        if tongue.code == "he" and _PREFIX.search(before):
            before, gap = before.rstrip("-־"), ""
        said += [before, gap, one.said, " "]
        last = one.end
    return "".join(said) + text[last:] if last else text


def find_unsure(text: str, tongue: Language) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of days, sums and numbers that a voice can't be sure of, in order."""
    return _find_unsure(text, tongue.code)


@lru_cache(maxsize=8192)
def _find_unsure(text: str, code: str) -> tuple[tuple[int, int], ...]:
    """It is cached, so shared sentences are read once for a whole batch."""
    found = _read(to_ascii(text), code)
    spans = [(one.start - one.beside[0], one.end + one.beside[1]) for one in found if not one.sure]
    other = () if text.isascii() else set(text).difference(_SAID_SIGNS)
    if numerals := {sign for sign in other if unicodedata.category(sign) == "No"}:
        spans += [(place, place + 1) for place, sign in enumerate(text) if sign in numerals]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and not re.search(r"\s", text[joined[-1][1] : start]):
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def _read(text: str, code: str) -> Iterator[Figure]:
    """Yield the figures of a text in their order.

    Only what stands near them is read, and a quotation by itself: so what was read when a script
    was composed is known when it is checked.
    """
    start = 0
    seams = [] if text.isascii() else [seam.start() for seam in _SEAM.finditer(text)]
    for end in (*seams, len(text)):
        if found := _FIGURES.search(text, start, end):
            begin = max(text.rfind(" ", start, max(start, found.start() - _NEAR)), start)
            stop = text.find(" ", found.end() + _NEAR, end)
            for one in _read_part(text[begin : end if stop < 0 else stop], code):
                yield one.move(begin)
        start = end + 1


@lru_cache(maxsize=8192)
def _read_part(text: str, code: str) -> Sequence[Figure]:
    """Return the figures of a part of a text in their order; of those that overlap, the first kind.

    The surest kinds come first.
    """
    tongue = language(code)
    found: list[Figure] = []
    taken = bytearray(len(text))
    there = _prefilter(code).may_match(text)
    for kind in _NEEDS:
        bare = kind in _BARE
        for one in kind(text, tongue) if kind in there else ():
            if not any(taken[one.start : one.end]):
                taken[one.start : one.end] = b"\1" * (one.end - one.start)
                found.append(_doubt(one, text, tongue, bare=bare))
    for rest in _DIGITS.finditer(text):
        if not taken[rest.start()]:
            said = say_whole(rest[0], tongue) if len(rest[0]) <= 12 else ""
            found.append(Figure(*rest.span(), said, sure=False))
    return sorted(found, key=lambda one: one.start)


def _doubt(one: Figure, text: str, tongue: Language, *, bare: bool) -> Figure:
    """Return a figure, in doubt if what stands beside it would change it."""
    before, after = text[max(0, one.start - 12) : one.start], text[one.end : one.end + 12]
    doubt = bool(_JOINT_BEFORE.search(before) or _JOINT.match(after))
    said_before = said_after = None
    if bare and not doubt:
        said_before, said_after = _BEFORE.search(before), _AFTER.match(after)
        signs = before.rstrip()[-1:] + after.lstrip()[:1]
        doubt |= any(unicodedata.category(sign) == "Sc" for sign in signs)
        doubt |= tongue.code in ("et", "ro", "pl") and bool(re.match(r"[-–][^\W\d_]", after))
        if tongue.code in ("et", "pl") and after[:2] == ". " and after[2:3].islower():
            return one._replace(end=one.end + 1, sure=False)  # an ordinal, and no pause after it
        word = _WORD.match(after)
        doubt |= word is not None and not _is_ending(word[0], before)
        doubt |= said_before is not None or said_after is not None
    if not doubt:
        return one
    start, end = said_before or _TOKEN_START.search(before), said_after or _TOKEN_END.match(after)
    beside = len(start[0]) if start else 0, len(end[0].rstrip()) if end else 0
    return Figure(one.start, one.end, one.said, sure=False, beside=beside)


def _is_ending(word: str, before: str) -> bool:
    """Return whether letters at a number change nothing: a unit, a flat's letter, Hebrew."""
    if not word.isascii():
        return word[0].lower() == word[0].upper()
    if word in ("m", "s"):  # 5m: metres, minutes or millions?
        return False
    return _UNIT.fullmatch(word) is not None or (
        len(word) == 1 and word.isupper() and (before[-1:].isalpha() or word not in "KMXB")
    )


def _find_ranges(text: str, tongue: Language) -> Iterator[Figure]:
    for found in _RANGE.finditer(text):
        mark = decimal_mark(tongue.code)
        (low, one), (high, two) = (read_number(found[at], mark) for at in (2, 3))
        said = [say_number(low, tongue, negative=bool(found["minus"])), say_number(high, tongue)]
        rises = low < high and not re.match(r"0\d", found[2])
        until = f" {tongue.until} " if rises else " "
        months = tuple(tongue.months) if tongue.code == "pl" else ()
        named = text.startswith(months, found.end() + 1)
        yield Figure(*found.span(), until.join(said), bool(one and two and rises and not named))


def _find_fractions(text: str, tongue: Language) -> Iterator[Figure]:
    for found in _FRACTION.finditer(text):
        said = tongue.fractions[found[2]]
        if found[1]:
            said = tongue.joined.format(say_whole(found[1], tongue), said)
        yield Figure(*found.span(), said)


def _find_ordinals(text: str, tongue: Language) -> Iterator[Figure]:
    for found in _ORDINAL.finditer(text) if tongue.code == "en" else ():
        yield Figure(*found.span(), spell_ordinal(int(found[1]), tongue.code))


def _find_numbers(text: str, tongue: Language) -> Iterator[Figure]:
    mark = decimal_mark(tongue.code)
    first = _DIGITS.search(text)
    # the sign and the point of "-.5" may be before its digits
    for found in _NUMBER.finditer(text, max(0, first.start() - 2)) if first else ():
        number, sure = read_number(found[2], mark)
        said = say_number(number, tongue, negative=bool(found["minus"]))
        if tail := _TAIL.fullmatch(found[2]):
            measured = _MEASURED.match(text, found.end())
            dated = _DATED.fullmatch(found[2]) and (
                mark == "," or (tongue.code == "he" and text[: found.start()].endswith(("-", "־")))
            )
            # a comma in English may be a list; a point in Polish a day, a time or a decimal
            sure = not dated if "." in tail[0] else sure
            sure |= measured is not None
        yield Figure(*found.span(), said, sure and bool(said) and not found["even"])


#: The kinds of figures, the surest first → what RE2 finds wherever there is one. `{money}` is any
#: sign or code of a currency, `{months}` how any month begins.
_NEEDS: Mapping[Callable[[str, Language], Iterator[Figure]], str] = {
    find_days: r"\d[./:-]\d|\d\.? ?(?i:{months})",
    find_sums: "{money}",
    find_parts: r"\d[./,]\d",
    find_ids: r"#|[A-Z][-/]?\d{3}|(?:^|[^0-9])0\d|(?:\d\D{0,3}){6}\d",
    _find_ranges: r"\d%?[ \x{a0}]?[-–—][ \x{a0}]?[\d.]",
    _find_fractions: "[½¼¾]",
    _find_ordinals: r"\d(?i:st|nd|rd|th)",
    _find_numbers: r"\d",
}
#: Those that are only a number, which what stands beside it may change.
_BARE = frozenset({_find_ranges, _find_fractions, _find_ordinals, _find_numbers})


@cache
def _prefilter(code: str) -> Prefilter[Callable[[str, Language], Iterator[Figure]]]:
    money = any_of({*SIGNS, *currency_codes()})
    months = any_of({month[:3] for month in language(code).months})
    return Prefilter(
        {
            kind: needs.replace("{money}", money).replace("{months}", months)
            for kind, needs in _NEEDS.items()
        }
    )
