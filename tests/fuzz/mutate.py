"""What is done to good input: bits turned, pieces cut, doubled, put together, nested, swollen.

All chance comes from the `random.Random` that is handed in, so that an input can be made again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

#: Words that have broken parsers before, of every kind; the parsers' own words are added by each.
TOKENS: tuple[str, ...] = (
    *("", " ", "\0", "\n", "\r", "\r\n", "\t", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "\ufffe"),
    *("\ud800", "\udcff", "é", "e\u0301", "İ", "ß", "ﬃ", "٣٤", "१२", "²", "½", "Ⅷ", "\U0001f600"),
    *("0", "-0", "-1", "1e999999", "1e-999999999", "NaN", "-Infinity", "inf", "0x10", "1_000"),
    *("9" * 400, "1" * 5000, "1.5", "1,5", "1'000.00", "2147483648", "9223372036854775808"),
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "31.12.9999"),
    *("2026-03-29T02:30", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "24:00", "P1Y"),
    *(
        "../../etc/passwd",
        "/",
        ".",
        "..",
        "~",
        "C:\\con",
        "a" * 300,
        "x/" * 400,
        "Europe/",
        "UTC\0",
    ),
    *("en-" + "x-" * 1000, "zz", "en_US.UTF-8", "qaa", "i-klingon", "art-lojban", "-" * 40),
    *("EUR", "€", "$", "zł", "BTC", "XXX", "tel:+1", "+372 5555 5555", "+" + "9" * 60, "@", "a@b"),
    *("<a@b>", "mailto:a@b", "a@" + "b." * 200 + "c", '"a b"@c', "%s%n{0}{x.__class__}", "{{7*7}}"),
    *(
        "{% for a in range(10**9) %}x{% endfor %}",
        "{{ ''.__class__ }}",
        "$(id)",
        "`id`",
        "' or 1=1",
    ),
    *(
        "=?utf-8?b?////?=",
        "=?x-unknown?q?a?=",
        "null",
        "true",
        "[]",
        "{}",
        "[[[[",
        "}}}}",
        '"',
        "'",
    ),
    *(
        ",",
        ";",
        "|",
        "=",
        "#",
        "--",
        "---",
        "\\",
        "\\u0000",
        "\\ud800",
        "&#x110000;",
        "<!--",
        "]]>",
    ),
)
CHARSETS = (
    *(
        "rot13",
        "hex",
        "zlib",
        "bz2",
        "base64",
        "uu",
        "quopri",
        "idna",
        "punycode",
        "unicode_escape",
    ),
    *(
        "raw_unicode_escape",
        "utf-7",
        "utf-16",
        "utf-32",
        "mbcs",
        "undefined",
        "utf-8-sig",
        "\0",
        "",
    ),
    *(
        "../x",
        "iso-2022-kr",
        "hz",
        "big5hkscs",
        "charmap",
        "string-escape",
        "x" * 300,
        "utf\udcff8",
    ),
)
Values: tuple[object, ...] = (
    None, True, 0, -1, 1.5, 10**40, float("nan"), float("inf"), "", "x", "\ud800", "\0", [], {},
    [[]], [None], {"": None}, {"a": {"b": {"c": {}}}}, ["a", 1, {}],
)  # fmt: skip


def some(chance: random.Random, most: int) -> int:
    """Return a number up to `most`, mostly a small one."""
    return int(most ** chance.random())


def mutated(
    data: bytes, others: Sequence[bytes], words: Sequence[str], chance: random.Random
) -> bytes:
    """Return `data` with a few changes; `others` are to splice with, `words` to put in."""
    for _ in range(some(chance, 6)):
        data = chance.choice(_WAYS)(data, others, words, chance)
    return data[: 4 << 20]


def _flip(data: bytes, _o: object, _w: object, chance: random.Random) -> bytes:
    if not data:
        return b"\0"
    out = bytearray(data)
    for _ in range(some(chance, 1 + len(data) // 20)):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def _byte(data: bytes, _o: object, _w: object, chance: random.Random) -> bytes:
    out = bytearray(data or b"\0")
    for _ in range(some(chance, 8)):
        out[chance.randrange(len(out))] = chance.choice(
            (0, 255, 128, 127, 10, 34, chance.randrange(256))
        )
    return bytes(out)


def _cut(data: bytes, _o: object, _w: object, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _hole(data: bytes, _o: object, _w: object, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + some(chance, len(data) + 1) :]


def _twice(data: bytes, _o: object, _w: object, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    piece = data[at : at + some(chance, 400)]
    return data[:at] + piece * some(chance, 3000) + data[at:]


def _splice(data: bytes, others: Sequence[bytes], _w: object, chance: random.Random) -> bytes:
    other = chance.choice(others)
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _word(data: bytes, _o: object, words: Sequence[str], chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    word = chance.choice(chance.choice((words or TOKENS, TOKENS))).encode("utf-8", "surrogatepass")
    return data[:at] + word * (1 if chance.random() < 0.9 else some(chance, 50_000)) + data[at:]


def _line(data: bytes, _o: object, _w: object, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[here], lines[there] = lines[there], lines[here]
    lines.insert(here, lines[there])
    return b"".join(lines)


def _replace(data: bytes, _o: object, words: Sequence[str], chance: random.Random) -> bytes:
    """Put a token in the place of a value: between two signs that separate."""
    ends = [at for at, sign in enumerate(data[:65_536]) if sign in b'",:;=<>\n\t ']
    if len(ends) < 2:
        return data
    first = chance.randrange(len(ends) - 1)
    word = chance.choice(chance.choice((words or TOKENS, TOKENS))).encode("utf-8", "surrogatepass")
    return data[: ends[first] + 1] + word + data[ends[first + 1] :]


_Way = Callable[[bytes, Sequence[bytes], Sequence[str], random.Random], bytes]
_WAYS: tuple[_Way, ...] = (_flip, _byte, _cut, _hole, _twice, _splice, _word, _word, _line, _replace, _replace)  # fmt: skip


def changed(value: object, words: Sequence[str], chance: random.Random) -> object:
    """Return a JSON value with one place in it that holds something of another kind."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        out = dict(value)
        key = chance.choice(list(out))
        if chance.random() < 0.1:
            del out[key]
        elif chance.random() < 0.1:
            out[chance.choice(words or TOKENS)] = out[key]
        else:
            out[key] = changed(out[key], words, chance)
        return out
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        return [*value[:at], changed(value[at], words, chance), *value[at + 1 :]]
    if chance.random() < 0.5:
        return chance.choice(Values)
    return chance.choice(chance.choice((words or TOKENS, TOKENS)))


def as_json(value: object, chance: random.Random) -> bytes:
    """Return a value as JSON, sometimes as only a broken writer would."""
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.05:
        deep = 10 ** chance.randrange(1, 6)
        text = chance.choice(
            ("[" * deep, "[" * deep + "]" * deep, '{"a":' * deep + "1" + "}" * deep)
        )
    if chance.random() < 0.05:
        text = text.replace(
            "1", chance.choice(("1" * 5000, "1e999999", "-0.0e-999999", "1E+400")), 1
        )
    return text.encode("utf-8", "surrogatepass")
