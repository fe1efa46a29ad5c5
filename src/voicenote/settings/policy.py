"""The settings of ``[policy]`` and ``[check]``: the house rules, and how strict the check is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from voicenote.errors import Problem
from voicenote.options import option, validators

#: How many messages may be sent; 0: any number.
LIMIT = validators.number(0, 1_000_000, whole=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The house rules: how fast, how much, how often, and what leaves without asking."""

    acknowledge_hours: float = option(
        6.0, validators.number(0, 720), "Hours until a complaint should be acknowledged (R4)."
    )
    memo_hours: float = option(
        24.0, validators.number(0, 720), "Hours until the owner's memo should be out (R4)."
    )
    breach_hours: float = option(
        48.0, validators.number(0, 720), "Hours after which a waiting case is an alarm (R4)."
    )
    cooling_off_hours: float = option(
        0.0,
        validators.number(0, 168),
        "Hours that a new script must rest before it can be approved (S11), inside the memo's "
        "clock; 0: none.",
        2,
    )
    compensation_low: float = option(
        100.0, validators.number(0, 1000), "Percent of the harm that is offered at least (R8)."
    )
    compensation_high: float = option(
        120.0,
        validators.number(0, 1000),
        "Percent of the harm above which there is a warning (R8).",
    )
    compensation_refuse: float = option(
        150.0,
        validators.number(0, 1000),
        "Percent of the harm above which a reason is needed (R8).",
    )
    rounds: int = option(
        3,
        validators.number(1, 20, whole=True),
        "How often one case may be opened before a person ends it.",
    )
    per_run: int = option(
        500,
        LIMIT,
        "How many messages one run sends by one channel at most; 0: no limit. The outbox has none.",
    )
    per_hour: int = option(
        200,
        LIMIT,
        "How many messages leave by one channel in any hour; 0: no limit. The outbox has none.",
    )
    per_domain: int = option(
        100, LIMIT, "How many of them go to addresses at one domain in any hour; 0: no limit."
    )
    pause_share: float = option(
        5.0,
        validators.number(0, 100),
        "Percent of what a channel carried in a day, of one import or of all, that may be refused "
        "or bounce; above it the channel is paused until you release it. 100: never.",
    )
    pause_after: int = option(
        20,
        validators.number(1, 1_000_000, whole=True),
        "How many messages a channel must have carried, of one import or of all, before it can be "
        "paused.",
    )
    clock_jump: str = option(
        "P2D",
        validators.duration_or_off,
        "How far the clock may have jumped ahead since the last run. Further, or back, and nothing "
        'is decided or sent until `run --yes-it-is`; or "off".',
    )
    auto_approve: tuple[str, ...] = option(
        ("check-in", "status-kept", "confirm", "acknowledge"),
        validators.word_list(),
        "Templates that leave without being approved one by one; each use is recorded.",
    )

    def problems(self) -> Iterator[Problem]:
        """Yield the settings that are not in ascending order."""
        for group in (
            ("acknowledge_hours", "memo_hours", "breach_hours"),
            ("compensation_low", "compensation_high", "compensation_refuse"),
        ):
            for low, high in pairwise(group):
                if getattr(self, low) > getattr(self, high):
                    what = f"it is below {low}, {getattr(self, low):g}"
                    yield Problem(what, " ≤ ".join(group), field=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How strict the check of scripts is, rule by rule."""

    levels: Mapping[str, str] = option(
        {},
        validators.levels,
        "The level of a rule, or of one way to break it: error, warning, hint or off.",
        {"R18.policy": "warning", "S24": "off"},
    )
