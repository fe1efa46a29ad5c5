"""A thousand malformed files at the door: a clear no, or all the good of it; nothing in between."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import chdir, closing
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicenote.cli.app import voicenote

ROWS = 3
GOOD = (
    "ref,customer,email,what_happened,harm,currency\n"
    "A-1,Dana,dana@example.com,The ribbon was blue,40.00,EUR\n"
    "A-2,Жанна,,Late; again,,\n"
    'A-3,דנה,,"he said ""late""",,\n'
)
#: What people, programs and attackers write into a field.
WORDS = [
    *("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "{{ 7 * 7 }}", "{% raise %}", "../../etc/passwd"),
    *("NaN", "Infinity", "-0", "1e999", "\x00", "\x1b[31m", "'; drop table cases;--", "\u202e"),
    *("$(reboot)", "<script>", "a" * 5000, "\\", '"', "\r", "\n\n", "٤٠", "\ufeff", ""),
]
FIELDS = ["A-1", "Dana", "dana@example.com", "The ribbon was blue", "40.00", "EUR"]

words = st.sampled_from(WORDS) | st.text(max_size=20)
field = st.tuples(st.sampled_from(FIELDS), words)


def encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


files = st.one_of(
    st.integers(0, len(GOOD.encode())).map(lambda cut: GOOD.encode()[:cut]),
    st.binary(max_size=400),
    st.sampled_from(["utf-16", "utf-32", "cp1251", "cp1255", "latin-1", "utf-7"]).map(
        lambda name: encoded(GOOD, name)
    ),
    st.lists(field, max_size=4).map(
        lambda swaps: encoded(_swapped(swaps), "utf-8"),
    ),
    st.integers(1, 3000).map(lambda wide: (",".join(["x"] * wide) + "\n").encode() * 2),
    st.integers(1, 30_000).map(lambda long: GOOD.encode() + b"A-4," + b"y" * long),
    st.tuples(st.binary(max_size=6), st.integers(0, len(GOOD))).map(
        lambda pair: GOOD.encode()[: pair[1]] + pair[0] + GOOD.encode()[pair[1] :]
    ),
    st.sampled_from(
        [b"[]", b"{", b'[{"customer": "\\ud800", "what_happened": "x"}]', b"[[[[", b"null"]
    ),
    st.recursive(words, lambda inner: st.lists(inner, max_size=3), max_leaves=8).map(
        lambda value: repr(value).encode("utf-8", "surrogatepass")
    ),
)
names = st.sampled_from(["in.csv", "in.json", "in.jsonl", "in.tsv", "in", "in.xlsx"])


def _swapped(swaps: list[tuple[str, str]]) -> str:
    text = GOOD
    for old, new in swaps:
        text = text.replace(old, new)
    return text


@lru_cache(maxsize=1)
def empty() -> bytes:
    """An empty ledger, made once."""
    with tempfile.TemporaryDirectory() as folder:
        CliRunner().invoke(voicenote, ["--home", folder, "cases"])
        with closing(sqlite3.connect(Path(folder) / "ledger.db")) as raw:
            raw.execute("pragma journal_mode=delete")
        return (Path(folder) / "ledger.db").read_bytes()


def cases_in(folder: Path) -> tuple[int, int]:
    """How many cases the ledger has, and how many of them the history knows."""
    with closing(sqlite3.connect(folder / "ledger.db")) as raw:
        [cases] = raw.execute("select count(*) from cases").fetchone()
        [told] = raw.execute("select count(*) from history").fetchone()
    return cases, told


@pytest.mark.parametrize("part", range(4))
def test_a_malformed_file_is_refused_in_words_and_never_half_imported(part: int) -> None:
    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(content=files, name=names)
    def one(content: bytes, name: str) -> None:
        with tempfile.TemporaryDirectory() as made, chdir(made):
            folder = Path(made)
            (folder / "ledger.db").write_bytes(empty())
            (folder / name).write_bytes(content)
            _looked_at(folder, name)

    one.__name__ = f"one_{part}"
    one()


def _looked_at(folder: Path, name: str) -> None:
    call: Callable[..., object] = CliRunner().invoke
    done = call(voicenote, ["--home", str(folder), "--json", "import", name])
    code, told, shown = done.exit_code, done.stderr, done.stdout  # type: ignore[attr-defined]
    assert code in (0, 65), (code, told)
    assert "Traceback" not in told
    cases, history = cases_in(folder)
    assert cases == history
    if code == 0:
        counts = json.loads(shown)
        assert counts["added"] == cases
        left = sum(counts["left_out"].values())
        assert counts["read"] == counts["added"] + counts["unchanged"] + counts["rejected"] + left
    else:
        assert cases == 0
        no = json.loads(told.strip().splitlines()[-1])
        assert no["error"]
        assert no["advice"]
        assert "\n" not in no["error"] + no["advice"]


def test_an_import_says_that_a_cause_came_back(tmp_path: Path) -> None:
    env = {"VOICENOTE_HOME": str(tmp_path / "home")}

    def call(*more: str) -> str:
        done = CliRunner().invoke(voicenote, more, env=env)
        assert done.exit_code == 0, done.output
        return done.stderr

    def told(name: str, story: str) -> Path:
        file = tmp_path / name
        file.write_text(f"customer,what_happened,cause\nDana,{story},queue\n")
        return file

    assert "came back" not in call("import", str(told("one.csv", "Late")))
    prevented = ("--cause", "queue", "--prevention", "one more pair of hands", "--done")
    call("lesson", "1", *prevented)
    assert "“queue” came back" in call("import", str(told("two.csv", "Late again")))


def test_who_is_greeted_without_a_name_is_told(call: Any, tmp_path: Any) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        'ref,customer,what_happened\n1,A Google User,Late.\n2,"Lepik, Kai",Late!\n3,,It was late.\n'
        "4,kai.lepik@example.com,Later.\n",
        "utf-8",
    )
    done = call("import", str(file))
    assert "Greeted without a name: 2" in done.stderr
    assert "'A Google User'" in done.stderr
    listed = json.loads(call("--json", "cases").stdout)
    assert {one["customer"] for one in listed} >= {"Kai Lepik", "(no name)"}
