"""Files that customers send along: sounds, pictures, films, anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voicenote.model.hearing import FileHearing


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


#: The source of a recording with which the customer complained, instead of a channel's.
COMPLAINT = "complaint"
#: The kinds in which somebody may speak; and the endings of other files that are sounds.
SPEAKING = (FileKind.VOICE, FileKind.SOUND, FileKind.FILM)
SOUND_ENDINGS = (
    *("3g2", "3gp", "aac", "aif", "aiff", "amr", "asf", "au", "caf", "flac", "m4a", "mka", "mov"),
    *("mp3", "mp4", "oga", "ogg", "opus", "wav", "webm", "wma"),
)


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
    where it is kept, relative to the workspace; `sha256` is that of its bytes. `hearing` is what
    was heard in it, None while nobody has listened.
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
    hearing: FileHearing | None = None

    @property
    def speaks(self) -> bool:
        """Whether it is kept, and somebody may speak in it."""
        sound = self.kind in SPEAKING or self.file.rpartition(".")[2] in SOUND_ENDINGS
        return sound and self.state is AttachmentState.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A customer's file for display. `file` is its whole path, "" where it isn't kept.

    `message` is the number of the arrival that it came with, and `case` None where that fits none.
    `hearing` is what was heard in it, None while nobody has listened. `complaint`: it is the
    recording that the customer complained with.
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
    hearing: FileHearing | None = None
    complaint: bool = False
