"""Tags of our own in an m4a file, which FFmpeg's writer leaves out: it knows Apple's names only.

They are freeform items of the file's list of tags (a box ``----`` of ``mean``, ``name`` and
``data``), which players pass over and taggers show.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

#: Boxes that only hold boxes, on the way to the list of tags and to the places of the sound.
_OUTER = (b"moov", b"udta", b"meta", b"trak", b"mdia", b"minf", b"stbl")
#: Tables of places in the file → how one is written.
_PLACES = {b"stco": ">u4", b"co64": ">u8"}
_WHOSE = b"com.apple.iTunes"
_TEXT = 1


def add_fields(path: Path, fields: Mapping[str, str]) -> None:
    """Add tags to a file whose index comes before its sound, as `splice.mux` writes it.

    Raises OSError when it cannot be written. Memory holds the index only.
    """
    added = b"".join(_item(name.encode(), text.encode()) for name, text in fields.items())
    with path.open("rb") as file, tempfile.TemporaryFile(dir=path.parent) as new:
        for kind, length in _heads(file):
            if kind == b"moov":
                new.write(_box(kind, _with_items(file.read(length - 8), added)))
            else:
                file.seek(-8, 1)
                _copy(file, new, length)
        new.seek(0)
        with path.open("rb+") as whole:  # only longer than before
            shutil.copyfileobj(new, whole)


def _heads(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield kind and length of each box while `file` stands behind its head."""
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        yield kind, length


def _copy(file: BinaryIO, new: BinaryIO, length: int) -> None:
    if length < 8:  # to the end of the file, or a length of 64 bits: the last box, the sound
        shutil.copyfileobj(file, new)
        return
    while length and (part := file.read(min(length, 1 << 20))):
        new.write(part)
        length -= len(part)


def _with_items(content: bytes, added: bytes) -> bytes:
    """Return the content of a box, with `added` in the list of tags, and places moved by it."""
    import numpy as np

    found, at = [], 0
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        inner = content[at + 8 : at + length]
        if kind == b"ilst":
            inner += added
        elif kind in _PLACES:
            moved = np.frombuffer(inner[8:], _PLACES[kind]) + len(added)
            inner = inner[:8] + moved.astype(_PLACES[kind]).tobytes()
        elif kind in _OUTER:
            head = 4 if kind == b"meta" else 0  # its version and flags
            inner = inner[:head] + _with_items(inner[head:], added)
        found.append(_box(kind, inner))
        at += max(length, 8)
    return b"".join(found) + content[at:]


def _item(name: bytes, text: bytes) -> bytes:
    data = struct.pack(">II", _TEXT, 0) + text
    parts = ((b"mean", bytes(4) + _WHOSE), (b"name", bytes(4) + name), (b"data", data))
    return _box(b"----", b"".join(_box(*part) for part in parts))


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content
