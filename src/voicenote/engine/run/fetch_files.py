"""Fetching the files that came with messages: links to them expire.

A message is handled first, so a file that cannot be fetched delays no answer and no opt-out. Each
file is on the disk before the ledger says so: if a run dies in between, the next one fetches it
again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice, zip_longest

from voicenote.deadline import Deadline
from voicenote.delivery.inbound import UPLOAD, Fetches, Unpacks
from voicenote.engine.run.file_store import (
    StoredFile,
    check_room,
    read_letter,
    remove_letter,
    remove_stored,
    store,
    sweep,
)
from voicenote.engine.singly import describe_error
from voicenote.engine.workspace import Workspace
from voicenote.errors import (
    BadData,
    BadSettings,
    Postponed,
    Refused,
    TooLarge,
    TryAgain,
    Unavailable,
    VoicenoteError,
)
from voicenote.ledger import attachments, case_store, touches
from voicenote.ledger.store import Transaction
from voicenote.model.attachment import Attachment, AttachmentState, FileKind, OfferedFile

#: How long a run fetches files, in seconds; and most files of one letter.
LONGEST_S, MOST_FILES = 120.0, 50
#: Of people who fit no case, all files together may be this many times as large as one may be.
STRANGERS = 10


@dataclass(slots=True)
class Fetched:
    """The arrivals whose files were asked for, and what kept others from it: (channel, error)."""

    arrivals: list[int] = field(default_factory=list)
    troubles: list[tuple[str, VoicenoteError]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one file at a source: it is stored, or too large."""

    offered: OfferedFile
    stored: StoredFile | None = None
    large: TooLarge | None = None


def fetch_files(ws: Workspace, after: int = 0, channel: str = "") -> Fetched:
    """Fetch the files of messages that came in; with `after`, those of later arrivals only.

    With `channel`, only what came by it. Nothing is fetched in a rehearsal. A full disk, or
    anything else of ours, is a trouble and no failed attempt.
    """
    done, most = Fetched(), ws.settings.receive.most_bytes
    if ws.whereabouts is None or not most:
        return done
    with ws.ledger.read() as tx:
        waits = attachments.to_fetch(tx, most, after)
        found = [one for one in waits if channel in ("", one.channel)]
        waiting = attachments.waiting_sources(tx)
    if not after:
        sweep(ws.home, waiting, ws.clock().timestamp())
    deadline, resting = Deadline(LONGEST_S), set[str]()
    for files in _by_source(found):
        name = files[0].channel
        if deadline.over or ws.stopped():
            break
        if name in resting or not _is_wanted(ws, files[0], most):
            continue
        try:
            check_room(ws.home, files[0].size or 0)
            if _try(ws, files, most):
                done.arrivals.append(files[0].arrival)
            else:
                resting.add(name)  # its server is asked again by the next run
        except BadSettings:
            resting.add(name)  # reading or sending by it reports what is wrong
        except TryAgain:
            break
        except Unavailable as error:
            done.troubles.append((name, error))
            break
    return done


def _is_wanted(ws: Workspace, one: Attachment, most: int) -> bool:
    """Whether a file may be fetched. Anybody may write to a bot, so strangers get less room."""
    if one.channel not in ws.settings.channels:
        return False
    if one.case is not None:
        return True
    with ws.ledger.read() as tx:
        return attachments.size_of_strangers(tx) < most * STRANGERS


def forget_letters(ws: Workspace, sources: Collection[str]) -> None:
    """Remove the letters among these sources that no file waits for."""
    letters = [one for one in sources if one.startswith(UPLOAD)]
    with ws.ledger.read() as tx:
        waiting = attachments.waiting_sources(tx) if letters else set()
    for one in letters:
        if one not in waiting:
            remove_letter(ws.home, one)


def _by_source(found: Sequence[Attachment]) -> list[list[Attachment]]:
    """Return the files in groups of one source, in their order."""
    groups: dict[tuple[int, str], list[Attachment]] = {}
    for one in found:
        groups.setdefault((one.arrival, one.source), []).append(one)
    return list(groups.values())


def _try(ws: Workspace, files: list[Attachment], most: int) -> bool:
    """Ask for the files of one source; return whether the channel gave an answer.

    Raises BadSettings, and Unavailable when they cannot be written.
    """
    channel: object = ws.channel(files[0].channel)
    try:
        results = _fetch(ws, channel, files, most)
    except TooLarge as error:
        results = [_Result(one, large=error) for one in files]
    except (Refused, BadData) as error:
        _fail(ws, files, error.what, lost=True)
        return True
    except Postponed as error:
        _fail(ws, files, error.what)
        return False
    except (Unavailable, TryAgain, BadSettings):
        raise  # our disk, a process of ours, the ledger, the settings
    except Exception as error:  # noqa: BLE001 - a channel's own fault must not stop the others
        _fail(ws, files, describe_error(error))
        return False
    _settle(ws, files, results)
    forget_letters(ws, {files[0].source})
    return True


