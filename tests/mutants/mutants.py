"""Faults of one place in a module: a comparison turned round, a limit off by one, a "not" gone."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "voicenote"
#: Decisions, what comes in, and parsers.
WHERE = (
    "followup/*.py",
    "engine/run/*arriv*.py",
    "engine/run/*inbound*.py",
    "engine/run/correlate.py",
    "engine/run/poll.py",
    "delivery/inbound.py",
    "delivery/letter.py",
    "delivery/opt_out*.py",
    "delivery/email/*bounce*.py",
    "delivery/email/*parser*.py",
    "delivery/email/machines.py",
    "delivery/email/reply.py",
    "delivery/telegram/updates.py",
    "delivery/whatsapp/notifications.py",
    "intake/*.py",
)
SWAPPED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
JOINED: dict[type[ast.operator], str] = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: in `path`, on `line`, `was` became `now`; `text` is the whole module with it."""

    path: Path
    line: int
    was: str
    now: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(SOURCE)}:{self.line}: {self.was!r} -> {self.now!r}"


def drawn(seed: str, count: int, where: Sequence[str] = WHERE) -> list[Mutant]:
    """Return so many faults, the same for a seed and a tree; no two in one function."""
    files = sorted({path for glob in where for path in SOURCE.glob(glob)})
    chance = random.Random(seed)  # noqa: S311 - chance that can be had again
    found = [one for path in files for one in mutants_of(path)]
    chance.shuffle(found)
    chosen: dict[tuple[Path, str], Mutant] = {}
    for place, mutant in found:
        chosen.setdefault((mutant.path, place), mutant)
        if len(chosen) == count:
            break
    return list(chosen.values())


def mutants_of(path: Path) -> Iterator[tuple[str, Mutant]]:
    """Yield every fault that can be put into the functions of a module, and in which function."""
    source = path.read_text("utf-8")
    lines = source.splitlines(keepends=True)
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            for new in changed(node, source):
                assert isinstance(node, ast.expr)
                first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
                if first != last:
                    continue
                line = lines[first].encode()
                was = line[node.col_offset : node.end_col_offset].decode()
                line = line[: node.col_offset] + new.encode() + line[node.end_col_offset :]
                text = "".join([*lines[:first], line.decode(), *lines[first + 1 :]])
                yield function.name, Mutant(path, node.lineno, was, new, text)


def changed(node: ast.AST, source: str) -> Iterator[str]:
    """Yield what an expression becomes, as text."""

    def of(part: ast.AST) -> str:
        return ast.get_source_segment(source, part) or ""

    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in SWAPPED:
            yield f"{of(left)} {SWAPPED[type(op)]} {of(right)}"
        case ast.BoolOp(op=op, values=values):
            yield (" or " if isinstance(op, ast.And) else " and ").join(map(of, values))
            yield of(values[0])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield of(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in JOINED:
            yield f"{of(left)} {JOINED[type(op)]} {of(right)}"
        case ast.Constant(value=bool() as value):
            yield str(not value)
        case ast.Constant(value=int() as number):
            yield str(number + 1)
        case ast.IfExp(body=body, orelse=orelse):
            yield of(body)
            yield of(orelse)
