"""Read a recording of any common format into a clip, or say clearly why not."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import BinaryIO

import av

from voicenote.errors import BadData, TryAgain, Unavailable, VoicenoteError
from voicenote.model.memo import Clip
from voicenote.sound.formats import Marking, marking_of
from voicenote.sound.tracks import KINDS, decode_voice
from voicenote.sound.voice_channel import Judge, is_audible

#: Without playlists and scripts, which would make the library open other files.
_FORMATS = (
    "wav,mp3,mov,mp4,m4a,3gp,3g2,mj2,ogg,matroska,webm,flac,aac,amr,aiff,caf,au,asf,avi,w64,"
    "mpegts,mpeg,flv,ac3,wv,tta"
)
#: Chunked files: first four bytes → how a chunk's head is written, and which chunk is the sound.
_LONG = (b"RF64", b"BW64")  # RIFF with 64-bit lengths
_CHUNKED = {
    **dict.fromkeys((b"RIFF", *_LONG), ("<4sI", b"data")), b"FORM": (">4sI", b"SSND"),
}  # fmt: skip


def read_sound(path: Path, judge: Judge | None = None, *, audible: bool = True) -> Clip:
    """Return the sound of `path`: mono, at its own rate from 8 to 48 kHz.

    It is a person's voice, unless the file's tags say that it is synthetic, as our own do. The
    sound of a video works too. Of several tracks and channels, the one in which `judge` hears most
    speech is taken, or without it what can be heard (`voice_channel`).
    With `audible` off, one that nobody can hear is read too.

    Raises BadData for a file that is missing, empty, broken, silent, longer than ten minutes or not
    a sound file, Unavailable for one that may not be read, and TryAgain for one that is still being
    written.
    """
    name = path.name
    try:
        clip = _read_whole(path, judge)
        return _check_audible(clip, name) if audible else clip
    except VoicenoteError:
        raise
    except FileNotFoundError:
        raise BadData(f"{name} doesn't exist", "check the path") from None
    except PermissionError as error:
        raise Unavailable(
            f"{name} cannot be opened: permission denied",
            "change its permissions, or copy the file",
        ) from error
    except Exception as error:
        # A broken file makes the library raise anything, its own errors or Python's. Whatever it
        # is, the file is to blame.
        raise BadData(
            f"{name} isn't a sound file that can be read, or it is broken", KINDS
        ) from error


def read_marking(path: Path) -> Marking:
    """Return what the tags of a file say of its voice; of one that can't be read, nothing."""
    try:
        with av.open(str(path), "r", options={"format_whitelist": _FORMATS}) as container:
            tags = [dict(one.metadata) for one in container.streams.audio]
            return marking_of({**container.metadata, **(tags[0] if tags else {})})
    except (av.FFmpegError, OSError):
        return Marking()


def _read_whole(path: Path, judge: Judge | None) -> Clip:
    before = _stamp(path)
    size = path.stat().st_size
    if not path.is_file():
        raise BadData(f"{path.name} is not a file", KINDS)
    if not size:
        raise BadData(f"{path.name} is empty", "record it again")
    with path.open("rb") as file:
        end = _end_of_chunks(file, size, path.name)
        whole = _with_true_length(_Beginning(file, end) if end < size else file, size)
        with av.open(whole, "r", options={"format_whitelist": _FORMATS}) as container:
            clip = decode_voice(container, path.name, judge)
    if _stamp(path) != before:
        raise TryAgain(
            f"{path.name} changed while it was read; nothing has been taken from it",
            "wait until it is complete, then run the same command again",
        )
    return clip


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written to or replaced."""
    found = path.stat()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _end_of_chunks(file: BinaryIO, size: int, name: str) -> int:
    """Return where the chunks of a file end, which may be followed by junk; `size` of other files.

    A chunk before the sound that claims to be longer than the file is refused: the library would
    allocate its length. That of the sound may be wrong: killed recorders and pipes leave it so.
    """
    start, end, heard = file.read(12), size, False
    if start[:4] in _CHUNKED:
        form, sound = _CHUNKED[start[:4]]
        while len(head := file.read(8)) == 8:
            kind, length = struct.unpack(form, head)
            if not kind.strip().isalnum() or (kind == sound and not 0 < length <= size):
                break  # sound, to the end of the file
            if length > size and heard:
                end = file.tell() - 8
                break
            if length > size:
                raise BadData(f"{name} is broken: it says it is longer than it is", KINDS)
            heard = heard or kind == sound
            # a LIST holds chunks again, each with its own length
            file.seek(4 if kind == b"LIST" else length + length % 2, 1)
    file.seek(0)
    return end


class _Beginning(io.BufferedReader):
    """The first `end` bytes of a file."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        super().__init__(io.FileIO(file.fileno(), closefd=False))
        self._end = end
        self.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self._end - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return super().seek(*((self._end + offset, 0) if whence == 2 else (offset, whence)))


class _AsRiff(io.BufferedReader):
    """A file that says it is RIFF, whatever its first four bytes are."""

    def read(self, size: int | None = -1, /) -> bytes:
        at = self.tell()
        raw = super().read(size)
        return b"RIFF"[at : at + len(raw)] + raw[max(0, 4 - at) :]


def _with_true_length(file: BinaryIO, size: int) -> BinaryIO:
    """Return an open file of which all sound is read.

    RF64 has its lengths in a chunk of its own, which a killed recorder leaves empty. As RIFF, the
    sound goes to the end of the file.
    """
    head = file.read(36)
    file.seek(0)
    lengths = head[:4] in _LONG and head[12:16] == b"ds64" and len(head) == 36
    if lengths and not 0 < struct.unpack("<Q", head[28:36])[0] <= size:
        whole = _AsRiff(io.FileIO(file.fileno(), closefd=False))
        whole.seek(0)
        return whole
    return file


def _check_audible(clip: Clip, name: str) -> Clip:
    if not clip.pcm:
        raise BadData(f"there is no sound in {name}", "record it again")
    if not is_audible(clip):
        raise BadData(f"{name} is silent", "check that the microphone is on, and record it again")
    return clip
