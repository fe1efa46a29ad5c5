"""What a script needs beside its case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from voicenote.model.promise import Promise
from voicenote.model.receipt import Answer
from voicenote.model.touch import TouchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptContext:
    """What a script needs beside its case.

    `owner` is the name that is spoken (S1); empty: the case's own. `today` is the calendar date in
    the customer's zone. `template` empty: `template_for(case, kind, amends)`. `language` is a
    BCP 47 tag; empty: the customer's. `promises` to speak of; None: those of the case that stand.
    `amends` is the K of the promise that a status touch is about. `next_by` is the date of the next
    thing that the owner promises: a late promise's new date, or by when an acknowledged customer
    hears more. `synthetic`: a machine will speak, and the script says so; with `partly` it speaks
    beside a person. `answers`: what the customer said in earlier rounds, oldest first. `wpm` is the
    voice's pace in words a minute; None: the language's.
    """

    owner: str
    today: date
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
