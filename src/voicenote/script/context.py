"""The context of a script: what it needs besides its case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from voicenote.model.promise import Promise
from voicenote.model.receipt import Answer
from voicenote.model.touch import TouchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptContext:
    """What a script needs besides its case.

    `owner` is the name that is spoken (S1); empty means the case's. `owner_gender` is woman or man,
    "" when it isn't known: some languages have two forms of "I". `today` is the calendar date
    in the customer's zone. An empty `template` means `template_for(case, kind, amends)`. `language`
    is a BCP 47 tag; empty means the customer's. `promises` are those to mention; None means the
    case's, except waived ones. `amends` is the K of the promise that a status message is about.
    `next_by` is the date of the next thing the owner promises: a late promise's new date, or when
    an acknowledged customer will hear more. `synthetic`: the voice is synthetic, and the script
    says so; with `partly`, a person speaks too. `answers`: what the customer said in earlier
    rounds, oldest first. `wpm` is the voice's pace in words per minute; None means the language's.
    `rials`: sums in Iranian rials are said as such, not in tomans as people do.
    """

    owner: str
    today: date
    owner_gender: str = ""
    business: str = ""
    kind: TouchKind = TouchKind.MEMO
    template: str = ""
    language: str = ""
    promises: tuple[Promise, ...] | None = None
    amends: int | None = None
    next_by: date | None = None
    synthetic: bool = False
    partly: bool = False
    answers: tuple[Answer, ...] = ()
    wpm: float | None = None
    rials: bool = False
