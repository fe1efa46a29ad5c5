"""Placeholders for a case's own words in a template, until its lines have been split.

A customer's words never pass through Jinja. Each value goes in as one private-use character (its
mark), and is swapped for the words afterwards. So no value can become a tag, a heading or a second
sentence, and a sentence with a case's own value is known to be personal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_FIRST_MARK = 0xE000
#: A value of so many words can stand within a sentence, unless one ends inside it.
_BRIEF = 8
_END = re.compile(r"[.?!…؟]\s")
#: Every mark that a placeholder can have.
MARKS = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True, slots=True)
class Blank:
    """A value as a template sees it: true when it isn't empty, and printed as its mark.

    `brief`: it is short enough to stand within a sentence.
    """

    mark: str
    filled: bool
    brief: bool = False

    def __str__(self) -> str:
        return self.mark

    def __bool__(self) -> bool:
        return self.filled

    def __hash__(self) -> int:
        return hash(self.mark)


@dataclass(frozen=True, slots=True)
class Choice(Blank):
    """A blank that holds one of a few codes, such as ``refund``; a template may ask which one."""

    _code: str = ""  # the sandbox hides names with an underscore from templates

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Choice):
            return (self.mark, self._code) == (other.mark, other._code)
        return self._code == other

    def __hash__(self) -> int:
        return hash(self._code)


#: Everything a template may be given. No plain text: a case's words would be taken for ours.
TemplateValue = Blank | bool | None | tuple["TemplateValue", ...]


@dataclass(slots=True)
class Placeholders:
    """The values of one rendering: (written, spoken, personal) of each mark, in order.

    `facts` has the name of the case's fact that each of them says, or "". The first mark stands for
    all that is empty.
    """

    values: list[tuple[str, str, bool]] = field(default_factory=lambda: [("", "", True)])
    facts: list[str] = field(default_factory=lambda: [""])

    def put(self, text: str, spoken: str, *, personal: bool = True, fact: str = "") -> Blank:
        """Return a blank that is written as `text` and spoken as `spoken`."""
        if not (text or spoken):
            return _EMPTY
        mark = self._mark(text, spoken, personal=personal, fact=fact)
        return _blank(mark, filled=bool(text), brief=bool(spoken) and is_brief(spoken))

    def choose(self, code: str) -> Choice:
        """Return a blank that a template may compare with a code; it prints as the code."""
        return Choice(self._mark(code, code, personal=True), filled=bool(code), _code=code)

    def _mark(self, text: str, spoken: str, *, personal: bool, fact: str = "") -> str:
        self.values.append((text, spoken, personal))
        self.facts.append(fact)
        return chr(_FIRST_MARK + len(self.values) - 1)


_EMPTY = Blank(chr(_FIRST_MARK), filled=False)


@lru_cache(maxsize=2048)
def _blank(mark: str, *, filled: bool, brief: bool) -> Blank:
    """Return the only blank with this mark: the same one is quickly known to be equal."""
    return Blank(mark, filled, brief)


@lru_cache(maxsize=8192)
def is_brief(spoken: str) -> bool:
    """Return whether words can stand within a sentence: there are some, and only a few."""
    return 0 < len(spoken.split()) <= _BRIEF and not _END.search(spoken)


def mark_numbers(line: str) -> tuple[int, ...]:
    """Return the number of each mark in a line, in order."""
    return tuple(ord(mark) - _FIRST_MARK for mark in MARKS.findall(line))


def refuse_plain_values(values: Mapping[str, object]) -> None:
    """Raise TypeError when one of `values`, or a part of one, isn't a TemplateValue."""
    for name, value in values.items():
        if isinstance(value, tuple):
            names = getattr(value, "_fields", range(len(value)))
            inner = zip(names, value, strict=True)
            refuse_plain_values({f"{name}.{part}": one for part, one in inner})
        elif not isinstance(value, Blank | bool | None):
            raise TypeError(
                f"the template value {name} is a plain {type(value).__name__}: put it on the "
                "placeholders, so that its sentence is personal"
            )