def _fetch(ws: Workspace, channel: object, files: list[Attachment], most: int) -> list[_Result]:
    first, results = files[0], []
    if first.source.startswith(UPLOAD) and isinstance(channel, Unpacks):
        found = channel.unpack(read_letter(ws.home, first.source))
    elif isinstance(channel, Fetches):
        found = channel.fetch(first.source, most)
    else:
        raise Refused(f"{first.channel} can fetch no files")
    for place, (one, pieces) in enumerate(islice(found, MOST_FILES)):
        told = _complete(one, files[place] if place < len(files) else None)
        try:
            stored = store(ws.home, first.arrival, place + 1, told, pieces, most)
        except TooLarge as error:
            results.append(_Result(told, large=error))
        else:
            results.append(_Result(told, stored))
    return results


def _complete(told: OfferedFile, known: OfferedFile | None) -> OfferedFile:
    """Return what is known of a file from its message, and from where it was fetched."""
    if known is None:
        return told
    return OfferedFile(
        kind=known.kind if told.kind is FileKind.FILE else told.kind,
        source=known.source,
        name=told.name or known.name,
        media_type=told.media_type or known.media_type,
        size=told.size if told.size is not None else known.size,
        seconds=told.seconds if told.seconds is not None else known.seconds,
    )


def _settle(ws: Workspace, files: list[Attachment], results: list[_Result]) -> None:
    """Write down what became of the files of one source, unless another process has done it."""
    ours: list[StoredFile] = []
    with ws.ledger.write("voicenote") as tx:
        if not attachments.lock_unsettled(tx, files):
            return
        memos = attachments.memo_hashes(tx, files[0].case)
        for place, (row, result) in enumerate(zip_longest(files, results)):
            if result is None or (result.stored and result.stored.sha256 in memos):
                ours += [result.stored] if result and result.stored else []
                attachments.drop(tx, row)  # no file, or a memo of ours that came back
                continue
            told = result.offered
            values: dict[str, object] = {
                "kind": told.kind.value,
                "name": told.name,
                "media_type": told.media_type,
                "seconds": told.seconds,
                "tried_at": tx.now,
            }
            if result.stored:
                values |= asdict(result.stored)
                values |= {"state": AttachmentState.KEPT.value, "reason": ""}
            elif result.large:
                values |= _too_large(result.large, told)
            attachments.settle(tx, row, like=files[0], **values)
            if result.large and (row is None or row.state is not AttachmentState.TOO_BIG):
                what = f"{_label(told)} that {_why_large(result.large)}"
                _tell(tx, files[0], what, f"{place} is large")
    for stored in ours:
        remove_stored(ws.home, stored)


def _too_large(error: TooLarge, told: OfferedFile) -> dict[str, object]:
    size = error.size if error.size is not None else told.size
    return {
        "state": AttachmentState.TOO_BIG.value,
        "size": size,
        "reason": "" if error.ours else error.what,
        "tries": 0 if error.ours else attachments.TRIES,
    }


def _why_large(error: TooLarge) -> str:
    if not error.ours:
        return f"cannot be fetched: {error.what}. Look into the chat"
    return "is larger than what is kept; raise [receive] attachment_mb, and the next run fetches it"


def _fail(ws: Workspace, files: list[Attachment], why: str, *, lost: bool = False) -> None:
    """Note a failed attempt; `lost`, or after many attempts, it is the last one."""
    with ws.ledger.write("voicenote") as tx:
        if not attachments.lock_unsettled(tx, files):
            return
        for row in files:
            tries = row.tries + 1
            over = lost or tries >= attachments.TRIES
            state = AttachmentState.GONE if over else AttachmentState.WAITING
            values = {"state": state.value, "tries": tries, "reason": why, "tried_at": tx.now}
            attachments.settle(tx, row, like=row, **values)
            if over:
                _tell(tx, row, f"{_label(row)} that cannot be fetched: {why}", "is gone")


def _tell(tx: Transaction, one: Attachment, what: str, once: str) -> None:
    """Tell the owner about a file of a case that is not kept; `once` names the news of it."""
    if one.case is not None:
        name = case_store.get(tx, one.case).customer.name
        key = f"nudge:{one.case}:file:{one.number} {once}"
        touches.nudge(tx, one.case, key, "file", f"case {one.case}: {name} has sent {what}")


def _label(one: OfferedFile) -> str:
    return f"{one.kind.label} ({one.name})" if one.name else one.kind.label
