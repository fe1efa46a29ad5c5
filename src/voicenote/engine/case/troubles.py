"""What is wrong and concerns no single case: runs, channels, cases that can't be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voicenote.engine.case.routing import channels_gone
from voicenote.engine.login_state import ended_logins, ending_logins
from voicenote.engine.run_problems import run_problems
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData
from voicenote.ledger import case_rows, pauses, unreachable
from voicenote.ledger.store import Transaction


@dataclass(frozen=True, slots=True)
class OwnNeed:
    """A need of no single case.

    `urgency` is unmatched, run, pause, unreadable, channel or unreached.
    """

    urgency: str
    what: str
    do: str


def troubles_apart(ws: Workspace, tx: Transaction, bad: Sequence[BadData]) -> Iterator[OwnNeed]:
    """Yield what is wrong; `bad` are the errors of the cases that can't be read."""
    for wrong in run_problems(tx, ws.settings.owner.time_zone):
        yield OwnNeed("run", wrong.what, wrong.cure)
    yield from (
        OwnNeed("channel", needs, f"voicenote channels login {name}")
        for name, needs in ended_logins(ws)
    )
    yield from (OwnNeed("channel", *one) for one in ending_logins(ws))
    yield from (OwnNeed("pause", pause.told, pause.cure) for pause in pauses.list_paused(tx))
    yield from (OwnNeed("unreadable", error.what, error.advice) for error in bad)
    gone = channels_gone(ws, tx)
    yield from (OwnNeed("channel", *case_rows.told_stranded(*one)) for one in gone.items())
    yield from (OwnNeed("unreached", *one) for one in unreachable.list_unreached(tx))
