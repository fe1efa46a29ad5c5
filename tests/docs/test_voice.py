"""What users read is plain, modern English: a short list of what reads as translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicenote import errors

SOURCE = Path(errors.__file__).parent
ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
#: A pattern, and what to say instead.
INSTEAD = {
    r"(?<!here )\bis no (?!longer|more)": "isn't a",
    r"\blook whether\b": "check that",
    r"\bso many\b": "how many, or the number",
    r"\bthere already\b": "already there",
    r"\bby itself\b": "automatically",
    r"\b(is|was|are|were) not there\b": "doesn't exist, is missing",
    r"\bdid not leave\b": "has not been sent",
    r"\bnobody knows\b": "it isn't known",
    r"\bbelongs to nobody\b": "nobody owns it",
    r"\bfor want of\b": "because there is no",
    r"\bbrakes?\b": "pause",
    r"(?<!Junk )\b[Ee]-mail\b(?!:)": "email",
}


def code_strings(path: Path) -> Iterator[str]:
    """Give what a module may say to a user: its strings, and the helps of commands."""
    tree = ast.parse(path.read_text("utf-8"))
    helps = path.parent.name == "commands"
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and not (helps and isinstance(node, ast.FunctionDef))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield " ".join(node.value.split())


def odd(text: str) -> list[str]:
    """Return what reads oddly in a text, each with what to say instead."""
    return [
        f"{found[0]!r} (say: {instead}) in: {text[:100]}"
        for pattern, instead in INSTEAD.items()
        if " " in text and (found := re.search(pattern, text))
    ]


def test_messages_and_helps_are_plain_english() -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {one}"
        for path in sorted(SOURCE.rglob("*.py"))
        if "migrations" not in path.parts
        for text in code_strings(path)
        for one in odd(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_plain_english(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    found = [one for line in prose.splitlines() for one in odd(re.sub(r"`[^`]*`", "", line))]
    assert not found, "\n".join(found)
