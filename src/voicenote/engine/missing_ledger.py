"""Refusing a new ledger in place of a missing one, as it would not know what was sent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from voicenote.engine.ledger_identity import MachineRecords
from voicenote.errors import RuleSaysNo
from voicenote.ledger.meta import path_of


def refuse_missing(whereabouts: Callable[[], MachineRecords], url: str) -> None:
    """Raise RuleSaysNo as `refuse_new` does, for a ledger file that is missing or empty.

    This comes before anything is created: moved back, the old folder would land inside a new one.
    """
    with suppress(ArgumentError, OSError):  # opening it will report what is wrong
        address = make_url(url)
        file = Path(address.database or "")
        if address.get_backend_name() == "sqlite" and not (file.exists() and file.stat().st_size):
            refuse_new(whereabouts(), url)


def refuse_new(there: MachineRecords, url: str) -> None:
    """Raise RuleSaysNo when a ledger was at this database URL before, or in its workspace.

    The records of this account tell of the first, and a folder of memos of the second.
    """
    address = make_url(url)
    path, is_file = path_of(address), address.get_backend_name() == "sqlite"
    memos = Path(address.database or "").parent / "memos"
    if there.has_place(path) or (is_file and memos.is_dir() and any(memos.iterdir())):
        raise RuleSaysNo(
            f"{path} is {'missing' if is_file and not Path(path).exists() else 'empty'}, and a "
            "ledger was there before: a new one would not know what has been sent",
            "put the old one back, or restore a backup into a new folder: voicenote --home DIR "
            "restore FILE; to begin with an empty one: voicenote init --anew",
        )
