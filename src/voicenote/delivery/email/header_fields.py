"""Read headers of an email, even broken or hostile ones. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from email.message import Message

from voicenote.delivery.email.charsets import decode

#: Anything that parses as a header, anywhere, with its folded lines. Any line end counts.
_HEADER = re.compile(rb"(?<![^\r\n])[!-9;-~]*:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*")
_BODY = re.compile(rb"\r?\n\r?\n|\r\r")
#: Most bytes and folds read of a header. Those of a part have parameters and nested comments,
#: which take time quadratic in their length and depth. Quotation marks are slow, too, and the
#: writer's header is parsed several times: more than `QUOTES` are read as spaces.
HEADER, FOLDS, PART_HEADER, COMMENTS, QUOTES = 4000, 30, 1000, 20, 300
#: Parts that Python parses as letters, whatever their encoding: they are renamed, to be decoded.
_PACKED = re.compile(rb"message/(?:global-)?(delivery-status|headers)", re.IGNORECASE)
#: How many headers of parts are parsed; later ones are renamed. A normal message has a few,
#: and all of them are parsed again whenever the parts are read.
PART_HEADERS = 500


def field(message: Message, name: str) -> str:
    """Return a header on one line, or "" if it is missing or unreadable."""
    return next(iter(fields(message, name)), "")


def fields(message: Message, name: str) -> list[str]:
    """Return all headers of that name, each on one line."""
    try:
        return [" ".join(str(one).split()) for one in message.get_all(name, ())]
    except (ValueError, IndexError, AttributeError, TypeError, LookupError, RecursionError):
        # the standard library's header parser fails on some broken headers
        return []


def limit_headers(raw: bytes) -> bytes:
    """Return a message with overlong headers cut and reports kept as text; its body stays whole.

    No mail program writes such headers: RFC 5322 allows 998 characters a line. The standard library
    takes hours to parse a header of a megabyte, and anyone can send to a mailbox.
    """
    parts = itertools.count()
    end = found.start() if (found := _BODY.search(raw)) else len(raw)
    return _HEADER.sub(lambda one: _short(one[0], parts, on_top=one.start() < end), raw)


def _short(whole: bytes, parts: Iterator[int], *, on_top: bool) -> bytes:
    """Return a header, cut to what will be parsed; `parts` counts the headers of parts.

    Only the letter's own headers (`on_top`) are decoded: below, a line such as "Subject: …" may be
    in the text, whose charset is another matter.
    """
    if whole[:8].lower() == b"content-":
        if next(parts) >= PART_HEADERS:
            return b"X-" + whole[:PART_HEADER]
        start = _PACKED.sub(rb"text/x-voicenote-\1", whole[:PART_HEADER])
        return start if start.count(b"(") < COMMENTS else start.replace(b"(", b" ")
    if on_top and not whole.isascii():
        whole = decode(whole, "").encode("utf-8", "replace")
    if len(whole) > HEADER or whole.count(b"\n") + whole.count(b"\r") > FOLDS:
        whole = b"".join(whole[:HEADER].splitlines(keepends=True)[: FOLDS + 1]).rstrip(b"\r\n")
    return whole.replace(b'"', b" ") if on_top and whole.count(b'"') > QUOTES else whole
