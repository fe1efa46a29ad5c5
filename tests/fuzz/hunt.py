"""Fuzz many inputs in children, one after the other: what they found, and what ended them."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
#: A child that says nothing for so long hangs: seconds, for a machine that is busy.
_PATIENCE_S = 120.0
#: How many inputs a child takes, so that one that grows is not counted for the next.
_AT_ONCE = 1000


@dataclass(slots=True)
class Hunt:
    """What came of `tried` inputs; `slowest` in processor seconds, `most` in megabytes."""

    name: str
    tried: int = 0
    slowest: float = 0.0
    most: float = 0.0
    faults: list[dict[str, object]] = field(default_factory=list)


def hunt(name: str, seed: int, count: int) -> Hunt:
    """Try `count` inputs of a parser, or of a kind of command (``cli-KIND``)."""
    found = Hunt(name)
    at = 0
    while at < count:
        at = _child(found, seed, at, min(_AT_ONCE, count - at))
    found.tried = count
    return found


def _child(found: Hunt, seed: int, first: int, count: int) -> int:
    """Let one child try some; return where to go on: after the input that ended it, if one did."""
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.child",
        found.name,
        str(seed),
        str(first),
        str(count),
    ]
    at = first
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        for line in _lines(child.stdout):
            if line is None:
                child.kill()
                break
            mark, _, told = line.partition(" ")
            if mark == ">":
                at = int(told)
            elif mark == "!":
                found.faults.append(json.loads(told))
            elif mark == "=":
                figures = json.loads(told)
                found.slowest = max(found.slowest, figures["slowest"])
                found.most = max(found.most, figures["most"])
                return first + count
    kind = "hangs" if child.returncode in (-9, 1) else f"ended with {child.returncode}"
    found.faults.append({"at": found.name, "number": at, "kind": kind})
    return at + 1


def _lines(stream: IO[str]) -> Iterator[str | None]:
    """Yield lines as they come; None when none comes for long."""
    waiting: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream:
            waiting.put(line)
        waiting.put("")

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = waiting.get(timeout=_PATIENCE_S)
        except queue.Empty:
            line = None
        if line == "":
            return
        yield line
        if line is None:
            return
