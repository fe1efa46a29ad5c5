"""Read a recording of any common format into a clip, or say clearly why not."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import av
import numpy as np

from voicenote.errors import BadData, TryAgain, Unavailable, VoicenoteError
from voicenote.model.memo import Clip
from voicenote.sound.formats import Marking, is_marked, marking_of

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

#: The longest recording, in seconds.
LONGEST_S = 600.0
#: Nothing below this level (−50 dBFS; full scale is 1) can be heard.
_SILENT = 0.00316
#: Without playlists and scripts, which would make the library open other files.
_FORMATS = "wav,mp3,mov,mp4,m4a,3gp,3g2,mj2,ogg,matroska,webm,flac,aac,amr,aiff,caf,au,asf,avi,w64"
#: Formats that do not store a length: the library guesses it from the first frames.
_GUESSING = frozenset({"mp3", "aac", "amr"})
#: A file whose stated length is this many seconds longer than its content is incomplete.
_BROKEN_S = 0.5
#: Sample rates and channels of real recordings; any other value means a broken header.
_RATES = range(4_000, 768_001)
_CHANNELS = range(1, 65)
#: Chunked files: first four bytes → how a chunk's head is written, and which chunk is the sound.
_LONG = (b"RF64", b"BW64")  # RIFF with 64-bit lengths
_CHUNKED = {
    **dict.fromkeys((b"RIFF", *_LONG), ("<4sI", b"data")), b"FORM": (">4sI", b"SSND"),
}  # fmt: skip
_KINDS = "give a wav, mp3, m4a, ogg, webm or flac file"


def read_sound(path: Path, *, audible: bool = True) -> Clip:
    """Return the sound of `path`: mono, at its own rate from 8 to 48 kHz.

    It is a person's voice, unless the file's tags say that it is synthetic, as our own do. The
    sound of a video works too. With `audible` off, one that nobody can hear is read too. Raises
    BadData for a file that is missing, empty, broken, silent, longer than ten minutes or not a
    sound file, Unavailable for one that may not be read, and TryAgain for one that is still being
    written.
    """
    name = path.name
    try:
        clip = _read_whole(path)
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
            f"{name} isn't a sound file that can be read, or it is broken", _KINDS
        ) from error


def read_marking(path: Path) -> Marking:
    """Return what the tags of a file say of its voice; of one that can't be read, nothing."""
    try:
        with av.open(str(path), "r", options={"format_whitelist": _FORMATS}) as container:
            tags = [dict(one.metadata) for one in container.streams.audio]
            return marking_of({**container.metadata, **(tags[0] if tags else {})})
    except (av.FFmpegError, OSError):
        return Marking()


def _read_whole(path: Path) -> Clip:
    before = _stamp(path)
    size = path.stat().st_size
    if not path.is_file():
        raise BadData(f"{path.name} is not a file", _KINDS)
    if not size:
        raise BadData(f"{path.name} is empty", "record it again")
    with path.open("rb") as file:
        _refuse_false_lengths(file, size, path.name)
        clip = _decode_clip(_with_true_length(file, size), path.name)
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


def _refuse_false_lengths(file: BinaryIO, size: int, name: str) -> None:
    """Refuse a chunk that claims to be longer than the file: the library would allocate its length.

    The length of the sound chunk may be wrong: killed recorders and pipes leave it so.
    """
    start = file.read(12)
    if start[:4] in _CHUNKED:
        form, sound = _CHUNKED[start[:4]]
        while len(head := file.read(8)) == 8:
            kind, length = struct.unpack(form, head)
            if not kind.strip().isalnum() or (kind == sound and not 0 < length <= size):
                break  # sound, to the end of the file
            if length > size:
                raise BadData(f"{name} is broken: it says it is longer than it is", _KINDS)
            # a LIST holds chunks again, each with its own length
            file.seek(4 if kind == b"LIST" else length + length % 2, 1)
    file.seek(0)


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


def _decode_clip(file: BinaryIO, name: str) -> Clip:
    with av.open(file, "r", options={"format_whitelist": _FORMATS}) as container:
        streams = container.streams.audio
        if not streams:
            raise BadData(f"{name} has no sound in it", _KINDS)
        # a track that cannot be decoded has no codec context
        known = [stream for stream in streams if stream.codec_context is not None]
        if not known:
            raise BadData(f"the sound in {name} is of a kind that cannot be read", _KINDS)
        begun = [stream for stream in known if len(known) == 1 or _begins(container, stream)]
        return _decode(container, (begun or known)[0], name)


def _begins(container: av.container.InputContainer, stream: AudioStream) -> bool:
    """Return whether a track is of the kind that it says it is: its first sound can be decoded."""
    try:
        return stream.channels in _CHANNELS and next(container.decode(stream), None) is not None
    except av.FFmpegError:
        return False
    finally:
        container.seek(0)


def _decode(container: av.container.InputContainer, stream: AudioStream, name: str) -> Clip:
    """Decode all of `stream`. A file that breaks off in the middle is refused, not shortened."""
    if (stream.rate and stream.rate not in _RATES) or stream.channels not in _CHANNELS:
        raise BadData(
            f"{name} is broken: it says it has {stream.channels} channels of {stream.rate} Hz",
            "export or record it again",
        )
    rate = min(max(stream.rate or 48_000, 8_000), 48_000)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    parts: list[bytes] = []
    length = 0
    try:
        for frame in container.decode(stream):
            for out in resampler.resample(frame):
                parts.append(out.to_ndarray().tobytes())
                length += out.samples
            if length > LONGEST_S * rate:
                raise BadData(
                    f"{name} is longer than {LONGEST_S / 60:.0f} minutes",
                    "a memo has 20 to 60 seconds: record it shorter, or cut it",
                )
    except av.FFmpegError as error:
        raise BadData(
            f"{name} is broken after {length / rate:.1f} s", "export or record it again"
        ) from error
    parts.extend(out.to_ndarray().tobytes() for out in resampler.resample(None))
    told = _told_s(container, stream)
    if told - length / rate > max(_BROKEN_S, told / 20):
        raise BadData(
            f"{name} is broken: only {length / rate:.1f} of its {told:.1f} s can be read",
            "export or record it again",
        )
    synthetic = is_marked({**container.metadata, **stream.metadata})
    return Clip(_without_offset(b"".join(parts)), rate, synthetic=synthetic)


def _without_offset(pcm: bytes) -> bytes:
    """Return samples that swing around zero: an offset is a fault of a sound card, not a sound."""
    samples = np.frombuffer(pcm, "<i2")
    offset = round(float(samples.mean())) if len(samples) else 0
    if not offset:
        return pcm
    moved = samples.astype(np.int32) - offset
    return moved.clip(-32768, 32767).astype("<i2").tobytes()


def _told_s(container: av.container.InputContainer, stream: AudioStream) -> float:
    """Return the length in seconds that the file claims; 0 if it has none, or only guesses."""
    if container.format.name in _GUESSING:
        return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base if len(container.streams) == 1 else 0.0


def _check_audible(clip: Clip, name: str) -> Clip:
    if not clip.pcm:
        raise BadData(f"there is no sound in {name}", "record it again")
    samples = np.frombuffer(clip.pcm, "<i2")
    loudest = max(int(samples.max()), -int(samples.min())) / 32768
    if loudest < _SILENT:
        raise BadData(f"{name} is silent", "check that the microphone is on, and record it again")
    return clip
