"""What `show` tells about a memo, as a typed value; its names are keys of ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicenote.engine.case.memo_notes import notes_misheard
from voicenote.engine.workspace import Workspace
from voicenote.ledger.scripts import StoredDraft
from voicenote.model.memo import Listening, Synthetic


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoView:
    """The newest memo of a case. `files` are absolute paths, by rendition.

    `synthetic` tells whether a computer speaks in it, `synthetic_part` how much. `misheard` and
    `without_sound` are those of `Memo`, `listening` what ears heard of its names, sums and days,
    told in `notes`. `approved_anyway`: why it was approved despite objections.
    """

    files: Mapping[str, str]
    duration_s: float
    loudness_lufs: float | None
    synthetic: bool
    synthetic_part: Synthetic
    misheard: float
    without_sound: bool
    listening: Listening
    notes: tuple[str, ...]
    voice: str
    sha256: str
    approved: bool
    approved_anyway: str


def memo_view(ws: Workspace, found: StoredDraft, *, approved: bool) -> MemoView | None:
    """Return the newest memo of a draft for display; None if it has none."""
    memo = found.memo
    if memo is None:
        return None
    return MemoView(
        files={name: str(ws.home / file) for name, file in memo.files.items()},
        duration_s=round(memo.duration_s, 3),
        loudness_lufs=memo.loudness_lufs,
        synthetic=memo.synthetic is not Synthetic.NO,
        synthetic_part=memo.synthetic,
        misheard=memo.misheard,
        without_sound=memo.unheard,
        listening=memo.listening,
        notes=notes_misheard(found.case, memo, ws.settings.owner),
        voice=memo.voice,
        sha256=memo.sha256,
        approved=approved,
        approved_anyway=found.approval.anyway if found.approval else "",
    )
