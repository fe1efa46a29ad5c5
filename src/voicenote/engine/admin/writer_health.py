"""What `doctor` says of the writer: whether it is ready, and what leaves the machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicenote.engine.admin.check_result import CheckResult, fault, fine
from voicenote.script.writers.port import WriterInfo
from voicenote.settings import Settings


def check_writer(settings: Settings, known: Sequence[WriterInfo]) -> Iterator[CheckResult]:
    """Yield what is known of the writer in [writer], without asking it."""
    table = settings.writer
    for info in known:
        if info.name != table.kind:
            continue
        if not info.ready:
            yield fault("writer", f"{info.name} isn't ready", info.advice)
        elif info.sends:
            how = "as placeholders" if table.names == "placeholders" else "as they are"
            what = f"{info.name}: the facts of cases go to {info.sends}, names {how}"
            yield fine("writer", what)
        else:
            yield fine("writer", f"{info.name}: {info.note}")
