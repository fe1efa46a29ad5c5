"""The response clocks of R4."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from voicenote.schedule.clocks import Clocks, ClockState, read_clock

OPENED = datetime(2026, 11, 23, 9, tzinfo=UTC)
H = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "acknowledged", "memo", "state", "words"),
    [
        (1, None, None, ClockState.ON_TIME, "acknowledgement due in 5 h"),
        (4, None, None, ClockState.DUE_SOON, "acknowledgement due in 2 h"),
        (5.5, None, None, ClockState.DUE_SOON, "acknowledgement due in 30 min"),
        (5, 3, None, ClockState.ON_TIME, "memo due in 19 h"),
        (7, None, None, ClockState.ON_TIME, "memo due in 17 h"),
        (16, 3, None, ClockState.DUE_SOON, "memo due in 8 h"),
        (30, 3, None, ClockState.DUE_SOON, "memo 6 h late, breach in 18 h"),
        (48, 3, None, ClockState.BREACHED, "breached 0 min ago"),
        (480, None, None, ClockState.BREACHED, "breached 18 days ago"),
        (480, None, 20, ClockState.ON_TIME, "memo came after 20 h"),
        (480, None, 30, ClockState.ON_TIME, "memo came after 30 h"),
        (480, None, 50, ClockState.BREACHED, "memo came after 50 h"),
    ],
)
def test_the_clock_reads(
    hours: float, acknowledged: int | None, memo: int | None, state: ClockState, words: str
) -> None:
    reading = read_clock(
        OPENED,
        OPENED + hours * H,
        acknowledged_at=OPENED + acknowledged * H if acknowledged else None,
        memo_at=OPENED + memo * H if memo else None,
    )
    assert (reading.state, reading.text) == (state, words)


def test_the_clocks_are_settings() -> None:
    quick = Clocks(acknowledge=H, memo=2 * H, breach=3 * H)
    assert read_clock(OPENED, OPENED + 3 * H, clocks=quick).state is ClockState.BREACHED
