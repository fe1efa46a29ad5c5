"""The linter for a case's script, and for every template."""

from __future__ import annotations

from collections.abc import Iterator

from voicenote.engine.case.case_lint import judge_words, levels_of
from voicenote.engine.memo.drafting import need_draft
from voicenote.engine.workspace import Workspace
from voicenote.ledger.snapshots import snapshot
from voicenote.script.check.case_context import CheckContext
from voicenote.script.check.findings import CheckedText
from voicenote.script.check.rules import check
from voicenote.script.check.template_samples import samples
from voicenote.script.templating import Templates


def check_case(ws: Workspace, number: int, asked: CheckContext | None = None) -> CheckedText:
    """Check the newest script of a case, with all that is known about it.

    `asked` is what the owner tells the check; the case fills in the rest. Raises RuleSaysNo for a
    case without a script, WrongUse when there is no such case.
    """
    _, found = need_draft(ws, number)
    with ws.ledger.read() as tx:
        now = snapshot(tx, number, ws.zone_of)
        findings = judge_words(ws, tx, now, found.script, found.memo, asked)
    return CheckedText(f"case {number}", found.script.text, findings)


def check_templates(ws: Workspace, language: str = "") -> Iterator[CheckedText]:
    """Check every template of every language, or of one, including the owner's own."""
    levels = levels_of(ws)
    for script, asked in samples(Templates((ws.home / "templates",)), language):
        findings = check(script, "", asked, levels)
        yield CheckedText(f"{script.language}/{script.template}", script.text, tuple(findings))
