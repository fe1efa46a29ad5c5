"""What the check is told beside the text: the case, and what has happened in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from voicenote.model.case import Case, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBackground:
    """The case behind a text. Rules that need it are silent without it.

    `apologised_on` is the day on which an apology for this failure left, None when none has.
    `new_since`: a new amends was promised or a promise kept since then (R6). `low`, `high` and
    `refuse` are the band of compensation in percent of the harm (R8); `overridden`: somebody has
    recorded why it isn't kept.
    """

    case: Case
    apologised_on: date | None = None
    new_since: bool = False
    low: float = 100.0
    high: float = 120.0
    refuse: float = 150.0
    overridden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """How to check. All of it may be left out.

    `owner` is the name that must be said (S1). `finding` and `template` tell what kind of text it
    is; a script knows its template, a case its finding. `wpm` is the voice's pace, words a minute.
    `taken` is the length of a person's recording of it, seconds; None where there is none.
    """

    background: CaseBackground | None = None
    owner: str = ""
    finding: Finding | None = None
    template: str = ""
    wpm: float | None = None
    taken: float | None = None

    @property
    def unfounded(self) -> bool:
        """Whether the complaint was found to be unfounded."""
        if self.finding is None and self.background is not None:
            return self.background.case.complaint.finding is Finding.UNFOUNDED
        return self.finding is Finding.UNFOUNDED or self.template == "unfounded"
