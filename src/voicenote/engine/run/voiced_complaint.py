"""A complaint that came as a recording: it is listened to, and kept with its case."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from voicenote.engine.memo.sound_hearing import open_listener
from voicenote.engine.memo.take_hearing import why_deaf
from voicenote.engine.run.file_store import store
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, BadSettings, Unavailable
from voicenote.ledger import arrivals, attachments, hearings
from voicenote.ledger.arrivals import Came
from voicenote.model.attachment import COMPLAINT, FileKind, OfferedFile
from voicenote.model.hearing import Hearing, HearingState
from voicenote.word_language import detect_language

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class VoicedComplaint:
    """A recording of a customer, and what was heard in it; `deaf` says why nobody could listen.

    `advice` says what to do then. `language` is a primary subtag, "" if it isn't known.
    """

    file: Path
    sha256: str
    heard: Hearing | None = None
    deaf: str = ""
    advice: str = ""

    @property
    def text(self) -> str:
        """The words that were heard; "" for none."""
        return self.heard.text if self.heard else ""

    @property
    def language(self) -> str:
        """The language of the words: as they read, else as the ears told it apart."""
        return detect_language(self.text) or (self.heard.language if self.heard else "")


def hear_complaint(ws: Workspace, file: Path) -> VoicedComplaint:
    """Listen to a recording in whatever language it is.

    Raises BadData when it isn't one, Unavailable when it can't be read.
    """
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        raise BadData(f"{file} doesn't exist", "check the path") from None
    except OSError as error:
        raise Unavailable(
            f"{file.name} can't be read: {error.strerror or error}", "check its permissions"
        ) from error
    why, _, advice = why_deaf(ws).partition("; ")
    if why:
        return VoicedComplaint(file, digest, deaf=why, advice=advice or "set them: docs/ears.md")
    try:
        with open_listener(ws) as listener:
            heard = listener.listen(file)
    except (Unavailable, BadSettings) as error:
        return VoicedComplaint(file, digest, deaf=error.what, advice=error.advice)
    if heard.state is HearingState.UNFIT:
        raise BadData(f"{file.name} can't be heard: {heard.reason}", "give another recording")
    if heard.state is HearingState.FAILED:
        return VoicedComplaint(file, digest, deaf=heard.reason, advice="try again later")
    return VoicedComplaint(file, digest, heard)


def keep_recording(ws: Workspace, number: int, told: VoicedComplaint) -> bool:
    """Keep a recording and what was heard in it with a case; return whether it is new there.

    Raises Unavailable when it can't be read or written.
    """
    offered = OfferedFile(kind=FileKind.VOICE, source=COMPLAINT, name=told.file.name[:100])
    try:
        with told.file.open("rb") as stream, ws.ledger.write() as tx:
            came = Came(channel="", mark=told.sha256, kind=COMPLAINT, at=tx.now, case=number)
            if not arrivals.keep(tx, came):
                return False
            arrival = arrivals.number_of(tx, "", told.sha256)
            size = told.file.stat().st_size
            stored = store(ws.home, arrival, 1, offered, _pieces(stream), size)
            one = attachments.add_kept(tx, arrival, offered, asdict(stored))
            if told.heard:
                hearings.add(tx, one, asdict(told.heard))
    except OSError as error:
        raise Unavailable(
            f"{told.file.name} can't be read: {error.strerror or error}",
            "the case is there; give the recording again",
        ) from error
    return True


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece
