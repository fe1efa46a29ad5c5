"""One complaint from a plain object: a TOML file, or the answers of the guided `new`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from voicenote.addresses import region_of
from voicenote.errors import BadData, Problem
from voicenote.intake.dates import order_of
from voicenote.intake.fields import FIELDS, is_field, nearest, show_column
from voicenote.intake.jsons import to_text
from voicenote.intake.options import Options, check_options
from voicenote.intake.sniff import open_binary, unreadable
from voicenote.intake.validation import Checker
from voicenote.model.address import PREFIX
from voicenote.model.case import Complaint


def complaint_from_fields(
    fields: Mapping[str, object], options: Options, file: str = ""
) -> Complaint:
    """Return the complaint in `fields`, whose keys are the intake fields.

    Values are texts, numbers, dates, or lists of texts (for `involved`); None counts as empty.
    Without a `ref`, one is made from the person and the story. Its source is `options.source`, or
    ``new``. Raises BadData with every problem, unknown keys included; BadSettings for wrong
    options.
    """
    check_options(options)
    problems: list[Problem] = []
    given: dict[str, str] = {}
    for name, value in _flatten_addresses(fields).items():
        if not is_field(name):
            problems.append(
                Problem("isn't a field", nearest(name, FIELDS), file, None, show_column(name))
            )
            continue
        try:
            given[name] = _to_cell(value)
        except BadData as error:
            problems.append(Problem(error.what, error.advice, file, None, name))
    region = options.region or region_of(options.time_zone, options.language)
    if "promised_by" in given:
        given["promised_by"] = _settle_day(given["promised_by"], options, region)
    orders = {
        name: order_of([given[name]] if name in given else [], region, options.language)
        for name in ("opened_at", "promised_by")
    }
    checker = Checker(options, source=options.source or "new", file=file, orders=orders)
    try:
        made = checker.complaint(given)
    except BadData as error:
        problems += error.problems
    problems = [_here(one) for one in problems]
    if problems:
        first = problems[0]
        raise BadData(f"{first.field} {first.what}".strip(), first.advice, problems)
    return made


def _settle_day(text: str, options: Options, region: str) -> str:
    """Return a day still to come, such as "friday", as a date; any other text as it is."""
    from voicenote.intake.coming_day import read_coming_day

    today = options.now.astimezone(ZoneInfo(options.time_zone or "UTC")).date()
    try:
        day = read_coming_day(text, today=today, language=options.language, region=region)
    except BadData:
        return text
    return day.isoformat()


def _here(problem: Problem) -> Problem:
    """Return a problem of a field that isn't given with the advice for one complaint."""
    if not problem.what.startswith("has no "):
        return problem
    return replace(problem, what="isn't there", advice=f'write {problem.field} = "…"')


def _flatten_addresses(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Return the fields, with those of a table ``[addresses]`` as ``addresses.KIND``."""
    table = fields.get("addresses")
    if not isinstance(table, Mapping):
        return fields
    rest = {name: value for name, value in fields.items() if name != "addresses"}
    return rest | {f"{PREFIX}{kind}": value for kind, value in table.items()}


def read_toml(path: Path, options: Options) -> Complaint:
    """Return the complaint in a TOML file: the intake fields, at the top or under ``[complaint]``.

    Raises BadData when it isn't TOML or a complaint, Unavailable when it can't be read.
    """
    try:
        with open_binary(path) as stream:
            content = stream.read(options.limits.record + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    if len(content) > options.limits.record:
        raise BadData(f"{path.name} is too long for one complaint", "use import for many")
    if not content.strip():
        raise BadData(f"{path.name} is empty", 'write lines such as customer = "Ann"')
    try:
        loaded = tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise BadData(
            f"{path.name} isn't text in UTF-8", "save it as UTF-8, or choose another file"
        ) from None
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        raise BadData(
            f"{path.name} isn't TOML: {reason}", 'write lines such as customer = "Ann"'
        ) from None
    table = loaded.get("complaint")
    fields = table if isinstance(table, dict) and len(loaded) == 1 else loaded
    return complaint_from_fields(fields, options, path.name)


def _to_cell(value: object) -> str:
    """Return a value as the text of a cell. Raises BadData for a table or a list of tables."""
    if value is None or isinstance(value, (str, bool, int, float, Decimal)):
        return to_text(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    what = "a time of day" if isinstance(value, time) else f"a {type(value).__name__}"
    raise BadData(f"is {what}, not a text", "write it in quotes")
