"""Values in a form that JSON has."""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any

from voicenote.cli.terminal.table import UNSEEN


def _moment(value: datetime) -> str:
    utc = value.astimezone(UTC) if value.tzinfo else value
    return utc.isoformat().replace("+00:00", "Z")


_AS_JSON: dict[type, Callable[[Any], object]] = {
    datetime: _moment,  # before date, which it is too
    date: date.isoformat,
    Decimal: str,
    PurePath: str,
    Enum: lambda value: value.value,
    Mapping: dict,
    set: sorted,
    frozenset: sorted,
}


def jsonable(value: object) -> object:
    """Return `value` in a form that JSON has: the ``default=`` of json.dumps.

    Moments become ISO 8601 in UTC with a Z, days ISO 8601, decimals and paths text, dataclasses and
    mappings objects, sets sorted lists. Secrets are never shown. Raises TypeError for other types.
    """
    for kind, convert in _AS_JSON.items():
        if isinstance(value, kind):
            return convert(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if type(value).__name__ == "Secret":  # by name, so --json needn't import the settings
        return repr(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


#: Characters that JSON may contain unescaped, but a terminal would obey.
_TO_ESCAPE = re.compile(f"[\x7f-\x9f{UNSEEN}]")


def write_json(value: object, *, ascii_only: bool) -> str:
    """Return `value` as JSON, a list with an item a line, without what a terminal would obey."""

    def dump(item: object, indent: int | None = None) -> str:
        text = jsonlib.dumps(item, ensure_ascii=ascii_only, default=jsonable, indent=indent)
        return _TO_ESCAPE.sub(lambda found: jsonlib.dumps(found[0])[1:-1], text)

    if isinstance(value, (list, tuple)):
        lines = ",\n".join(dump(item) for item in value)
        return f"[\n{lines}\n]" if lines else "[]"
    return dump(value, 2)
