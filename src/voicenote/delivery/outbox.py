"""The outbox channel: a folder with one folder for each message. It is the default channel.

A message is written into a hidden folder beside its final place, synced to the disk, then renamed.
That rename is the point of no return, so a folder with its final name is always complete.
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
from voicenote.delivery.port import ChannelInfo, NotFound
from voicenote.errors import Postponed, Unknown
from voicenote.files import make_folder, open_new
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.options import option, validators

#: rendition → its file in the message's folder
NAMES = {"ogg": "memo.ogg", "mp3": "memo.mp3", "vtt": "captions.vtt", "txt": "transcript.txt"}
SOUNDS = ("ogg", "mp3")
#: What the receipt's file holds of a parcel.
_TOLD = (
    *("key", "message_id", "case", "kind", "customer", "to", "language", "duration_s"),
    *("synthetic", "synthetic_part"),
)

#: A draft this many seconds old is abandoned: writing one takes a moment.
_ABANDONED_S = 3600
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_THERE = {errno.EEXIST, errno.ENOTEMPTY}


@dataclass(frozen=True, kw_only=True)
class OutboxOptions:
    """The settings of an outbox."""

    folder: Path = option(
        Path("outbox"),
        validators.path,
        "the folder; relative to the workspace, and created if it doesn't exist",
    )


class Outbox:
    """A channel that writes each message into a folder named by its key.

    It works for every customer, with or without an address.
    """

    Options = OutboxOptions

    def __init__(self, name: str, options: OutboxOptions, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._folder = options.folder
        self._clock = clock
        self.reaches: Callable[[Customer], str] | None = None

    @property
    def info(self) -> ChannelInfo:
        """Describe the channel: it needs nothing, and can prove whether it has a message."""
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
        """Return the customer's best address, or else their name: a folder takes everyone.

        In a rehearsal it stands for another channel, and takes those whom that one `reaches`.
        """
        if self.reaches is not None:
            return self.reaches(customer)
        return customer.address() or customer.name

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Write the folder of `parcel`. If the key is already there, it is left as it is.

        Raises Refused for a missing file or what `build_message` refuses, Postponed for a disk that
        is full or not writable, and Unknown when the disk fails just after the rename.
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

    def ask(self, key: str, message_id: str) -> Receipt | NotFound:
        """Return whether the folder of `key` is there, after removing what earlier attempts left.

        A draft is renamed before it is removed, so an attempt that is still running can no longer
        put it in place. That makes `ABSENT` a proof.
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
        return self._first(place) if there else NotFound.ABSENT

    def sweep(self, is_dead: Callable[[str], bool]) -> None:
        """Remove what killed attempts left: drafts of dead keys, and all drafts older than an hour.

        If such an attempt is still running after all, it fails before its message is in place.
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
        """Do nothing: no connection stays open."""

    def _write(self, key: str, files: Mapping[str, bytes]) -> Path:
        """Return a hidden folder with `files`, synced to the disk. On failure, leave nothing."""
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
        """Move the draft into place. Return False if another attempt got there first."""
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
        """Return the receipt in the folder; if it cannot be read, one with the folder's time."""
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
    """Remove a draft, renamed first, so that no attempt can put half of it in place."""
    swept = draft.with_suffix(".swept")
    with suppress(FileNotFoundError):
        draft.rename(swept)
    shutil.rmtree(swept, ignore_errors=True)


def _contents(parcel: Parcel) -> dict[str, bytes]:
    """Return the files of a message by name. The email in it carries the mp3."""
    sounds = sounds_of(parcel, NAMES)
    attached = {kind: sound for kind, sound in sounds.items() if kind == "mp3"}
    files = {"message.eml": bytes(write_letter(parcel, attached))}
    files |= {NAMES[kind]: content for kind, content in sounds.items()}
    files.setdefault(NAMES["txt"], (parcel.text + "\n").encode())
    return files


def _pack_receipt(parcel: Parcel, receipt: Receipt) -> bytes:
    facts = {
        **{name: getattr(parcel, name) for name in _TOLD},
        "receipt": receipt.kind.value,
        "at": receipt.at.isoformat(),
    }
    return json.dumps(facts, ensure_ascii=False, indent=2).encode() + b"\n"


def _sync(folder: Path) -> None:
    """Sync a folder's entries to the disk, where the system supports it."""
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
