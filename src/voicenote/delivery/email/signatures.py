"""DKIM (RFC 6376): who signed a letter, and whether the signature holds.

Only RSA with SHA-256 is checked, with which all large providers sign. Elsewhere a library would do;
the one for Python has no wheels, so it can't be installed without building it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from voicenote.delivery.email.name_server import NameServer
from voicenote.errors import BadData

#: The shortest RSA key that counts today (RFC 8301), and the longest that is tried, in bits.
_SHORTEST_KEY, _LONGEST_KEY = 1024, 8192
#: The most signatures that are checked.
_MOST = 5
#: What comes before a SHA-256 hash in a signature (PKCS #1, 9.2).
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_VALUE = re.compile(rb"(;[ \t\r\n]*b[ \t\r\n]*=)[^;]*|^([ \t\r\n]*b[ \t\r\n]*=)[^;]*")

Fields = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Signature:
    """A DKIM signature: the domain that signed, and why it doesn't hold ("" if it does)."""

    domain: str
    wrong: str = ""


def read_signatures(raw: bytes, names: NameServer) -> Iterator[Signature]:
    """Yield each DKIM signature of a letter, checked with the keys in the DNS.

    Raises Unavailable when no name server tells them.
    """
    fields, body = split_letter(raw)
    for field in [one for one in fields if one[0].lower() == b"dkim-signature"][:_MOST]:
        tags = read_tags(field[1].decode("ascii", "replace"))
        try:
            _check(field, tags, fields, body, names)
            wrong = ""
        except BadData as error:
            wrong = error.what
        yield Signature(tags.get("d", "?").lower(), wrong)


def split_letter(raw: bytes) -> tuple[Fields, bytes]:
    """Return the header fields (name, rest of the field) and the body."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields: Fields = []
    for line in head.split(b"\r\n"):
        name, colon, rest = line.partition(b":")
        if fields and line[:1] in (b" ", b"\t"):
            fields[-1] = (fields[-1][0], fields[-1][1] + line + b"\r\n")
        elif colon:
            fields.append((name.rstrip(b" \t"), rest + b"\r\n"))
    return fields, body


def read_tags(text: str) -> dict[str, str]:
    """Return the tags of a list such as ``v=1; a=rsa-sha256``, without white space in them."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): "".join(value.split()) for name, equals, value in pairs if equals}


def _check(
    field: tuple[bytes, bytes],
    tags: dict[str, str],
    fields: Fields,
    body: bytes,
    names: NameServer,
) -> None:
    if tags.get("a", "").lower() != "rsa-sha256":
        raise BadData(f"it is made by {tags.get('a', 'nothing')!r}, which isn't checked here")
    header_form, _, body_form = tags.get("c", "simple").lower().partition("/")
    text = canonical_body(body, body_form or "simple")
    if tags.get("l", "").isdecimal():
        text = text[: int(tags["l"][:12])]
    if base64.b64encode(hashlib.sha256(text).digest()).decode() != tags.get("bh", ""):
        raise BadData("the text of the letter was changed on its way")
    if "from" not in tags.get("h", "").lower().split(":"):
        raise BadData("it doesn't cover From")
    modulus, exponent = _find_key(tags, names)
    signed = signed_headers(field, tags.get("h", ""), fields, header_form)
    if not _holds(hashlib.sha256(signed).digest(), tags.get("b", ""), modulus, exponent):
        raise BadData("a header was changed on its way, or it was made with another key")


def canonical_body(body: bytes, form: str) -> bytes:
    """Return the body in the form that is hashed: ``simple`` or ``relaxed`` (3.4.3, 3.4.4)."""
    if form == "relaxed":
        body = re.sub(rb"[ \t]+", b" ", body if body.endswith(b"\r\n") else body + b"\r\n")
        body = body.replace(b" \r\n", b"\r\n")
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end or form == "simple" else b""


def signed_headers(field: tuple[bytes, bytes], covered: str, fields: Fields, form: str) -> bytes:
    """Return what a signature signs: the fields it names from the last to the first, then itself.

    Its own value ``b=`` is left out.
    """
    left = list(fields)
    found = []
    for name in covered.encode().lower().split(b":"):
        for place in range(len(left) - 1, -1, -1):
            if left[place][0].lower() == name:
                found.append(_canonical_field(left.pop(place), form))
                break
    own = _canonical_field((field[0], _VALUE.sub(rb"\1\2", field[1])), form)
    return b"".join(found) + own.removesuffix(b"\r\n")


def _canonical_field(field: tuple[bytes, bytes], form: str) -> bytes:
    name, value = field
    if form != "relaxed":
        return name + b":" + value
    flat = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.lower() + b":" + flat + b"\r\n"


def _find_key(tags: dict[str, str], names: NameServer) -> tuple[int, int]:
    """Return the key that the domain publishes, as modulus and exponent."""
    name = f"{tags.get('s', '')}._domainkey.{tags.get('d', '')}"
    records = names.txt(name)
    if not records:
        raise BadData(f"{name} doesn't have a key")
    packed = read_tags(records[0]).get("p", "")
    if not packed:
        raise BadData(f"the key at {name} was taken back")
    try:
        modulus, exponent = _read_key(base64.b64decode(packed))
    except (ValueError, IndexError):
        raise BadData(f"the key at {name} can't be read") from None
    if max(modulus.bit_length(), exponent.bit_length()) > _LONGEST_KEY:
        raise BadData(f"the key at {name} is too long")
    if modulus.bit_length() < _SHORTEST_KEY:
        raise BadData(f"the key at {name} has {modulus.bit_length()} bits, which is too short")
    return modulus, exponent


def _read_key(der: bytes) -> tuple[int, int]:
    """Return the numbers in a SubjectPublicKeyInfo or RSAPublicKey. Raises ValueError, IndexError.

    The two numbers are the last two of it, whatever is around them.
    """
    numbers: list[int] = []
    pending = [der]
    while pending:
        data = pending.pop(0)
        while data:
            kind, content, data = _take(data)
            if kind == 0x30:
                pending.append(content)
            elif kind == 0x03:  # a bit string, with the number of unused bits before it
                pending.append(content[1:])
            elif kind == 0x02:
                numbers.append(int.from_bytes(content, "big"))
    modulus, exponent = numbers
    return modulus, exponent


def _take(data: bytes) -> tuple[int, bytes, bytes]:
    """Return the kind and the content of the first DER value, and what follows it."""
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if start + length > len(data):
        raise ValueError("cut")
    return data[0], data[start : start + length], data[start + length :]


def _holds(digest: bytes, packed: str, modulus: int, exponent: int) -> bool:
    """Return whether an RSA signature (PKCS #1, version 1.5) is of this hash."""
    size = (modulus.bit_length() + 7) // 8
    try:
        number = int.from_bytes(base64.b64decode(packed), "big")
    except ValueError:
        return False
    tail = b"\x00" + _SHA256 + digest
    wanted = b"\x00\x01" + b"\xff" * (size - len(tail) - 2) + tail
    return number < modulus and pow(number, exponent, modulus).to_bytes(size, "big") == wanted
