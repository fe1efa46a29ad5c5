"""A pattern matcher that reads the text once, whatever the pattern. Pure.

Python's `re` tries one alternative after another, so a crafted text can keep it busy for years.
Here all alternatives advance together, one character at a time, as in RE2: a pattern may be wrong,
but never slow. So anyone who speaks the language can safely correct its list of words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

#: How many moments are cached: more than ordinary messages ever need.
REMEMBERED = 20_000
#: Repetition sign → least and most times; None for no upper limit.
_TIMES = {"?": (0, 1), "*": (0, None), "+": (1, None)}
#: Stand-ins for every letter that a pattern does not name, and for every other character.
_LETTER, _SIGN = "\ue000", "\ue001"

#: Takes the state where a part of a pattern begins, adds the part, returns the state where it ends.
_Part = Callable[[int], int]


def _is_letter(sign: str) -> bool:
    return sign in (_LETTER, "_") or sign.isalnum()


#: Character class, as written after a backslash → whether a character belongs to it.
_KINDS: dict[str, Callable[[str], bool]] = {
    "w": _is_letter,
    "W": lambda sign: not _is_letter(sign),
    "S": lambda sign: not sign.isspace(),
}


@dataclass(slots=True)
class _Place:
    """A state of the pattern: where each character leads, and where one gets without any."""

    signs: dict[str, list[int]] = field(default_factory=dict)
    kinds: list[tuple[Callable[[str], bool], int]] = field(default_factory=list)
    free: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Moment:
    """All states the matcher may be in at one point of the text. `then` is filled on the way."""

    places: frozenset[int]
    whole: bool
    then: dict[str, _Moment] = field(default_factory=dict)


class Automaton:
    r"""A pattern of characters, ``( | )``, ``[ ]``, ``? * + {m,n}``, ``\w``, ``\W`` and ``\S``."""

    def __init__(self, pattern: str) -> None:
        """Compile `pattern`. Raises ValueError for a pattern that isn't valid."""
        self._places = [_Place()]
        part, rest = self._either(pattern)
        if rest:
            raise ValueError(f"a bracket too much before {rest!r}")
        self._end = part(0)
        self._named = {sign for place in self._places for sign in place.signs}
        self._moments: dict[frozenset[int], _Moment] = {}
        self._first = self._moment([0])

    def matches(self, text: str) -> bool:
        """Return whether the whole of `text` matches."""
        here = self._first
        for here in self._walk(text):
            if not here.places:
                return False
        return here.whole

    def begins(self, text: str) -> bool:
        """Return whether some beginning of `text` matches."""
        return self._first.whole or any(here.whole for here in self._walk(text))

    def _walk(self, text: str) -> Iterator[_Moment]:
        here = self._first
        for sign in text:
            found = here.then.get(sign)
            here = found if found is not None else self._step(here, sign)
            yield here

    def _step(self, here: _Moment, sign: str) -> _Moment:
        if sign not in self._named:
            sign = _LETTER if _is_letter(sign) else sign if sign.isspace() else _SIGN
        found = here.then.get(sign)
        if found is None:
            next_: list[int] = []
            for number in here.places:
                place = self._places[number]
                next_ += place.signs.get(sign, ())
                next_ += [to for is_one, to in place.kinds if is_one(sign)]
            found = here.then[sign] = self._moment(next_)
        return found

    def _moment(self, numbers: list[int]) -> _Moment:
        """Return the moment for these states and all that they reach without a character."""
        reached = set(numbers)
        while numbers:
            more = {to for number in numbers for to in self._places[number].free} - reached
            reached |= more
            numbers = list(more)
        places = frozenset(
            number
            for number in reached
            if number == self._end or self._places[number].signs or self._places[number].kinds
        )
        if len(self._moments) >= REMEMBERED:
            self._moments.clear()
            self._first.then.clear()
        return self._moments.setdefault(places, _Moment(places, self._end in places))

    # -- parsing a pattern: each step parses what it knows, and returns the rest -----------------

    def _either(self, pattern: str) -> tuple[_Part, str]:
        part, rest = self._row(pattern)
        parts = [part]
        while rest.startswith("|"):
            part, rest = self._row(rest[1:])
            parts.append(part)

        def build(start: int) -> int:
            end = self._new()
            for each in parts:
                self._places[each(start)].free.append(end)
            return end

        return build, rest

    def _row(self, pattern: str) -> tuple[_Part, str]:
        parts: list[_Part] = []
        while pattern and pattern[0] not in "|)":
            part, pattern = self._one(pattern)
            often, pattern = _often(pattern)
            parts.append(part if often is None else self._repeated(part, *often))

        def build(start: int) -> int:
            for each in parts:
                start = each(start)
            return start

        return build, pattern

    def _one(self, pattern: str) -> tuple[_Part, str]:
        sign, rest = pattern[0], pattern[1:]
        if sign == "(":
            part, rest = self._either(rest)
            if not rest.startswith(")"):
                raise ValueError(f"a bracket is not closed: {pattern!r}")
            return part, rest[1:]
        if sign == "[":
            signs, closed, rest = rest.partition("]")
            if not closed:
                raise ValueError(f"a bracket is not closed: {pattern!r}")
            return self._signs(signs), rest
        if sign == "\\":
            if rest[:1] not in _KINDS:
                raise ValueError(f"a backslash means nothing here: {pattern!r}")
            return self._kind(_KINDS[rest[0]]), rest[1:]
        if sign in "?*+{}].^$":
            raise ValueError(f"a sign that means nothing here: {pattern!r}")
        return self._signs(sign), rest

    def _signs(self, signs: str) -> _Part:
        def build(start: int) -> int:
            end = self._new()
            for sign in signs:
                self._places[start].signs.setdefault(sign, []).append(end)
            return end

        return build

    def _kind(self, is_one: Callable[[str], bool]) -> _Part:
        def build(start: int) -> int:
            end = self._new()
            self._places[start].kinds.append((is_one, end))
            return end

        return build

    def _repeated(self, part: _Part, least: int, most: int | None) -> _Part:
        def build(start: int) -> int:
            for _ in range(least):
                start = part(start)
            # a state of its own, so that nothing starting there leads back into the repetition
            here = self._new()
            self._places[start].free.append(here)
            if most is None:
                self._places[part(here)].free.append(here)
                return here
            ends = [here]
            for _ in range(most - least):
                here = part(here)
                ends.append(here)
            end = self._new()
            for each in ends:
                self._places[each].free.append(end)
            return end

        return build

    def _new(self) -> int:
        self._places.append(_Place())
        return len(self._places) - 1


def _often(pattern: str) -> tuple[tuple[int, int | None] | None, str]:
    """Return the repetitions (least, most) at the start of `pattern`, or None, and the rest."""
    if pattern[:1] in _TIMES:
        return _TIMES[pattern[0]], pattern[1:]
    if not pattern.startswith("{"):
        return None, pattern
    numbers, closed, rest = pattern[1:].partition("}")
    least, comma, most = numbers.partition(",")
    if not (closed and comma and least.isdecimal() and most.isdecimal()):
        raise ValueError(f"braces hold two numbers: {pattern!r}")
    return (int(least), int(most)), rest
