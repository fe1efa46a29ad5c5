"""Lists as query parameters: for prepared statements, and for many texts at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Text, any_, bindparam, literal


def list_param(name: str) -> BindParameter[Any]:
    """Return a parameter that takes a list: ``column.in_(list_param("cases"))``.

    It lets a statement be built once. Building one takes twice as long as running it, and
    sending one message needs dozens.
    """
    return bindparam(name, expanding=True)


def in_list(
    column: ColumnElement[Any], values: Collection[str], dialect: str
) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `values`.

    PostgreSQL gets them as one array: with thousands of parameters, its driver takes longer
    than the server's answer.
    """
    if dialect == "postgresql":
        return column == any_(literal(list(values), ARRAY(Text)))
    return column.in_(values)
