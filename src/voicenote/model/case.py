"""Cases: a customer, the complaint, and the lesson learned from it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from voicenote.model.address import KINDS, Address
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsState, Promise
from voicenote.unicode_forms import normal


class Finding(StrEnum):
    """Whether the complaint is justified (S7). The customer gets the benefit of the doubt (S17)."""

    JUSTIFIED = "justified"
    PARTLY = "partly"
    UNFOUNDED = "unfounded"


class Failure(StrEnum):
    """How we failed the customer; BROKEN means that we didn't keep an earlier promise."""

    LATE = "late"
    FAULTY = "faulty"
    WRONG = "wrong"
    MONEY = "money"
    RUDE = "rude"
    SILENCE = "silence"
    DANGER = "danger"
    BROKEN = "broken"


class Severity(StrEnum):
    """How much is at stake for the customer (S19)."""

    LOW = "low"
    NORMAL = "normal"
    SERIOUS = "serious"


class Stage(StrEnum):
    """How far a case has come. It changes only through `model.transitions`."""

    OPENED = "opened"
    SCRIPTED = "scripted"
    RENDERED = "rendered"
    APPROVED = "approved"
    FOLLOWING = "following"
    CLOSED = "closed"


#: The stages of a case that isn't closed.
OPEN_STAGES = tuple(stage for stage in Stage if stage is not Stage.CLOSED)
#: The stages in which the approval of a memo holds, or the memo was sent.
RELEASED = (Stage.APPROVED, Stage.FOLLOWING)


class Outcome(StrEnum):
    """How things ended with the customer (S6, R14). *No answer* and *opted out* count apart.

    A case that was taken out, or joined to another, is *withdrawn* or *merged*, and counts nowhere.
    """

    ALLY = "ally"
    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    LOST = "lost"
    NO_ANSWER = "no-answer"
    OPTED_OUT = "opted-out"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


#: The prefix of a ref that we made for a complaint without one.
MADE_REF = "row-"

_WORDS = re.compile(r"\w+")
_MADE = re.compile(rf"{MADE_REF}[0-9a-f]{{16}}(-\d{{8}})?")


@lru_cache(maxsize=1024)
def story_of(text: str) -> str:
    """Return a hash of a text's words in order, ignoring case, punctuation and spaces (NFKC)."""
    folded = normal(text, "NFKC").casefold()
    words = " ".join(_WORDS.findall(folded)) or folded.strip()
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_made_ref(ref: str) -> bool:
    """Return whether we made this ref; the prefix alone isn't enough, others may use it too."""
    return bool(_MADE.fullmatch(ref))


