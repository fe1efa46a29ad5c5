"""A thousand and more malformed inputs: clean items or an error of ours, never anything else."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from voicenote.errors import BadData, TryAgain, Unavailable, VoicenoteError
from voicenote.intake.fields import FIELDS
from voicenote.intake.options import IntakeLimits, Options
from voicenote.intake.raw_record import Bad, Good
from voicenote.intake.reader import open_source
from voicenote.intake.rejected import Rejected
from voicenote.intake.single import complaint_from_fields, read_toml

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPTIONS = Options(
    now=NOW,
    currency="EUR",
    language="et",
    time_zone="Europe/Tallinn",
    limits=IntakeLimits(line=2_000, record=8_000, columns=50, sample=4_000, sample_rows=20),
)
GOOD_CSV = (
    "ref,customer,what_happened,email,harm,opened_at\n"
    '1,Ann Tamm,"The cake came\nwithout its ribbon",ann@shop.ee,"€12,50",2026-03-04\n'
    '2,Жанна,Late; again,,240,04.03.2026\n3,דנה,"he said ""late""",,,\n'
).encode()
GOOD_JSON = json.dumps(
    {"tickets": [{"id": 1, "requester_id": 5, "subject": "Cake", "description": "No ribbon"}],
     "users": [{"id": 5, "name": "Ann", "email": "ann@shop.ee"}], "next_page": None},
    indent=1,
).encode()  # fmt: skip
GOOD_LINES = b'{"customer": "Ann", "what_happened": "late", "harm": 1.5}\n' * 3

QUIET = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NASTY = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["=1+1", "@SUM(A1)", "{{ 7*7 }}", "{% include 'x' %}", "../../etc/passwd", "\x00", "NaN",
         "Infinity", "-1", "1e400", "9" * 5_000, "0000-00-00", "31/31/2026", "\ud800", "\u202e",
         "a@b@c", "+", "+99999999999999999999", "\ufffd", "a\r\nBcc: x@y.zz", "'", '"', "\u0660",
         "𝟙𝟚𝟛", "²", "½", "٫", "1,2,3", "100 تومان", "x" * 300, "T", "2026-W01", "2026-12-31T24:00",
         "UTC+99", "Europe/../../x", "/etc/localtime", "é" * 3_000]
    ),
)  # fmt: skip


def take(path: Path) -> int:
    """Read it all, write what was rejected, and return how many records there were."""
    count = 0
    try:
        source = open_source([path], OPTIONS)
        with Rejected(source) as rejected:
            for item in source:
                count += 1
                if isinstance(item, Bad):
                    assert item.problems
                    assert all(problem.what for problem in item.problems)
                    assert all("\n" not in str(problem) for problem in item.problems)
                    assert all(str(problem).encode() for problem in item.problems)
                    rejected.add(item)
                else:
                    assert isinstance(item, Good)
                    assert item.complaint.customer.name.strip()
        for written in rejected.paths:
            open_source([written], OPTIONS)
            written.unlink()
    except VoicenoteError as error:
        proper(error)
    return count


def proper(error: VoicenoteError) -> None:
    """An error for bad data, whose two texts are one line each that a terminal can show."""
    assert error.exit_code in (65, 69)
    assert error.what
    for text in (error.what, error.advice):
        assert "\n" not in text
        assert text.encode()


@QUIET
@given(st.binary(max_size=3_000))
@example(b"\xef\xbb\xbf")
@example(codecs.BOM_UTF16_LE)
@example(codecs.BOM_UTF16_BE + b"\xd8\x00")
@example(b"\x00")
@example(b'"')
@example(b'{"')
@example(b"[")
@example(b"{}")
@example(b"[]")
@example(b"[{}]")
@example(b"{}\n{}\n")
@example(b'[{"what_happened": ' + b"9" * 5_000 + b"}]")
@example(b'{"tickets": 5}')
@example(b'{"tickets": []}')
@example(b'{"tickets": [5], "users": [6, {"id": {}}]}')
@example(b'{"users": [{"id": "\\ud800"}], "tickets": [{"id": 1, "requester_id": "\\ud800"}]}')
@example(b"sep=\n")
@example(b"\r\r\r")
@example(b"what_happened\n\x80\x81\n")
def test_any_bytes(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    take(path)


@QUIET
@given(st.sampled_from([GOOD_CSV, GOOD_JSON, GOOD_LINES]), st.data())
def test_a_good_file_damaged_anywhere(tmp_path: Path, content: Any, data: Any) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(damaged) - 1, 0)))
        kind = data.draw(st.sampled_from(["cut", "flip", "put", "drop"]))
        if kind == "cut":
            del damaged[at:]
        elif kind == "flip" and damaged:
            damaged[at] = data.draw(st.integers(0, 255))
        elif kind == "put":
            damaged[at:at] = data.draw(
                st.sampled_from(
                    [b'"', b"\x00", b"\xff", b"\n", b",", b"{", b"[", b"\\", b"\xd8\x00"]
                )
            )
        else:
            del damaged[at : at + data.draw(st.integers(1, 20))]
    path = tmp_path / "in.csv"
    path.write_bytes(bytes(damaged))
    take(path)


