"""Files that customers send along: sounds, pictures, films, anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FileKind(StrEnum):
    """What a person would call it. A *voice* was recorded in the chat itself."""

    VOICE = "voice"
    SOUND = "sound"
    PICTURE = "picture"
    FILM = "film"
    FILE = "file"

    @property
    def label(self) -> str:
        """The kind in words, such as ``a picture``."""
        return "a voice message" if self is FileKind.VOICE else f"a {self.value}"


class AttachmentState(StrEnum):
    """What became of a file. What is *gone* cannot be fetched any more."""

    WAITING = "waiting"
    KEPT = "kept"
    TOO_BIG = "too-big"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedFile:
    """A file as a channel offers it. `name` and `media_type` are the sender's: only for showing.

    `source` says where the channel finds it: files of one letter have the same. `size` is in bytes,
    `seconds` how long it plays; None where it isn't known.
    """

    kind: FileKind
    source: str = ""
    name: str = ""
    media_type: str = ""
    size: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment(OfferedFile):
    """A file of an arrival in the ledger. `case` is None where the arrival fits none.

    `answer` is the number of the answer that it came with, None for what is no answer. `tried_at`
    (UTC) is when it was last asked for, `tries` how often that failed, and `reason` why. `file` is
    where it is kept, relative to the workspace; `sha256` is that of its bytes.
    """

    number: int
    arrival: int
    channel: str
    at: datetime
    case: int | None
    answer: int | None
    state: AttachmentState
    tries: int
    tried_at: datetime | None
    reason: str
    sha256: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A customer's file for display. `file` is its whole path, "" where it isn't kept.

    `message` is the number of the arrival that it came with, and `case` None where that fits none.
    """

    message: int
    case: int | None
    kind: FileKind
    name: str
    media_type: str
    size: int | None
    seconds: int | None
    state: AttachmentState
    reason: str
    sha256: str
    file: str
