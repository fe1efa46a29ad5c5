"""An email message as bytes, in pieces: the server reads one while the next is encoded."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator
from dataclasses import dataclass

#: Bytes in a base64 line of 76 characters (RFC 2045), and its length with the line end.
LINE, CODED = 57, 78
#: Bytes of sound encoded at once: whole lines, and few enough for the processor's cache.
PIECE = 800 * LINE


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole message: `words` ready to send, and between them the sounds, not encoded yet.

    Its length is that of the message in bytes. Each iteration yields the bytes in pieces of whole
    lines.
    """

    words: tuple[bytes, ...]
    sounds: tuple[bytes, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.words)) + sum(map(_coded_length, self.sounds))

    def __bytes__(self) -> bytes:
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        first, *others = self.words
        yield first
        for sound, words in zip(self.sounds, others, strict=True):
            view = memoryview(sound)
            for start in range(0, len(sound), PIECE):
                yield in_lines(view[start : start + PIECE])
            yield words

    def dotted(self) -> Letter:
        """Return the message for DATA (RFC 5321, 4.5.2): dots at the start of lines are doubled.

        Only words have them, because base64 contains no dot.
        """
        return Letter(tuple(map(_stuff_dots, self.words)), self.sounds)


def _stuff_dots(words: bytes) -> bytes:
    return b"." * words.startswith(b".") + words.replace(b"\n.", b"\n..")


def in_lines(content: bytes | memoryview) -> bytes:
    """Return base64 in lines of 76 characters, as the standard library writes it."""
    encoded = binascii.b2a_base64(content, newline=False)
    whole, left = divmod(len(encoded), 76)
    lines = struct.Struct(whole * "76s" + f"{left}s").unpack(encoded)
    return b"\r\n".join((*lines, b"") if left else lines)


def _coded_length(sound: bytes) -> int:
    whole, left = divmod(len(sound), LINE)
    return whole * CODED + (2 + (left + 2) // 3 * 4 if left else 0)
