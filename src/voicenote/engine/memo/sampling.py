"""Samples: the memos of a batch that the owner listens to before approving all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from voicenote.engine.memo.drafting import current
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo


def memo_file(ws: Workspace, number: int) -> tuple[Path, float]:
    """Return the sound file of a case's newest memo, and its length in seconds.

    Raises RuleSaysNo when there is none, or its file is missing.
    """
    case, found = current(ws, number)
    if found is None or found.memo is None:
        step = "script" if found is None else "render"
        raise RuleSaysNo(f"case {case.number} has no memo yet", f"voicenote {step} {number}")
    file = ws.home / found.memo.files["ogg"]
    if not file.is_file():
        raise RuleSaysNo(f"the memo of case {number} is gone: {file}", f"voicenote render {number}")
    return file, found.memo.duration_s


def sample(ws: Workspace, numbers: Sequence[int], count: int) -> list[int]:
    """Return up to `count` random ones of `numbers`, in order; only those that have a memo."""
    with_memo: list[int] = []
    for number in ws.chance.sample(list(numbers), len(numbers)):
        if len(with_memo) == count:
            break
        try:
            memo_file(ws, number)
        except RuleSaysNo:
            continue
        with_memo.append(number)
    return sorted(with_memo)
