"""The settings choose a voice by language and by who answers for the case."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from voicenote.cli.app import voicenote

SETTINGS = """
[owner]
name = "Ada"
[voice]
engine = "silent"
rate = 150
[voice.pl]
rate = 120
[voice.owner."Bo Reed"]
rate = 200
[sound]
renditions = ["ogg"]
"""
ROWS = """ref,customer,language,owner,what_happened,amends,amends_kind
1,Dana,en,,The parcel never came.,a new parcel,redo
2,Ewa,pl,,Paczka nie przyszła.,nowa paczka,redo
3,Tom,en,Bo Reed,The parcel never came.,a new parcel,redo
4,Jan,pl,Bo Reed,Paczka nie przyszła.,nowa paczka,redo
"""


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    (tmp_path / "voicenote.toml").write_text(SETTINGS)

    def call(*words: str) -> str:
        done = CliRunner().invoke(voicenote, ["--home", str(tmp_path), *words])
        assert done.exit_code == 0, done.stderr
        return done.stdout

    return call


def test_each_case_is_said_by_the_voice_of_its_language_and_owner(
    run: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(ROWS, encoding="utf-8")
    run("import", str(tmp_path / "in.csv"))
    run("script", "--all")
    made = json.loads(run("render", "--all", "--json"))
    voices = {one["case"]: one["voice"].split()[2] for one in made}
    assert voices == {1: "150wpm", 2: "120wpm", 3: "200wpm", 4: "200wpm"}
