"""The seal of a memo: a hash of each of its files, so only what was approved can be sent.

The hashes are of what was made, not of what the disk kept: they also detect a file damaged by a
power cut, which is made again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from voicenote.model.memo import Memo


def broken_seal(root: Path, memo: Memo) -> tuple[Path, bool] | None:
    """Return the first file that differs from its seal, and whether it exists; else None."""
    expected = {"ogg": memo.sha256, **memo.digests}
    for name, digest in expected.items():
        path = root / memo.files[name]
        try:
            found = _digest(path)
        except OSError:
            return path, False
        if found != digest:
            return path, True
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
