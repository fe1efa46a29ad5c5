"""What a sound file says of who spoke in it: its tag, its watermark, its manifest, the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicenote.ears.speech import at_16_khz, find_speech
from voicenote.errors import Unavailable
from voicenote.ledger.memos import KnownFile, find_by_hash
from voicenote.ledger.store import Ledger
from voicenote.marks.manifest import SYNTHETIC, Manifest, read_manifest
from voicenote.marks.watermark import Strength, find_mark
from voicenote.model.memo import Clip, Synthetic
from voicenote.sound.formats import Marking
from voicenote.sound.recording_file import read_marking, read_sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found in one file.

    `watermark` is None where it couldn't be looked for, for the reason `unlooked`. `known` is what
    the ledger knows of a file with just these bytes, None without a ledger. `manifest` is None
    where there is none, or it can't be read, for the reason `unread`.
    """

    file: Path
    sha256: str
    duration_s: float
    tag: Marking
    watermark: Strength | None
    unlooked: str
    known: Sequence[KnownFile] | None
    manifest: Manifest | None = None
    unread: str = ""

    @property
    def synthetic(self) -> bool:
        """Whether any mark says that a machine speaks in it."""
        tagged = self.tag.synthetic in (Synthetic.YES, Synthetic.PARTLY)
        claimed = self.manifest and self.manifest.valid and self.manifest.source in SYNTHETIC
        return tagged or bool(claimed) or bool(self.watermark and self.watermark.found)


def verify_file(path: Path, ledger: Ledger | None, trusted: str = "") -> Verified:
    """Look for every mark in a file; `trusted` are PEM certificates of trusted signers.

    Raises as `read_sound` does.
    """
    clip = read_sound(path)
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    manifest, unread = _read_manifest(path, data, trusted)
    watermark, unlooked = _look_for_mark(clip)
    known = None
    if ledger is not None:
        with ledger.read() as tx:
            known = find_by_hash(tx, sha256)
    return Verified(
        file=path,
        sha256=sha256,
        duration_s=clip.duration_s,
        tag=read_marking(path),
        watermark=watermark,
        unlooked=unlooked,
        known=known,
        manifest=manifest,
        unread=unread,
    )


def _read_manifest(path: Path, data: bytes, trusted: str) -> tuple[Manifest | None, str]:
    """Return the manifest in a file or next to it, or why that can't be read."""
    kind = path.suffix.lower().removeprefix(".")
    rendition = {"oga": "ogg", "opus": "ogg", "mp4": "m4a"}.get(kind, kind)
    sidecar = path.with_suffix(".c2pa")
    beside = sidecar.read_bytes() if rendition == "ogg" and sidecar.is_file() else None
    try:
        return read_manifest(data, rendition, beside, trusted), ""
    except Unavailable as error:
        return None, f"{error.what}; {error.advice}"


def _look_for_mark(clip: Clip) -> tuple[Strength | None, str]:
    """Return the watermark in what is spoken, or why it can't be looked for."""
    try:
        spoken = find_speech(at_16_khz(clip))
    except Unavailable:
        spoken = None  # without a detector of speech, in all that is loud
    try:
        return find_mark(clip, spoken), ""
    except Unavailable as error:
        return None, f"{error.what}; {error.advice}"
