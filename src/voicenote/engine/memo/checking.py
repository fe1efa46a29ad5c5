"""The linter with a case behind it, and over every template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from voicenote.engine.case.approving import taken_seconds
from voicenote.engine.memo.drafting import need_draft
from voicenote.engine.workspace import Workspace
from voicenote.followup.amends import second_apology
from voicenote.ledger import listing
from voicenote.ledger.snapshots import snapshot
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import ARRIVED, TouchKind, TouchState
from voicenote.script.check.facts import Asked, Behind
from voicenote.script.check.findings import Checked, Level
from voicenote.script.check.rules import check
from voicenote.script.check.templates import samples
from voicenote.script.templates import Templates


def levels_of(ws: Workspace) -> Mapping[str, Level]:
    """The levels that this workspace gives to rules."""
    return {rule: Level(level) for rule, level in ws.settings.check.levels.items()}


def check_case(ws: Workspace, number: int, asked: Asked | None = None) -> Checked:
    """Check the newest script of a case, with all that is known of it.

    `asked` is what the owner says to the check; what it leaves out comes from the case. Raises
    RuleSaysNo for a case without a script, WrongUse when there is no such case.
    """
    case, found = need_draft(ws, number)
    script = found.script
    asked = asked or Asked()
    rate = ws.settings.voice.of(script.language, ws.owner_of(case)).rate
    told = replace(
        asked,
        behind=_behind(ws, number),
        owner=asked.owner or ws.owner_of(case),
        wpm=asked.wpm or rate or None,
        taken=taken_seconds(found.memo),
    )
    findings = check(script, "", told, levels_of(ws))
    return Checked(f"case {number}", script.text, tuple(findings))


def _behind(ws: Workspace, number: int) -> Behind:
    with ws.ledger.read() as tx:
        now = snapshot(tx, number, ws.zone_of)
        events = {row["event"] for row in listing.history(tx, number)}
    refused = second_apology(now)
    left = _apologies(now)
    policy = ws.settings.policy
    return Behind(
        case=now.case,
        apologised_on=max(left).date() if left else None,
        new_since=refused is None,
        low=policy.compensation_low,
        high=policy.compensation_high,
        refuse=policy.compensation_refuse,
        overridden="compensation_overridden" in events,
    )


def _apologies(now: Snapshot) -> list[datetime]:
    """When the memos of earlier rounds left."""
    gone = ARRIVED | {TouchState.UNCERTAIN}
    return [
        touch.sent_at or touch.due_at
        for touch in now.touches
        if touch.kind is TouchKind.MEMO and touch.state in gone and touch.round < now.case.round
    ]


def check_templates(ws: Workspace, language: str = "") -> Iterator[Checked]:
    """Check every template of every language, or of one, the owner's own among them."""
    levels = levels_of(ws)
    for script, asked in samples(Templates((ws.home / "templates",)), language):
        findings = check(script, "", asked, levels)
        yield Checked(f"{script.language}/{script.template}", script.text, tuple(findings))
