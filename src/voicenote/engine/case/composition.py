"""What the composer says about a case, hashed to notice when a script is out of date."""

from __future__ import annotations

import hashlib
from datetime import date

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.ledger import touches
from voicenote.ledger.scripts import Composed
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.receipt import Answer
from voicenote.model.sentences import Script
from voicenote.model.touch import OPENING, Touch, TouchKind
from voicenote.script.compose import draft, template_for
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
    kind = memo_kind(case)
    facts = ScriptContext(
        owner=ws.owner_of(case),
        business=ws.settings.owner.business,
        today=on,
        kind=kind,
        template=like.template,
        language=like.language,
        answers=answers,
    )
    try:
        said = drop_disclosure(draft(case, facts, templates_of(ws)).script).sha256
    except (RuleSaysNo, BadData) as no:
        said = no.what
    found = (case.complaint.finding, case.complaint.abusive, template_for(case, kind, None))
    stand = tuple((one.k, one.round, one.state) for one in case.amends)
    return Composed(hashlib.sha256(repr((said, found, stand)).encode()).hexdigest(), on)


def templates_of(ws: Workspace) -> Templates:
    """Return the templates of a workspace: its own before the packaged ones."""
    return Templates((ws.home / "templates",))
