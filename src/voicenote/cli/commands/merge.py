"""`merge`: join two cases of one failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.case_options import CASE, case_argument, reason_option
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from voicenote.engine.case.case_merge import Merged


@command()
@case_argument
@click.argument("other", type=CASE, metavar="M")
@reason_option("--anyway", "Why two names without a common address are one person.")
def merge(session: Session, /, *, number: int, other: int, anyway: str) -> None:
    """Join case M to case N, when both are about one failure. N goes on, M is closed.

    N gets M's promises, addresses, answers, files and lesson, and what only M knew. A promise that
    both have stays once. What was sent stays in M; answers to it come to N. If only M has been sent
    something, it has to be the one that goes on. It was a mistake: voicenote undo.

    With --json: {"case", "merged", "promises", "twins", "answers", "fields", "cancelled", "notes"}.
    """
    from voicenote.engine.case.case_merge import merge as merge_

    with session.open() as ws:
        done = merge_(ws, number, other, anyway)
    session.screen.show(done, lambda: "\n".join(_lines(done)))
    if not session.json:
        session.screen.warn(*done.notes)
        session.screen.note("If that was a mistake: voicenote undo")


def _lines(done: Merged) -> Iterator[str]:
    yield f"Case {done.merged} goes on as case {done.case}."
    if done.promises:
        yield f"  taken over: amends {', '.join(done.promises)}"
    if done.twins:
        yield f"  promised in both, and kept once: {', '.join(done.twins)}"
    if done.answers:
        yield f"  {count_of(done.answers, 'answer')} taken over"
    if done.fields:
        yield f"  known from case {done.merged}: {', '.join(done.fields)}"
    if done.cancelled:
        yield f"  {count_of(done.cancelled, 'message')} of case {done.merged} will not be sent"
