"""Streaming JSON in all shapes: a list, an object with a list in it, one object per line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TextIO

from voicenote.errors import BadData, Problem
from voicenote.intake.options import IntakeLimits, Options
from voicenote.intake.raw_record import Number, Record
from voicenote.intake.sniff import TOO_LONG, Sniffed, as_text, open_binary

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_PIECE = 1 << 16
_decoder = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


@dataclass(frozen=True, slots=True)
class Element:
    """One value of a document: `key` is the top-level key of its list or of itself, or "".

    `listed`: it is in a list. `text` is the value as written. `line` counts from 1; `offset` is
    how many bytes were read.
    """

    key: str
    listed: bool
    value: object
    text: str
    line: int
    offset: int


class Walker:
    """An iterator over a document's top level; the json module decodes each element.

    Only a window of the text is in memory. Raises BadData when it isn't JSON, or when one element
    is longer than the limit.
    """

    def __init__(self, stream: TextIO, limits: IntakeLimits, file: str) -> None:
        self._stream = stream
        self._limits = limits
        self._file = file
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def elements(self) -> Iterator[Element]:
        """Yield the elements of a top-level list, or of the lists and values of an object."""
        sign = self._peek()
        if sign == "[":
            yield from self._list("")
        elif sign == "{":
            yield from self._object()
        else:
            raise self._wrong("isn't a JSON list or object")
        if self._peek():
            raise self._wrong("has something after its end")

    def _object(self) -> Iterator[Element]:
        self._skip("{")
        if self._peek() == "}":
            self._skip("}")
            return
        while True:
            if self._peek() != '"':
                raise self._wrong("has no key where one is due")
            key = str(self._value(listed=False, key="").value)
            self._skip(":")
            if self._peek() == "[":
                yield from self._list(key)
            else:
                yield self._value(listed=False, key=key)
            if self._skip(",}") == "}":
                return

    def _list(self, key: str) -> Iterator[Element]:
        self._skip("[")
        if self._peek() == "]":
            self._skip("]")
            return
        while True:
            yield self._value(listed=True, key=key)
            if self._skip(",]") == "]":
                return

    def _value(self, *, listed: bool, key: str) -> Element:
        """Return the next value; if it doesn't end in the window, read more, up to the limit."""
        self._peek()
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise self._wrong("is nested too deeply") from None
            except ValueError as error:
                if not self._more():
                    reason = getattr(error, "msg", "no value")
                    raise self._wrong(f"isn't JSON here ({reason})") from None
                continue
            # a number may continue beyond the window; a closed value can't
            if end < len(self._text) or self._text[end - 1] in '}]"' or not self._more():
                break
        text = self._text[self._at : end]
        element = Element(key, listed, value, text, self._line, self._stream.buffer.tell())
        self._line += text.count("\n")
        self._at = end
        return element

    def _peek(self) -> str:
        """Return the next character that isn't space, or "" at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            end = match.end() if match else self._at
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            if end < len(self._text):
                return self._text[end]
            if not self._more():
                return ""

    def _skip(self, expected: str) -> str:
        sign = self._peek()
        if not sign:
            raise self._wrong("breaks off")
        if sign not in expected:
            raise self._wrong(f"has {sign!r} where {' or '.join(expected)} is due")
        self._at += 1
        return sign

    def _more(self) -> bool:
        """Read on, doubling each time an element doesn't end; return False at the end of the file.

        Raises BadData when the element is longer than the limit.
        """
        waiting = len(self._text) - self._at
        if self._ended:
            return False
        if waiting > self._limits.record:
            what = f"the record is longer than {self._limits.record:,} characters"
            raise BadData(f"{self._file}:{self._line}: {what}", TOO_LONG)
        piece = self._stream.read(max(_PIECE, waiting))
        self._text = self._text[self._at :] + piece
        self._at = 0
        self._ended = not piece
        return bool(piece)

    def _wrong(self, what: str) -> BadData:
        advice = "the file seems cut off or changed by hand: export it again"
        problem = Problem(what, advice, self._file, self._line)
        return BadData(f"{self._file}:{self._line}: {what}", advice, [problem])


def read_document(sniffed: Sniffed, options: Options) -> Iterator[Element]:
    """Yield the elements of a JSON document. Raises BadData when it isn't JSON."""
    with open_binary(sniffed.path) as binary, as_text(binary, sniffed) as stream:
        yield from Walker(stream, options.limits, sniffed.path.name).elements()


