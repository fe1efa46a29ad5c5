"""Copies that are thrown away: private, and swept when whoever made them has died."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from voicenote.engine.scratch import open_scratch, sweep_scratch

KILLED = """
import os, signal, sys
from pathlib import Path
from voicenote.engine.scratch import open_scratch
with open_scratch(Path(sys.argv[1])) as folder:
    (folder / "ledger.db").write_text("what customers told")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_copy_is_gone_at_the_end(tmp_path: Path) -> None:
    with open_scratch(tmp_path / "home") as folder:
        (folder / "ledger.db").touch()
        assert folder.is_relative_to(tmp_path / "home")
    assert list((tmp_path / "home").iterdir()) == []


def test_the_copy_of_a_killed_process_is_swept(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(tmp_path.glob(".copy-*/ledger.db"))
    sweep_scratch(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_copy_of_a_living_process_is_left(tmp_path: Path) -> None:
    with open_scratch(tmp_path) as folder:
        (folder / "ledger.db").touch()
        sweep_scratch(tmp_path)
        assert (folder / "ledger.db").is_file()


def test_a_copy_without_a_lock_is_swept_too(tmp_path: Path) -> None:
    """Such as after a power cut that took the lock and left the folder."""
    (tmp_path / ".copy-abc").mkdir()
    (tmp_path / ".copy-abc" / "ledger.db").touch()
    sweep_scratch(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_ours_is_left(tmp_path: Path) -> None:
    (tmp_path / "memos").mkdir()
    (tmp_path / ".hidden").mkdir()
    sweep_scratch(tmp_path)
    sweep_scratch(tmp_path / "nowhere")
    assert len(list(tmp_path.iterdir())) == 2
