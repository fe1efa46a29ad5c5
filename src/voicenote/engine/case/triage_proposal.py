"""The proposal of triage for a case: what its words, its finding and the settings ask for."""

from __future__ import annotations

from voicenote.engine.case.case_script import templates_of
from voicenote.engine.case.money_bands import bands_of
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData
from voicenote.followup.proposal import (
    House,
    Leads,
    Lost,
    Proposal,
    Wishes,
    change_proposal,
    propose,
)
from voicenote.ledger import case_reports
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Failure
from voicenote.model.promise import AmendsKind
from voicenote.script.asked import find_asked, named_sum
from voicenote.script.failure import failure_of
from voicenote.script.languages import language, language_for


def propose_for(
    ws: Workspace, tx: Transaction, case: Case, wishes: Wishes | None = None
) -> Proposal:
    """Return what triage proposes for a case, changed by the owner's `wishes`."""
    owner, known = ws.settings.owner, templates_of(ws).languages()
    tongue = language(language_for(case.customer.language or owner.language, known).language)
    age = tx.now - case.complaint.opened_at
    house = House(
        today=tx.now.astimezone(ws.zone_of(case)).date(),
        works=ws.decency.works,
        bands=bands_of(ws),
        words={kind: tongue.amends[kind.value] for kind in AmendsKind},
        after={Failure(kind): text for kind, text in tongue.amends_after.items()},
        leads=_leads(case),
        plan=ws.settings.schedule.plan,
        owner=ws.owner_of(case),
        late=age.total_seconds() > ws.settings.policy.memo_hours * 3600,
    )
    found = propose(case, house, named_lost(tx, case))
    if wishes is None:
        return found
    try:
        return change_proposal(found, wishes, house)
    except ValueError as error:
        raise BadData(f"this cannot be promised: {error}", "correct it") from None


def named_lost(tx: Transaction, case: Case) -> Lost | None:
    """Return the owner's newest word on what was lost most (R9)."""
    named = case_reports.last_facts(tx, case.number, "harm_named")
    return Lost(named["lost"]) if named else None


def _leads(case: Case) -> Leads:
    """Return what the words of a complaint tell of a proposal."""
    asked = find_asked(case)
    return Leads(
        failure=failure_of(case),
        asked=asked.kind if asked else None,
        asked_in=asked.words if asked else "",
        sum=named_sum(case),
    )
