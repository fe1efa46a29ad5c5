"""Objections to sending an approved memo, each with its rule and its remedy.

They are checked at the approval, and again at sending: days or weeks may lie between the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from voicenote.followup.case_status import apologised_at, done_command, needs_yes, openings
from voicenote.model.case import Case, Stage
from voicenote.model.promise import KEPT
from voicenote.model.snapshot import Snapshot

#: The rule of one apology per failure: no reason of the owner's excuses a second empty one.
ONE_APOLOGY = "R6"
#: Written before the reason beside a memo whose approval was taken back: its words still fit, or
#: they have to be written again first.
ASKS, REWORDS = "waits for your approval: ", "waits for new words: "


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection to an approval: its rule, what it is, and what to do about it.

    `key` identifies it, so a reason given for this one excuses no other.
    """

    rule: str
    what: str
    advice: str
    key: str


def cooling_off(
    written_at: datetime, hours: float, case: Case, memo_hours: float
) -> datetime | None:
    """Return when a script written at `written_at` may be approved (S11); None without a pause.

    The memo's clock comes first (R4): in the first round the pause ends `memo_hours` after the
    complaint was opened, as waiting longer would be a second mistake. Later rounds have no such
    limit.
    """
    if hours <= 0:
        return None
    until = written_at + timedelta(hours=hours)
    limit = case.complaint.opened_at + timedelta(hours=memo_hours)
    return max(written_at, limit) if case.round == 1 and until > limit else until


def second_apology(snapshot: Snapshot, theirs: datetime | None = None) -> str:
    """Return why another apology is refused (R6), or "" when it is allowed.

    There is one apology per failure. A later round may have one more if it brings new amends, or
    reports a promise that was kept since the last one; and so may another open case of the same
    person, who had an apology at `theirs`. An acknowledgement of an unfounded claim is no apology.
    """
    case, own = snapshot.case, apologised_at(snapshot)
    last = max((at for at in (own, theirs) if at is not None), default=None)
    if last is None or not needs_yes(case) or case.round_amends:
        return ""
    kept = (one for one in case.amends if one.state in KEPT)
    if any(one.done_at is None or one.done_at >= last for one in kept):
        return ""
    had = f"case {case.number} had its apology"
    if last != own:
        had = f"{case.customer.name} had an apology for another case"
    return (
        f"{had} on {last.astimezone(snapshot.zone).date()}; a second one needs "
        f"a new amends (voicenote amends add {case.number}) or a kept promise "
        f"({done_command(f'{case.number}.K')})"
    )


def of_the_day(
    seen: Snapshot,
    written_on: date,
    day: date,
    outdated: str = "",
    theirs: datetime | None = None,
) -> Iterator[Objection]:
    """Yield the objections that time alone brings, for a memo sent on `day`.

    `day` is on the customer's calendar. `written_on` is the day whose facts it tells; `outdated` is
    a word that was true only then; `theirs` as in `second_apology`.
    """
    number = seen.case.number
    again = second_apology(seen, theirs)
    if again:
        what = f"one apology for one failure (R6): {again}"
        yield Objection(ONE_APOLOGY, what, "words alone hurt", ONE_APOLOGY)
    for one in seen.case.amends:
        by = one.promise.promised_by
        if by is not None and not one.settled and written_on <= by < day:
            yield Objection(
                "S27",
                f"amends {one.name} is promised for {by} in the memo of case {number}, which "
                f"leaves on {day} at the earliest (S27)",
                f"give it another day: voicenote amends again {one.name} --by DATE, then "
                f"voicenote script {number}",
                f"S27 {one.name} {by}",
            )
    if outdated:
        yield Objection(
            "R20",
            f"the script of case {number} says “{outdated}”, as of {written_on}, and leaves on "
            f"{day} (R20)",
            f"write the day instead: voicenote script {number} --edit",
            f"R20 {outdated}",
        )


def changed_facts(number: int, changes: Sequence[str]) -> Objection:
    """Return the objection to a script whose facts have changed.

    `changes` are those of the case; if there are none, settings or templates have changed.
    """
    since = f"since the script of case {number} was written"
    what = f"your settings or templates have changed {since} (R20)"
    if changes:
        what = f"the case has changed {since}: {', '.join(changes)} (R20)"
    return Objection(
        "R20",
        what,
        f"write it anew: {steps_from(number, REWORDS)}; or look at your own words again first: "
        f"voicenote script {number} --edit",
        "R20 facts",
    )


def told_of_recall(reason: str) -> str:
    """Return the part of a message's reason that tells why its approval was taken back, or ""."""
    places = [reason.find(mark) for mark in (ASKS, REWORDS) if mark in reason]
    return reason[min(places) :] if places else ""


def also_recalled(reason: str) -> str:
    """Return what to add to the reason why a message ends, so a recall isn't forgotten."""
    told = told_of_recall(reason)
    return f"; it {told}" if told else ""


def steps_from(number: int, reason: str = "") -> str:
    """Return the commands that approve a rendered memo; `reason` is the one beside its message."""
    approve = f"voicenote approve {number}"
    if REWORDS not in reason:
        return approve
    return f"voicenote script {number}, then voicenote render {number}, then {approve}"


def steps_to_approval(seen: Snapshot) -> str:
    """Return the commands that lead to the approval of a case's memo, in order."""
    number, memos = seen.case.number, openings(seen)
    approve = f"voicenote approve {number}"
    if seen.case.stage is Stage.OPENED or (seen.case.stage is Stage.RENDERED and seen.stale_words):
        return steps_from(number, REWORDS)
    if seen.case.stage is Stage.SCRIPTED:
        return f"voicenote render {number}, then {approve}"
    return steps_from(number, memos[-1].reason if memos else "")


def left_over(doubts: Collection[Objection], excused: Collection[str]) -> tuple[Objection, ...]:
    """Return the objections that no reason was given for, each once."""
    found = {one.key: one for one in doubts if one.key not in excused or one.rule == ONE_APOLOGY}
    return tuple(found.values())
