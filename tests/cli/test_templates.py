"""`templates new` and `templates test`: own words, tried before a customer hears them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Call = Callable[..., Result]


def write(home: Path, text: str, name: str = "mine") -> None:
    (home / "templates" / "en").mkdir(parents=True, exist_ok=True)
    (home / "templates" / "en" / f"{name}.jinja").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "he", "ro", "pl", "fa", "et"])
def test_a_new_template_is_good_from_the_start(bare: Call, home: Path, language: str) -> None:
    done = bare("templates", "new", "cake-sorry", "--language", language)
    assert done.exit_code == 0, done.stderr
    assert (home / "templates" / language / "cake-sorry.jinja").is_file()
    tried = bare("templates", "test", "cake-sorry", "--json")
    assert tried.exit_code == 0, tried.stdout
    (row,) = json.loads(tried.stdout)
    assert (row["language"], row["template"], row["errors"]) == (language, "cake-sorry", [])
    assert 20 <= row["seconds"] <= 60


def test_one_of_a_packaged_name_begins_as_that_one(bare: Call) -> None:
    bare("templates", "new", "confirm")
    mine = bare("templates", "show", "en", "confirm").stdout
    assert "[mirror]" in mine or "[invite]" in mine
    assert bare("templates", "new", "justified", "--from", "partly").exit_code == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["confirm"], 1, "already there"),
        (["../x"], 65, "a name of a template"),
        (["X"], 65, "a name of a template"),
        (["y", "--from", "nonesuch"], 65, "no template 'nonesuch'"),
        (["y", "--language", "sv"], 2, "'sv'"),
    ],
)
def test_what_cannot_be_begun_is_told(bare: Call, words: list[str], code: int, says: str) -> None:
    bare("templates", "new", "confirm")
    done = bare("templates", "new", *words)
    assert done.exit_code == code
    assert says in done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[thanks]\n{{ nonesuch }}\n", "'nonesuch' is undefined"),
        ("[greeting]\nHello.\n", "no section [greeting]"),
        ("[thanks]\nThis is {{ owner }}. I am sorry if you were offended.\n", "R18"),
    ],
)
def test_a_bad_template_is_told_and_is_no_success(
    bare: Call, home: Path, text: str, says: str
) -> None:
    write(home, text)
    done = bare("templates", "test")
    assert done.exit_code == 1
    assert "en/mine: failed" in done.stdout
    assert says in done.stdout


def test_a_changed_template_is_read_anew(bare: Call, home: Path) -> None:
    write(home, "[thanks]\n{{ nonesuch }}\n")
    assert bare("templates", "test").exit_code == 1
    bare("templates", "new", "good-one")
    good = (home / "templates" / "en" / "good-one.jinja").read_text(encoding="utf-8")
    write(home, good)
    assert bare("templates", "test", "mine").exit_code == 0


def test_none_of_ones_own_is_told(bare: Call) -> None:
    assert bare("init").exit_code == 0
    done = bare("templates", "test", "nonesuch")
    assert done.exit_code == 2
    assert "voicenote templates new nonesuch" in done.stderr
