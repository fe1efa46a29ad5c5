"""A progress bar for a terminal: how many, the rate, the time left."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

#: Seconds until a bar is shown: most commands end before, and a bar would only flicker.
DELAY_S = 1.0


class Rate(ProgressColumn):
    """A column with how many are done per second; empty until that is known."""

    def render(self, task: Task) -> Text:
        """Return the rate as text."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f}/s" if speed else "")


@contextlib.contextmanager
def terminal_bar(stream: TextIO, label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a bar on `stream` in a block; yield a function to call with how many more are done.

    What ends within `DELAY_S` shows none, and whatever is shown is gone after the block.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn() if total is None else TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=Console(file=stream), transient=True)
    task = progress.add_task(label, total=total)
    later = threading.Timer(DELAY_S, progress.start)
    later.daemon = True
    later.start()
    try:
        yield lambda more: progress.advance(task, more)
    finally:
        later.cancel()
        later.join()  # it may be starting the bar at this moment
        if progress.live.is_started:
            progress.stop()
