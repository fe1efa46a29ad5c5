"""A memo as data for ``--json``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voicenote.engine.memo.render_case import Rendered


def memo_data(home: Path, one: Rendered) -> dict[str, Any]:
    """Return a memo for ``--json``, with the full paths of its files."""
    memo = one.memo
    return {
        "case": one.case,
        "made": one.made,
        "why": one.why,
        "voice": memo.voice,
        "synthetic": memo.synthetic.value != "no",
        "synthetic_part": memo.synthetic.value,
        "duration_s": round(memo.duration_s, 2),
        "loudness_lufs": memo.loudness_lufs,
        "files": {name: str(home / file) for name, file in memo.files.items()},
        "sha256": memo.sha256,
    }
