"""Declare an option: its default, its check and its words, in the field of a dataclass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from inspect import get_annotations
from typing import Any

#: Takes what was given, returns what is kept; raises ValueError(what) or ValueError(what, advice).
Check = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What is declared of one option. `name` is its field, `key` its name in a table."""

    default: Any
    check: Check
    doc: str
    example: object = None
    required: bool = False
    key: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOptions:
    """The options of what has none."""


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

    `doc` is one or two plain sentences: the documentation, and the advice where the check has none;
    `example` a value to show; `key` its name in a table where that cannot be the field's.
    """
    made = Option(
        default=default, check=check, doc=doc, example=example, required=required, key=key
    )
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata={"option": made})
    return field(default=default, metadata={"option": made})


def options_of(maker: Any) -> type:
    """Return what a plug-in declares that can be set: its attribute `Options`, if it has one."""
    kind: type = getattr(maker, "Options", NoOptions)
    return kind


def describe(kind: type) -> tuple[Option, ...]:
    """Return every option that `kind` declares: its own in order, then those it inherits."""
    own = get_annotations(kind)
    return tuple(
        replace(one, name=each.name, key=one.key or each.name)
        for each in sorted(fields(kind), key=lambda each: each.name not in own)
        if (one := each.metadata.get("option"))
    )
