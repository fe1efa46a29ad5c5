"""Workspaces with three complaints, made once and copied, and how the commands are called there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from voicenote.cli.app import voicenote

Call = Callable[..., Result]

ROWS = """\
ref,customer,language,time_zone,what_happened,bothered_most,amends,amends_kind,promised_by
a,Ada Lovelace,en,Europe/London,The cake fell over.,Nobody called me.,A new cake,redo,2027-06-04
b,Bo Diddley,en,America/Chicago,The amp was late.,It cost me a gig.,Half the rent,refund,2027-06-04
c,Cy Young,en,UTC,The ball was flat.,I lost a game.,A new ball,exchange,2027-06-04
"""


def caller(home: Path) -> Call:
    """Return what calls a command on a workspace with the silent voice, and without an editor.

    One that is given runs although there is no terminal.
    """
    env = {
        "VOICENOTE_HOME": str(home),
        "VOICENOTE_OWNER__NAME": "Grace Hopper",
        "VOICENOTE_VOICE__ENGINE": "silent",
        "EDITOR": None,
        "VISUAL": None,
    }

    def call(*words: str, input: str | bytes | None = None, **more: str | None) -> Result:  # noqa: A002
        with patch(
            "voicenote.cli.terminal.editor.may_edit", lambda _: bool({"EDITOR", "PATH"} & {*more})
        ):
            return CliRunner().invoke(voicenote, list(words), env={**env, **more}, input=input)

    return call


@pytest.fixture(scope="session")
def opened_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opened")
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    done = caller(folder / "home")("import", str(folder / "rows.csv"), "--batch", "june")
    assert done.exit_code == 0, done.stderr
    return folder / "home"


@pytest.fixture(scope="session")
def spoken_home(opened_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("spoken") / "home"
    shutil.copytree(opened_home, home)
    call = caller(home)
    assert call("script", "--all").exit_code == 0
    assert call("render", "--all").exit_code == 0
    return home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def call(opened_home: Path, home: Path) -> Call:
    """Three cases, opened."""
    shutil.copytree(opened_home, home)
    return caller(home)


@pytest.fixture
def ready(spoken_home: Path, home: Path) -> Call:
    """Three cases, written and spoken."""
    shutil.copytree(spoken_home, home)
    return caller(home)


@pytest.fixture(scope="session")
def call_at() -> Callable[[Path], Call]:
    """Return what calls commands on a workspace of the test's own choice."""
    return caller


@pytest.fixture
def bare(home: Path) -> Call:
    """No workspace yet."""
    return caller(home)


@pytest.fixture(scope="session")
def programs_in() -> Callable[[Path, str, str], str]:
    """Make a program of a shell script in a folder; returns a PATH with only such."""

    def make(folder: Path, name: str, script: str) -> str:
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
        return str(folder)

    return make


@pytest.fixture
def programs(
    programs_in: Callable[[Path, str, str], str], tmp_path: Path
) -> Callable[[str, str], str]:
    """The same in a folder of the test's own."""
    return lambda name, script: programs_in(tmp_path / "bin", name, script)
