"""Detection of a file's encoding and shape, by reading it once in small pieces."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from voicenote.errors import BadData, Unavailable
from voicenote.intake.fields import FIELDS
from voicenote.intake.file_encoding import choose_codepage
from voicenote.intake.options import Options
from voicenote.intake.workbooks import SheetFile, is_workbook, write_sheet


class Shape(StrEnum):
    """How records are arranged in a file."""

    TABLE = "csv"
    LINES = "jsonl"
    DOCUMENT = "json"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A readable file: `encoding` is a codec's name, `errors` its handler, `size` in bytes.

    `sheet` is the CSV that a workbook's sheet became.
    """

    path: Path
    shape: Shape
    encoding: str
    errors: str
    size: int
    sheet: SheetFile | None = None

    @property
    def text_path(self) -> Path:
        """The file that holds the text."""
        return self.sheet.path if self.sheet else self.path


_MAGIC = (
    (b"PK\x03\x04", "a zip archive", "unpack it first"),
    (b"PK\x05\x06", "an empty zip archive", "export it again"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first: gunzip FILE"),
    (b"BZh", "compressed with bzip2", "unpack it first: bunzip2 FILE"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it first: unxz FILE"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it first: unzstd FILE"),
    (b"7z\xbc\xaf", "a 7-zip archive", "unpack it first"),
    (b"%PDF", "a PDF", "export the complaints as CSV or JSON"),
    (b"SQLite format 3\x00", "a database", "export the complaints as CSV or JSON"),
    (b"PAR1", "a Parquet file", "export it as CSV or JSON Lines"),
    (b"{\\rtf", "a text document (RTF)", "save it as plain CSV"),
    (b"<!DOCTYPE", "a web page", "export the complaints as CSV or JSON"),
    (b"<html", "a web page", "export the complaints as CSV or JSON"),
    (b"<?xml", "XML", "export the complaints as CSV or JSON"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
_PIECE = 1 << 20
TOO_LONG = "this isn't a table of complaints: export it again, one record per line"


def sniff(path: Path, options: Options) -> Sniffed:
    """Return the encoding and shape of a file. Reads it once, a piece at a time.

    Raises BadData when it is empty, isn't text or isn't a file; Unavailable when it can't be read.
    """
    try:
        with open_binary(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            head = stream.read(options.limits.sample)
            if is_workbook(head):
                sheet = write_sheet(path, options.sheet)
                return Sniffed(
                    path, Shape.TABLE, "utf-8", "strict", sheet.path.stat().st_size, sheet
                )
            _refuse_foreign(path, head)
            _refuse_endless(path, stream, head, options.limits.line)
            encoding, errors = _detect_encoding(path, stream, head, options)
    except OSError as error:
        raise unreadable(path, error) from None
    text = head.decode(encoding, "replace")
    shape = Shape.TABLE if options.lines else _detect_shape(text, more=size > len(head))
    return Sniffed(path, shape, encoding, errors, size)


def open_binary(path: Path) -> io.BufferedReader:
    """Open a regular file. Raises BadData when it isn't one; OSError is left as it is."""
    if path.is_dir():
        raise BadData(f"{path.name or path} is a folder", "name the file in it")
    if not path.exists():
        raise BadData(f"there is no file {path}", "check the name")
    if not path.is_file():
        raise BadData(f"{path} is not an ordinary file", "save it to a file first")
    return path.open("rb")


def stamp_of(path: Path) -> tuple[int, ...]:
    """Return (device, inode, size, mtime in ns), to see if a file changed; () when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def as_text(binary: io.BufferedReader, sniffed: Sniffed) -> TextIO:
    """Return an open file as a text stream, with its line ends unchanged."""
    return io.TextIOWrapper(binary, sniffed.encoding, sniffed.errors, newline="")


def unreadable(path: Path, error: OSError) -> Unavailable:
    """Return the error for a file that the system can't read."""
    return Unavailable(f"{path} cannot be read: {error.strerror or error}", "check its permissions")


def _refuse_foreign(path: Path, head: bytes) -> None:
    if not head.strip():
        raise BadData(f"{path.name} is empty", "is it the right file? Fill it, or export it again")
    start = head.lstrip()[:32].lower()
    for magic, what, advice in _MAGIC:
        if start.startswith(magic.lower()):
            raise BadData(f"{path.name} is {what}", advice)


def _refuse_endless(path: Path, stream: io.BufferedReader, head: bytes, limit: int) -> None:
    """Raise BadData for a far too long first line before reading it all. JSON may be one line."""
    start = head
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return
    while b"\n" not in start and b"\r" not in start:
        if len(start) > limit * 4:
            raise BadData(f"{path.name}:1: the line is longer than {limit:,} characters", TOO_LONG)
        piece = stream.read(_PIECE)
        if not piece:
            break
        start += piece
    stream.seek(len(head))


def _detect_encoding(
    path: Path, stream: io.BufferedReader, head: bytes, options: Options
) -> tuple[str, str]:
    """Return (codec, error handler). Wrong bytes are kept if possible, to name their row later."""
    if options.encoding:
        try:
            name = codecs.lookup(options.encoding).name
            head.decode(name, "replace")
        except (LookupError, ValueError, TypeError):
            advice = "write a name such as utf-8, cp1250 or utf-16"
            raise BadData(f"{options.encoding!r} isn't an encoding", advice) from None
        return name, "replace" if name.startswith(("utf-16", "utf-32")) else "surrogateescape"
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, "surrogateescape" if name == "utf-8-sig" else "replace"
    start = head[:4096]
    if start.count(0) and (name := _detect_wide(start)):
        return name, "replace"
    if len(start) - len(start.translate(None, _CONTROLS)) > len(start) // 50:
        raise BadData(f"{path.name} is not text", "export the complaints as CSV or JSON")
    wrong, high, sample = _survey(stream, head)
    if high and wrong * 20 > high:
        return choose_codepage(sample, options.language), "surrogateescape"
    return "utf-8", "surrogateescape"


def _detect_wide(head: bytes) -> str:
    """Return the UTF-16 codec of text without a BOM, by where its zero bytes are; "" for none."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    return ""


def _survey(stream: io.BufferedReader, head: bytes) -> tuple[int, int, bytes]:
    """Return how many lines aren't UTF-8, how many aren't ASCII, and a sample of the latter."""
    wrong = high = 0
    sample = bytearray()
    rest = b""
    piece = head
    while piece:
        if rest or not piece.isascii():
            whole = rest + piece
            cut = whole.rfind(b"\n") + 1
            if not cut and len(whole) > _PIECE:  # one long line: cut at ASCII, never in a letter
                cut = max(whole.rfind(sign) for sign in (b" ", b'"', b",")) + 1 or len(whole)
            whole, rest = (whole[:cut], whole[cut:]) if cut else (whole, b"")
            for line in whole.splitlines():
                if not line.isascii():
                    high += 1
                    wrong += not _is_utf8(line)
                    if len(sample) < 65_536:
                        sample += line[:4096] + b"\n"
        piece = stream.read(_PIECE)
    if rest and not rest.isascii():
        high += 1
        wrong += not _is_utf8(rest)
        sample += rest[:4096]
    return wrong, high, bytes(sample)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _detect_shape(text: str, *, more: bool) -> Shape:
    """Return the shape of a file that begins with `text`; `more` when there is more of it."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        # "[Export of 2026]" is a title above a table; "[{" and "[]" are JSON
        return Shape.DOCUMENT if re.match(r"\[\s*([\[\]{\"\d]|$)", start) else Shape.TABLE
    if not start.startswith("{"):
        return Shape.TABLE
    first, _, others = start.partition("\n")
    try:
        value = json.loads(first, parse_int=str)
    except (ValueError, RecursionError):
        return Shape.DOCUMENT if re.match(r'\{\s*("|\}|$)', start) else Shape.TABLE
    lists = [part for part in value.values() if isinstance(part, list)]
    objects = any(part and isinstance(part[0], dict) for part in lists)
    alone = not others.strip() and not more
    container = objects or (lists and not FIELDS.keys() & value.keys())
    return Shape.DOCUMENT if alone and container else Shape.LINES
