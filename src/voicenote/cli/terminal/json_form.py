"""Values in a form that JSON has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any


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
