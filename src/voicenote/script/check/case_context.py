"""The context of a check: the case behind a text, and what has happened in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from voicenote.model.case import Case, Finding
from voicenote.model.sentences import Script
from voicenote.script.context import ScriptContext


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBackground:
    """The case behind a text. Rules that need it are silent without it.

    `apologised_on` is the day an apology for this failure was sent, or None. `new_since`: since
    then a new promise was made or one was kept (R6). `low`, `high` and `refuse` are limits for
    compensation in percent of the harm (R8). `overridden`: somebody recorded why they don't apply.
    `composed` is what the templates say of the case now, in `told`; what other hands wrote is held
    to the case's facts, if both are known. `by_writer`: a writer's words stand as it wrote them,
    and each sentence of them that the case doesn't hold is an error. `heard_on` is the day of the
    plan on which the customer hears it.
    """

    case: Case
    apologised_on: date | None = None
    new_since: bool = False
    low: float = 100.0
    high: float = 120.0
    refuse: float = 150.0
    overridden: bool = False
    told: ScriptContext | None = None
    composed: Script | None = None
    heard_on: date | None = None
    by_writer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """How to check; everything is optional.

    `owner` is the name that must be said (S1). `finding` and `template` say what kind of text it
    is; a script knows its template, a case its finding. `wpm` is the voice's pace in words per
    minute. `taken` is the length of a person's recording of it in seconds, or None.
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
