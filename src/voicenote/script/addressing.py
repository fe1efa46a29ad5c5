"""How a customer is addressed, and how the owner speaks of themselves. Nothing is guessed (R23).

A phrase writes forms of address in round brackets, ``(ati/atah/at)``, and forms of the owner's own
gender in square ones, ``[neutral/man/woman]``. The first is neutral, and stands for those left out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from voicenote.model.case import Customer
from voicenote.model.greeting import name_to_greet
from voicenote.script.languages import Language
from voicenote.script.placeholders import MARKS
from voicenote.script.quoting import clean_name

#: The forms in square brackets, in their order.
SPEAKERS = ("", "man", "woman")
#: A form that is the same as the one before it.
SAME = "="
#: What separates the wordings of one sentence.
OR = " | "
_FORMS = re.compile(r"\(([^()/]*(?:/[^()/]*)+)\)|\[([^\[\]/]*(?:/[^\[\]/]*)+)\]")


class Forms(NamedTuple):
    """The places of the forms to take: in round brackets, and in square ones."""

    listener: int
    speaker: int


#: What is said to anybody, by anybody.
NEUTRAL = Forms(0, 0)


def choose_forms(who: Customer, owner_gender: str, tongue: Language) -> Forms:
    """Return the forms for a customer and an owner; neutral ones for what isn't known."""
    formal = "formal" if _is_formal(who, tongue) else who.formality
    wanted = ("several",) if who.how_many == "several" else (formal, who.gender)
    listener = next((one for one in wanted if one in tongue.forms[1:]), tongue.forms[0])
    speaker = SPEAKERS.index(owner_gender) if owner_gender in SPEAKERS else 0
    return Forms(tongue.forms.index(listener), speaker)


def _is_formal(who: Customer, tongue: Language) -> bool:
    """Return whether a customer is greeted formally: as wished, or else because of a title."""
    called = clean_name(who.greet_as or who.name)
    titled = clean_name(who.title) or _begins_with_title(called, tongue)
    return who.formality == "formal" or (bool(titled) and who.formality != "familiar")


def _begins_with_title(name: str, tongue: Language) -> bool:
    words = name.split()
    return len(words) > 1 and words[0].casefold().rstrip(".") in tongue.titles


class Wordings(NamedTuple):
    """The wordings of one sentence; its `key`, with a case's seed, always chooses the same one."""

    ways: tuple[str, ...]
    key: bytes


@lru_cache(maxsize=4096)
def read_wordings(text: str) -> Wordings:
    """Return the wordings in a line of a template."""
    return Wordings(tuple(text.split(OR)), MARKS.sub("", text).encode())


def list_wordings(text: str) -> list[str]:
    """Return every wording of a sentence in every form."""
    return sorted(
        {
            inflect(one, Forms(listener, speaker))
            for one in read_wordings(text).ways
            for listener in range(5)
            for speaker in range(len(SPEAKERS))
        }
    )


def inflect(text: str, forms: Forms) -> str:
    """Return a wording in these forms of address and of the owner's own gender."""

    def take(found: re.Match[str]) -> str:
        listener = found[1] is not None
        ways = (found[1] if listener else found[2]).split("/")
        at = forms.listener if listener else forms.speaker
        at = at if at < len(ways) else 0
        while ways[at] == SAME:
            at -= 1
        return ways[at]

    return " ".join(_FORMS.sub(take, text).split())


def greet(who: Customer, tongue: Language) -> tuple[str, str]:
    """Return how a customer is greeted (written, spoken); both "" when without a name.

    `greet_as` is used as it was given. Otherwise the language's table says which part of the name
    is called out, and with which title.
    """
    if given := clean_name(who.greet_as):
        return given, given
    called = name_to_greet(who.name, who.say_as)
    if not called:
        return "", ""
    title = clean_name(who.title)
    formal = _is_formal(who, tongue)
    wanted = (
        "title" if title and formal else "",
        "several" if who.how_many == "several" else "",
        "familiar" if who.formality == "familiar" else "",
        who.gender,
        "formal" if formal else "",
        "neutral",
    )
    pattern = next(tongue.greeting[one] for one in wanted if one in tongue.greeting)
    name = clean_name(called)
    return (
        _call(pattern, name, title, tongue),
        _call(pattern, clean_name(who.say_as) or name, title, tongue),
    )


def _call(pattern: str, name: str, title: str, tongue: Language) -> str:
    """Return a name in a language's pattern; a title that it begins with isn't a first name."""
    words = name.split()
    first = name if _begins_with_title(name, tongue) else words[0]
    last = words[-1]
    return pattern.format(name=name, first=first, last=last, title=title)
