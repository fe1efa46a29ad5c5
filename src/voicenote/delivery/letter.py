"""A letter as it travels: in pieces, so that the server reads one while the next is coded."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator
from dataclasses import dataclass

#: A line of base64 has 76 letters (RFC 2045), for so many bytes; with its end it has two more.
LINE, CODED = 57, 78
#: So much sound is coded at once: whole lines, and few enough to stay in the processor's cache.
PIECE = 800 * LINE


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole message: `words` as they travel, and after each but the last a sound, not coded yet.

    Its length is that of the message in bytes. To go through it gives the bytes in pieces, each of
    whole lines, whenever it is asked anew.
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
        """Return it as DATA has it (RFC 5321, 4.5.2): dots doubled where lines begin.

        Only words have any: no letter of base64 is a dot.
        """
        return Letter(tuple(map(_stuff_dots, self.words)), self.sounds)


def _stuff_dots(words: bytes) -> bytes:
    return b"." * words.startswith(b".") + words.replace(b"\n.", b"\n..")


def in_lines(content: bytes | memoryview) -> bytes:
    """Return base64 in lines of 76 letters, as the standard library writes it."""
    encoded = binascii.b2a_base64(content, newline=False)
    whole, left = divmod(len(encoded), 76)
    lines = struct.Struct(whole * "76s" + f"{left}s").unpack(encoded)
    return b"\r\n".join((*lines, b"") if left else lines)


def _coded_length(sound: bytes) -> int:
    whole, left = divmod(len(sound), LINE)
    return whole * CODED + (2 + (left + 2) // 3 * 4 if left else 0)
