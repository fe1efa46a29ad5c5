"""The scripts set themselves up from a lock that is whole, and say plainly what is wrong."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
FILES = sorted(path for path in SCRIPTS.iterdir() if path.is_file())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def plain(requirement: str) -> str:
    """Give the normalised name of a requirement, as the lock writes it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def wanted() -> list[str]:
    groups = PROJECT["dependency-groups"]
    lines = [*PROJECT["project"]["dependencies"], *groups["dev"], *groups["build"]]
    return sorted({plain(line) for line in [*lines, *PROJECT["build-system"]["requires"]]})


@pytest.fixture
def environment() -> Any:
    spec = importlib.util.spec_from_file_location("environment", SCRIPTS / "environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", wanted())
def test_the_lock_covers_what_the_project_names(name: str) -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))
    assert name in locked, "renew requirements.lock as CONTRIBUTING.md says"


def test_everything_in_the_lock_has_a_hash() -> None:
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) > 50
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_host() -> None:
    assert re.findall(r"://|--index|--find-links|--trusted|file:", LOCK) == []


def test_the_lock_has_no_marker_that_pip_stumbles_on() -> None:
    """Pip before 25 fails on platform_release where a kernel's name is not a version."""
    assert "platform_release" not in LOCK


@pytest.mark.parametrize("name", [path.name for path in FILES if not path.suffix])
def test_a_script_can_be_started(name: str) -> None:
    path = SCRIPTS / name
    assert path.read_text("utf-8").startswith("#!/usr/bin/env python3\n")
    assert os.name == "nt" or os.access(path, os.X_OK)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_old_python_can_read_far_enough_to_say_that_it_is_old(path: Path) -> None:
    source = path.read_text("utf-8")
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__ import annotations" not in source


def test_an_old_python_is_told_so(tmp_path: Path) -> None:
    program = (
        f"import sys; sys.version_info = (3, 8, 1); sys.path.insert(0, {str(SCRIPTS)!r});"
        "sys.argv = ['scripts/demo']; import environment"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "voicenote needs Python 3.11 or newer; this is Python 3.8.",
        "Start the script with a newer one, for example: python3.13 scripts/demo",
    ]


def checkout(folder: Path) -> Path:
    """Lay down as much of a checkout as a set-up reads, with a lock that locks nothing."""
    shutil.copytree(SCRIPTS, folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "requirements.lock").write_text("# nothing\n")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def start(folder: Path, script: str = "demo", **more: str) -> subprocess.CompletedProcess[str]:
    bare = {"HOME": str(folder / "home"), "PATH": str(folder / "nothing"), **more}
    if os.name == "nt":
        bare["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return subprocess.run(
        [sys.executable, str(folder / "scripts" / script)],
        capture_output=True,
        text=True,
        check=False,
        env=bare,
        cwd=folder,
    )


def test_an_environment_of_somebody_else_is_not_cleared(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "pyvenv.cfg").write_text("home = mine\n")
    done = start(folder)
    assert done.returncode == 1
    assert "that these scripts did not make" in done.stderr
    assert (folder / ".venv" / "pyvenv.cfg").read_text() == "home = mine\n"


def test_an_index_that_cannot_be_reached_is_named_without_a_traceback(tmp_path: Path) -> None:
    """And what is half made is begun again by the next run, not taken for whole."""
    folder = checkout(tmp_path)
    (folder / "requirements.lock").write_text(f"attrs==26.1.0 --hash=sha256:{'0' * 64}\n")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    nowhere |= {"PIP_CONFIG_FILE": os.devnull}
    for _ in range(2):
        done = start(folder, **nowhere)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert done.stderr.splitlines()[-2].startswith("Cannot install the packages: ERROR")
        assert "Check the network" in done.stderr.splitlines()[-1]
        assert not (folder / ".venv" / "ready").exists()


def test_the_second_start_only_looks(environment: Any, tmp_path: Path) -> None:
    environment.HOME = tmp_path
    inside = environment.python()
    inside.parent.mkdir()
    inside.touch()
    (tmp_path / "ready").write_text(environment._key())
    environment._make = lambda: pytest.fail("set up again")
    environment.prepare()


