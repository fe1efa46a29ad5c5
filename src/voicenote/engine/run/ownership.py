"""The check for a restored or copied ledger before it sends, and `adopt`, which settles it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicenote.engine.ledger_identity import as_text, doubt
from voicenote.engine.lock import pass_lock
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import meta, touches
from voicenote.ledger.changes import change_touch
from voicenote.ledger.store import Ledger
from voicenote.model.touch import IN_FLIGHT, TouchState

_WHY = "restored or copied: it may have been sent since"


@dataclass(frozen=True, slots=True)
class Adopted:
    """A ledger that now sends from here. `doubt` is what spoke against it, or "".

    Due messages are held unless the ledger was only moved: `held` of them, in `cases`.
    `uncertain` counts those that were being sent and are uncertain now.
    """

    doubt: str
    held: int = 0
    cases: tuple[int, ...] = ()
    uncertain: int = 0


def ask_first(ws: Workspace) -> None:
    """Raise RuleSaysNo when this may not be the ledger that sends; else remember its place."""
    if ws.whereabouts is None:
        return
    found = ws.whereabouts.claim(ws.ledger)
    if why := doubt(found):
        raise RuleSaysNo(
            f"{why}: nothing is sent from this one until you say so",
            "if you will use this one from now on, and no other: voicenote adopt; if you only "
            "moved it, and no other has sent anything since: voicenote adopt --moved",
        )
    if found.kept != found.here:
        with ws.ledger.write("voicenote") as tx:
            meta.put_value(tx, "place", as_text(found.here))
            if found.kept is None:
                tx.tell("ledger_settled", host=found.here.host, path=found.here.path)


def keep_asking(ws: Workspace) -> Callable[[], None]:
    """Return a check that raises RuleSaysNo once another copy has taken over, even mid-run.

    It reads one small file, so it may be called before each message.
    """
    there = ws.whereabouts
    if there is None:
        return lambda: None
    with ws.ledger.read() as tx:
        ledger_id = meta.get(tx, "ledger_id")
    mine = there.recall(ledger_id)

    def ask() -> None:
        found = there.recall(ledger_id)
        if found is not None and (mine is None or found.place != mine.place):
            raise RuleSaysNo(
                f"another copy of this ledger, in {found.place.path}, is the one that sends now",
                "this run has ended; see: voicenote doctor",
            )

    return ask


def doubt_of(ws: Workspace) -> str:
    """Return why this may not be the ledger that sends, or ""."""
    return "" if ws.whereabouts is None else doubt(ws.whereabouts.look(ws.ledger))


def adopt(ws: Workspace, *, moved: bool = False) -> Adopted:
    """Make this the ledger that sends. Unless it was only `moved`, due messages are held first.

    The copy that sent from this account before has to ask from now on. Without a doubt, nothing
    changes. Raises TryAgain while a run is in progress.
    """
    there = ws.whereabouts
    if there is None:
        return Adopted("")
    with pass_lock(ws.ledger, ws.home):
        found = there.claim(ws.ledger)
        why, here = doubt(found), found.here
        if not why:
            return Adopted("")
        held, cases, uncertain = (0, (), 0) if moved else calm(ws.ledger)
        with ws.ledger.write() as tx:
            meta.put_value(tx, "place", as_text(here))
            tx.tell("ledger_adopted", host=here.host, path=here.path, doubt=why, moved=moved)
        there.claim(ws.ledger, anyway=True)
    return Adopted(why, held, cases, uncertain)


def remember(ws: Workspace) -> None:
    """Save on this machine how far the ledger has come, unless another copy has taken over."""
    if ws.whereabouts is not None:
        ws.whereabouts.claim(ws.ledger)


def calm(ledger: Ledger) -> tuple[int, tuple[int, ...], int]:
    """Hold all due messages and settle those in flight; return (held, cases, uncertain)."""
    with ledger.write("voicenote") as tx:
        cases: set[int] = set()
        uncertain = 0
        for touch in touches.in_state(tx, IN_FLIGHT):
            event = "lose" if touch.state is TouchState.COMMITTING else "postpone"
            change_touch(tx, touch.number, event, facts={"reason": _WHY}, reason=_WHY)
            uncertain += event == "lose"
        due = touches.in_state(tx, (TouchState.DUE,))
        for touch in due:
            change_touch(tx, touch.number, "hold", facts={"reason": _WHY}, reason=_WHY)
            cases.add(touch.case)
        tx.tell("ledger_restored", held=len(due), uncertain=uncertain)
    return len(due), tuple(sorted(cases)), uncertain
