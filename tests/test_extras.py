"""The command that adds what is missing, for each way of installing voicenote."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voicenote import extras
from voicenote.extras import Installation, how_to_install, install_command, packages_of

NEEDS = (
    "click>=8.2",
    "espeakng-loader>=0.2.4",
    'faster-whisper>=1.2; extra == "ears"',
    "faster-whisper>=1.2; extra == 'all'",
    "psycopg[binary]>=3.2; extra == 'postgres'",
    "procrastinate>=3.8; (sys_platform == 'linux') and extra == 'postgres'",
)


@pytest.mark.parametrize(
    ("by", "at_hand", "packages", "command"),
    [
        ("pip", True, ["voicenote[ears]"], 'pip install "voicenote[ears]"'),
        ("pip", False, ["voicenote[ears]"], '/v/bin/python -m pip install "voicenote[ears]"'),
        ("pipx", False, ["faster-whisper>=1.2"], 'pipx inject voicenote "faster-whisper>=1.2"'),
        ("pipx", False, ["one", "two"], "pipx inject voicenote one two"),
        ("uv", False, ["one"], "uv pip install --python /v/bin/python one"),
    ],
)
def test_the_command_fits_how_voicenote_was_installed(
    by: str, at_hand: bool, packages: list[str], command: str
) -> None:
    here = Installation(by=by, python="/v/bin/python", at_hand=at_hand)
    assert install_command(packages, here) == command


def test_a_path_with_a_space_is_one_word() -> None:
    here = Installation(by="uv", python="/my tools/python")
    assert install_command(["one"], here) == 'uv pip install --python "/my tools/python" one'


@pytest.mark.parametrize(
    ("extra", "packages"),
    [
        ("ears", ["faster-whisper>=1.2"]),
        ("postgres", ["psycopg[binary]>=3.2", "procrastinate>=3.8"]),
        ("unheard-of", ["voicenote[unheard-of]"]),
    ],
)
def test_the_packages_of_an_extra_are_read_from_the_metadata(
    extra: str, packages: list[str]
) -> None:
    assert packages_of(extra, NEEDS) == packages


@pytest.mark.parametrize(
    ("mark", "begins"),
    [
        ("pipx_metadata.json", "pipx inject voicenote "),
        ("uv-receipt.toml", "uv pip install --python "),
    ],
)
def test_the_environments_of_pipx_and_uv_are_known_by_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str, begins: str
) -> None:
    (tmp_path / mark).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert how_to_install("ears").startswith(begins)
    assert "faster-whisper" in how_to_install("ears")


def test_in_an_environment_that_is_not_active_its_python_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(extras, "_is_checkout", lambda: False)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert how_to_install("ears").startswith(f"{sys.executable} -m pip install ")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    assert how_to_install("ears") == 'pip install "voicenote[ears]"'
