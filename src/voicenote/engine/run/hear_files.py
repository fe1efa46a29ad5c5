"""Listening to the sounds that customers sent. Nothing waits for it.

A run does it at its very end, when other runs may begin. Each file is listened to once, and what
was heard is kept. It decides nothing: only a doubt whether somebody wants no more messages holds
what would be sent automatically, until the owner has listened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from voicenote.counting import count_of
from voicenote.deadline import Deadline
from voicenote.delivery.opt_out_phrases import is_opt_out, may_be_opt_out
from voicenote.engine.case.consent import hold_in
from voicenote.engine.memo.sound_hearing import Listener, open_listener
from voicenote.engine.memo.take_hearing import why_deaf
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, Unavailable
from voicenote.followup.interpret import quote_inline
from voicenote.ledger import case_store, hearings, optouts, touches
from voicenote.ledger.store import Transaction
from voicenote.model.attachment import Attachment
from voicenote.model.hearing import Hearing, HearingState

#: How long a run listens before it leaves the rest to the next one, in seconds.
LONGEST_S = 60.0


@dataclass(slots=True)
class Listened:
    """The numbers of the files that were listened to; `left` counts those that were not.

    `deaf` says why nobody listens.
    """

    files: list[int] = field(default_factory=list)
    left: int = 0
    deaf: str = ""


def hear_files(
    ws: Workspace,
    cases: Sequence[int] | None = None,
    *,
    by_hand: bool = False,
    advance: Callable[[int], None] | None = None,
) -> Listened:
    """Listen to the sounds that nobody has heard yet, and keep what was heard.

    A run listens to those of its cases for `LONGEST_S`, and again to what failed. `by_hand` listens
    to all of `cases` (None: to all there are), also to what had been given up. Calls `advance(1)`
    after each file. Nothing is heard in a rehearsal.
    """
    done = Listened()
    if ws.whereabouts is None:
        return done
    with ws.ledger.read() as tx:
        waiting = hearings.find_unheard(tx, cases, by_hand=by_hand)
    if not waiting:
        return done
    done.left = len(waiting)
    done.deaf = why_deaf(ws)
    if not done.deaf:
        try:
            with open_listener(ws) as listener:
                _hear_all(ws, listener, waiting, done, advance, by_hand=by_hand)
        except (Unavailable, BadSettings) as error:
            done.deaf = f"{error.what}; {error.advice}"
    return done


def _hear_all(
    ws: Workspace,
    listener: Listener,
    waiting: Sequence[Attachment],
    done: Listened,
    advance: Callable[[int], None] | None,
    *,
    by_hand: bool,
) -> None:
    """Listen to files one by one. Raises Unavailable when the ears hear nothing now."""
    deadline = Deadline(LONGEST_S)
    for one in waiting:
        if ws.stopped() or (deadline.over and not by_hand):
            return
        with ws.ledger.write("voicenote") as tx:
            ours = hearings.begin(tx, one)
            language = _language_of(ws, tx, one)
        if ours:
            try:
                _settle(ws, one, listener.listen(ws.home / one.file, language))
            except Unavailable as error:
                _settle(ws, one, Hearing(state=HearingState.FAILED, reason=error.what))
                raise
            done.files.append(one.number)
            done.left -= 1
        if advance is not None:
            advance(1)


def _language_of(ws: Workspace, tx: Transaction, one: Attachment) -> str:
    """Return what a case's customer is spoken to in; "" for somebody who fits none."""
    if one.case is None:
        return ""
    return case_store.get(tx, one.case).customer.language or ws.settings.owner.language


def _settle(ws: Workspace, one: Attachment, heard: Hearing) -> None:
    """Write down what was heard, and ask the owner about what may be an opt-out."""
    with ws.ledger.write("voicenote") as tx:
        values = asdict(heard) | {"state": heard.state.value}
        hearings.finish(tx, one.number, **values)
        if one.case is None or heard.state is HearingState.FAILED:
            return
        tx.tell("file_heard", one.case, message=one.arrival, state=heard.state.value)
        if is_opt_out(heard.text) or may_be_opt_out(heard.text):
            _ask_about_opt_out(tx, one, one.case, heard.text)


def _ask_about_opt_out(tx: Transaction, one: Attachment, number: int, text: str) -> None:
    """Hold what would be sent automatically: ears mishear, so only the owner opts anybody out."""
    if optouts.has_opted_out(tx, number):
        return
    held = hold_in(tx, [number])
    name = case_store.get(tx, number).customer.name
    told = (
        f"case {number}: {name} may want no more messages; heard in {one.kind.label}"
        f"{quote_inline(text)}; {count_of(held, 'message')} held. Listen: voicenote play {number} "
        f"--answers. If so: voicenote opt-out {number}; if not: voicenote plan {number} --resume"
    )
    touches.nudge(tx, number, f"nudge:{number}:heard:{one.number}", "held", told)
