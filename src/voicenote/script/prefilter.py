"""Which of many patterns may match a text at all, told by RE2 in one walk over it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import reduce
from typing import Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)

#: What RE2 lacks, or knows fewer letters of → what matches wherever that does, or more often.
_WIDER = (
    (r"(?<!\w)", "(?:^|[^a-z0-9_])"), (r"(?!\w)", "(?:$|[^a-z0-9_])"),
    (r"\w{0,20}", "[^ ]*"), (r"\w", "[^ ]"), (r"\s", "[^a-z0-9_]"), (r"\A", "^"),
)  # fmt: skip


#: How many bytes RE2 may keep of what it has seen.
_MEMORY = 32 << 20


class Prefilter(Generic[Name]):
    """Patterns with names, in the part of Python's syntax that `_WIDER` makes RE2 know.

    It is asked before Python's own patterns, each of which takes a walk of its own.
    """

    def __init__(self, patterns: Mapping[Name, str]) -> None:
        import re2

        options = re2.Options()
        options.log_errors = False
        self._names = list(patterns)
        options.max_mem = _MEMORY
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns.values():
            self._set.Add(reduce(lambda one, sign: one.replace(*sign), _WIDER, pattern))
        self._set.Add("")  # it matches everything, unless RE2 has given up
        self._set.Compile()

    def may_match(self, text: str) -> set[Name]:
        """Return the names of the patterns that may match in a text; never too few."""
        places = set(self._set.Match(text.encode(errors="replace")) or ())
        if len(self._names) not in places:
            return set(self._names)  # it ran out of memory, and doesn't say so
        return {self._names[place] for place in places if place < len(self._names)}
