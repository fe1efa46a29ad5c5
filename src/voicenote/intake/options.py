"""Options of intake: the mapping, the defaults, the time zone, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from voicenote.errors import BadData, BadSettings, Problem
from voicenote.intake import amounts, dates, person
from voicenote.model.case import aware


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """How much of a file is read at once. Lengths are in characters, `sample` in bytes.

    A longer `line` or more `columns` means that the file isn't a table: it is refused before more
    of it is read. `depth` is how deep JSON objects are read.
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
    string switches a guess off). `defaults` is field → value for what a file lacks. `now` is an
    aware datetime. `language` (BCP 47) and `time_zone` (IANA) are the owner's; naive times are in
    that zone when the customer's isn't known. `region` (ISO 3166, such as EE) is for telephone
    numbers without a +; when empty, it comes from the time zones, then the language. `currency` is
    ISO 4217. `source` names where the file is from; when empty, it is made from the format.
    `encoding` and `delimiter` override what would be detected; without `header` columns are called
    "column 1" and so on, without `quotes` a quote is a sign like any other, and with `lines` each
    line is what one customer said. `sheet` is the one of a workbook to read. `day_first` says that
    03/04 is in April. `where` is a condition on records;
    `keep_all` takes those too that are closed, spam, the team's own or praise.
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
    header: bool = True
    quotes: bool = True
    lines: bool = False
    sheet: str = ""
    day_first: bool = False
    where: str = ""
    keep_all: bool = False
    limits: IntakeLimits = field(default_factory=IntakeLimits)

    def __post_init__(self) -> None:
        aware(self.now, "now")


def check_options(options: Options) -> None:
    """Raise BadSettings when the owner's language, time zone or currency isn't a valid one."""
    problems = []
    checks = (
        ("language", options.language, person.read_language),
        ("time_zone", options.time_zone, dates.zone_of),
        ("currency", options.currency, amounts.read_currency),
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
