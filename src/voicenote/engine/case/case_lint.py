"""The linter with the background of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicenote.engine.workspace import Workspace
from voicenote.followup.case_status import apologised_at
from voicenote.followup.release_rules import second_apology
from voicenote.ledger import case_reports
from voicenote.ledger.store import Transaction
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.sentences import Script
from voicenote.model.snapshot import Snapshot
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.findings import Diagnostic, LintLevel
from voicenote.script.check.phrase_tables import languages
from voicenote.script.check.rules import check


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
) -> tuple[Diagnostic, ...]:
    """Return what the rules say about a script of a case. Raises WrongUse as `check` does."""
    asked = asked or CheckContext()
    owner = ws.owner_of(now.case)
    rate = ws.settings.voice.of(script.language, owner).rate
    told = replace(
        asked,
        background=_behind(ws, tx, now),
        owner=asked.owner or owner,
        wpm=asked.wpm or rate or None,
        taken=taken_seconds(memo),
    )
    return tuple(check(script, "", told, levels_of(ws)))


def errors_in(
    ws: Workspace, tx: Transaction, now: Snapshot, script: Script, memo: Memo | None = None
) -> tuple[Diagnostic, ...]:
    """Return only the errors, which keep a script from being sent as it is.

    A language that the check has no table for gives none.
    """
    if script.language not in languages():
        return ()
    found = judge_words(ws, tx, now, script, memo)
    return tuple(one for one in found if one.level is LintLevel.ERROR)


def taken_seconds(memo: Memo | None) -> float | None:
    """Return the length in seconds of a memo spoken by a person; None for any other, or no memo."""
    return memo.duration_s if memo and memo.synthetic is Synthetic.NO else None


def _behind(ws: Workspace, tx: Transaction, now: Snapshot) -> CaseBackground:
    events = {row["event"] for row in case_reports.history(tx, now.case.number)}
    last, policy = apologised_at(now), ws.settings.policy
    return CaseBackground(
        case=now.case,
        apologised_on=last.date() if last else None,
        new_since=not second_apology(now),
        low=policy.compensation_low,
        high=policy.compensation_high,
        refuse=policy.compensation_refuse,
        overridden="compensation_overridden" in events,
    )