def aware(moment: datetime, what: str) -> datetime:
    """Return `moment`, or raise ValueError when it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{what} needs a time zone")
    return moment


def given(
    most: int, *, column: str = "", prose: bool = False, renewed: bool = False
) -> Mapping[str, Any]:
    """Return the metadata of a field that files may give, with at most `most` characters.

    Its column is named like the field, or `column`. In `prose`, line breaks are kept. A `renewed`
    field of a known customer or case may be updated by a later import. The ledger has a column for
    it.
    """
    return {"most": most, "column": column, "prose": prose, "renewed": renewed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The person we let down, and how to reach and address them.

    `language` is a BCP 47 tag, `time_zone` an IANA name; "" when unknown. `say_as` is how a voice
    should say the name. The first of several `addresses` of a kind is the one to write to; the
    others identify the customer too.

    How to address them is never guessed; "" is unknown, and means neutral words. `greet_as` is
    the whole form of a greeting, as its language inflects it ("Pani Marto"), `title` such as "Dr";
    `gender` is woman or man, `how_many` one or several, `formality` formal or familiar.
    """

    name: str = field(metadata=given(200, column="customer"))
    say_as: str = field(default="", metadata=given(200))
    language: str = field(default="", metadata=given(100, renewed=True))
    time_zone: str = field(default="", metadata=given(100, renewed=True))
    addresses: tuple[Address, ...] = ()
    channel: str = field(default="", metadata=given(50))
    greet_as: str = field(default="", metadata=given(200, renewed=True))
    title: str = field(default="", metadata=given(50, renewed=True))
    gender: str = field(default="", metadata=given(50, renewed=True))
    how_many: str = field(default="", metadata=given(50, renewed=True))
    formality: str = field(default="", metadata=given(50, renewed=True))

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a customer needs a name")

    @property
    def channels(self) -> list[str]:
        """The channels they asked for, in order."""
        return [name.strip() for name in self.channel.split(",") if name.strip()]

    @property
    def marks(self) -> frozenset[str]:
        """All their addresses, in the form in which they are compared."""
        return frozenset([one.mark for one in self.addresses])

    def address(self, *kinds: str) -> str:
        """Return the address to write to, of the first of these kinds that is known; or "".

        Without kinds, it is the best one known. A number comes before a name or an id.
        """
        for kind in kinds or (*KINDS, *(one.kind for one in self.addresses)):
            known = [one for one in self.addresses if one.kind == kind]
            if known:
                return min(known, key=lambda one: one.is_stand_in).value
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What a customer told us, as intake passes it on. (source, ref) identifies it.

    Facts, feeling and identity are the three levels of S18; `bothered_most` is S2, `at_stake` S19.
    `said_back`, `our_fault` and `meant` are whole sentences of the owner's, said as they are (R19):
    what happened to "you", what "we" did wrong, and what that meant for them. `failure` is None
    when the owner hasn't said which kind it is.
    `opened_at` is an aware datetime. `promises` are amends that came with the complaint. `assumed`
    are the fields that the record left out: their values are the import's defaults.
    """

    source: str
    ref: str = field(metadata=given(200))
    opened_at: datetime = field(metadata=given(100))
    customer: Customer
    owner: str = field(default="", metadata=given(200))
    involved: tuple[str, ...] = field(default=(), metadata=given(2_000))
    what_happened: str = field(metadata=given(100_000, prose=True))
    bothered_most: str = field(default="", metadata=given(10_000, prose=True))
    feeling: str = field(default="", metadata=given(10_000, prose=True))
    at_stake: str = field(default="", metadata=given(10_000, prose=True))
    expected: str = field(default="", metadata=given(10_000, prose=True))
    identity: str = field(default="", metadata=given(10_000, prose=True))
    said_back: str = field(default="", metadata=given(2_000, renewed=True))
    our_fault: str = field(default="", metadata=given(2_000, renewed=True))
    meant: str = field(default="", metadata=given(2_000, renewed=True))
    failure: Failure | None = field(default=None, metadata=given(50, renewed=True))
    product: str = field(default="", metadata=given(500))
    cause: str = field(default="", metadata=given(2_000))
    severity: Severity = field(default=Severity.NORMAL, metadata=given(50))
    finding: Finding = field(default=Finding.JUSTIFIED, metadata=given(50))
    finding_reason: str = field(default="", metadata=given(10_000, prose=True))
    abusive: bool = False
    harm: Money | None = field(default=None, metadata=given(100))
    promises: tuple[Promise, ...] = ()
    assumed: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def __post_init__(self) -> None:
        aware(self.opened_at, "opened_at")
        if not self.what_happened.strip():
            raise ValueError("a complaint says what happened")
        if not self.ref:
            raise ValueError("a complaint has a ref")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What we learned (S12, R7). Without an owner and a due date it is only a wish."""

    cause: str
    prevention: str
    owner: str
    due: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A complaint that we answer for, with its number in the workspace.

    `round` counts the apologies: 1, plus one each time it is reopened. `merged_into` is the case
    that goes on for a merged one.
    """

    number: int
    complaint: Complaint
    stage: Stage
    round: int = 1
    batch: str = ""
    plan: str = ""
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    merged_into: int | None = None
    amends: tuple[Amends, ...] = field(default=())
    lesson: Lesson | None = None

    @property
    def customer(self) -> Customer:
        """The customer who complained."""
        return self.complaint.customer

    @property
    def taken_out(self) -> bool:
        """Whether it was withdrawn, or merged into another case."""
        return self.outcome in (Outcome.WITHDRAWN, Outcome.MERGED)

    @property
    def released(self) -> bool:
        """Whether the approval of its memo holds, or the memo was sent."""
        return self.stage in RELEASED

    @property
    def standing_amends(self) -> tuple[Amends, ...]:
        """The promises of every round that the customer has not waived."""
        return tuple(one for one in self.amends if one.state is not AmendsState.WAIVED)

    @property
    def round_amends(self) -> tuple[Amends, ...]:
        """Those of them that were made in the present round."""
        return tuple(one for one in self.standing_amends if one.round == self.round)
