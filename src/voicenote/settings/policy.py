"""The settings of ``[policy]`` and ``[check]``: the house rules, and how strict the check is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicenote.settings import validators
from voicenote.settings.declaration import setting

#: How many touches may leave; 0 is no limit.
LIMIT = validators.number(0, 1_000_000, whole=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The house rules: how fast, how much, how often, and what leaves without asking."""

    acknowledge_hours: float = setting(
        6.0, validators.number(0, 720), "Hours until a complaint should be acknowledged (R4)."
    )
    memo_hours: float = setting(
        24.0, validators.number(0, 720), "Hours until the owner's memo should be out (R4)."
    )
    breach_hours: float = setting(
        48.0, validators.number(0, 720), "Hours after which a waiting case is an alarm (R4)."
    )
    cooling_off_hours: float = setting(
        0.0,
        validators.number(0, 168),
        "Hours that a new script must rest before it can be approved (S11), inside the memo's "
        "clock; 0: none.",
        2,
    )
    compensation_low: float = setting(
        100.0, validators.number(0, 1000), "Percent of the harm that is offered at least (R8)."
    )
    compensation_high: float = setting(
        120.0,
        validators.number(0, 1000),
        "Percent of the harm above which there is a warning (R8).",
    )
    compensation_refuse: float = setting(
        150.0,
        validators.number(0, 1000),
        "Percent of the harm above which a reason is needed (R8).",
    )
    rounds: int = setting(
        3,
        validators.number(1, 20, whole=True),
        "How often one case may be opened before a person ends it.",
    )
    per_pass: int = setting(
        500,
        LIMIT,
        "How many touches one pass sends by one channel at most; 0: no limit. The outbox has none.",
    )
    per_hour: int = setting(
        200,
        LIMIT,
        "How many touches leave by one channel in any hour; 0: no limit. The outbox has none.",
    )
    per_domain: int = setting(
        100,
        LIMIT,
        "How many of them go to addresses at one domain in any hour; 0: no limit.",
    )
    brake_share: float = setting(
        5.0,
        validators.number(0, 100),
        "Percent of what a channel carried in a day, of one import or of all, that may be refused "
        "or bounce; above it the brake stops the channel until you release it. 100: no brake.",
    )
    brake_after: int = setting(
        20,
        validators.number(1, 1_000_000, whole=True),
        "How many touches a channel must have carried, of one import or of all, before the brake "
        "judges it.",
    )
    clock_jump: str = setting(
        "P2D",
        validators.duration_or_off,
        "How far a pass's clock may be after the last pass, and after what was written since: "
        "further, or before it, and nothing is decided or sent until `run --yes-it-is`; or "
        '"off".',
    )
    auto_approve: tuple[str, ...] = setting(
        ("check-in", "status-kept", "confirm", "acknowledge"),
        validators.words(),
        "Templates that leave without being approved one by one; each use is recorded.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How strict the check of scripts is, rule by rule."""

    levels: Mapping[str, str] = field(
        default_factory=dict,
        metadata={
            "kind": validators.levels,
            "doc": "The level of a rule, or of one way to break it: error, warning, hint or off.",
            "example": {"R18.policy": "warning", "S24": "off"},
        },
    )