@QUIET
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), NASTY))
def test_any_values(fields: Any) -> None:
    try:
        complaint_from_fields(fields, OPTIONS)
    except BadData as error:
        proper(error)


@QUIET
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["customer", "what_happened", "ref", "harm", "\ud800", "a.b", ""]),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.integers() | NASTY,
                lambda inner: (
                    st.lists(inner, max_size=3) | st.dictionaries(NASTY, inner, max_size=3)
                ),
                max_leaves=6,
            ),
        ),
        max_size=4,
    )
)
def test_any_json(tmp_path: Path, rows: Any) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(rows))
    take(path)


@QUIET
@given(
    st.sampled_from(
        [
            "utf-8",
            "utf-16",
            "utf-16-le",
            "utf-32",
            "cp1250",
            "cp1255",
            "shift_jis",
            "utf-7",
            "cp037",
        ]
    ),
    st.lists(st.lists(NASTY, max_size=6), max_size=5),
)
def test_any_table_in_any_encoding(tmp_path: Path, encoding: Any, rows: Any) -> None:
    lines = ["customer,what_happened,harm,opened_at,ref", *(",".join(row) for row in rows)]
    path = tmp_path / "in.csv"
    path.write_bytes("\n".join(lines).encode(encoding, "replace"))
    take(path)


@QUIET
@given(st.binary(max_size=300))
def test_any_toml(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "in.toml"
    path.write_bytes(content)
    with pytest.raises(BadData):
        read_toml(path, OPTIONS)


def test_an_encoding_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(GOOD_CSV)
    for name in (
        "nonsense",
        "base64",
        "idna",
        "undefined",
        "rot13",
        "zlib",
        "utf-8\x00",
        "unicode_escape",
    ):
        try:
            list(open_source([path], Options(now=NOW, encoding=name)))
        except BadData:
            continue
        assert name == "unicode_escape"


def test_a_folder_a_device_and_nothing_are_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (tmp_path, tmp_path / "no.csv", Path("/dev/zero"), fifo):
        with pytest.raises(BadData):
            open_source([path], OPTIONS)


def test_an_unreadable_file_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(GOOD_CSV)

    def denied(*_: Any, **__: Any) -> None:  # root may read anything, so that a mode would not do
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(Unavailable):
        open_source([path], OPTIONS)


def test_a_gigabyte_in_one_line_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    with path.open("wb") as stream:
        stream.write(b"customer")
        stream.truncate(1 << 30)
    with pytest.raises(BadData):
        open_source([path], Options(now=NOW))
    path.write_bytes(b"customer,what_happened\nAnn," + b"x" * 20_000_000)
    with pytest.raises(BadData, match=r"in.csv:2: the line is longer than 1,048,576"):
        open_source([path], Options(now=NOW))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-7", "undefined", "idna", "punycode"])
@pytest.mark.parametrize("data", [GOOD_CSV, GOOD_JSON, GOOD_LINES, b"a,b\n+AG\xff-,\0\n" * 9])
def test_an_encoding_that_is_not_that_of_the_file_is_refused_in_words(
    tmp_path: Path, encoding: Any, data: Any
) -> None:
    (tmp_path / "in").write_bytes(data)
    with suppress(BadData):
        list(open_source([tmp_path / "in"], replace(OPTIONS, encoding=encoding)))


def write_anew(path: Path) -> None:
    path.write_bytes(path.read_bytes())
    os.utime(path, ns=(1, 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: os.truncate(path, path.stat().st_size - 9),
    "grown": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "replaced": lambda path: (path.with_name("new").write_bytes(path.read_bytes()),
                              path.with_name("new").replace(path)),
    "gone": lambda path: path.unlink(),
    "written anew": write_anew,
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["in.csv", "in.json", "in.jsonl", "second.csv"])
def test_a_file_that_changes_while_it_is_read_is_refused_whole(
    tmp_path: Path, name: Any, change: Any
) -> None:
    data = {"in.json": GOOD_JSON, "in.jsonl": GOOD_LINES}.get(name, GOOD_CSV)
    (tmp_path / name).write_bytes(data)
    (tmp_path / "first.csv").write_bytes(GOOD_CSV.replace(b"1,", b"7,"))
    files = [tmp_path / "first.csv"] * (name == "second.csv") + [tmp_path / name]
    items = iter(open_source(files, OPTIONS))
    next(items)
    CHANGES[change](tmp_path / name)
    with pytest.raises((TryAgain, BadData)) as caught:
        list(items)
    assert "was changed while it was read" in caught.value.what
    assert caught.value.exit_code == 75
