"""Many memos at once, in processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.engine.falling import falling
from voicenote.engine.memo import parallel_render
from voicenote.engine.memo.parallel_render import Outcome, render_many
from voicenote.engine.memo.render_case import Rendered
from voicenote.errors import Unavailable
from voicenote.settings import load
from voicenote.wiring import open_workspace

COUNT = 30
SETTINGS = '[owner]\nname = "Ada"\n[voice]\nengine = "silent"\n[sound]\nrenditions = ["ogg"]\n'


def voicenote(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "voicenote", "--home", str(home), *words]


def run(home: Path, *words: str) -> Any:
    done = subprocess.run(
        voicenote(home, *words, "--json"), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with many scripts, made once."""
    home = tmp_path_factory.mktemp("scripted")
    rows = [
        f'{n},Customer {n},c{n}@example.com,"The parcel {n} never came.",a new parcel,redo'
        for n in range(COUNT)
    ]
    (home / "voicenote.toml").write_text(SETTINGS)
    source = home / "in.csv"
    source.write_text(
        "\n".join(["ref,customer,email,what_happened,amends,amends_kind", *rows]) + "\n"
    )
    run(home, "import", str(source))
    run(home, "script", "--all")
    return home


@pytest.fixture
def home(scripted: Path, tmp_path: Path) -> Path:
    """A workspace of the test's own."""
    return shutil.copytree(scripted, tmp_path / "home")


def test_every_case_gets_its_own_memo_in_order_and_only_once(home: Path) -> None:
    made = run(home, "render", "--all")
    assert [one["case"] for one in made] == sorted(one["case"] for one in made)
    assert len(made) == COUNT
    assert all(one["made"] for one in made)
    for one in made:
        words = (home / one["files"]["txt"]).read_text("utf-8")
        assert f"parcel {one['case'] - 1} never" in words
    assert len({one["sha256"] for one in made}) == COUNT
    assert not any(one["made"] for one in run(home, "render", "--all"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_after_ctrl_c_a_rerun_goes_on(home: Path) -> None:
    process = subprocess.Popen(
        voicenote(home, "render", "--all"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list(home.glob("memos/*/*/memo.ogg")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, told = process.communicate(timeout=60)
    assert b"were finished" in told or process.returncode == 0
    assert b"Traceback" not in told
    made = run(home, "render", "--all")
    assert len(made) == COUNT
    for one in made:
        assert (home / one["files"]["ogg"]).stat().st_size > 1000


def outcomes(home: Path, times: int) -> list[Outcome]:
    folder = home / "falls"
    folder.mkdir()
    ws = replace(open_workspace(load(home, {})), make_voice=partial(falling, folder, times))
    with contextlib.closing(ws):
        return list(render_many(ws, range(1, COUNT + 1), processes=2))


def test_a_process_that_falls_over_is_begun_anew_and_its_memo_made(home: Path) -> None:
    made = outcomes(home, times=2)
    assert [one.made for one in made if isinstance(one, Rendered)] == [True] * COUNT


def test_processes_that_fall_over_again_and_again_end_it(home: Path) -> None:
    with pytest.raises(Unavailable, match="ended unexpectedly"):
        outcomes(home, times=100)
    assert len(list(home.glob("memos/*/*/memo.ogg"))) >= 4


def test_ctrl_c_is_heard_where_no_process_could_begin() -> None:
    def begin() -> None:
        with parallel_render._defer_interrupt():
            os.kill(os.getpid(), signal.SIGINT)
            raise BrokenProcessPool

    with pytest.raises(KeyboardInterrupt):
        begin()