def read_list(key: str, sniffed: Sniffed, options: Options, before: int) -> Iterator[Record]:
    """Yield the elements of a document's list under `key`; `before` bytes were read already."""
    for element in read_document(sniffed, options):
        if element.listed and element.key == key:
            offset = before + min(element.offset, sniffed.size)
            name = sniffed.path.name
            yield make_record(element.value, element.text, element.line, offset, name, options)


def read_lines(sniffed: Sniffed, options: Options, before: int = 0) -> Iterator[Record]:
    """Yield a record for every line of JSON Lines; a line that isn't an object is a broken record.

    `before` bytes were read already. Raises BadData when a line is longer than the limit.
    """
    limit, name = options.limits.record, sniffed.path.name
    with open_binary(sniffed.path) as binary, as_text(binary, sniffed) as stream:
        number = 0
        while line := stream.readline(limit + 1):
            number += 1
            if len(line) > limit:
                what = f"the line is longer than {limit:,} characters"
                raise BadData(f"{name}:{number}: {what}", TOO_LONG)
            text = line.strip(" \t\r\n\ufeff")
            if not text:
                continue
            offset = before + min(binary.tell(), sniffed.size)
            try:
                value = _decoder.decode(text)
            except (ValueError, RecursionError) as error:
                reason = getattr(error, "msg", "nested too deeply")
                problem = Problem(f"isn't JSON ({reason})", "correct the line", name, number)
                yield Record({}, number, offset, name, (text,), broken=(problem,))
            else:
                yield make_record(value, text, number, offset, name, options)


def make_record(
    value: object, text: str, line: int, offset: int, file: str, options: Options
) -> Record:
    """Return a JSON value as a record, broken if it isn't an object; `text` is its source."""
    if not isinstance(value, dict):
        problem = Problem("isn't an object", "a complaint is an object: {…}", file, line)
        return Record({}, line, offset, file, (text,), broken=(problem,))
    values: dict[str, str] = {}
    try:
        flatten(value, values, "", options.limits)
    except BadData as error:
        problem = Problem(error.what, error.advice, file, line)
        return Record({}, line, offset, file, (text,), broken=(problem,))
    return Record(values, line, offset, file, (text,))


def flatten(
    value: Mapping[str, object],
    into: dict[str, str],
    prefix: str,
    limits: IntakeLimits,
    depth: int = 1,
) -> None:
    """Put the scalars of an object into `into`: nested ones under dotted paths, lists joined by ;.

    Of an object deeper than the limit there is only an empty column that says so: the import then
    lists it among what isn't read. Raises BadData when there are too many keys.
    """
    for key, part in value.items():
        name = f"{prefix}{key}"
        if isinstance(part, dict):
            if depth < limits.depth:
                flatten(part, into, f"{name}.", limits, depth + 1)
            else:
                into[f"{name} (nested too deeply)"] = ""
        elif isinstance(part, list):
            words = [to_text(item) for item in part if not isinstance(item, (dict, list))]
            into[name] = "; ".join(word for word in words if word)
        else:
            into[name] = to_text(part)
        if len(into) > limits.columns:
            raise BadData(f"has more than {limits.columns:,} keys", "export fewer of them")


def to_text(value: object) -> str:
    """Return a JSON scalar as text; null is "", and a number stays a `Number`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else Number(value)
