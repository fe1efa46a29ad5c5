"""Recording sentence by sentence: once for all cases."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SETTINGS = '[owner]\nname = "Ada"\n[sound]\nrenditions = ["ogg"]\n'
ROWS = """ref,customer,email,what_happened,amends,amends_kind
1,Dana,d@example.com,The cake came late.,a new cake,redo
2,Omar,o@example.com,The box was empty.,a new box,redo
"""


def run(home: Path, *words: str, code: int = 0) -> Any:
    command = [sys.executable, "-m", "voicenote", "--home", str(home), *words, "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def takes(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        moment = np.arange(16_000) / 16_000
        tone = np.sin(2 * np.pi * (150 + 10 * number) * moment) * 0.3
        with wave.open(str(folder / f"{number:02}.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes((tone * 32767).astype("<i2").tobytes())
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "voicenote.toml").write_text(SETTINGS)
    (tmp_path / "in.csv").write_text(ROWS)
    run(tmp_path, "import", str(tmp_path / "in.csv"))
    run(tmp_path, "script", "--all")
    return tmp_path


def test_what_everybody_hears_is_recorded_once_and_then_a_person_says_it_all(home: Path) -> None:
    first = run(home, "record", "1", "--list")["missing"]
    done = run(home, "record", "1", "--from", str(takes(home / "one", len(first))))
    assert done == {"case": 1, "recorded": len(first), "missing": []}
    second = run(home, "record", "2", "--list")["missing"]
    assert 0 < len(second) < len(first)
    assert not set(first) & set(second)
    run(home, "record", "2", "--from", str(takes(home / "two", len(second))))
    made = run(home, "render", "--all")
    assert [one["synthetic"] for one in made] == [False, False]
    assert all("own voice" in one["why"] for one in made)


def test_a_folder_that_does_not_fit_keeps_nothing(home: Path) -> None:
    before = run(home, "record", "1", "--list")
    told = run(home, "record", "1", "--from", str(takes(home / "few", 2)), code=65)
    assert "2 files for" in told
    assert run(home, "record", "1", "--list") == before
