from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from voicenote.sound.piece_cache import Cache, key_of


def cache(home: Path, *words: str) -> Any:
    command = [sys.executable, "-m", "voicenote", "--home", str(home), "cache", *words, "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_it_is_shown_and_pruned_to_the_limit_or_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "voicenote.toml").write_text("[sound]\ncache_mb = 1\n")
    kept = Cache(tmp_path / "cache")
    for number in range(4):
        kept.keep(key_of(number), bytes(400_000), None)
    shown = cache(tmp_path)
    assert shown["entries"] == 4
    assert shown["limit_bytes"] == 1_000_000 < shown["bytes"]
    pruned = cache(tmp_path, "prune")
    assert (pruned["entries"], pruned["removed"]) == (2, 2)
    assert cache(tmp_path, "prune", "--all")["entries"] == 0
