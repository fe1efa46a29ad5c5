"""Noting in the ledger how a run went, for whoever asks later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from voicenote.engine.run.run_log import log_run
from voicenote.engine.singly import describe_error
from voicenote.engine.workspace import Workspace
from voicenote.errors import OURS, VoicenoteError
from voicenote.ledger.run_notes import (
    BY_HAND,
    RUN,
    LastRun,
    RunTrouble,
    Starter,
    keep_last_run,
    last_run,
)

#: How many troubles are kept of one run.
_MOST = 20


@contextmanager
def note_run(
    ws: Workspace,
    by: Starter,
    done: Callable[[], tuple[dict[str, int], dict[str, dict[str, int]], Sequence[RunTrouble]]],
) -> Iterator[list[LastRun]]:
    """Note that a run begins, and after the block how it went; whatever the block raises goes on.

    `done` returns what the run did, the same for each channel, and what failed in it. The end goes
    into the log of runs too, and into the list that the block gets.
    """
    with ws.ledger.write("voicenote", lasting=False) as tx:
        before, now = last_run(tx), tx.now
        scheduled = before.scheduled_at if before else None
        run = LastRun(began=now, by=by, scheduled_at=scheduled if by == BY_HAND else now)
        keep_last_run(tx, run)

    noted: list[LastRun] = []

    def end(*raised: RunTrouble) -> None:
        counts, channels, found = done()
        troubles = (*raised, *found)[:_MOST]
        since = (before.since if before else None) or run.began
        ended = replace(run, troubles=troubles)
        with suppress(VoicenoteError), ws.ledger.write("voicenote", lasting=False) as tx:
            ended = replace(
                ended,
                ended=tx.now,
                counts={name: count for name, count in counts.items() if count},
                channels=channels,
                since=since if troubles else None,
            )
            keep_last_run(tx, ended)
            log_run(ws.home, ended)
        noted.append(ended)

    try:
        yield noted
    except VoicenoteError as error:
        end(RunTrouble(RUN, error.what, error.advice))
        raise
    except Exception as error:
        end(RunTrouble(RUN, describe_error(error), OURS))
        raise
    except KeyboardInterrupt:
        end()
        raise
    end()
