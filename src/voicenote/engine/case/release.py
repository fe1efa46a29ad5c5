"""May an approved memo be sent? Judged at the approval and again at the claim.

The judgement itself is pure (`followup.release_rules`); this module gathers its facts: what the
composer says about the case today, the rules over the words, the money. While the facts are those
of the approval, that costs one hash, and only time and the other messages are judged again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from voicenote.engine.case.case_script import (
    MEMO,
    composition_of,
    errors_in,
    levels_of,
    templates_of,
)
from voicenote.engine.case.memo_notes import cut_short, note_unheard, note_unsaid, notes_misheard
from voicenote.engine.case.money_bands import weigh
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.compensation import Adequacy
from voicenote.followup.release_rules import (
    ONE_APOLOGY,
    Objection,
    changed_facts,
    cooling_off,
    left_over,
    of_the_day,
)
from voicenote.ledger import case_reports, memos, persons, scripts
from voicenote.ledger.changes import change_case
from voicenote.ledger.scripts import Approval, StoredDraft
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.snapshot import Snapshot
from voicenote.script.outdating import find_outdated

#: History events that change what a script was written from, in words.
CHANGES = {
    "case_triaged": "it was triaged again",
    "amends_promised": "amends {} was promised",
    "amends_broken": "amends {} was broken",
    "amends_waived": "amends {} was waived",
    "amends_done": "amends {} was done",
    "amends_confirmed": "amends {} was confirmed",
    "amends_disputed": "amends {} was disputed",
    "deed_said": "the deed of amends {} is said otherwise",
    "case_edited": "it was edited",
    "amends_edited": "amends {} was edited",
    "amends_taken_over": "amends {} came from another case",
    "words_renewed": "an import brought other words",
    "customer_changed": "something about the customer changed",
    "lesson_written": "its lesson was written",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The objections to an approval, and the facts they were judged from."""

    doubts: tuple[Objection, ...]
    composed_sha256: str | None
    facts_sha256: str


def judge_release(
    ws: Workspace, tx: Transaction, seen: Snapshot, found: StoredDraft, day: date, *, anew: bool
) -> Judged:
    """Return the objections to a memo to be sent on `day` (the customer's calendar).

    With `anew` it is to be approved, and must be true now. Otherwise it was approved, and is
    compared with what held then; what was excused then stays excused.
    """
    approval = None if anew else found.approval
    facts = facts_sha256(ws, seen, found)
    written_on = _written_on(seen, found, day)
    also = persons.also_open(tx, [seen.case.number]).get(seen.case.number, ())
    theirs = persons.apologised_at(tx, also) if also else None
    outdated = find_outdated(found.script, written_on, day)
    doubts = list(of_the_day(seen, written_on, day, outdated, theirs))
    said = approval.composed_sha256 if approval else None
    if approval is None or approval.facts_sha256 != facts:
        made = composition_of(ws, seen.case, seen.earlier_answers, found.script, written_on)
        said = made.sha256
        doubts += _of_the_facts(ws, tx, seen, found, said, approval)
    return Judged(left_over(doubts, approval.excused if approval else ()), said, facts)


def _of_the_facts(
    ws: Workspace,
    tx: Transaction,
    seen: Snapshot,
    found: StoredDraft,
    said: str,
    approval: Approval | None,
) -> Iterator[Objection]:
    number = seen.case.number
    before = approval.composed_sha256 if approval else found.composed and found.composed.sha256
    changes = _changes(tx, number, "script_composed" if approval is None else "memo_approved")
    if (approval is not None and changes) if before is None else before != said:
        yield changed_facts(number, changes)
    money = ""
    try:
        weigh(ws, tx, seen.case)
    except RuleSaysNo as no:
        money = "S9" if "(S9)" in no.what else "R8"
        yield Objection(money, no.what, no.advice, f"{money} money")
    by_writer = found.written.brief_sha256 is not None
    for one in errors_in(ws, tx, seen, found.script, found.memo, by_writer=by_writer):
        if one.rule in (money, ONE_APOLOGY):
            continue  # already said, with the sums and the dates
        where = f" “{one.text}”" if one.text else ""
        yield Objection(
            one.rule,
            f"the script of case {number}{where}: {one.why.rstrip('.')} ({one.rule})",
            f"change the words: voicenote script {number} --edit",
            f"{one.rule} {one.why}",
        )


def _changes(tx: Transaction, number: int, since: str) -> list[str]:
    """Return how a case has changed since the newest `since` event, each once, in order."""
    found: dict[str, None] = {}
    for row in case_reports.history(tx, number, standing=True):
        if row["event"] == since and not row.get("otherwise"):
            found.clear()
        elif row["event"] in CHANGES:
            said = CHANGES[row["event"]].format(f"{number}.{row.get('amends')}")
            found.setdefault(said)
    return list(found)


def words_fit(ws: Workspace, tx: Transaction, seen: Snapshot) -> bool:
    """Whether the newest script of a case still says what the composer would say."""
    found = scripts.drafts(tx, [seen.case.number], slot=MEMO).get(
        (seen.case.number, seen.case.round)
    )
    if found is None or found.composed is None:
        return True
    made = composition_of(ws, seen.case, seen.earlier_answers, found.script, found.composed.on)
    return made.sha256 == found.composed.sha256


def mark_stale(
    ws: Workspace, tx: Transaction, known: Mapping[int, Snapshot]
) -> dict[int, Snapshot]:
    """Return the snapshots, with what is known of memos waiting for approval."""
    waiting = [number for number, seen in known.items() if seen.case.stage is Stage.RENDERED]
    changed = case_reports.changed_since(tx, "script_composed", CHANGES, waiting)
    stale = {number for number in changed if not words_fit(ws, tx, known[number])}
    unheard = memos.unheard(tx, waiting)
    return {
        n: replace(seen, stale_words=n in stale, without_sound=n in unheard)
        for n, seen in known.items()
    }


