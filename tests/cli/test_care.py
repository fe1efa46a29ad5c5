"""`schedule`, `backup`, `restore`."""

from __future__ import annotations

import errno
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from voicenote.ledger import touches
from voicenote.ledger.changes import change_touch
from voicenote.model.touch import TouchKind
from voicenote.wiring import open_ledger_at

Call = Callable[..., Result]
Programs = Callable[[str, str], str]

CRONTAB = """
if [ "$1" = -l ]; then
  if [ -f "{0}" ]; then /bin/cat "{0}"; else echo "no crontab for ada" >&2; exit 1; fi
else /bin/cat > "{0}"; fi
"""


def test_schedule_prints_a_line_for_this_workspace(bare: Call, home: Path) -> None:
    line = json.loads(bare("schedule", "--json").stdout)["line"]
    assert line.startswith("*/10 * * * * ")
    assert f"--home {home} run" in line


def test_the_line_runs_as_it_stands(call: Call, home: Path) -> None:
    line = json.loads(call("schedule", "--json").stdout)["line"]
    done = subprocess.run(["/bin/sh", "-c", line.split("* * * * ", 1)[1]], check=False)
    assert done.returncode == 0, (home / "cron.log").read_text()


def test_install_adds_the_line_once(bare: Call, programs: Programs, tmp_path: Path) -> None:
    path = programs("crontab", CRONTAB.format(tmp_path / "tab"))
    assert "Installed" in bare("schedule", "--install", PATH=path).stdout
    assert "already" in bare("schedule", "--install", PATH=path).stdout
    assert len((tmp_path / "tab").read_text().splitlines()) == 1


def test_without_a_crontab_the_other_ways_are_told(bare: Call) -> None:
    done = bare("schedule", "--install", PATH="/nowhere")
    assert done.exit_code == 69
    assert "voicenote daemon" in done.stderr


def test_a_crontab_that_refuses_is_told(bare: Call, programs: Programs) -> None:
    path = programs("crontab", "echo you are not allowed >&2; exit 1")
    done = bare("schedule", "--install", PATH=path)
    assert done.exit_code == 69
    assert "you are not allowed" in done.stderr


def test_systemd_units_are_printed(bare: Call) -> None:
    assert "[Timer]" in bare("schedule", "--systemd").stdout
    assert bare("schedule", "--systemd", "--install").exit_code == 2


# -- backup and restore -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["b.tar.gz", "b.zip"])
def test_what_is_backed_up_comes_back(ready: Call, tmp_path: Path, name: str) -> None:
    before = ready("show", "1", "--json").stdout
    assert ready("backup", str(tmp_path / name)).exit_code == 0
    there = str(tmp_path / "there")
    done = ready("--home", there, "restore", str(tmp_path / name))
    assert done.exit_code == 0, done.stderr
    after = ready("--home", there, "show", "1", "--json").stdout
    assert json.loads(after)["memo"]["sha256"] == json.loads(before)["memo"]["sha256"]
    file = json.loads(ready("--home", there, "play", "1", "--json").stdout)["file"]
    assert Path(file).is_relative_to(there)


def test_only_its_owner_may_read_a_backup(ready: Call, tmp_path: Path) -> None:
    ready("backup", str(tmp_path / "b.zip"))
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0


