"""How a setting is declared: its default, its check and its words, in the field of a dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from voicenote.settings import validators

_NONE: Mapping[str, Any] = {}


def setting(default: Any, kind: validators.Kind, doc: str, example: object = None) -> Any:
    """Declare one setting. `doc` is one or two plain sentences; `example` a value to show."""
    metadata = {"kind": kind, "doc": doc, "example": example}
    return field(default=default, metadata=metadata)


def named_tables(default: Mapping[str, Any] = _NONE) -> Any:
    """Declare tables with names of the owner's own."""
    return field(default_factory=lambda: dict(default))
