"""Signing a memo when it is made: so what is approved, by its hashes, is what leaves."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path, PurePosixPath

from voicenote.errors import BadSettings
from voicenote.files import write_remakable
from voicenote.marks.manifest import TYPES, Credentials, sign, source_of
from voicenote.model.memo import Memo
from voicenote.options.secret import Secret, reveal
from voicenote.settings import Settings

#: The rendition that is the Ogg file's manifest, and what its file ends in.
SIDECAR = "c2pa"


def credentials_of(settings: Settings) -> Credentials | None:
    """Return what memos are signed with, None if the settings name no certificate.

    Raises BadSettings when certificate or key aren't there.
    """
    marks = settings.marks
    if not marks.certificate:
        return None
    file = settings.home / Path(marks.certificate).expanduser()
    try:
        certificate = file.read_bytes()
    except OSError as error:
        raise BadSettings(
            f"the certificate {file} can't be read: {error.strerror or error}",
            "correct [marks] certificate, or leave it empty",
        ) from error
    key = reveal(marks.key if isinstance(marks.key, Secret) else None)
    if not key:
        raise BadSettings(
            "there is a certificate, but no key to sign with",
            'set it: [marks] key = {file = "secrets/sign"}',
        )
    return Credentials(certificate, key.strip().encode())


def sign_memo(memo: Memo, root: Path, title: str, by: Credentials) -> Memo:
    """Sign the files of a memo in a synthetic voice; a person's stays as it is.

    Returns the memo with the new files and hashes. Raises Unavailable as `manifest.sign` does.
    """
    source = source_of(memo.synthetic, memo.voice)
    if not source:
        return memo
    files, digests = dict(memo.files), dict(memo.digests)
    whole: dict[str, bytes] = {}
    for rendition in (one for one in TYPES if one in memo.files):
        data = (root / memo.files[rendition]).read_bytes()
        signed = sign(data, rendition, source, title, by)
        place, name = PurePosixPath(memo.files[rendition]), rendition
        if rendition == "ogg":
            place, name = place.with_suffix(f".{SIDECAR}"), SIDECAR
        files[name] = place.as_posix()
        digests[name] = hashlib.sha256(signed).hexdigest()
        whole[place.name] = signed
    write_remakable((root / memo.files["ogg"]).parent, whole)
    return replace(memo, files=files, digests=digests)
