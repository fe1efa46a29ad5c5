"""What the ears heard in a customer's file. It informs the owner, and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HearingState(StrEnum):
    """What became of listening to a file: words, or nobody speaks; or why there is neither.

    `begun`: somebody listens to it now. `failed` is tried again, `unfit` isn't.
    """

    BEGUN = "begun"
    HEARD = "heard"
    SILENT = "silent"
    FAILED = "failed"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What came of listening to a file, and by whom: `ears` with their `model`.

    `language` is a primary subtag, `speech_s` the seconds in which one speaks. `reason` says why
    nothing could be heard.
    """

    state: HearingState
    text: str = ""
    language: str = ""
    speech_s: float = 0.0
    ears: str = ""
    model: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHearing(Hearing):
    """A hearing as it is kept: when it was (UTC), and after how many `tries`.

    `translation` is in the language `translated_to` and was made by `translated_by`; "" where
    nobody asked for one.
    """

    at: datetime
    tries: int = 0
    translation: str = ""
    translated_to: str = ""
    translated_by: str = ""
