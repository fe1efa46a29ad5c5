"""The bench of the outbox."""

from __future__ import annotations

from pathlib import Path

from tests.benches.bench import Arrival, make_bench_channel
from tests.benches.letters import LetterBench
from voicenote.delivery.outbox import Outbox
from voicenote.delivery.port import Channel


class OutboxBench(LetterBench):
    """The outbox; its far end is the folder itself."""

    kind = "voicenote.delivery.outbox:Outbox"

    served = False
    server_kills = 0

    def __init__(self, folder: Path, port: int = 0) -> None:
        del port
        self.folder = folder / "outbox"
        self.settings: dict[str, object] = {"folder": str(self.folder)}

    def make(self) -> Channel:
        return make_bench_channel(Outbox, "outbox", self.settings)

    def arrived(self) -> list[Arrival]:
        return [
            self.opened(file.read_bytes()) for file in sorted(self.folder.glob("[!.]*/message.eml"))
        ]

    def settled(self) -> None:
        """A folder is always."""

    def stop(self) -> None:
        """It ends by itself."""


BENCH = OutboxBench
