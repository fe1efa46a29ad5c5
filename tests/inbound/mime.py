"""Bytes of letters, put together by hand: parts, charsets, transfer encodings, encoded words."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import random
from collections.abc import Sequence
from dataclasses import dataclass

#: Charset as Python calls it → labels under which programs send it.
LABELS = {
    "utf-8": ("utf-8", "UTF-8", "utf8", '"utf-8"', "UTF8"),
    "cp1257": ("windows-1257", "cp1257"),
    "iso8859-13": ("iso-8859-13",),
    "iso8859-4": ("iso-8859-4",),
    "cp1255": ("windows-1255", "cp1255", "WINDOWS-1255"),
    "iso8859-8": ("iso-8859-8-i", "iso-8859-8", "ISO-8859-8-E", "visual"),
    "cp1250": ("windows-1250", "cp1250", "x-cp1250"),
    "iso8859-2": ("iso-8859-2", "latin2", "ISO8859-2"),
    "iso8859-16": ("iso-8859-16",),
    "cp1256": ("windows-1256",),
    "cp1252": ("windows-1252", "iso-8859-1", "us-ascii"),
    "iso8859-15": ("iso-8859-15",),
    "koi8-r": ("koi8-r", "KOI8-R"),
    "cp1251": ("windows-1251",),
    "utf-16": ("utf-16",),
    "cp852": ("ibm852", "cp-852"),
    "utf-7": ("utf-7",),
}
#: Labels that say something else than what the bytes are in, or nothing.
WRONG = ("us-ascii", "utf-8", "iso-8859-1", "x-unknown", "ansi_x3.110-1983", "", "windows-1252")
#: Language → the charsets whose letters it can be written in, besides UTF-8.
CHARSETS = {
    "en": ("cp1252", "iso8859-15"),
    "et": ("cp1257", "iso8859-13", "iso8859-4", "cp1252", "iso8859-15"),
    "he": ("cp1255", "iso8859-8"),
    "ro": ("iso8859-16", "cp1250", "iso8859-2"),
    "pl": ("cp1250", "iso8859-2", "cp852"),
    "fa": ("cp1256",),
    "de": ("cp1252", "iso8859-15", "utf-7"),
    "ru": ("koi8-r", "cp1251"),
    "fr": ("cp1252", "iso8859-15"),
}


@dataclass(frozen=True)
class Coding:
    """In which charset a text goes, and under which label; `right` when that is true."""

    codec: str
    label: str
    right: bool = True


def coding(chance: random.Random, language: str, text: str, *, wrong: float = 0.15) -> Coding:
    """Choose a charset that has all letters of `text`, and a label."""
    fitting = ["utf-8", "utf-8"]
    for codec in CHARSETS[language]:
        try:
            if text.encode(codec).decode(codec) == text:
                fitting.append(codec)
        except UnicodeEncodeError:
            continue
    codec = chance.choice(fitting)
    if chance.random() < wrong and codec not in ("utf-16", "utf-7"):
        return Coding(codec, chance.choice(WRONG), right=text.isascii())
    return Coding(codec, chance.choice(LABELS[codec]))


def text_part(chance: random.Random, kind: str, text: str, how: Coding, more: str = "") -> bytes:
    """One part with words."""
    raw = text.replace("\n", "\r\n").encode(how.codec)
    label = f"; charset={how.label}" if how.label else ""
    return leaf(chance, f"{kind}{label}{more}", raw, ascii_only=raw.isascii())


def leaf(
    chance: random.Random, kind: str, raw: bytes, head: str = "", *, ascii_only: bool = False
) -> bytes:
    """One part; bytes that are not words always go as Base64."""
    words = kind.startswith("text/")
    ways = ["base64", "quoted-printable", "8bit", "BASE64", "binary"] if words else ["base64"]
    if ascii_only and words:
        ways += ["7bit", ""]
    if any(len(line) > 900 for line in raw.split(b"\r\n")) or b"\0" in raw:
        ways = ["base64"]
    way = chance.choice(ways)
    if way.lower() == "base64":
        body = base64.encodebytes(raw).replace(b"\n", b"\r\n")
        if chance.random() < 0.1:
            body = body.rstrip(b"=\r\n") + b"\r\n"  # some programs leave the padding out
    elif way == "quoted-printable":
        body = quoted_printable(raw)
    else:
        body = raw
    if chance.random() < 0.03 and words and ascii_only:
        way, body = "x-uuencode", uuencoded(raw)
    named = f"Content-Transfer-Encoding: {way}\r\n" if way else ""
    return f"Content-Type: {kind}\r\n{named}{head}\r\n".encode() + body


def quoted_printable(raw: bytes) -> bytes:
    lines = raw.split(b"\r\n")
    return b"\r\n".join(quopri.encodestring(line).replace(b"\n", b"\r\n") for line in lines)


def uuencoded(raw: bytes) -> bytes:
    lines = [binascii.b2a_uu(raw[at : at + 45]) for at in range(0, len(raw), 45)]
    whole = b"begin 644 words.txt\n" + b"".join(lines) + b"`\nend\n"
    return whole.replace(b"\n", b"\r\n")


def multipart(chance: random.Random, kind: str, parts: Sequence[bytes], more: str = "") -> bytes:
    """Some parts in one."""
    edge = (
        f"=_{chance.choice(['b1', 'Part', '----=_Next', 'Apple-Mail'])}_{chance.getrandbits(48):x}"
    )
    lines = [f'Content-Type: multipart/{kind}; boundary="{edge}"{more}\r\n\r\n'.encode()]
    if chance.random() < 0.3:
        lines.append(b"This is a message in several parts.\r\n")
    for part in parts:
        lines += [f"--{edge}\r\n".encode(), part, b"\r\n"]
    return b"".join([*lines, f"--{edge}--\r\n".encode()])


def encoded_word(chance: random.Random, text: str, language: str) -> str:
    """A text for a header: plain where that is possible, else in encoded words (RFC 2047)."""
    if text.isascii() and chance.random() < 0.8:
        return text
    how = coding(chance, language, text, wrong=0)
    if how.codec in ("utf-16", "utf-7") or '"' in how.label or how.label == "us-ascii":
        how = Coding("utf-8", "utf-8")
    made, piece = [], ""
    for sign in [*text, ""]:
        if (not sign or len((piece + sign).encode(how.codec)) > 30) and piece:
            raw = piece.encode(how.codec)
            if chance.random() < 0.5:
                made.append(f"=?{how.label}?B?{base64.b64encode(raw).decode()}?=")
            else:
                told = "".join(
                    chr(one) if chr(one).isalnum() and one < 128 else f"={one:02X}" for one in raw
                )
                made.append(f"=?{how.label}?q?{told}?=")
            piece = ""
        piece += sign
    return "\r\n ".join(made)


def as_html(chance: random.Random, text: str) -> str:
    """A text as programs write it in HTML."""
    escaped = html.escape(text, quote=chance.random() < 0.5)
    if chance.random() < 0.3:
        escaped = "".join(f"&#{ord(one)};" if ord(one) > 127 else one for one in escaped)
    way = chance.randrange(4)
    if way == 0:
        return "".join(f"<p>{line}</p>" for line in escaped.split("\n"))
    if way == 1:
        return "".join(f'<div dir="auto">{line or "<br>"}</div>' for line in escaped.split("\n"))
    if way == 2:
        return escaped.replace("\n", "<br>\r\n")
    return f'<table><tr><td><span style="color:#000">{escaped.replace(chr(10), "<br/>")}</span></td></tr></table>'
