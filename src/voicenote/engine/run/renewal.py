"""Reloading changed settings while a daemon runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings


class Renewal:
    """Reopens the workspace with `open_anew` when the settings `file` has changed."""

    def __init__(self, file: Path, open_anew: Callable[[], Workspace]) -> None:
        self._file = file
        self._open_anew = open_anew
        self._seen = _content(file)

    def look(self) -> Workspace | None:
        """Return a workspace with the new settings; None when they have not changed.

        Raises what `open_anew` raises: BadSettings once for each content of the file, and other
        errors, which may pass, each time. The old settings stay in use then.
        """
        found = _content(self._file)
        if found == self._seen:
            return None
        try:
            ws = self._open_anew()
        except BadSettings as error:
            self._seen = found
            what = f"the changed settings are not used: {error.what}"
            raise BadSettings(what, error.advice, error.problems) from error
        self._seen = found
        return ws


def _content(file: Path) -> bytes | None:
    """Return the file's content; its time would miss two changes in one second."""
    try:
        return file.read_bytes()
    except OSError:
        return None
