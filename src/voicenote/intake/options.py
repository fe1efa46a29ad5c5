"""What intake has to be told: the mapping, the defaults, whose clock, and how much is too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from voicenote.errors import BadData, BadSettings, Problem
from voicenote.intake import amounts, dates, person
from voicenote.model.case import aware


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """How much of a file is taken at once. Lengths in characters, `sample` in bytes.

    A `line` longer than that, or more `columns`, means that it is not a table: the file is refused
    before more of it is read. `depth` is how deep JSON objects may nest.
    """

    line: int = 1 << 20
    record: int = 1 << 22
    columns: int = 2_000
    sample: int = 1 << 18
    sample_rows: int = 500
    depth: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to read a source.

    `mapping` is field → column (several columns joined: ``"First name + Last name"``; an empty
    string switches a guess off); `defaults` is field → value for what a file lacks. `now` is an
    aware datetime. `language` (BCP 47) and `time_zone` (IANA) are the owner's: naive times are
    theirs where the customer's zone is not known. `region` (ISO 3166, such as EE) is for telephone
    numbers without a +; empty: from the time zones, then the language. `currency` is ISO 4217.
    `source` names where the file is from; empty: made from its format and headers. `encoding`
    and `delimiter` override what would be found out.
    """

    now: datetime
    mapping: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    time_zone: str = "UTC"
    region: str = ""
    currency: str = ""
    source: str = ""
    encoding: str = ""
    delimiter: str = ""
    limits: IntakeLimits = field(default_factory=IntakeLimits)

    def __post_init__(self) -> None:
        aware(self.now, "now")


def check_options(options: Options) -> None:
    """Raise BadSettings when the owner's language, zone or currency is none."""
    problems = []
    checks = (
        ("language", options.language, person.language),
        ("time_zone", options.time_zone, dates.zone_of),
        ("currency", options.currency, amounts.currency),
    )
    for name, text, check in checks:
        try:
            if text or name == "time_zone":
                check(text)
        except BadData as error:
            problems.append(Problem(error.what, error.advice, field=name))
    if problems:
        first = problems[0]
        raise BadSettings(f"{first.field}: {first.what}", first.advice, problems)
