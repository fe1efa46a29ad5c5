"""Refuses a new ledger where another one has lived: it would not know what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from voicenote.engine.ledger_identity import MachineRecords
from voicenote.errors import RuleSaysNo
from voicenote.ledger.meta import path_of


def refuse_missing(whereabouts: Callable[[], MachineRecords], url: str) -> None:
    """Do the same where the ledger is a file that is missing or empty, before anything is made.

    A folder that is made where the old one belongs takes the old one in when it is moved back.
    """
    with suppress(ArgumentError):  # whoever opens it says what is wrong with the URL
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and _nothing(Path(address.database or "")):
            refuse_new(whereabouts(), url)


def _nothing(file: Path) -> bool:
    try:
        return not file.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def refuse_new(there: MachineRecords, url: str) -> None:
    """Raise RuleSaysNo when a ledger has lived at this database URL, or in its workspace.

    This account remembers the one, and the memos that were made of it tell the other.
    """
    address = make_url(url)
    path = path_of(address)
    memos = Path(address.database or "").parent / "memos"
    if _remembered(there.folder, path) or (
        address.get_backend_name() == "sqlite" and memos.is_dir() and any(memos.iterdir())
    ):
        missing = address.get_backend_name() == "sqlite" and not Path(path).exists()
        raise RuleSaysNo(
            f"{path} is {'missing' if missing else 'empty'}, and a ledger was there before: a new "
            "one would not know what has been sent",
            "put the old one back, or restore a backup into a new folder: voicenote --home DIR "
            "restore FILE; to begin with an empty one: voicenote init --anew",
        )


def _remembered(folder: Path, path: str) -> bool:
    for file in folder.glob("*.json"):
        with suppress(OSError, ValueError, AttributeError):
            if json.loads(file.read_text(encoding="utf-8")).get("path") == path:
                return True
    return False
