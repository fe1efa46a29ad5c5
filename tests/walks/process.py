"""One command of a walk as a process of its own, on the walk's clock.

``python process.py TIME SEED WORDS…`` is that process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path


def run(
    now: datetime,
    seed: str,
    words: Sequence[str],
    given: str | None,
    env: Mapping[str, str | None],
) -> tuple[int | None, str, str]:
    """Run a command; return its exit code, None where it was killed, and what it said."""
    every = {**os.environ, **env}
    done = subprocess.run(
        [sys.executable, __file__, now.isoformat(), seed, *words],
        env={name: value for name, value in every.items() if value is not None},
        input=given or "",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    code = done.returncode if done.returncode >= 0 else None
    return code, done.stdout, done.stderr


def main(now: str, seed: str, words: Sequence[str]) -> None:
    """Be that process."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.walks.walk import moved
    from voicenote.cli.app import voicenote

    with moved(datetime.fromisoformat(now), seed):
        voicenote.main(list(words))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
