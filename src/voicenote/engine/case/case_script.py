"""The script of a case: what the composer would say now, and what the rules say about it.

What the composer says is hashed, to notice when a script is out of date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date

from voicenote.engine.case.pace import pace_of
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.followup.case_status import apologised_at
from voicenote.followup.release_rules import second_apology
from voicenote.ledger import case_reports, touches
from voicenote.ledger.scripts import Composed
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.receipt import Answer
from voicenote.model.sentences import Script
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import OPENING, WAITING, Touch, TouchKind
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.findings import Diagnostic, LintLevel
from voicenote.script.check.phrase_tables import languages
from voicenote.script.check.rules import check
from voicenote.script.compose import Shortfall, draft, template_for
from voicenote.script.context import ScriptContext
from voicenote.script.disclosing import drop_disclosure
from voicenote.script.templating import Templates

#: The slot of the script for the plan's memo (or last word).
MEMO = "memo"


def slot_of(touch: Touch) -> str:
    """Return the slot of the script that a message carries."""
    if touch.kind in OPENING:
        return MEMO
    return f"{touch.kind.value}-{touch.number}"


def answers_before(tx: Transaction, case: Case) -> tuple[Answer, ...]:
    """Return what the customer said in earlier rounds, oldest first."""
    said = touches.answers_of(tx, [case.number]).get(case.number, [])
    return tuple(answer for round_, answer in said if round_ < case.round)


def memo_kind(case: Case) -> TouchKind:
    """Return the kind of message that the memo of a case is (S10)."""
    return TouchKind.LAST_WORD if case.complaint.abusive else TouchKind.MEMO


def composition_of(
    ws: Workspace,
    case: Case,
    answers: tuple[Answer, ...],
    like: Script,
    on: date,
) -> Composed:
    """Return a hash of what the composer says about a case, to compare with later.

    `answers` are those of earlier rounds, `like` has the template and the language, and `on` is the
    day. The finding, the template it asks for and the state of the promises count too: the same
    words may be less true with others. Who speaks does not count.
    """
    facts = _told(ws, case, answers, like, on)
    try:
        return composition(case, draft(case, facts, templates_of(ws)).script, on)
    except (RuleSaysNo, BadData) as no:
        return _hash_of(case, no.what, on)


def shortfalls_of(
    ws: Workspace, case: Case, answers: tuple[Answer, ...], like: Script, on: date
) -> tuple[Shortfall, ...]:
    """Return what a script lacks, as the composer says it; arguments are as in `composition_of`.

    Of other words than the composer's, that is only what the case itself lacks.
    """
    try:
        made = draft(case, _told(ws, case, answers, like, on), templates_of(ws))
    except (RuleSaysNo, BadData):
        return ()
    own = drop_disclosure(made.script).text == drop_disclosure(like).text
    return tuple(one for one in made.warnings if own or one.missing)


def _told(
    ws: Workspace, case: Case, answers: tuple[Answer, ...], like: Script, on: date
) -> ScriptContext:
    """Return the context of a script of the template and language of another."""
    return ScriptContext(
        owner=ws.owner_of(case),
        owner_gender=ws.owner_gender_of(case),
        business=ws.settings.owner.business,
        today=on,
        kind=memo_kind(case),
        template=like.template,
        language=like.language,
        answers=answers,
        wpm=pace_of(ws, case, like.language),
        rials=ws.settings.owner.iranian_money == "rial",
    )


def composition(case: Case, plain: Script, on: date) -> Composed:
    """Return the same hash when the words are known: `plain` is made without a voice in mind."""
    return _hash_of(case, drop_disclosure(plain).sha256, on)


def _hash_of(case: Case, said: str, on: date) -> Composed:
    kind = memo_kind(case)
    found = (case.complaint.finding, case.complaint.abusive, template_for(case, kind, None))
    stand = tuple((one.k, one.round, one.state) for one in case.amends)
    return Composed(hashlib.sha256(repr((said, found, stand)).encode()).hexdigest(), on)


def templates_of(ws: Workspace) -> Templates:
    """Return the templates of a workspace: its own before the packaged ones."""
    folder = ws.home / "templates"
    return Templates((folder,) if folder.is_dir() else ())


def levels_of(ws: Workspace) -> Mapping[str, LintLevel]:
    """Return the levels that this workspace gives to rules."""
    return {rule: LintLevel(level) for rule, level in ws.settings.check.levels.items()}


def judge_words(
    ws: Workspace,
    tx: Transaction,
    now: Snapshot,
    script: Script,
    memo: Memo | None = None,
    asked: CheckContext | None = None,
    *,
    composed: Script | None = None,
    by_writer: bool = False,
) -> tuple[Diagnostic, ...]:
    """Return what the rules say about a script of a case. Raises WrongUse as `check` does.

    `composed` is what the templates say of the case, if that is known. `by_writer`: the words stand
    as a writer wrote them.
    """
    asked = asked or CheckContext()
    owner = ws.owner_of(now.case)
    told = replace(
        asked,
        background=replace(_behind(ws, tx, now, script, composed), by_writer=by_writer),
        owner=asked.owner or owner,
        wpm=asked.wpm or pace_of(ws, now.case, script.language),
        taken=taken_seconds(memo),
    )
    return tuple(check(script, "", told, levels_of(ws)))


def errors_in(
    ws: Workspace,
    tx: Transaction,
    now: Snapshot,
    script: Script,
    memo: Memo | None = None,
    *,
    composed: Script | None = None,
    by_writer: bool = False,
) -> tuple[Diagnostic, ...]:
    """Return only the errors, which keep a script from being sent as it is.

    `composed` is what the templates say of the case, if that is known. A language that the check
    has no table for gives none.
    """
    if script.language not in languages():
        return ()
    found = judge_words(ws, tx, now, script, memo, composed=composed, by_writer=by_writer)
    return tuple(one for one in found if one.level is LintLevel.ERROR)


def taken_seconds(memo: Memo | None) -> float | None:
    """Return the length in seconds of a memo spoken by a person; None for any other, or no memo."""
    return memo.duration_s if memo and memo.synthetic is Synthetic.NO else None


def _heard_on(now: Snapshot) -> date | None:
    """Return the day of the plan's memo where the customer is; None when there is none to come."""
    due = [one.due_at for one in now.touches if one.kind in OPENING and one.state in WAITING]
    return min(due).astimezone(now.zone).date() if due else None


def _behind(
    ws: Workspace, tx: Transaction, now: Snapshot, script: Script, composed: Script | None
) -> CaseBackground:
    on = tx.now.astimezone(now.zone).date()
    told = _told(ws, now.case, now.earlier_answers, script, on)
    if composed is None:
        with suppress(RuleSaysNo, BadData):
            composed = draft(now.case, told, templates_of(ws)).script
    events = {row["event"] for row in case_reports.history(tx, now.case.number, standing=True)}
    last, policy = apologised_at(now), ws.settings.policy
    return CaseBackground(
        case=now.case,
        told=told,
        composed=composed,
        heard_on=_heard_on(now),
        apologised_on=last.date() if last else None,
        new_since=not second_apology(now),
        low=policy.compensation_low,
        high=policy.compensation_high,
        refuse=policy.compensation_refuse,
        overridden="compensation_overridden" in events,
    )
