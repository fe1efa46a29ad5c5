"""Refuses a new ledger where another one has lived: it would not know what was sent."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url

from voicenote.engine.place import Whereabouts
from voicenote.errors import RuleSaysNo
from voicenote.ledger.meta import path_of


def refuse_new(there: Whereabouts, url: str) -> None:
    """Raise RuleSaysNo when a ledger has lived at this database URL, or in its workspace.

    This account remembers the one, and the memos that were made of it tell the other.
    """
    address = make_url(url)
    path = path_of(address)
    memos = Path(address.database or "").parent / "memos"
    if _remembered(there.folder, path) or (
        address.get_backend_name() == "sqlite" and memos.is_dir() and any(memos.iterdir())
    ):
        raise RuleSaysNo(
            f"{path} is empty, and another ledger was there: a new one would not know what "
            "has been sent",
            "put the old one back, or restore a backup into a new folder: voicenote --home DIR "
            "restore FILE; to begin with an empty one: voicenote init --anew",
        )


def _remembered(folder: Path, path: str) -> bool:
    for file in folder.glob("*.json"):
        with suppress(OSError, ValueError, AttributeError):
            if json.loads(file.read_text(encoding="utf-8")).get("path") == path:
                return True
    return False
