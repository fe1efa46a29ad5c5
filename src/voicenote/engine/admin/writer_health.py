"""What `doctor` says of the writer and the ears: whether they are ready, and what leaves here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicenote.ears.port import EarsInfo
from voicenote.engine.admin.check_result import CheckResult, fault, fine
from voicenote.script.writers.port import WriterInfo
from voicenote.settings import Settings
from voicenote.settings.ears_table import EarsTable


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


def check_ears(settings: Settings, known: Sequence[EarsInfo]) -> Iterator[CheckResult]:
    """Yield what is known of the ears in [ears], without asking them.

    Whoever has set nothing misses nothing: that they aren't installed is no fault then.
    """
    chosen = EarsTable().kind != settings.ears.kind or settings.ears.options
    for info in known:
        if info.name != settings.ears.kind:
            continue
        if info.ready:
            goes = f": every sound that is listened to goes to {info.sends}" if info.sends else ""
            yield fine("ears", f"{info.name}{goes or f': {info.note}'}")
        elif chosen:
            yield fault("ears", f"{info.name} isn't ready", info.advice)
        else:
            yield fine("ears", f"nothing is listened to: {info.name} isn't ready; {info.advice}")
