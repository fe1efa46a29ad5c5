"""Conditions of the user's own on records, such as ``rating <= 2 and status != "closed"``.

One small language for the rows of an import and for the cases in the ledger; it computes nothing.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from voicenote.errors import WrongUse
from voicenote.intake.fields import nearest
from voicenote.intake.mapping import find_columns

_TRUE = {"true": True, "false": False}
_EXAMPLE = (
    """write it as 'rating <= 2 and status != "closed"'; column("Ticket status") for any name"""
)

#: What a cell or a constant may be.
Operand = object
#: A quoted text, which stays; a day without quotes; and a single = between two sides.
_LOOSE = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*')|(?<![\w-])(?P<day>\d{4}-\d\d-\d\d)(?![\w-])|(?<![=!<>])=(?!=)"""
)


class RowFilter:
    """A condition on the cells of a record. Its names are columns, or fields of ours.

    Cells that look like numbers are numbers. Letters count as equal in either case; < and > of a
    number and a text are false. ``=`` is ``==``, days need no quotes, and nor does a single word
    to the right of a comparison. `columns` are those that it names; `noun` is what errors call
    one. Raises WrongUse when it can't be understood, or names a column that isn't there.
    """

    def __init__(
        self,
        text: str,
        headers: Sequence[str],
        mapping: Mapping[str, tuple[str, ...]],
        noun: str = "column",
    ) -> None:
        from simpleeval import EvalWithCompoundTypes

        self._text, self._headers, self._mapping, self._noun = text, headers, mapping, noun
        self._values: Mapping[str, str] = {}
        self._found: dict[str, tuple[str, ...]] = {}
        self._evaluator = EvalWithCompoundTypes(
            operators={
                ast.Eq: lambda one, other: _fold(one) == _fold(other),
                ast.NotEq: lambda one, other: _fold(one) != _fold(other),
                ast.Lt: _ordered(operator.lt),
                ast.LtE: _ordered(operator.le),
                ast.Gt: _ordered(operator.gt),
                ast.GtE: _ordered(operator.ge),
                ast.In: _is_in,
                ast.NotIn: lambda one, other: not _is_in(one, other),
                ast.Not: operator.not_,
                ast.USub: operator.neg,
            },
            functions={"column": self._read},
            names=lambda node: self._read(node.id),
        )
        try:
            self._parsed = ast.parse(_LOOSE.sub(_tighten, text.strip()), mode="eval").body
            for node in ast.walk(self._parsed):
                if isinstance(node, ast.Compare):
                    node.comparators = [self._as_word(one) for one in node.comparators]
            for node in ast.walk(self._parsed):
                if isinstance(node, ast.Name) and node.id != "column":
                    self._find(node.id)
            self.takes({})
        except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
            reason = getattr(error, "msg", None) or "it is too long"
            raise WrongUse(f"--where {text!r} can't be read: {reason}", _EXAMPLE) from None
        self.columns = frozenset(name for found in self._found.values() for name in found)

    def takes(self, values: Mapping[str, str]) -> bool:
        """Return whether a record (column → text) meets the condition."""
        from simpleeval import InvalidExpression

        self._values = values
        try:
            return bool(self._evaluator.eval(self._text, self._parsed))
        except (InvalidExpression, TypeError, ArithmeticError, LookupError) as error:
            raise WrongUse(f"--where {self._text!r} doesn't work: {error}", _EXAMPLE) from None

    def _as_word(self, side: ast.expr) -> ast.expr:
        """Return the right side of a comparison, as a text where it is a name of nothing."""
        if isinstance(side, ast.Name) and side.id.casefold() not in _TRUE:
            return side if self._look_up(side.id) else ast.Constant(side.id)
        if isinstance(side, (ast.List, ast.Tuple)):
            side.elts = [self._as_word(one) for one in side.elts]
        return side

    def _look_up(self, name: str) -> tuple[str, ...]:
        return find_columns(self._headers, name) or self._mapping.get(name, ())

    def _find(self, name: str) -> tuple[str, ...]:
        if name not in self._found and name.casefold() not in _TRUE:
            found = self._look_up(name)
            if not found:
                what = f"--where names no {self._noun}: {name!r}"
                raise WrongUse(what, nearest(name, self._headers))
            self._found[name] = found
        return self._found.get(name, ())

    def _read(self, name: str) -> Operand:
        if name.casefold() in _TRUE:
            return _TRUE[name.casefold()]
        cell = " ".join(self._values.get(one, "") for one in self._find(name)).strip()
        if cell.casefold() in _TRUE:
            return _TRUE[cell.casefold()]
        try:
            return float(cell.replace(",", "."))
        except ValueError:
            return cell


def _tighten(found: re.Match[str]) -> str:
    """Return a loosely written part of a condition as Python has it."""
    return found["text"] or (repr(found["day"]) if found["day"] else "==")


def _fold(one: Operand) -> Operand:
    """Return an operand for comparing: numbers as numbers, texts in lower case."""
    if isinstance(one, bool):
        return str(one).casefold()
    if isinstance(one, str):
        try:
            return float(one)
        except ValueError:
            return one.strip().casefold()
    return one


def _ordered(compare: Callable[[Any, Any], object]) -> Callable[[Operand, Operand], bool]:
    def ordered(one: Operand, other: Operand) -> bool:
        pair = (_fold(one), _fold(other))
        alike = all(isinstance(side, (int, float)) for side in pair) or all(
            isinstance(side, str) for side in pair
        )
        return alike and "" not in pair and bool(compare(*pair))

    return ordered


def _is_in(one: Operand, other: Operand) -> bool:
    if isinstance(other, (list, tuple, set)):
        return _fold(one) in [_fold(each) for each in other]
    return str(_fold(one)) in str(_fold(other))
