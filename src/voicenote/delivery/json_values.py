"""Safe values from other people's JSON: a value of an unexpected shape counts as empty. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def parse_object(raw: bytes) -> Mapping[str, Any]:
    """Return the object in `raw`, or an empty one if there is none."""
    try:
        return as_object(json.loads(raw))
    except (ValueError, RecursionError):
        return {}


def as_object(value: object) -> Mapping[str, Any]:
    """Return `value` if it is an object, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects in a list; none when `value` isn't a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def read_timestamp(seconds: object, default: datetime) -> datetime:
    """Return seconds since 1970 (a number or its digits) as UTC, or `default` for anything else."""
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return default


def as_text(value: object) -> str:
    """Return `value` if it is a text, otherwise ""."""
    return value if isinstance(value, str) else ""


def as_count(value: object) -> int | None:
    """Return a number, or one in digits, from 0 to 2⁵³; None for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    digits = text.isascii() and text.isdigit() and len(text) < 17
    return int(text) if digits and int(text) <= 2**53 else None
