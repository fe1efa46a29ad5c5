"""One run: read channels, clean up, decide, send what is due.

A run may die anywhere: the next one finds everything as it was left, and goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from voicenote.engine.case.decisions import decide_cases
from voicenote.engine.case.moving import settle_reach
from voicenote.engine.case.routing import is_folder
from voicenote.engine.clock_check import ClockDoubt
from voicenote.engine.lock import pass_lock
from voicenote.engine.login_state import warn_once_a_day
from voicenote.engine.run.clock_jump import mind_clock, note_doubted, note_time, told_of
from voicenote.engine.run.follow_up import make_ready, move_to_decent_hour, tell_owner
from voicenote.engine.run.lookahead import Prefetch, TouchView
from voicenote.engine.run.noting import note_run
from voicenote.engine.run.one_person import put_off
from voicenote.engine.run.ownership import ask_first, keep_asking, remember
from voicenote.engine.run.poll import Received, fetch_into, hear_news, take_in
from voicenote.engine.run.rate_limits import HoldReason, Quota, not_set_up, pause_channels
from voicenote.engine.run.recall import recall_sent
from voicenote.engine.run.recovery import InFlight, in_flight, reconcile, sweep_leftovers
from voicenote.engine.run.run_log import split_by_channel
from voicenote.engine.run.send import Sent, send_touch
from voicenote.engine.singly import describe_error
from voicenote.engine.workspace import Workspace
from voicenote.errors import (
    Restarting,
    RuleSaysNo,
    TryAgain,
    Unavailable,
    VoicenoteError,
    VoiceUnavailable,
)
from voicenote.ledger import attempts, touches, unreachable
from voicenote.ledger.arrivals import UnmatchedArrival
from voicenote.ledger.run_notes import BY_HAND, CASE, CLOCK, LastRun, RunTrouble, Starter
from voicenote.ledger.snapshots import find_stirred
from voicenote.model.attachment import FileView
from voicenote.model.touch import TouchKind, TouchState


@dataclass(slots=True)
class Turn:
    """What a run did, and (case, text) of what the owner should know.

    `waiting` are due messages that need the owner first. `reasons` tell why some were not sent.
    `nudges` are told once: a promise is overdue, an answer waits. `held` counts the due messages
    that a limit or a pause holds. `unmatched` is what came in and fits no case. `troubles` are
    (channel, error) of what could not be read. `clock` is set when the clock isn't believed; then
    nothing was sent or decided. `flying` is what another run has in flight, or had when it died.
    `recalled` counts messages that their channel says were already sent. `files` are customers'
    files that were asked for, and what became of them. `unreached` are (what, cure) of customers
    whom no channel reaches. `stays_here` counts those of `sent` that are in a folder here.
    `logins` are (what, cure) of log-ins that end soon, in the first run of a day.
    `broken` are those of `reasons` that are about an error of ours, and not about the message.
    `outcomes` counts messages by (channel, what became of them). `noted` is the note on the run.
    """

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    skipped: int = 0
    received: int = 0
    unmatched: list[UnmatchedArrival] = field(default_factory=list)
    troubles: list[tuple[str, VoicenoteError]] = field(default_factory=list)
    waiting: list[tuple[int, str]] = field(default_factory=list)
    nudges: list[tuple[int, str]] = field(default_factory=list)
    reasons: list[tuple[int, str]] = field(default_factory=list)
    held: Counter[HoldReason] = field(default_factory=Counter)
    clock: ClockDoubt | None = None
    recalled: int = 0
    flying: list[InFlight] = field(default_factory=list)
    unreached: list[tuple[str, str]] = field(default_factory=list)
    stays_here: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    files: list[FileView] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    noted: LastRun | None = None

    def count(self, sent: Sent) -> None:
        """Count the outcome of one message."""
        self.outcomes[sent.channel, sent.outcome] += 1
        if sent.state is TouchState.ACCEPTED:
            self.sent += 1
            return
        if sent.state is TouchState.UNCERTAIN:
            self.uncertain += 1
        elif not sent.way:
            self.failed += 1
        self.reasons.append((sent.case, sent.reason))

    @property
    def paused(self) -> bool:
        """Whether something due waits for a person, for instance because of a pause."""
        return any(waits.until is None for waits in self.held)

    @property
    def again_at(self) -> datetime | None:
        """When the first of the limits lets messages go again; None when none is waited for."""
        return min((waits.until for waits in self.held if waits.until), default=None)

    @property
    def counts(self) -> dict[str, int]:
        """How many messages were sent, failed, and so on."""
        names = ("sent", "failed", "uncertain", "skipped", "received", "recalled")
        return {name: getattr(self, name) for name in names}

    @property
    def channels(self) -> dict[str, dict[str, int]]:
        """How many messages each channel sent, could not send, or holds back."""
        held = [((one.channel, "held"), count) for one, count in self.held.items()]
        return split_by_channel([*self.outcomes.items(), *held])

    @property
    def quiet(self) -> bool:
        """Whether nothing happened that anyone has to be told."""
        return not (any(self.counts.values()) or self.nudges or self.troubles or self.logins)


def one_pass(
    ws: Workspace,
    advance: Callable[[int, int], None] | None = None,
    *,
    clock_is_right: bool = False,
    by: Starter = BY_HAND,
) -> Turn:
    """Make one run and return what it did. Calls `advance(done, total)` after each message.

    `by` is who started it, for the note on the last run (`ledger.run_notes`). When the clock has
    jumped, nothing is sent or decided unless a person says that it is right. If it is ahead,
    channels are still read; if it is behind, nothing is done at all.

    Raises TryAgain while another run is in progress, RuleSaysNo when this may be a copy of the
    ledger, SchemaChanged when a newer release has changed its tables.
    """
    turn = Turn()
    with pass_lock(ws.ledger, ws.home):
        ws.ledger.check_schema()
        ask_first(ws)
        turn.logins = warn_once_a_day(ws)
        with note_run(
            ws, by, lambda: (turn.counts, turn.channels, list(_troubles_of(turn, ws)))
        ) as noted:
            _read_and_send(ws, turn, advance, clock_is_right=clock_is_right)
    turn.noted = noted[-1]
    turn.files, nudges = hear_news(ws, turn.files)
    turn.nudges += nudges
    return turn


def _read_and_send(
    ws: Workspace,
    turn: Turn,
    advance: Callable[[int, int], None] | None,
    *,
    clock_is_right: bool,
) -> None:
    began = ws.clock()
    turn.clock, since = mind_clock(ws, confirmed=clock_is_right)
    if turn.clock is not None and turn.clock.back:
        return
    room = Quota()
    with ws.ledger.read() as tx:
        told = touches.last_nudge(tx)
    turn.recalled, troubles = (0, []) if turn.clock else recall_sent(ws, room, since)
    received = Received()
    take_in(ws, received)  # all channels first: an answer stops what this run would have sent
    turn.received, turn.unmatched = received.count, received.unmatched
    turn.troubles = received.troubles + troubles
    if turn.clock is not None:
        note_doubted(ws)
    elif not ws.stopped():  # what was not read may stop what would be sent
        _act(ws, turn, room, advance)
        note_time(ws, began)
    fetch_into(ws, received)  # at the end: nothing waits for a slow server
    turn.files, turn.troubles = received.files, received.troubles + troubles
    with ws.ledger.read() as tx:
        turn.nudges = touches.nudges_since(tx, told)
        turn.unreached = unreachable.list_unreached(tx)
    turn.flying = in_flight(ws)
    remember(ws)


def _troubles_of(turn: Turn, ws: Workspace) -> Iterator[RunTrouble]:
    """Yield what failed in a run and isn't about a message, which has its own state."""
    if turn.clock is not None:
        yield RunTrouble(CLOCK, *told_of(turn.clock, ws.settings.owner.time_zone))
    yield from (RunTrouble(name, error.what, error.advice) for name, error in turn.troubles)
    for case, why in turn.broken:
        yield RunTrouble(CASE, f"case {case} failed: {why}", f"voicenote show {case}")


