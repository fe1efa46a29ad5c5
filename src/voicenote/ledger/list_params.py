"""Lists of values in queries: a place for one, and many texts as one value."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Text, any_, bindparam, literal


def list_param(name: str) -> BindParameter[Any]:
    """A place for a list, in a statement that is built once: ``column.in_(list_param("cases"))``.

    To build a statement anew takes twice as long as to run it, and a letter needs dozens.
    """
    return bindparam(name, expanding=True)


def in_list(
    column: ColumnElement[Any], values: Collection[str], dialect: str
) -> ColumnElement[bool]:
    """Return what is so of a row whose `column` has one of many texts.

    To PostgreSQL they go as one value: its driver takes longer to count thousands of places than
    the server to answer.
    """
    if dialect == "postgresql":
        return column == any_(literal(list(values), ARRAY(Text)))
    return column.in_(values)
