"""A channel like WhatsApp, whose messages come with files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.engine.listening import Listening
from voicenote.errors import Refused, TooLarge
from voicenote.model.attachment import FileKind, OfferedFile
from voicenote.model.case import Customer

OFFERED = OfferedFile(kind=FileKind.VOICE, source="v1", media_type="audio/ogg", seconds=9)


class Chat(Listening):
    """A channel like WhatsApp, whose server holds `files` by their sources."""

    field = "whatsapp"
    is_mailbox = False

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, list[tuple[OfferedFile, bytes] | Exception]] = {}
        self.wanted: list[str] = []
        self.during: Callable[[], object] = lambda: None

    def address(self, customer: Customer) -> str:
        return customer.address(self.field)

    def fetch(self, source: str, most: int) -> Iterator[tuple[OfferedFile, Iterator[bytes]]]:
        self.wanted.append(source)
        found = self.files.get(source)
        if found is None:
            raise Refused("it is gone", "ask")
        for one in found:
            if isinstance(one, Exception):
                raise one
            if len(one[1]) > most and len(found) == 1:
                raise TooLarge("it is larger", size=len(one[1]))
            yield one[0], self.pieces(one[1])

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        yield raw[: len(raw) // 2]
        self.during()
        yield raw[len(raw) // 2 :]

    def unpack(self, raw: bytes) -> Iterator[tuple[OfferedFile, Iterator[bytes]]]:
        yield replace(OFFERED, source="", name="memo.ogg"), iter((raw,))
