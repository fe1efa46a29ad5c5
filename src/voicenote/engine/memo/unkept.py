"""Memos that are being made: what the ledger hasn't kept at the end is removed.

A killed process can't remove them. It leaves their names in its scratch folder, for the next run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from voicenote.engine.scratch import open_scratch
from voicenote.engine.workspace import Workspace
from voicenote.errors import VoicenoteError
from voicenote.files import make_file
from voicenote.ledger import memos

#: Stands for a / in the name of the empty file that stands for the folder of a memo.
_SLASH = "~"


@contextmanager
def watch_memos(ws: Workspace) -> Iterator[Callable[[Path], None]]:
    """Yield a function that notes the folder of a memo before it is made.

    Those that aren't in the ledger at the end are removed: then, or by the next run.
    """
    with ExitStack() as stack:
        scratch = None
        with suppress(OSError):  # a full disk is told by what writes the memo
            scratch = stack.enter_context(open_scratch(ws.home))

        def note(folder: Path) -> None:
            if scratch is not None:
                make_file(scratch / _SLASH.join(folder.relative_to(ws.home).parts))

        try:
            yield note
        finally:
            if scratch is not None:
                remove_unkept(ws, scratch)


def remove_unkept(ws: Workspace, scratch: Path) -> None:
    """Remove the memos that a scratch folder lists and the ledger hasn't kept."""
    with suppress(OSError, VoicenoteError):
        places = [one.name.split(_SLASH) for one in scratch.glob(f"memos{_SLASH}*{_SLASH}*")]
        cases = sorted({int(case) for _, case, _ in places})
        with ws.ledger.read() as tx:
            kept = memos.folders_of(tx, cases)
        for place in map("/".join, places):
            if place not in kept:
                shutil.rmtree(ws.home / place, ignore_errors=True)
