"""The codes of rules that were told, such as (R6), and what they mean, in a line each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: The code of a rule of the method, in brackets or before what it says.
_RULE = re.compile(r"(?:(?<=\()|^)[RS]\d{1,2}(?=\)|: )", re.MULTILINE)
#: How many are explained.
_MOST = 3


@dataclass(slots=True)
class RuleNotes:
    """The rules that one command has named, in their order."""

    _told: dict[str, None] = field(default_factory=dict)

    def hear(self, text: str) -> None:
        """Note the codes in a text that is told."""
        self._told |= dict.fromkeys(_RULE.findall(text))

    def leave_out(self, code: str) -> None:
        """Don't explain a rule, as the command has just done so."""
        self._told.pop(code, None)

    def explain(self) -> Iterator[str]:
        """Yield what the first of them mean, and how to read more."""
        if self._told:
            from voicenote.script.check.findings import titles

            known = titles()
            for code in [one for one in self._told if one in known][:_MOST]:
                yield f"{code}: {known[code]}. More: voicenote check --explain {code}"