def fresh_snapshot(ws: Workspace, tx: Transaction, number: int) -> Snapshot:
    """Return a case's snapshot that knows whether its words are stale, to tell the owner of it."""
    return mark_stale(ws, tx, {number: snapshot(tx, number, ws.zone_of)})[number]


def _written_on(seen: Snapshot, found: StoredDraft, day: date) -> date:
    """Return the day whose facts a script tells, where the customer is."""
    if found.composed is not None:
        return found.composed.on
    return found.made_at.astimezone(seen.zone).date() if found.made_at else day


def facts_hold(ws: Workspace, seen: Snapshot, found: StoredDraft) -> bool:
    """Whether everything that an approved draft was composed from is unchanged since."""
    given = found.approval
    return given is not None and given.facts_sha256 == facts_sha256(ws, seen, found)


def facts_sha256(ws: Workspace, seen: Snapshot, found: StoredDraft) -> str:
    """Return a hash of all that the words, the rules and the money are judged from.

    A change that makes no difference only costs a full check.
    """
    case, settings = seen.case, ws.settings
    policy = settings.policy
    facts = (
        (case.complaint, case.amends, case.lesson, case.round, seen.earlier_answers),
        (ws.owner_of(case), ws.owner_gender_of(case)),
        (settings.owner.business, settings.owner.language),
        (policy.compensation_low, policy.compensation_high, policy.compensation_refuse),
        sorted(levels_of(ws).items()),
        settings.voice.of(found.script.language, ws.owner_of(case)).rate,
        templates_of(ws).stamp,
        (found.composed, found.script.sha256),
    )
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()


def release(
    ws: Workspace,
    tx: Transaction,
    case: Case,
    found: StoredDraft,
    day: date,
    anyway: str,
    *,
    automatic: bool,
) -> tuple[str, ...]:
    """Save the approval of a memo to be sent on `day`; return notes for the owner.

    An approval that holds is only checked again. Raises RuleSaysNo for objections, unless `anyway`
    gives a reason for going on.
    """
    number = case.number
    if found.tampered:
        raise altered(number)
    seen = snapshot(tx, number, ws.zone_of)
    anew = not found.approved or case.stage is Stage.RENDERED
    rested = _check_cooling_off(ws, case, found, tx.now) if anew else ""
    judged = judge_release(ws, tx, seen, found, day, anew=anew)
    keys = [one.key for one in judged.doubts]
    refused = left_over(judged.doubts, keys if anyway else [])
    if refused:
        raise refusal(number, refused)
    if not (anew or keys):
        return ()
    if any(one.key.endswith("money") for one in judged.doubts):
        weigh(ws, tx, case, override=anyway)
    facts: dict[str, object] = {"script_sha256": found.script.sha256, "automatic": automatic}
    if found.memo is not None:
        kept = Approval(
            at=tx.now,
            composed_sha256=judged.composed_sha256,
            facts_sha256=judged.facts_sha256,
            anyway=anyway if keys else "",
            excused=(*(() if anew or not found.approval else found.approval.excused), *keys),
        )
        memos.approve(tx, number, found.memo, automatic=automatic, given=kept)
        facts["memo_sha256"] = found.memo.sha256
    if judged.doubts:
        facts |= {"anyway": anyway, "against": [one.what for one in judged.doubts]}
    change_case(tx, number, "approve", facts=facts)
    money = weigh(ws, tx, case)
    warned = money.what if money.level is Adequacy.WARN else ""
    against = tuple(f"approved anyway: {one.what}" for one in judged.doubts)
    notes = (warned, rested, cut_short(found), note_unheard(found), note_unsaid(found, found.memo))
    misheard = notes_misheard(number, found.memo, ws.settings.owner)
    return (*against, *filter(None, notes), *misheard)


def refusal(number: int, doubts: Sequence[Objection]) -> RuleSaysNo:
    """Return the error that lists the objections to an approval, and what to do about them."""
    advice = doubts[0].advice
    if not any(one.rule == ONE_APOLOGY for one in doubts):
        advice += f"; or say why it is right: voicenote approve {number} --anyway REASON"
    return RuleSaysNo("; ".join(one.what for one in doubts), advice)


def altered(number: int) -> RuleSaysNo:
    """Return the error for words that someone changed directly in the ledger."""
    return RuleSaysNo(
        f"the words of case {number} are not those that were kept: somebody changed the ledger",
        f"write them again: voicenote script {number}, then render and approve it",
    )


def _check_cooling_off(ws: Workspace, case: Case, found: StoredDraft, now: datetime) -> str:
    """Return a note when the clock cut the cooling-off short. Raises RuleSaysNo before its end."""
    policy = ws.settings.policy
    if found.made_at is None:
        return ""
    until = cooling_off(found.made_at, policy.cooling_off_hours, case, policy.memo_hours)
    if until is None:
        return ""
    if now < until:
        when = until.astimezone(ws.owner_hours.zone)
        raise RuleSaysNo(
            f"the script of case {case.number} is fresh: it can be approved from "
            f"{when:%a %Y-%m-%d %H:%M} ({when.tzinfo}) on (S11)",
            "read it again then with a calm eye; or change [policy] cooling_off_hours",
        )
    if now < found.made_at + timedelta(hours=policy.cooling_off_hours):
        return (
            f"case {case.number} was not left to cool off: its memo is due "
            f"{policy.memo_hours:g} hours after the complaint (R4), which is stronger"
        )
    return ""
