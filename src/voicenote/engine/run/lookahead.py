"""Reading due messages ahead, many at once, with a few queries for all of them.

A view locks nothing and claims nothing. Before acting on one, `departure_check` checks in the
same transaction that the case is unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from voicenote.engine.case.case_script import slot_of
from voicenote.engine.workspace import Workspace
from voicenote.errors import Unavailable, VoiceUnavailable
from voicenote.ledger import arrivals, attempts, persons, scripts, touches
from voicenote.ledger.fingerprint import Fingerprint, standings
from voicenote.ledger.scripts import StoredDraft
from voicenote.ledger.snapshots import snapshots
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import ARRIVED, Touch, TouchKind

#: How many messages are read together. More would save little and go stale.
TOGETHER = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchView:
    """All that sending one message needs to know, as it was at one moment.

    `address` is the customer's on the message's channel, "" for a message to the owner;
    `heard_at` is when the customer last wrote by this channel; `may_have_left_at` is when the
    first attempt that may have sent it began. `also` are the person's other open cases.
    """

    touch: Touch
    seen: Snapshot
    standing: Fingerprint
    draft: StoredDraft | None = None
    address: str = ""
    heard_at: datetime | None = None
    may_have_left_at: datetime | None = None
    also: tuple[int, ...] = ()

    @property
    def case(self) -> Case:
        """The case of the message."""
        return self.seen.case

    @property
    def hindrance(self) -> str:
        """Why it may not be sent, or "": the memo that it follows has not arrived."""
        touch = self.touch
        if touch.kind not in (TouchKind.CHECK_IN, TouchKind.STATUS, TouchKind.CONFIRM):
            return ""
        booked = [one for one in self.seen.touches if one.round == touch.round]
        memos = [one for one in booked if one.kind is TouchKind.MEMO]
        if not memos or any(memo.state in ARRIVED for memo in memos):
            return ""
        return f"the {touch.kind.value} waits for the memo, which is {memos[-1].state.value}"


def look(ws: Workspace, tx: Transaction, wanted: Sequence[tuple[int, int]]) -> dict[int, TouchView]:
    """Return views of some messages, each given as (touch, case), by message number.

    Raises WrongUse for a message that doesn't exist, BadSettings for a channel not set up.
    """
    cases = list(dict.fromkeys(case for _, case in wanted))
    stands = standings(tx, cases)  # first, so that later changes are noticed
    seen = snapshots(tx, cases, ws.zone_of)
    there = {touch.number: touch for one in seen.values() for touch in one.touches}
    found = [there.get(number) or touches.get(tx, number) for number, _ in wanted]
    also = persons.also_open(tx, cases)
    drafts = scripts.drafts_of(tx, cases, sorted({slot_of(touch) for touch in found}))
    to = {
        touch.number: ws.channel(touch.channel).address(seen[touch.case].case.customer)
        for touch in found
        if touch.kind is not TouchKind.NUDGE
    }
    theirs = {one.number: seen[one.case].case.customer.marks for one in found if to.get(one.number)}
    addresses: dict[str, set[str]] = {}
    for touch in found:
        addresses.setdefault(touch.channel, set()).update(theirs.get(touch.number, ()))
    heard = {name: arrivals.written_by(tx, name, [*all_]) for name, all_ in addresses.items()}
    return {
        touch.number: TouchView(
            touch=touch,
            seen=seen[touch.case],
            standing=stands[touch.case]._replace(gone=seen[touch.case].opted_out),
            draft=drafts.get((touch.case, touch.round, slot_of(touch))),
            address=to.get(touch.number, ""),
            heard_at=max(
                (
                    at
                    for one, at in heard[touch.channel].items()
                    if one in theirs.get(touch.number, ())
                ),
                default=None,
            ),
            may_have_left_at=attempts.may_have_left_at(tx, touch),
            also=also.get(touch.case, ()),
        )
        for touch in found
    }


@dataclass(slots=True)
class Prefetch:
    """Reads what a run has to send, some messages ahead.

    `due` are (touch, case) in order, `ways` the channel of each message to a customer. A batch
    stops before a second message of the same case: the outcome of the first decides about it.
    """

    ws: Workspace
    due: Sequence[tuple[int, int]]
    ways: Mapping[int, str]
    _seen: dict[int, TouchView] = field(default_factory=dict)
    _apart_until: int = 0

    def at(self, place: int, shut: frozenset[str]) -> TouchView:
        """Return the view of the message at `place` in `due`.

        Messages of channels in `shut` are not read ahead, and one to the owner is read on its
        own. Raises what `look` raises for this message.
        """
        number, case = self.due[place]
        found = self._seen.pop(number, None)
        if found is None and number in self.ways and place >= self._apart_until:
            self._seen = self._together(place, shut)
            found = self._seen.pop(number, None)
        if found is None:
            with self.ws.ledger.read() as tx:
                found = look(self.ws, tx, [(number, case)])[number]
        return found

    def _together(self, place: int, shut: frozenset[str]) -> dict[int, TouchView]:
        """Return views of the messages from `place` on; none when one of them can't be read."""
        wanted: dict[int, int] = {}
        for number, case in self.due[place : place + 2 * TOGETHER]:
            if case in wanted or len(wanted) == TOGETHER:
                break
            if self.ways.get(number, "") not in ("", *shut):
                wanted[case] = number
        try:
            with self.ws.ledger.read() as tx:
                return look(self.ws, tx, [(number, case) for case, number in wanted.items()])
        except Exception as error:  # one bad case must not stop those around it
            if isinstance(error, Unavailable) and not isinstance(error, VoiceUnavailable):
                raise  # the ledger or its disk: it is the same for each of them
        # one wrongly set up channel must not make every read cost as much as fifty
        self._apart_until = place + TOGETHER
        return {}
