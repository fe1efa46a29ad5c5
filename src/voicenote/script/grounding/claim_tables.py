"""The judge's tables of one language each, from ``claims.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_phrases import ClaimPhrases
from voicenote.script.languages import language
from voicenote.script.numbers import spell_number, spell_ordinal

#: The prefix of the groups of deeds, by their kind.
DEED = "deed "
#: The prefix of the groups of units of time that a story counts in.
LENGTH = "length "
#: Letters that are attached before a Hebrew word: and, the, that, in, to, as, from.
_PREFIXES = {"he": "והשבלכמ"}
#: What may be attached to a number.
_ATTACHED = {"fa": "و"}
_WORDS = ("mine", "my", "ours", "free", "capitals")
_GROUPS = ("vows", "theirs", "done", "relative", "spans", "percent", "units")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTables:
    """What the judge knows of one language; everything is folded.

    `phrases` finds the groups of phrases, deeds by their kind under `DEED`, and days and months by
    their numbers. `prefixes` are letters that may stand before any word, `attached` those before a
    number. `numbers` maps number words to what they are.
    """

    code: str
    phrases: ClaimPhrases
    mine: frozenset[str]
    my: frozenset[str]
    ours: frozenset[str]
    numbers: Mapping[str, float]
    free: frozenset[str]
    capitals: frozenset[str]
    prefixes: str
    attached: str


@cache
def known_languages() -> frozenset[str]:
    """Return the languages that can be judged."""
    return frozenset(_read("claims"))


@cache
def _read(name: str) -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def claim_tables(code: str) -> ClaimTables:
    """Return the tables of a language that is in `known_languages()`."""
    table: dict[str, object] = dict(_read("claims")[code])
    groups: dict[str, Iterable[str]] = {name: _texts(table.get(name)) for name in _GROUPS}
    deeds = table["deeds"]
    if isinstance(deeds, dict):
        groups |= {f"{DEED}{kind}": _texts(phrases) for kind, phrases in deeds.items()}
    lengths = table["lengths"]
    if isinstance(lengths, dict):
        groups |= {f"{LENGTH}{unit}": _texts(said) for unit, said in lengths.items()}
    for name in ("weekdays", "months", "near"):
        rows = table[name]
        if isinstance(rows, list):
            groups |= {f"{name} {place}": _texts(row) for place, row in enumerate(rows)}
    prefixes = _PREFIXES.get(code, "")
    return ClaimTables(
        code=code,
        phrases=ClaimPhrases(groups, prefixes),
        numbers=_number_words(code, table["numbers"]),
        prefixes=prefixes,
        attached=prefixes or _ATTACHED.get(code, ""),
        **{name: frozenset(fold(word)[0] for word in _texts(table.get(name))) for name in _WORDS},
    )


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _number_words(code: str, extra: object) -> dict[str, float]:
    """Return number words and their numbers: of CLDR's rules, of days of the month, and `extra`."""
    tongue = language(code)
    found: dict[str, float] = {}
    for number in (*range(101), *range(200, 1000, 100), 1000, 2000, 10**6):
        for gender in {"", tongue.gender, "masculine", "feminine", "neuter"}:
            for said in (spell_number(number, code, gender), spell_ordinal(number, code)):
                words = re.split(r"[\s-]+", fold(said)[0])
                if len(words) == 1 and words[0]:
                    found.setdefault(words[0], number)
    # tens and hundreds that are two words in one language are plurals of one: "două sute", "mii"
    for number, many in ((200, 100), (300, 100), (2000, 1000), (5000, 1000), (2 * 10**6, 10**6)):
        words = re.split(r"[\s-]+", fold(spell_number(number, code, tongue.gender))[0])
        if len(words) > 1:
            found.setdefault(words[-1], many)
    if isinstance(extra, dict):
        found |= {fold(word)[0]: float(number) for word, number in extra.items()}
    return found