def _act(
    ws: Workspace, turn: Turn, room: Quota, advance: Callable[[int, int], None] | None
) -> None:
    """Clean up, decide, and send what is due."""
    for sent in reconcile(ws):
        if sent.state is not TouchState.DUE:
            turn.count(sent)
    sweep_leftovers(ws)
    settle_reach(ws)
    turn.skipped = _decide(ws)
    pause_channels(ws)
    try:
        _send_due(ws, turn, room, advance)
    finally:
        if room.sent:
            ws.ledger.settle()


def _send_due(
    ws: Workspace, turn: Turn, room: Quota, advance: Callable[[int, int], None] | None
) -> None:
    """Send what is due, in order."""
    ask_again = keep_asking(ws)
    with ws.ledger.read() as tx:
        ahead = Prefetch(ws, touches.due_numbers(tx), attempts.ways_due(tx))
    room.full |= not_set_up(ws, set(ahead.ways.values()))
    for place, (number, _) in enumerate(ahead.due):
        if shut := room.shut(ahead.ways.get(number)):
            turn.held[shut] += 1
        else:
            ask_again()
            for sent in _attempt(ws, turn, room, ahead, place):
                turn.count(sent)
                here = is_folder(ws.settings, ahead.ways[number])
                turn.stays_here += here and sent.state is TouchState.ACCEPTED
                if sent.state is not TouchState.ACCEPTED:
                    pause_channels(ws)
        if advance is not None:
            advance(place + 1, len(ahead.due))


