"""A source from bytes or text, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voicenote.intake.options import Options
from voicenote.intake.raw_record import Bad, Good
from voicenote.intake.reader import ComplaintSource, open_source

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

Opened = tuple[ComplaintSource, list[Good], list[Bad]]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Opened]:
    """Write one file (or several, by name) and read it: the source, the good, the bad."""

    def run(*contents: str | bytes | tuple[str, str | bytes], **options: object) -> Opened:
        paths = []
        for position, content in enumerate(contents):
            name, text = content if isinstance(content, tuple) else (f"in{position}.csv", content)
            path = tmp_path / name
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            paths.append(path)
        source = open_source(paths, Options(**{"now": NOW, **options}))  # type: ignore[arg-type]
        items = list(source)
        good = [item for item in items if isinstance(item, Good)]
        return source, good, [item for item in items if isinstance(item, Bad)]

    return run
