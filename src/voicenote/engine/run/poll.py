"""Reading channels: asks every channel that can receive, before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from voicenote.delivery.inbound import UPLOAD, AcceptsUpload, Arrival, Polls
from voicenote.engine.case.answer_view import file_view
from voicenote.engine.lock import pass_lock
from voicenote.engine.run.clock_jump import mind_reading, note_doubted
from voicenote.engine.run.fetch_files import fetch_files, forget_letters
from voicenote.engine.run.file_store import keep_letter
from voicenote.engine.run.hear_files import hear_files
from voicenote.engine.run.inbound_handler import InboundHandler
from voicenote.engine.run.ownership import ask_first
from voicenote.engine.singly import describe_error
from voicenote.engine.workspace import Workspace
from voicenote.errors import (
    ImpossibleTransition,
    Postponed,
    TryAgain,
    Unavailable,
    VoicenoteError,
    WrongUse,
)
from voicenote.ledger import arrivals, attachments, touches
from voicenote.ledger.arrivals import UNMATCHED, UnmatchedArrival
from voicenote.ledger.store import Transaction
from voicenote.model.attachment import FileView

#: After this many messages that changed nothing, or this long, the position is saved anyway.
STRIDE = 200
KEPT_AFTER = timedelta(seconds=10)
#: How long one channel is read in a run; the next run goes on from there.
LONGEST = timedelta(minutes=5)
#: Nothing older than the first case by more than this can be an answer; time zones differ.
MARGIN = timedelta(days=1)


@dataclass(slots=True)
class Received:
    """What came in. `kinds` counts it by kind; `unmatched` is what fits no case, told once.

    `troubles` are (channel, error) of what could not be read; `nudges` are (case, text) that the
    owner should know. `files` are those of customers that were asked for, and what became of them.
    `ignored` says why a message that was handed over changes nothing.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    unmatched: list[UnmatchedArrival] = field(default_factory=list)
    troubles: list[tuple[str, VoicenoteError]] = field(default_factory=list)
    files: list[FileView] = field(default_factory=list)
    nudges: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many arrivals change something or should be seen by the owner."""
        return self.kinds.total()


def receive(ws: Workspace) -> Received:
    """Read every channel that can receive; return what came in.

    Raises TryAgain while a run is in progress: it does the same. Raises RuleSaysNo when this may
    be a copy of the ledger, as some channels deliver a thing only once; and when the clock is
    behind, as an answer would seem older than it is.
    """
    with pass_lock(ws.ledger, ws.home):
        ask_first(ws)
        doubted = mind_reading(ws)
        with _collect_news(ws) as received:
            take_in(ws, received)
            fetch_into(ws, received)
        if doubted:
            note_doubted(ws)
    received.files, nudges = hear_news(ws, received.files)
    received.nudges += nudges
    return received


def take_in(ws: Workspace, received: Received) -> None:
    """Read every channel that can receive; only for the holder of the run lock.

    A channel that can't be read is noted in `received` and stops nothing else.
    """
    with ws.ledger.read() as tx:
        first, last = arrivals.first_day(tx), arrivals.last(tx)
    if first is None:
        return
    for name in ws.settings.channels:
        try:
            channel = ws.channel(name)
        except VoicenoteError as error:
            received.troubles.append((name, error))
            continue
        if isinstance(channel, Polls) and not ws.stopped():
            _read_channel(ws, name, channel, (first - MARGIN).date(), received)
    _note_unmatched(ws, received, last)


def fetch_into(ws: Workspace, received: Received, after: int = 0, channel: str = "") -> None:
    """Fetch the files of what came in; see `fetch_files`. It has all been handled by now."""
    fetched = fetch_files(ws, after, channel)
    received.troubles += fetched.troubles
    with ws.ledger.read() as tx:
        found = attachments.of_arrivals(tx, fetched.arrivals)
    received.files = [file_view(ws.home, one) for files in found.values() for one in files]


def hear_news(
    ws: Workspace, files: Sequence[FileView]
) -> tuple[list[FileView], list[tuple[int, str]]]:
    """Listen to customers' sounds; return `files` with what was heard, and notes for the owner.

    It comes after everything else, and without the lock: it may take minutes.
    """
    with ws.ledger.read() as tx:
        last = touches.last_nudge(tx)
    with suppress(VoicenoteError):  # of the ledger: the next run listens
        hear_files(ws)
    with ws.ledger.read() as tx:
        found = attachments.of_arrivals(tx, sorted({one.message for one in files}))
        nudges = touches.nudges_since(tx, last)
    return [file_view(ws.home, one) for some in found.values() for one in some], nudges


def _note_unmatched(ws: Workspace, received: Received, last: int) -> None:
    if received.kinds.get(UNMATCHED):
        with ws.ledger.read() as tx:
            received.unmatched = _with_files(ws, tx, arrivals.unmatched(tx, after=last))


def _read_channel(
    ws: Workspace, name: str, channel: Polls, since: date, received: Received
) -> None:
    with ws.ledger.read() as tx:
        after = arrivals.place(tx, name)
    post = InboundHandler.of(ws, name, channel)
    idle, reached = 0, ""
    began = kept = ws.clock()
    with closing(_patiently(name, channel, after, since, received)) as coming:
        for arrival in coming:
            kind = _take_arrival(post, arrival)
            if kind:
                received.kinds[kind] += 1
                reached, idle = "", 0
            else:
                reached, idle = arrival.place or reached, idle + 1
            now = ws.clock()
            if idle >= STRIDE or now - kept >= KEPT_AFTER:
                _advance(ws, name, reached)
                reached, idle, kept = "", 0, now
            if now - began >= LONGEST:
                what = f"{name} has more to read than {LONGEST.seconds // 60} minutes allow"
                received.troubles.append((name, Postponed(what, "the next run goes on there")))
                break
            if ws.stopped():
                break
    _advance(ws, name, reached)


def _advance(ws: Workspace, name: str, reached: str) -> None:
    """Save the position past what changed nothing; losing it only means reading that again."""
    if reached:
        with ws.ledger.write("voicenote") as tx:
            arrivals.advance(tx, name, reached)


def _patiently(
    name: str, channel: Polls, after: str, since: date, received: Received
) -> Generator[Arrival]:
    """Yield the arrivals of a channel; an error is noted and ends it."""
    try:
        yield from channel.poll(after, since)
    except VoicenoteError as error:
        received.troubles.append((name, error))
    except Exception as error:  # noqa: BLE001 - an error in one channel must not stop the others
        what = f"the channel {name!r} has failed ({type(error).__name__}: {error})"[:300]
        received.troubles.append((name, VoicenoteError(what, "please tell whoever made it")))


def _take_arrival(post: InboundHandler, arrival: Arrival) -> str:
    """Handle one arrival; on an unexpected error it is set apart, and the next ones go on."""
    try:
        try:
            return post.take(arrival)
        except ImpossibleTransition:
            return post.take(arrival)  # the message was changed in between: look again
    except (TryAgain, Unavailable):
        raise  # the ledger's own trouble: the same arrival is handled again
    except Exception as error:  # noqa: BLE001 - it is kept and shown, and blocks no one
        return post.set_apart(arrival, describe_error(error))


def take_over(ws: Workspace, raw: bytes, proof: str = "", name: str = "") -> Received:
    """Handle an upload: a webhook's body with its signature, or an email message.

    `name` is the channel it came by; without it, the only one that fits. Needs no lock: each
    arrival is kept once. Raises WrongUse when no channel fits, BadData for what isn't genuine.
    """
    name = name or _channel_of(ws, raw)
    channel: object = ws.channel(name)
    if not (isinstance(channel, AcceptsUpload) and isinstance(channel, Polls)):
        raise WrongUse(f"nothing can be handed to the channel {name!r}", "see: voicenote channels")
    post = InboundHandler.of(ws, name, channel)
    with ws.ledger.read() as tx:
        last = arrivals.last(tx)
    with _collect_news(ws) as received:
        letters: set[str] = set()
        for arrival in channel.read_upload(raw, proof):
            letters |= _keep_upload(ws, arrival, raw, received)
            if kind := _take_arrival(post, arrival):
                received.kinds[kind] += 1
            else:
                received.ignored.append(post.why_ignored(arrival))
        fetch_into(ws, received, 0 if letters else last, name)
        forget_letters(ws, letters)
        _note_unmatched(ws, received, last)
    return received


def _keep_upload(ws: Workspace, arrival: Arrival, raw: bytes, received: Received) -> set[str]:
    """Keep a letter with files until it is unpacked, as it may not be given again; return which."""
    files = arrival.inbound.files if arrival.inbound and ws.whereabouts else ()
    sources = {file.source for file in files if file.source.startswith(UPLOAD)}
    for source in sources:
        try:
            keep_letter(ws.home, source, raw)
        except Unavailable as error:
            received.troubles.append((arrival.address, error))
        else:
            with ws.ledger.write("voicenote") as tx:
                attachments.renew(tx, source)
    return sources


def _channel_of(ws: Workspace, raw: bytes) -> str:
    """Return the only channel that recognises the body; raise WrongUse for none or several."""
    found = [
        name
        for name in ws.settings.channels
        if isinstance(channel := ws.channel(name), AcceptsUpload)
        and isinstance(channel, Polls)
        and channel.recognizes(raw)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise WrongUse(
            "no channel here could have brought this",
            "set one up in voicenote.toml: voicenote channels",
        )
    raise WrongUse(
        f"it may have come through any of {', '.join(found)}", "say which: --channel NAME"
    )


@contextmanager
def _collect_news(ws: Workspace) -> Iterator[Received]:
    """Yield a `Received`, and add the notes for the owner at the end."""
    received = Received()
    with ws.ledger.read() as tx:
        last = touches.last_nudge(tx)
    yield received
    with ws.ledger.read() as tx:
        received.nudges = touches.nudges_since(tx, last)


def unmatched(ws: Workspace) -> list[UnmatchedArrival]:
    """Return all that came in and fits no case, and mark it as shown to the owner."""
    with ws.ledger.write() as tx:
        found = _with_files(ws, tx, arrivals.unmatched(tx))
        arrivals.mark_shown(tx, [one.number for one in found])
    return found


def _with_files(
    ws: Workspace, tx: Transaction, found: list[UnmatchedArrival]
) -> list[UnmatchedArrival]:
    files = attachments.of_arrivals(tx, [one.number for one in found])
    return [
        replace(one, files=tuple(file_view(ws.home, each) for each in files.get(one.number, ())))
        for one in found
    ]
