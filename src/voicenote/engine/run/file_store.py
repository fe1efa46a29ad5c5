"""The folder of files that customers sent, and of letters that are still to be unpacked.

A file is written beside its place, and moved there when it is whole and on the disk. Its name is
ours, and its ending one that is harmless to open: it is a stranger's, and only a listener opens it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from voicenote.delivery.inbound import UPLOAD
from voicenote.errors import Refused, TooLarge, Unavailable, room_for
from voicenote.files import UNFINISHED, make_folder, open_beside, write_whole
from voicenote.model.attachment import SOUND_ENDINGS, OfferedFile

#: The folder in a workspace: in it a folder for each arrival, and one for letters.
FOLDER, LETTERS = "attachments", "letters"
#: The least free disk space, in bytes.
ROOM = 200 * 2**20
#: What dead processes left is removed when it is older, in seconds.
STALE_S = 24 * 3600
#: The endings of files by their media types. All others end in ``bin``.
ENDINGS = {
    "audio/ogg": "ogg", "audio/opus": "opus", "audio/mpeg": "mp3", "audio/mp4": "m4a",
    "audio/x-m4a": "m4a", "audio/m4a": "m4a", "audio/aac": "aac", "audio/amr": "amr",
    "audio/amr-wb": "amr",
    "audio/3gpp2": "3g2", "video/3gpp2": "3g2", "audio/caf": "caf", "audio/x-caf": "caf",
    "audio/aiff": "aiff", "audio/x-aiff": "aiff", "audio/x-ms-wma": "wma", "audio/basic": "au",
    "audio/wav": "wav", "audio/x-wav": "wav", "audio/vnd.wave": "wav", "audio/webm": "webm",
    "audio/flac": "flac", "audio/3gpp": "3gp", "image/jpeg": "jpg", "image/png": "png",
    "image/gif": "gif", "image/webp": "webp", "image/heic": "heic", "image/heif": "heif",
    "image/tiff": "tiff", "image/bmp": "bmp", "video/mp4": "mp4", "video/quicktime": "mov",
    "video/webm": "webm", "video/3gpp": "3gp", "application/pdf": "pdf", "text/plain": "txt",
    "text/csv": "csv", "message/rfc822": "eml", "message/global": "eml",
    "application/ms-tnef": "dat", "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
}  # fmt: skip
_HARMLESS = frozenset((*ENDINGS.values(), *SOUND_ENDINGS))


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on the disk: its path in the workspace, its size in bytes, its SHA-256."""

    file: str
    size: int
    sha256: str


def store(
    home: Path, arrival: int, number: int, offered: OfferedFile, pieces: Iterable[bytes], most: int
) -> StoredFile:
    """Write the file with this number of an arrival, whole or not at all, and return it.

    An earlier one is replaced. Raises what `pieces` raises, TooLarge for more than `most` bytes,
    and Unavailable when it cannot be written.
    """
    file = f"{FOLDER}/{arrival:06d}/{number}.{_ending(offered)}"
    digest, size = hashlib.sha256(), 0
    path = home / file
    try:
        make_folder(path.parent)
        with open_beside(path) as beside:
            for piece in pieces:
                size += len(piece)
                if size > most:
                    raise TooLarge("it is larger than what is kept")
                digest.update(piece)
                beside.write(piece)
    except OSError as error:
        raise Unavailable(
            f"a customer's file cannot be kept: {error.strerror or error}",
            room_for(error, path.parent),
        ) from error
    return StoredFile(file, size, digest.hexdigest())


def _ending(offered: OfferedFile) -> str:
    kind = offered.media_type.partition(";")[0].strip().casefold()
    own = offered.name.rpartition(".")[2].casefold()
    return ENDINGS.get(kind) or (own if own in _HARMLESS else "bin")


def remove_stored(home: Path, stored: StoredFile) -> None:
    """Remove a file that isn't to be kept."""
    with suppress(OSError):
        (home / stored.file).unlink()


def check_room(home: Path, size: int) -> None:
    """Raise Unavailable when the disk has hardly any room beside a file of `size` bytes."""
    if shutil.disk_usage(home).free < ROOM + size:
        raise Unavailable(
            "customers' files are not fetched: the disk is almost full",
            "make room; the next run fetches them",
        )


def _letter(home: Path, source: str) -> Path:
    return home / FOLDER / LETTERS / f"{source.removeprefix(UPLOAD)}.eml"


def keep_letter(home: Path, source: str, raw: bytes) -> None:
    """Keep a letter until it is unpacked. Raises Unavailable when it cannot be written."""
    write_whole(_letter(home, source), raw)


def read_letter(home: Path, source: str) -> bytes:
    """Return a letter that was kept. Raises Refused when it isn't there."""
    try:
        return _letter(home, source).read_bytes()
    except OSError:
        raise Refused(
            "the letter is not here any more", "give it again: voicenote receive --from FILE"
        ) from None


def remove_letter(home: Path, source: str) -> None:
    """Remove a letter that was unpacked, or given up."""
    with suppress(OSError):
        _letter(home, source).unlink()


def sweep(home: Path, waiting: Collection[str], now: float) -> None:
    """Remove what dead processes left: unfinished files, and letters that no file waits for.

    `waiting` are sources, and `now` is in seconds since 1970.
    """
    folder = home / FOLDER
    letters = {_letter(home, one) for one in waiting if one.startswith(UPLOAD)}
    found = [*folder.glob(f"*/{UNFINISHED}*"), *(set(folder.glob(f"{LETTERS}/*.eml")) - letters)]
    for path in found:
        with suppress(OSError):
            if now - path.stat().st_mtime > STALE_S:
                path.unlink()
