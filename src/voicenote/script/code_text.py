"""What isn't one number: ratings, versions, phone numbers, numbers of orders; how they are said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicenote.script.amount_text import START, Figure, read_number, say_number, say_whole
from voicenote.script.languages import Language
from voicenote.script.numbers import spell_digits

#: How "4 out of 5" and "version 2.10" are said. Estonian bends the number, so it has few.
_OUT_OF = {"en": "out of", "he": "מתוך", "ro": "din", "pl": "na", "fa": "از"}
_OUT_OF_ESTONIAN = {"5": "viiest", "10": "kümnest", "100": "sajast"}
_DOT = {"en": "point", "he": "נקודה", "ro": "punct", "pl": "kropka", "fa": "نقطه", "et": "punkt"}
_STARS = r"(?= (?:stars?|stele|gwiazd\w+|tärni\w*|כוכבים|ستاره))"
_RATING = re.compile(
    START + r"(?:(\d{1,2}[.,]\d{1,2})/(\d{1,3})|(\d{1,2})/(5|10)" + _STARS + r")(?![\w/]|[.,]\d)"
)
_TWIN = re.compile(START + r"(\d{1,2})/(\d{1,2})(?![\w/]|[.,]\d)")
_VERSION = re.compile(START + r"[vV]?(\d{1,4}(?:\.\d{1,5}){2,4})(?![\w/-]|[.,]\d)")
#: What is said digit by digit: phones; numbers of orders and the like; what is too long to be said.
_PHONE = re.compile(
    START
    + r"\+?(?:\(\d{1,4}\)|\d{1,4})(?:[ \u00a0./-]?(?:\(\d{1,4}\)|\d{2,4})){1,7}(?![\w/-]|[.,]\d)"
)
_ID = re.compile(
    START + r"(?:#[ \u00a0]?(?=[\w-]{0,12}\d)\w{1,30}(?:[-/]\w{1,30}){0,6}"
    r"|[A-Z]{1,6}[-/]?\d{3,30}[A-Z]{0,6}(?:[-/][\dA-Z]{1,30}){0,6}"
    r"|(?<!\d[ \u00a0'’])0\d{1,30}|\d{7,30})"
    r"(?![\w/-]|[.,]\d)"
)


def find_parts(text: str, tongue: Language) -> Iterator[Figure]:
    """Yield ratings, pairs such as 24/7, and versions."""
    for found in _RATING.finditer(text):
        one, most = found[1] or found[3], found[2] or found[4]
        number = say_number(read_number(one, "." if "." in one else ",")[0], tongue)
        out_of = _OUT_OF.get(tongue.code)
        said = f"{out_of} {say_whole(most, tongue)}" if out_of else _OUT_OF_ESTONIAN.get(most, "")
        yield Figure(*found.span(), f"{number} {said}", bool(said))
    for found in _TWIN.finditer(text):
        pair = int(found[1]), int(found[2])
        said = f"{say_whole(found[1], tongue)} {say_whole(found[2], tongue)}"
        yield Figure(*found.span(), said, pair == (24, 7) or (sum(pair) == 100 and min(pair) > 0))
    for found in _VERSION.finditer(text):
        numbers = found[1].split(".")
        if not (len(numbers[0]) < 4 and all(len(one) == 3 for one in numbers[1:])):
            said = f" {_DOT[tongue.code]} ".join(say_whole(one, tongue) for one in numbers)
            day = len(numbers) == 3 and len(numbers[2]) in (2, 4) and "v" not in found[0].lower()
            yield Figure(*found.span(), said, not day)


def find_ids(text: str, tongue: Language) -> Iterator[Figure]:
    """Yield phone numbers, and numbers of orders and the like, digit by digit."""
    for found in _PHONE.finditer(text):
        groups = re.findall(r"\d+", found[0])
        if (sure := _is_phone(found[0], groups)) is not None:
            card = sum(map(len, groups)) > 15
            said = ", ".join(spell_digits(one, tongue) for one in groups)
            plus = "+ " if found[0].startswith("+") else ""
            yield Figure(*found.span(), "" if card else plus + said, sure and not card)
    for found in _ID.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if re.fullmatch(r"#?\s?[1-9]\d{0,2}|[1-9]\d{0,8}0000", found[0]):
            continue
        said = spell_digits(found[0], tongue) if len(digits) <= 12 else ""
        mark = "# " if found[0].startswith("#") and said else ""
        yield Figure(*found.span(), mark + said, bool(said))


def _is_phone(text: str, groups: list[str]) -> bool | None:
    """Return whether groups of digits are a phone number; False if that isn't sure, None if not."""
    count = sum(map(len, groups))
    if count < 7:
        return None
    if text.startswith(("+", "0")) or "(" in text or re.fullmatch(r"(?:\d+-){2,}\d+", text):
        return True
    if re.fullmatch(r"\d{3}-\d{4}", text):
        return True if groups[1][0] == "0" else None if text[-2:] == "00" else False
    spaced = re.fullmatch(r"(?:\d+ )+\d+", text)
    if count > 15 or text.endswith("000"):
        return False if count > 15 else None
    if not spaced or (
        all(len(one) == 3 for one in groups[1:]) and (len(groups) != 3 or len(groups[0]) < 3)
    ):
        return None
    return False
