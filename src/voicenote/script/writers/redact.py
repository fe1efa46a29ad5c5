"""Placeholders for names and addresses, so that they need not leave the machine. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voicenote.model.case import Case
from voicenote.model.greeting import is_nameless
from voicenote.script.context import ScriptContext

_CONTACT = re.compile(
    r"https?://\S+|www\.\S+|[^\s@<>]{1,64}@[^\s@<>]{1,200}\.\w{1,20}|(?<!\w)@\w{3,}"
    r"|(?<![\w.,])(?:\+|00?)[1-9](?:[ ()./-]{0,4}\d){6,14}(?!\w)"
    r"|(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,8}(?!\w)"
    r"|(?<![\w.,])(?:\d{4}[ -]){3}\d{4}(?!\w)|(?<!\w)\d{3}-\d{3}-\d{3,4}(?!\w)"
)
_TOKEN = re.compile(r"\{[a-z_]+\d*\}")


@dataclass(frozen=True, slots=True)
class Redaction:
    """Tokens and what they stand for; without tokens everything stays as it is."""

    tokens: Mapping[str, str]
    _pattern: re.Pattern[str] | None
    _keys: Mapping[str, str]
    _contacts: bool

    def hide(self, value: Any) -> Any:
        """Return a JSON value with names and addresses as tokens."""
        if isinstance(value, str):
            return self._hide_text(value)
        if isinstance(value, Mapping):
            return {key: self.hide(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.hide(one) for one in value]
        return value

    def _hide_text(self, text: str) -> str:
        if self._contacts:
            text = _CONTACT.sub("{contact}", text)
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._keys[found[0].casefold()], text)

    def reveal(self, value: Any) -> Any:
        """Return a JSON value with what the tokens stand for; an unknown one stays."""
        if isinstance(value, str):
            return _TOKEN.sub(lambda found: self.tokens.get(found[0], found[0]), value)
        if isinstance(value, Mapping):
            return {key: self.reveal(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.reveal(one) for one in value]
        return value


#: The redaction that hides nothing.
AS_THEY_ARE = Redaction({}, None, {}, _contacts=False)


def redaction_of(case: Case, context: ScriptContext, greeted: str) -> Redaction:
    """Return the tokens for everybody who is named in a case, and for its addresses.

    `greeted` is what the greeting calls the customer.
    """
    tokens: dict[str, str] = {}
    keys: dict[str, str] = {}
    for token, said, names in _people(case, context, greeted):
        if said:
            tokens[token] = said
        for name in names:
            if len(name) > 1:
                keys.setdefault(name.casefold(), token)
    ways = sorted(keys, key=len, reverse=True)
    # a short name may be a word too ("will"): only with its capital letter is it a name
    pattern = "|".join(f"(?i:{re.escape(way)})" if len(way) > 4 else _capital(way) for way in ways)
    found = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") if ways else None
    return Redaction(tokens, found, keys, _contacts=True)


def _capital(name: str) -> str:
    return f"{re.escape(name[0].upper())}(?i:{re.escape(name[1:])})"


def _people(
    case: Case, context: ScriptContext, greeted: str
) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Yield (token, what it stands for, the names that it hides)."""
    person = case.customer
    yield "{business}", context.business, [context.business]
    yield "{owner}", context.owner, [context.owner, *_parts(context.owner)]
    yield "{greeting}", person.greet_as, [person.greet_as]
    names = [] if is_nameless(person.name) else [person.name, *_parts(person.name)]
    known = [*names, person.say_as, *_parts(person.say_as)]
    yield "{customer}", greeted or person.name if names else "", known
    values = [one.value for one in person.addresses]
    yield "{contact}", "", values
    others = [*case.complaint.involved, case.complaint.owner]
    others += [one.owner for one in case.complaint.promises]
    others += [one.promise.owner for one in case.amends]
    others += [case.lesson.owner] if case.lesson else []
    kept = [one for one in dict.fromkeys(others) if one and one != context.owner]
    for number, name in enumerate(kept, 1):
        yield f"{{person_{number}}}", name, [name, *_parts(name)]


def _parts(name: str) -> list[str]:
    """Return the parts of a name that are names themselves, not initials or small words."""
    return [part for part in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", name) if len(part) > 2]
