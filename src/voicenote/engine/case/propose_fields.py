"""Proposals of a writer for what a long complaint says; a person decides each of them."""

from __future__ import annotations

from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_store
from voicenote.script.context import ScriptContext
from voicenote.script.writers.brief import propose_brief
from voicenote.script.writers.field_proposals import FieldProposal, read_proposals
from voicenote.script.writers.redact import AS_THEY_ARE, redaction_of


def propose_fields(ws: Workspace, number: int, name: str = "") -> tuple[FieldProposal, ...]:
    """Return what a writer proposes for the fields of a case; nothing of it is kept.

    Raises WrongUse when there is no such case, RuleSaysNo when no writer is set that can,
    Unavailable when it can't be reached, and BadData when its answer can't be used.
    """
    name = name or ws.settings.writer.kind
    if name == "template":
        raise RuleSaysNo(
            "the templates can't read a complaint",
            "set up another writer in [writer]: see docs/writers.md",
        )
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        today = tx.now.date()
    redaction = AS_THEY_ARE
    if ws.settings.writer.names == "placeholders":
        context = ScriptContext(
            owner=ws.owner_of(case), business=ws.settings.owner.business, today=today
        )
        redaction = redaction_of(case, context, "")
    brief = propose_brief(case, redaction)
    writer = ws.writer(name)
    try:
        answer = writer.answer(brief.request)
    finally:
        writer.close()
    # names are put back as the complaint writes them, so the words are compared as they were sent
    sent = str(brief.request.facts["complaint"])
    return tuple(
        FieldProposal(one.field, redaction.reveal(one.value), redaction.reveal(one.words))
        for one in read_proposals(answer, sent)
    )
