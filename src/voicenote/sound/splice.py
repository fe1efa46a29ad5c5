"""Files made from pieces in a row: the packets unchanged, in the container of the rendition.

Ogg pages are written here (RFC 3533, RFC 7845), in a sixth of the time of a muxer; for a memo from
the cache, this is all the work.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import cast

import av

from voicenote.errors import Unavailable
from voicenote.sound.formats import OWN_FIELDS, Codec, Tags, metadata
from voicenote.sound.mp4_fields import add_fields
from voicenote.sound.packets import FORMS, silence

#: The 48 kHz samples of an Opus packet, and those that a player drops at the start: the delay of
#: the slower Opus mode (the other delays by 120, and loses 4 ms of silence).
_OPUS_SAMPLES = 2880
PRE_SKIP = 312
_PAGE = 50
#: Ogg's checksum is zlib's with the bits of every byte, and of the result, reversed.
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_FIRST, _LAST = 2, 4


def ogg_pages(packets: Iterable[bytes], codec: Codec, tags: Tags, serial: int) -> Iterator[bytes]:
    """Yield the pages of an Ogg/Opus file while packets come; none before the first packet.

    `serial` is the number of its stream (31 bits).
    """
    coming = iter(packets)
    some = tuple(islice(coming, _PAGE))
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, PRE_SKIP, codec.rate, 0, 0)
    lines = [f"{name}={text}".encode() for name, text in metadata(tags).items()]
    lines.insert(0, b"voicenote")
    count = struct.pack("<I", len(lines) - 1)
    told = [struct.pack("<I", len(line)) + line for line in lines]
    comments = b"OpusTags" + told[0] + count + b"".join(told[1:])
    yield _page([head], serial, 0, 0, _FIRST)
    yield _page([comments], serial, 1, 0, 0)
    number, done = 2, 0
    while some:
        following = tuple(islice(coming, _PAGE))
        done += len(some)
        yield _page(some, serial, number, done * _OPUS_SAMPLES, 0 if following else _LAST)
        number, some = number + 1, following


def seconds(packets: int) -> float:
    """Return how many seconds an Ogg/Opus file of that many packets plays."""
    return (packets * _OPUS_SAMPLES - PRE_SKIP) / 48_000


def _page(packets: Sequence[bytes], serial: int, number: int, granule: int, flags: int) -> bytes:
    lacing = b"".join(map(_lacing, map(len, packets)))
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(lacing))
    page = head + lacing + b"".join(packets)
    reflected = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    # Reverse the bits of a word: reverse its bytes, and the bits in each.
    checksum = reflected.to_bytes(4, "big").translate(_REVERSED)
    return page[:22] + checksum + page[26:]


@lru_cache(maxsize=4096)
def _lacing(length: int) -> bytes:
    """Return a packet's length as Ogg writes it."""
    return b"\xff" * (length // 255) + bytes([length % 255])


def muxed(packets: Iterable[bytes], rendition: str, codec: Codec, tags: Tags) -> bytes:
    """Return an m4a or mp3 file of `packets`. Raises Unavailable when it cannot be written."""
    try:
        with tempfile.TemporaryDirectory(prefix="voicenote-") as folder:
            path = Path(folder) / f"memo.{rendition}"
            mux(path, packets, rendition, codec, tags)
            return path.read_bytes()
    except (av.FFmpegError, OSError) as error:
        raise Unavailable(
            f"the sound cannot be written as {rendition}: {error}",
            "check that the folder for temporary files isn't full",
        ) from error


def mux(path: Path, packets: Iterable[bytes], rendition: str, codec: Codec, tags: Tags) -> None:
    """Write an m4a, mp3 or wav file as its packets come (for wav: 16-bit samples).

    Raises av.FFmpegError or OSError when it cannot be written.
    """
    options = {"fflags": "+bitexact", **dict(codec.container_options)}
    form = FORMS.get(rendition)
    # The encoder's first packet is silence; a player is told to drop it.
    early = [silence(rendition, codec)] if form else []
    at = -form.frame if form else 0
    with av.open(str(path), "w", format=codec.container, options=options) as container:
        container.metadata.update(metadata(tags))
        coding = {"flags": "+bitexact", **dict(codec.options)}
        stream = cast(
            "av.AudioStream",
            container.add_stream(codec.codec, rate=codec.rate, layout="mono", options=coding),
        )
        if codec.bit_rate:
            stream.bit_rate = codec.bit_rate
        container.start_encoding()
        step = Fraction(1, codec.rate)
        for data in chain(early, packets):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, step
            packet.pts = packet.dts = at
            packet.duration = form.frame if form else len(data) // 2
            container.mux(packet)
            at += packet.duration
    if rendition == "m4a":
        told = metadata(tags)
        add_fields(path, {name: told[name] for name in OWN_FIELDS if name in told})
