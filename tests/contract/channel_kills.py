"""Sends one touch after another in children that kill -9 themselves; run by test_channels.py.

Reads one JSON value from standard input: the class of the channel, its settings, the parcel, a
folder for marks, and how many kills. Child number `n` dies at its own line of the delivery stage,
the last ones close around the commit. Writes one JSON list: for each child the key, whether it had
committed, and whether it came to its end.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from voicenote.model.receipt import Parcel

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.fakes.made import make_channel

sys.path.pop(0)


def lines(send: Callable[[], object], stop: int, own: str | None) -> int:
    """Run `send`; die at line `stop`; return how many lines there were.

    Lines count of the delivery stage and of the channel's own file, `own`.
    """
    seen = 0

    def count(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal seen
        file = frame.f_code.co_filename
        if f"{os.sep}delivery{os.sep}" not in file and file != own:
            return None
        if event == "line":
            seen += 1
            if seen == stop:
                os.kill(os.getpid(), signal.SIGKILL)
        return count

    sys.settrace(count)
    try:
        send()
    finally:
        sys.settrace(None)
    return seen


def whole(send: Callable[[], int]) -> int:
    """Return the lines of a whole send, which is made in a child.

    Some libraries keep threads, and a child that is forked beside them waits for them for ever.
    What the first child has imported is imported here, so that the others need not.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        total = send()
        with os.fdopen(writing, "w") as told:
            json.dump([total, sorted(sys.modules)], told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        total, names = json.load(told)
    os.waitpid(child, 0)
    for name in names:
        with suppress(ImportError):
            importlib.import_module(name)
    return int(total)


def main() -> None:
    """Do what standard input says."""
    order = json.load(sys.stdin)
    module, _, name = order["channel"].partition(":")
    make = getattr(importlib.import_module(module), name)
    own = importlib.import_module(module).__file__
    facts = order["parcel"] | {"made_at": datetime.fromisoformat(order["parcel"]["made_at"])}
    if facts.get("heard_at"):
        facts["heard_at"] = datetime.fromisoformat(facts["heard_at"])
    parcel = Parcel(**facts)
    marks = Path(order["marks"])

    def send(key: str, stop: int) -> int:
        channel = make_channel(make, "tried", order["settings"], lambda: datetime.now(UTC))
        touch = replace(parcel, key=key, message_id=f"<{key}@bakery.example>")
        try:
            return lines(lambda: channel.send(touch, (marks / key).touch), stop, own)
        finally:
            channel.close()

    # a process that is killed loses nothing that it has written: only a power cut does
    os.fsync = lambda fd: None
    total = whole(lambda: send("whole", 0))
    kills = order["kills"]
    spread = {1 + n * total // kills for n in range(kills)} | set(range(total - kills, total + 1))
    told = []
    for stop in sorted(each for each in spread if each > 0):
        key = f"kill-{stop}"
        child = os.fork()
        if not child:
            send(key, stop)
            os._exit(0)
        ended = os.waitpid(child, 0)[1] == 0
        told.append({"key": key, "committed": (marks / key).exists(), "ended": ended})
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
