"""The response clocks of a workspace (R4). Imports little, as every list of cases reads it."""

from __future__ import annotations

from datetime import timedelta

from voicenote.schedule.clocks import Clocks
from voicenote.settings import Policy


def clocks_of(policy: Policy) -> Clocks:
    """Return the response clocks of ``[policy]``."""
    hours = (policy.acknowledge_hours, policy.memo_hours, policy.breach_hours)
    acknowledge, memo, breach = (timedelta(hours=given) for given in hours)
    return Clocks(acknowledge=acknowledge, memo=memo, breach=breach)
