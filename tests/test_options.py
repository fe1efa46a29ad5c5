"""Options: declared once, read with every problem at once, described from the declaration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.errors import BadSettings, Problem
from voicenote.options import (
    FromEnvironment,
    NoOptions,
    Secret,
    describe,
    option,
    options_of,
    parse,
    read,
    validators,
)
from voicenote.options.reading import root_paths


class Colour(StrEnum):
    NONE = ""
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Common:
    timeout: float = option(60, validators.seconds, "Seconds.")


@dataclass(frozen=True, kw_only=True)
class Row:
    kind: str = option("", validators.choice("a", "b"), "The kind.", required=True)


@dataclass(frozen=True, kw_only=True)
class Trial(Common):
    host: str = option("", validators.text, "The server.", required=True)
    port: int = option(25, validators.port, "The port.")
    token: Secret | None = option(None, validators.secret, "A token.")
    start: Colour = option(Colour.NONE, validators.member(Colour), "The colour.", key="from")
    names: dict[str, str] = option({}, validators.texts_by_name, "Names.", {"a": "b"})
    file: Path = option(Path(), validators.path, "A file.")
    rows: tuple[Row, ...] = option((), validators.Rows(Row, "write [{}]"), "Rows.")
    inside: str = option("", validators.text, "")

    def problems(self) -> Iterator[Problem]:
        if self.port == 465 and self.token is None:
            yield Problem("465 needs a token", "set token", field="token")


def problems(table: object) -> list[Problem]:
    found: list[Problem] = []
    read(Trial, table, "channels.x", found)
    return found


def test_a_table_is_read_into_what_was_declared() -> None:
    secret = Secret("env", "X", {"X": "hush"})
    table = {
        "host": "h",
        "token": secret,
        "from": "red",
        "timeout": 1.5,
        "file": "memo.ogg",
        "rows": [{"kind": "a"}],
    }
    made = parse(Trial, table, "channels.x")
    assert (made.host, made.port, made.token, made.start) == ("h", 25, secret, Colour.RED)
    assert (made.timeout, made.rows) == (1.5, (Row(kind="a"),))
    assert root_paths(made, Path("/home")).file == Path("/home/memo.ogg")
    assert root_paths(parse(Trial, {"host": "h"}, "x"), Path("/home")).file == Path()


def test_every_problem_of_a_table_is_told_with_its_place_and_a_cure() -> None:
    found = problems({"prot": 1, "token": "hush", "timeout": 0, "from": "green", "rows": [{}, 3]})
    assert sorted(one.field for one in found) == [
        "channels.x.from",
        "channels.x.host",
        "channels.x.prot",
        "channels.x.rows[1].kind",
        "channels.x.rows[2]",
        "channels.x.timeout",
        "channels.x.token",
    ]
    assert all(one.what and one.advice for one in found)
    assert "hush" not in str(found)
    assert "did you mean port?" in [one.advice for one in found]


def test_one_slip_is_one_problem() -> None:
    """A needed option that is misspelt is not missing too, and nothing follows from it."""
    (one,) = problems({"hots": "h"})
    assert (one.field, one.advice) == ("channels.x.hots", "did you mean host?")


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, ["token"]),
        ({"timeout": "x"}, ["timeout", "token"]),
        ({"token": "hush"}, ["token"]),
        ({"tokne": "hush"}, ["tokne"]),
    ],
)
def test_a_contradiction_is_told_with_the_rest(more: dict[str, object], wanted: list[str]) -> None:
    """Unless it names an option that is wrong or misspelt: then it may only follow from that."""
    found = problems({"host": "h", "port": 465, **more})
    assert [one.field.removeprefix("channels.x.") for one in found] == wanted


def test_a_table_that_is_none_is_one_problem() -> None:
    assert [one.field for one in problems(3)] == ["channels.x"]


def test_what_is_wrong_stays_at_its_default() -> None:
    made = read(Trial, {"host": "h", "port": -1, "timeout": "x"}, "x", [])
    assert (made.port, made.timeout) == (25, 60)


def test_parse_refuses_with_everything() -> None:
    with pytest.raises(BadSettings) as caught:
        parse(Trial, {"port": -1, "timeout": 0}, "x")
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("key", "raw", "parsed", "wanted"),
    [
        ("port", "587", 587, 587),
        ("host", "106540352242922", 106540352242922, "106540352242922"),
        ("host", "h", "h", "h"),
        ("timeout", "2.5", 2.5, 2.5),
    ],
)
def test_a_text_from_the_environment_may_look_like_a_number(
    key: str, raw: str, parsed: object, wanted: object
) -> None:
    made = read(Trial, {key: FromEnvironment(raw, parsed)}, "x", [])
    assert getattr(made, key) == wanted


def test_a_secret_from_the_environment_is_one() -> None:
    made = read(Trial, {"host": "h", "token": FromEnvironment("12345", 12345)}, "x", [])
    assert made.token is not None
    assert made.token.reveal() == "12345"
    assert "12345" not in repr(made)


def test_options_are_described_in_order_the_inherited_ones_last() -> None:
    keys = [one.key for one in describe(Trial)]
    assert keys == ["host", "port", "token", "from", "names", "file", "rows", "inside", "timeout"]
    host = describe(Trial)[0]
    assert (host.required, host.default, host.doc) == (True, "", "The server.")


def test_a_plug_in_without_options_has_none() -> None:
    assert options_of(object()) is NoOptions
    found: list[Problem] = []
    assert read(NoOptions, {"a": 1}, "x", found) == NoOptions()
    assert [one.field for one in found] == ["x.a"]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://a.example/x", True),
        ("http://localhost:8880/v1", True),
        ("http://[::1]/", True),
        ("http://a.example", False),
        ("https://me:pw@a.example", False),
        ("ftp://a.example", False),
        ("https://", False),
        ("https://a b", False),
        ("https://õun.ee", False),
        ("https://a:99999", False),
        ("", False),
    ],
)
def test_a_server_is_https_or_here(url: str, good: bool) -> None:
    if good:
        assert validators.server(url) == url.rstrip("/")
    else:
        with pytest.raises(ValueError, match=r"."):
            validators.server(url)


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "a"]), inner)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*(one.key for one in describe(Trial)), "x"]), _VALUES))
def test_any_table_is_read_or_told(table: dict[str, Any]) -> None:
    found: list[Problem] = []
    assert isinstance(read(Trial, table, "x", found), Trial)
    assert all(one.what and one.field.startswith("x.") for one in found)
