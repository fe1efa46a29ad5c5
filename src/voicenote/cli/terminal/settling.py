"""Settling what is stuck in one case or in several: each by itself, and told together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from voicenote.cli.terminal.batch_report import report_cases
from voicenote.cli.terminal.session import Session

if TYPE_CHECKING:
    from voicenote.engine.run.send import Sent


def settle_each(
    session: Session, numbers: Sequence[int], settle: Callable[[int], list[Sent]], told: str
) -> int:
    """Settle the messages of these cases, and tell how many are `told`; return the exit code."""
    from voicenote.engine.singly import parted, singly

    cases = list(dict.fromkeys(numbers))

    def work(chunk: Sequence[int]) -> Iterator[dict[str, Any]]:
        for number in chunk:
            yield {"case": number, "messages": [one.touch for one in settle(number)]}

    done, failed = parted(singly(work, cases))
    count = sum(len(one["messages"]) for one in done)
    if len(cases) == 1 and not failed:
        session.screen.show(done[0], lambda: f"{count} {told}.")
        return 0
    return report_cases(
        session, cases, done, failed, dict, lambda: session.screen.out(f"{count} {told}.")
    )
