"""Numbers with the word for what is counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import voicenote
from voicenote.counting import count_of


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("hint",), "0 hints"),
        (1, ("hint",), "1 hint"),
        (2, ("message is", "messages are"), "2 messages are"),
        (1, ("message is", "messages are"), "1 message is"),
    ],
)
def test_one_is_one_and_any_other_number_is_several(
    count: int, words: tuple[str, ...], said: str
) -> None:
    assert count_of(count, *words) == said


def test_no_plural_is_made_in_another_way() -> None:
    """A plural's s that hangs on a comparison is for `count_of`, so that none is forgotten."""
    pattern = re.compile(r"""['"](?:s|es)['"] ?\* ?\(""")
    root = Path(voicenote.__file__).parent
    found = [
        f"{path.relative_to(root)}: {line.strip()}"
        for path in sorted(root.rglob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if pattern.search(line)
    ]
    assert found == []
