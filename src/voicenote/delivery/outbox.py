"""The outbox: a folder with one folder a touch. The default channel, and the one that can prove.

A touch is written into a hidden folder beside its place, synced to the disk, and then renamed: the
one rename is the point of no return. A folder that has its name is whole.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from voicenote.delivery.content import sounds_of
from voicenote.delivery.message import write_letter
from voicenote.delivery.parcel_checks import check_key
from voicenote.delivery.port import ABSENT, ChannelInfo, Trace, TraceResult
from voicenote.errors import Postponed, Unknown
from voicenote.files import make_folder, open_new
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.options import option, validators

#: rendition → its file in the folder of a touch
NAMES = {"ogg": "memo.ogg", "mp3": "memo.mp3", "vtt": "captions.vtt", "txt": "transcript.txt"}
SOUNDS = ("ogg", "mp3")

#: A draft this old, in seconds, is nobody's any more: one takes a moment.
_ABANDONED_S = 3600
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_THERE = {errno.EEXIST, errno.ENOTEMPTY}


@dataclass(frozen=True, kw_only=True)
class OutboxOptions:
    """What can be set of an outbox."""

    folder: Path = option(
        Path("outbox"),
        validators.path,
        "the folder; relative to the workspace, and created if it doesn't exist",
    )


class Outbox:
    """A channel that writes each touch into a folder, named by its key.

    It takes every customer, with or without an address.
    """

    Options = OutboxOptions

    def __init__(self, name: str, options: OutboxOptions, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._folder = options.folder
        self._clock = clock

    @property
    def info(self) -> ChannelInfo:
        """A folder needs nothing, and tells that a touch is in it."""
        return ChannelInfo(
            name=self.name,
            about=f"a folder: {self._folder}",
            tells=frozenset({ReceiptKind.ACCEPTED}),
            can_ask=True,
            formats=SOUNDS,
            hands_on=True,
            folder=self._folder,
        )

    def address(self, customer: Customer) -> str:
        """The best address there is, else the name: a folder takes everybody."""
        return customer.address() or customer.name

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Write the folder of `parcel`. A key that is there already is left as it is.

        Raises Refused for a missing file or what `build_message` refuses, Postponed for a disk that
        is full or cannot be written, Unknown when the disk fails just after the rename.
        """
        place = self._folder / check_key(parcel.key)
        if place.exists():
            commit()
            return self._first(place)
        files = _contents(parcel)
        receipt = Receipt(
            kind=ReceiptKind.ACCEPTED,
            at=self._clock().astimezone(UTC),
            provider_id=parcel.key,
            detail={"folder": parcel.key},
        )
        files["receipt.json"] = _pack_receipt(parcel, receipt)
        draft = self._write(parcel.key, files)
        try:
            commit()
            return receipt if self._move(draft, place) else self._first(place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def ask(self, key: str, message_id: str) -> TraceResult:
        """Whether the folder of `key` is there. What a killed attempt left behind is swept first.

        A draft is renamed before it is removed, so that an attempt which still lives cannot put it
        in place any more: then `ABSENT` is proof.
        """
        place = self._folder / check_key(key)
        try:
            for draft in self._folder.glob(f".{key}~*.part"):
                _remove(draft)
            for swept in self._folder.glob(f".{key}~*.swept"):
                shutil.rmtree(swept, ignore_errors=True)
            there = place.exists()
        except OSError as error:
            raise _postpone(self._folder, error) from error
        return TraceResult(Trace.FOUND, self._first(place)) if there else ABSENT

    def sweep(self, is_dead: Callable[[str], bool]) -> None:
        """Remove what killed attempts left: those of keys that are dead, and any after an hour.

        Swept like this, an attempt that lives nevertheless fails before its message is there.
        """
        try:
            for draft in self._folder.glob(".*~*.part"):
                age = self._clock().timestamp() - draft.stat().st_mtime
                if age > _ABANDONED_S or is_dead(draft.name[1:].partition("~")[0]):
                    _remove(draft)
            for swept in self._folder.glob(".*~*.swept"):
                shutil.rmtree(swept, ignore_errors=True)
        except OSError as error:
            raise _postpone(self._folder, error) from error

    def close(self) -> None:
        """Nothing is held open."""

    def _write(self, key: str, files: Mapping[str, bytes]) -> Path:
        """Return a hidden folder with `files`, safe on the disk; or leave nothing at all."""
        draft: Path | None = None
        try:
            make_folder(self._folder)
            draft = Path(tempfile.mkdtemp(prefix=f".{key}~", suffix=".part", dir=self._folder))
            for name, content in files.items():
                with open_new(draft / name) as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            _sync(draft)
        except BaseException as error:
            if draft:
                shutil.rmtree(draft, ignore_errors=True)
            if isinstance(error, OSError):
                raise _postpone(self._folder, error) from error
            raise
        return draft

    def _move(self, draft: Path, place: Path) -> bool:
        """Put the draft in its place: True. False when another attempt was there first."""
        try:
            draft.rename(place)
        except OSError as error:
            if error.errno in _THERE:
                return False
            raise _postpone(self._folder, error) from error
        try:
            _sync(self._folder)
        except OSError as error:
            raise Unknown(
                f"the disk failed just after {place.name} was written: {error.strerror}",
                f"look into {self._folder}, then say mark-sent or resend",
            ) from error
        return True

    def _first(self, place: Path) -> Receipt:
        """The receipt in the folder; where somebody took it away, one with the folder's time."""
        try:
            kept = json.loads((place / "receipt.json").read_bytes())
            return Receipt(
                kind=ReceiptKind(kept["receipt"]),
                at=datetime.fromisoformat(kept["at"]),
                provider_id=str(kept["key"]),
                detail={"folder": place.name},
            )
        except (OSError, ValueError, KeyError, TypeError):
            at = datetime.fromtimestamp(place.stat().st_mtime, UTC)
            detail = {"folder": place.name, "note": "receipt.json could not be read"}
            return Receipt(kind=ReceiptKind.ACCEPTED, at=at, provider_id=place.name, detail=detail)


def _remove(draft: Path) -> None:
    """Remove a draft, renamed first, so that nobody can put half of it in its place."""
    swept = draft.with_suffix(".swept")
    with suppress(FileNotFoundError):
        draft.rename(swept)
    shutil.rmtree(swept, ignore_errors=True)


def _contents(parcel: Parcel) -> dict[str, bytes]:
    """Return the files of a touch, by name. The message carries the mp3."""
    sounds = sounds_of(parcel, NAMES)
    attached = {kind: sound for kind, sound in sounds.items() if kind == "mp3"}
    files = {"message.eml": bytes(write_letter(parcel, attached))}
    files |= {NAMES[kind]: content for kind, content in sounds.items()}
    files.setdefault(NAMES["txt"], (parcel.text + "\n").encode())
    return files


def _pack_receipt(parcel: Parcel, receipt: Receipt) -> bytes:
    facts = {
        "key": parcel.key,
        "message_id": parcel.message_id,
        "case": parcel.case,
        "kind": parcel.kind,
        "customer": parcel.customer,
        "to": parcel.to,
        "language": parcel.language,
        "duration_s": parcel.duration_s,
        "synthetic": parcel.synthetic,
        "synthetic_part": parcel.synthetic_part,
        "receipt": receipt.kind.value,
        "at": receipt.at.isoformat(),
    }
    return json.dumps(facts, ensure_ascii=False, indent=2).encode() + b"\n"


def _sync(folder: Path) -> None:
    """Make the entries of a folder safe on the disk, where the system can do that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _postpone(folder: Path, error: OSError) -> Postponed:
    if error.errno in _FULL:
        return Postponed(f"the disk of the outbox is full: {folder}", "make room; it will go then")
    return Postponed(
        f"the outbox cannot be written: {error.strerror}: {folder}",
        "check that the folder exists and is yours; it will go with a later run",
    )
