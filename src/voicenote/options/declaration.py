"""Declare an option as a field of a dataclass: its default, check and description."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from inspect import get_annotations
from typing import Any

#: Takes the given value, returns the one to keep; raises ValueError(what[, advice]).
Check = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """The declaration of one option. `name` is its field, `key` its name in a table."""

    default: Any
    check: Check
    doc: str
    example: object = None
    required: bool = False
    key: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOptions:
    """The options of a plug-in that has none."""


def option(
    default: Any,
    check: Check,
    doc: str,
    example: object = None,
    *,
    required: bool = False,
    key: str = "",
) -> Any:
    """Declare one option as a field of a frozen dataclass.

    `doc` is one or two plain sentences: the description, and the advice if the check gives none.
    `example` is a value to show. `key` is its name in a table if that cannot be the field's.
    """
    made = Option(
        default=default, check=check, doc=doc, example=example, required=required, key=key
    )
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata={"option": made})
    return field(default=default, metadata={"option": made})


def options_of(maker: Any) -> type:
    """Return the options class of a plug-in: its attribute `Options`, or `NoOptions`."""
    kind: type = getattr(maker, "Options", NoOptions)
    return kind


def describe(kind: type) -> tuple[Option, ...]:
    """Return all options of `kind`: its own in order, then the inherited ones."""
    own = get_annotations(kind)
    return tuple(
        replace(one, name=each.name, key=one.key or each.name)
        for each in sorted(fields(kind), key=lambda each: each.name not in own)
        if (one := each.metadata.get("option"))
    )
