"""Languages: their quote marks, dates, money, symbols, pace, and our phrases in them.

Each language is one plain TOML file, ``templates/<language>.toml``, that a native speaker can read
and correct.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

#: The folder of packaged template skeletons and of each language's file.
PACKAGED = Path(__file__).parent / "templates"
#: The language used when the wanted one has no templates.
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Coin:
    """A currency as it is spoken: its name by CLDR plural form, and the same for its hundredth.

    A form that begins with ``=`` already includes the number ("one shekel" in Hebrew). `in_words`:
    it is named in writing too, without a sign or a code.
    """

    forms: Mapping[str, str]
    minor: Mapping[str, str]
    gender: str
    minor_gender: str
    in_words: bool = False

    def name(self, category: str) -> str:
        """Return the unit's name for a CLDR plural category."""
        return self.forms.get(category) or self.forms["other"]

    def minor_name(self, category: str) -> str:
        """Return the hundredth's name for a CLDR plural category; may be ""."""
        return self.minor.get(category) or self.minor.get("other", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language's tables.

    `pace` is a calm reader's words per minute. `gender` is the end of the RBNF rule name for plain
    numbers. `date` and `date_with_year` are spoken patterns with {weekday}, {day}, {month} and
    {year}; `paper_date` is a CLDR pattern for writing. `by` is a spoken day by which something is
    done, with its own forms of the words where they have one (`weekdays_by` …); `paper_by` is the
    written one. `months` are of the `calendar`: "persian", or "" for the Gregorian one. `joined`
    joins an amount and its hundredths or `fractions`; `until` stands in ranges, `comma` before a
    quotation. `digits`, if given, are used in writing. A quotation drops opening `salutations`.
    `forms` are the forms of address in the order of a phrase's round brackets; `greeting` is how
    somebody is called, by form, and
    `titles` are words that a name may begin with. `outdated` has the words that are true only on
    their day; `subjects` are by kind of message, `matters` by kind of failure, `phrases` by
    template or kind of failure, then by name.
    """

    code: str
    pace: int
    quotes: Sequence[str]
    gender: str
    weekdays: Sequence[str]
    days: Sequence[str]
    months: Sequence[str]
    date: str
    date_with_year: str
    paper_date: str
    by: str
    paper_by: str
    by_year: str
    paper_by_year: str
    weekdays_by: Sequence[str] = ()
    days_by: Sequence[str] = ()
    months_by: Sequence[str] = ()
    ordinal_years: bool = False
    calendar: str = ""
    joined: str
    point: str
    until: str
    comma: str = ","
    fractions: Mapping[str, str]
    digits: str = ""
    symbols: Mapping[str, str]
    amends: Mapping[str, str]
    amends_after: Mapping[str, str]
    salutations: Sequence[str]
    forms: Sequence[str]
    greeting: Mapping[str, str]
    titles: Sequence[str] = ()
    coins: Mapping[str, Coin]
    outdated: Mapping[str, Sequence[Any]]
    subjects: Mapping[str, str]
    matters: Mapping[str, str]
    phrases: Mapping[str, Mapping[str, str | list[str]]]


def _coin(table: Mapping[str, Any], gender: str) -> Coin:
    def forms(names: str | Mapping[str, str]) -> Mapping[str, str]:
        return {"other": names} if isinstance(names, str) else names

    gender = table.get("gender", gender)
    minor_gender = table.get("minor_gender", gender)
    in_words = table.get("in_words", False)
    return Coin(forms(table["unit"]), forms(table.get("minor", {})), gender, minor_gender, in_words)


@cache
def packaged_languages() -> frozenset[str]:
    """Return the languages that have a packaged file."""
    return frozenset(file.stem for file in PACKAGED.glob("*.toml"))


@cache
def language(code: str) -> Language:
    """Return the packaged tables of a language, or the English ones when it has none."""
    if code not in packaged_languages():
        return language(FALLBACK)
    table = tomllib.loads((PACKAGED / f"{code}.toml").read_text(encoding="utf-8"))
    money = table.pop("money").items()
    coins = {name: _coin(coin, table["gender"]) for name, coin in money}
    return Language(code=code, coins=coins, **table.pop("dates"), **table)


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """The language a script will be in, and whether it is a fallback for the wanted one."""

    language: str
    fell_back: bool


def language_for(wanted: str, available: Collection[str]) -> LanguageChoice:
    """Return the language among `available` for the BCP 47 tag `wanted`, or else English.

    English counts as a fallback unless `wanted` is empty.
    """
    if not wanted.strip():
        return LanguageChoice(FALLBACK, fell_back=False)
    # langcodes takes a tenth of a second to import, and knows nothing else of our own codes
    ours = wanted in packaged_languages()
    primary = wanted if ours else _primary(wanted.strip().replace("_", "-"))
    if primary in available:
        return LanguageChoice(primary, fell_back=False)
    return LanguageChoice(FALLBACK, fell_back=True)


@lru_cache(maxsize=256)
def _primary(tag: str) -> str:
    """Return the language of a tag by its current code (``iw`` is ``he``); "" if unreadable."""
    from langcodes import Language as Tag
    from langcodes.tag_parser import LanguageTagError

    try:
        return Tag.get(tag, normalize=True).language or ""
    except LanguageTagError:
        return ""