def _decide(ws: Workspace) -> int:
    """Decide on the cases that time has changed; return how many messages were skipped."""
    with ws.ledger.read() as tx:
        numbers = find_stirred(tx)
        before = touches.count(tx, TouchState.SKIPPED, nudges=False)
    decide_cases(ws, numbers)
    with ws.ledger.read() as tx:
        return touches.count(tx, TouchState.SKIPPED, nudges=False) - before


def _attempt(ws: Workspace, turn: Turn, room: Quota, ahead: Prefetch, place: int) -> Iterator[Sent]:
    """Send one due message if it may be sent now, else note why it waits."""
    _, case_number = ahead.due[place]
    try:
        seen = ahead.at(place, room.shut_channels)
        case, touch = seen.case, seen.touch
        if touch.kind is TouchKind.NUDGE:
            tell_owner(ws, case, touch)
            return
        if seen.hindrance:
            turn.waiting.append((case_number, seen.hindrance))
            return
        if move_to_decent_hour(ws, case, touch, ws.clock()) or put_off(ws, seen, ws.clock()):
            return
        waits = room.known(touch.channel, seen.address)
        if waits is None:
            make_ready(ws, seen)
            yield from _send_by_ways(ws, turn, room, seen)
        else:
            turn.held[waits] += 1
    except RuleSaysNo as error:
        cure = f"; {error.advice}" if error.advice else ""
        turn.waiting.append((case_number, f"{error.what}{cure}"))
    except Exception as error:  # one bad case must not stop those behind it
        if isinstance(error, Unavailable | Restarting) and not isinstance(error, VoiceUnavailable):
            raise  # the ledger or its disk: it is the same for those behind
        if not isinstance(error, TryAgain):
            turn.failed += 1
            turn.broken.append((case_number, describe_error(error)))
            turn.reasons.append(turn.broken[-1])


def _send_by_ways(ws: Workspace, turn: Turn, room: Quota, seen: TouchView) -> Iterator[Sent]:
    """Send one message by its channel, and by the next one for as long as it is refused."""
    again = True
    while again:
        found = send_touch(ws, seen, room)
        if isinstance(found, HoldReason):
            turn.held[found] += 1
        elif found is not None:
            yield found
        again = isinstance(found, Sent) and bool(found.way)