def test_a_change_of_the_lock_or_the_project_is_seen(environment: Any, tmp_path: Path) -> None:
    environment.ROOT = tmp_path
    environment.LOCK = tmp_path / "requirements.lock"
    environment.LOCK.write_text("a")
    (tmp_path / "pyproject.toml").write_text("a")
    before = environment._key().splitlines()
    (tmp_path / "pyproject.toml").write_text("b")
    project = environment._key().splitlines()
    environment.LOCK.write_text("b")
    packages = environment._key().splitlines()
    assert [a == b for a, b in zip(before, project, strict=True)] == [True, False]
    assert [a == b for a, b in zip(project, packages, strict=True)] == [False, True]


def test_what_an_interrupted_run_left_is_cleared_but_for_the_held_lock(
    environment: Any, tmp_path: Path
) -> None:
    environment.HOME = tmp_path
    (tmp_path / "lib" / "half").mkdir(parents=True)
    (tmp_path / "pyvenv.cfg").touch()
    (tmp_path / environment._OWN).touch()
    environment._clear()
    assert [path.name for path in tmp_path.iterdir()] == [environment._OWN]


@pytest.mark.skipif(os.name == "nt", reason="flock is POSIX; Windows locks by another call")
def test_two_runs_at_once_wait_for_each_other(environment: Any, tmp_path: Path) -> None:
    environment.HOME = tmp_path
    with environment._alone(), (tmp_path / environment._OWN).open("a+b") as other:
        assert not environment._try_to_hold(other.fileno())
    with (tmp_path / environment._OWN).open("a+b") as other:
        assert environment._try_to_hold(other.fileno())


def at_the_gate(gate: Path, run: subprocess.Popen[bytes]) -> int:
    """Open a named pipe for writing as soon as somebody reads it."""
    while run.poll() is None:
        with contextlib.suppress(OSError):
            return os.open(gate, os.O_WRONLY | os.O_NONBLOCK)
    raise AssertionError("the run ended before its installer started")


@pytest.mark.skipif(os.name == "nt", reason="Windows ends no parent without its lock")
def test_an_installer_that_a_kill_left_behind_still_keeps_others_out(
    environment: Any, tmp_path: Path
) -> None:
    import fcntl

    gate = tmp_path / "gate"
    os.mkfifo(gate)
    environment.HOME = tmp_path / "venv"
    installer = f"open({str(gate)!r}).read()"
    program = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r})\n"
        f"import environment, pathlib; environment.HOME = pathlib.Path({str(environment.HOME)!r})\n"
        "with environment._alone():\n"
        f"    environment._run([sys.executable, '-c', {installer!r}])\n"
    )
    run = subprocess.Popen([sys.executable, "-c", program])
    with os.fdopen(at_the_gate(gate, run), "w"):
        run.kill()
        run.wait()
        with (environment.HOME / environment._OWN).open("a+b") as other:
            assert not environment._try_to_hold(other.fileno())
    with (environment.HOME / environment._OWN).open("a+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)  # waits for the installer to go through and end


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "serves something else"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "Free some room"),
        ("ERROR: No matching distribution found for x (from versions: none)", "Check the network"),
        ("something odd", "set-up.log"),
        ("", "set-up.log"),
    ],
)
def test_an_installers_words_become_two_lines(
    environment: Any, tmp_path: Path, said: str, advice: str
) -> None:
    environment.HOME = tmp_path
    lines = environment._explained(said).splitlines()
    assert len(lines) == 2
    assert advice in lines[1]


def test_a_missing_service_is_a_skip_here_and_a_failure_where_all_are_required(
    need: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(need)
    monkeypatch.delenv("VOICENOTE_REQUIRE_SERVICES", raising=False)
    need("there", "not called")
    with pytest.raises(pytest.skip.Exception, match="no ffmpeg"):
        need(None, "no ffmpeg")
    monkeypatch.setenv("VOICENOTE_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="no ffmpeg"):
        need(None, "no ffmpeg")