def test_a_file_that_is_there_is_kept_unless_forced(ready: Call, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    file.write_bytes(b"mine")
    assert ready("backup", str(file)).exit_code == 1
    assert file.read_bytes() == b"mine"
    assert ready("backup", str(file), "--force").exit_code == 0
    assert zipfile.is_zipfile(file)


@pytest.mark.parametrize(("name", "code"), [("b.rar", 2), ("nowhere/b.zip", 69)])
def test_a_place_that_cannot_be_is_told(ready: Call, tmp_path: Path, name: str, code: int) -> None:
    assert ready("backup", str(tmp_path / name)).exit_code == code


def test_a_backup_that_fails_leaves_nothing(ready: Call, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    limited = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from voicenote.engine.admin import archive\n"
        "copy = archive.copy_into\n"
        "def then_full(*given):\n"
        "    copy(*given)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "archive.copy_into = then_full\n"
        "from voicenote.cli import main\n"
        "main()\n"
    )
    env = {**os.environ, "VOICENOTE_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", limited, "backup", str(file)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 69, done.stderr
    assert "cannot be written" in done.stderr
    assert not list(tmp_path.glob("*b.tar.gz*"))


def test_what_waits_is_held_after_a_restore(ready: Call, tmp_path: Path) -> None:
    ready("approve", "--all")
    ready("backup", str(tmp_path / "b.tar.gz"))
    there = str(tmp_path / "there")
    done = ready("--home", there, "restore", str(tmp_path / "b.tar.gz"))
    assert "cases 1, 2, 3" in done.stderr
    assert "voicenote plan N --resume" in done.stderr
    assert not list(Path(there).glob("outbox/*"))
    touches = json.loads(ready("--home", there, "plan", "1", "--json").stdout)["messages"]
    assert {touch["state"] for touch in touches} == {"held"}
    assert ready("--home", there, "plan", "1", "--resume").exit_code == 0


def test_a_backup_that_is_restored_beside_its_original_asks(
    ready: Call, home: Path, tmp_path: Path
) -> None:
    ready("run")
    ready("backup", str(tmp_path / "b.zip"))
    there = str(tmp_path / "there")
    done = ready("--home", there, "restore", str(tmp_path / "b.zip"))
    assert f"Another copy of this ledger, in {home}/ledger.db, is the one that sends" in done.stderr
    assert "voicenote adopt" in done.stderr
    assert ready("--home", there, "run").exit_code == 1
    assert ready("run").exit_code == 0


def test_a_backup_in_place_of_what_is_gone_or_set_aside_goes_on(
    ready: Call, home: Path, tmp_path: Path
) -> None:
    ready("run")
    ready("backup", str(tmp_path / "b.zip"))
    home.rename(tmp_path / "broken")
    assert "voicenote adopt" not in ready("restore", str(tmp_path / "b.zip")).stderr
    assert ready("run").exit_code == 0
    assert ready("--home", str(tmp_path / "broken"), "run").exit_code == 1


def test_a_workspace_that_is_not_empty_is_left_alone(ready: Call, tmp_path: Path) -> None:
    ready("backup", str(tmp_path / "b.zip"))
    done = ready("restore", str(tmp_path / "b.zip"))
    assert done.exit_code == 1
    assert "is not empty" in done.stderr


def packed(path: Path, name: str, data: bytes = b"x") -> Path:
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return path


def test_a_file_that_is_no_backup_changes_nothing(bare: Call, home: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.tar.gz"
    plain.write_bytes(b"not packed at all" * 100)
    cases = {
        "doesn't exist": tmp_path / "nowhere.zip",
        "broken, or isn't a backup": plain,
        "has no ledger in it": packed(tmp_path / "b.tar.gz", "memos/1/memo.ogg"),
        "is damaged": packed(tmp_path / "c.tar.gz", "ledger.db", b"no database" * 99),
    }
    for name, data in {"empty": b"", "alien": a_database(tmp_path / "alien.db")}.items():
        cases[f"{name}.tar.gz has no ledger"] = packed(
            tmp_path / f"{name}.tar.gz", "ledger.db", data
        )
    for says, file in cases.items():
        done = bare("restore", str(file))
        assert done.exit_code == 65, (says, done.stderr)
        assert says in done.stderr
        assert not home.exists() or not list(home.iterdir())


def a_database(file: Path) -> bytes:
    with closing(sqlite3.connect(file)) as made:
        made.execute("create table birds (name text)")
    return file.read_bytes()


@pytest.mark.parametrize("moved", [0, 1])
def test_a_restore_that_fails_on_the_way_leaves_nothing(
    ready: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    """Neither half of a workspace nor an empty ledger, in which the next command would begin."""
    ready("backup", str(tmp_path / "b.tar.gz"))
    plain, there = Path.rename, tmp_path / "there"
    moves = iter([True] * moved + [False])

    def rename(found: Path, to: Path) -> Path:
        if found.parent.name.startswith(".restoring-") and not next(moves, True):
            raise OSError(errno.EIO, "Input/output error")
        return plain(found, to)

    monkeypatch.setattr(Path, "rename", rename)
    done = ready("--home", str(there), "restore", str(tmp_path / "b.tar.gz"))
    assert done.exit_code == 69, done.stderr
    assert not list(there.iterdir())
    assert ready("--home", str(there), "restore", str(tmp_path / "b.tar.gz")).exit_code == 0


def test_a_backup_comes_back_on_a_python_without_filters(
    ready: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Debian 12 has it, with 3.11.2."""
    ready("backup", str(tmp_path / "b.tar.gz"))
    for name in ("data_filter", "fully_trusted_filter", "tar_filter"):
        monkeypatch.delattr(tarfile, name, raising=False)
    plain = tarfile.TarFile.extractall

    def without_filter(tar: tarfile.TarFile, path: str = ".", members: Any = None) -> None:
        plain(tar, path, members)

    monkeypatch.setattr(tarfile.TarFile, "extractall", without_filter)
    done = ready("--home", str(tmp_path / "there"), "restore", str(tmp_path / "b.tar.gz"))
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize("name", ["b.tar.gz", "b.zip"])
def test_a_backup_that_breaks_off_changes_nothing(ready: Call, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    ready("backup", str(file))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    done = ready("--home", str(tmp_path / "there"), "restore", str(file))
    assert done.exit_code == 65, done.stderr
    assert not list((tmp_path / "there").iterdir())


@pytest.mark.parametrize("name", ["../evil", "/evil", "memos/../../evil", "evil.sh"])
def test_nothing_lands_outside_or_beside(ready: Call, tmp_path: Path, name: str) -> None:
    ready("backup", str(tmp_path / "b.zip"))
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as archive:
        archive.writestr(name, b"evil")
    there = tmp_path / "there"
    assert ready("--home", str(there), "restore", str(tmp_path / "b.zip")).exit_code == 0
    assert not list(tmp_path.rglob("evil*"))


def test_what_was_leaving_becomes_uncertain(ready: Call, home: Path, tmp_path: Path) -> None:
    ready("approve", "1", "2")
    ledger = open_ledger_at(f"sqlite:///{home / 'ledger.db'}")
    with ledger.write() as tx:
        first, second = [
            next(t for t in touches.of_cases(tx, [n]) if t.kind is TouchKind.MEMO) for n in (1, 2)
        ]
        for number, event in ((first.number, "claim"), (second.number, "claim")):
            change_touch(tx, number, event)
        change_touch(tx, second.number, "commit")
    ledger.close()
    ready("backup", str(tmp_path / "b.zip"))
    there = str(tmp_path / "there")
    done = ready("--home", there, "restore", str(tmp_path / "b.zip"))
    assert "1 was being sent" in done.stderr
    for number, state in ((1, "held"), (2, "uncertain")):
        rows = json.loads(ready("--home", there, "show", str(number), "--json").stdout)["messages"]
        assert [row["state"] for row in rows if row["kind"] == "memo"] == [state]
