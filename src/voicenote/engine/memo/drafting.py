"""From case to script: composing, editing, and saving what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from voicenote.engine.case.case_script import (
    MEMO,
    answers_before,
    composition_of,
    memo_kind,
    pace_of,
    templates_of,
)
from voicenote.engine.case.withdrawal import note_new_words
from voicenote.engine.memo.voice_choice import choose_voice, gaps_in
from voicenote.engine.workspace import Workspace
from voicenote.errors import ImpossibleTransition, RuleSaysNo
from voicenote.ledger import case_store, scripts
from voicenote.ledger.changes import change_case
from voicenote.ledger.scripts import Composed, StoredDraft, Written
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.memo import Synthetic
from voicenote.model.sentences import Script
from voicenote.model.touch import OPENING, TouchKind
from voicenote.script.compose import Draft, Shortfall, draft
from voicenote.script.context import ScriptContext
from voicenote.script.languages import language_for

#: The writer that is always there.
TEMPLATE = "template"
BY_TEMPLATE = Written(TEMPLATE)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A written script: its shortfalls, and whether its words are new.

    `refused` says what was wrong with the last draft of a writer that was given up.
    """

    case: int
    script: Script
    warnings: tuple[Shortfall, ...]
    fell_back: bool
    changed: bool
    writer: str = TEMPLATE
    model: str = ""
    refused: tuple[str, ...] = ()


def words_for(
    ws: Workspace,
    tx: Transaction,
    case: Case,
    kind: TouchKind,
    *,
    amends: int | None = None,
    template: str = "",
    language: str = "",
    today: date | None = None,
) -> Draft:
    """Compose the script of one message, as it is said `today`: now, or when it will be sent."""
    facts = context_of(
        ws, tx, case, kind, amends=amends, template=template, language=language, today=today
    )
    return compose_for(ws, tx, case, facts)[0]


def context_of(
    ws: Workspace,
    tx: Transaction,
    case: Case,
    kind: TouchKind,
    *,
    amends: int | None = None,
    template: str = "",
    language: str = "",
    today: date | None = None,
) -> ScriptContext:
    """Return what a script needs besides its case, without the voice that will speak."""
    tag = language or case.customer.language or ws.settings.owner.language
    spoken = language_for(tag, templates_of(ws).languages()).language
    return ScriptContext(
        owner=ws.owner_of(case),
        owner_gender=ws.owner_gender_of(case),
        business=ws.settings.owner.business,
        today=today or _today(ws, tx, case),
        kind=kind,
        amends=amends,
        template=template,
        language=tag,
        answers=answers_before(tx, case),
        wpm=pace_of(ws, case, spoken),
    )


def compose_for(
    ws: Workspace, tx: Transaction, case: Case, facts: ScriptContext
) -> tuple[Draft, ScriptContext]:
    """Compose a script by the templates; return it, and the context with its voice."""
    templates = templates_of(ws)
    made = draft(case, facts, templates)
    opening = facts.kind in OPENING
    before = scripts.drafts(tx, [case.number]).get((case.number, case.round)) if opening else None
    gaps = gaps_in(ws, before.memo if before else None, follow_up=not opening)
    try:
        voice = choose_voice(ws, made.script, case, gaps).synthetic
    except RuleSaysNo:
        voice = Synthetic.NO  # the owner has begun to record it, and is to go on
    if ws.settings.voice.disclosure and voice is not Synthetic.NO:
        partly = voice is Synthetic.PARTLY
        facts = replace(facts, synthetic=True, partly=partly)
        made = draft(case, facts, templates)
    return made, facts


def _today(ws: Workspace, tx: Transaction, case: Case) -> date:
    return tx.now.astimezone(ws.zone_of(case)).date()


def compose_cases(
    ws: Workspace, numbers: Sequence[int], *, template: str = "", language: str = ""
) -> Iterator[Drafted]:
    """Compose the memo's script of each case, yielding as it goes; the same words change nothing.

    Raises WrongUse for a number without a case, ImpossibleTransition for a case whose memo was
    sent, RuleSaysNo and BadData as the script stage does.
    """
    for chunk in case_store.chunks(numbers, 100):
        done: list[Drafted] = []
        with ws.ledger.write() as tx:
            for number in chunk:
                case = case_store.get(tx, number)
                made = words_for(
                    ws, tx, case, memo_kind(case), template=template, language=language
                )
                script = made.script
                changed = keep(tx, case, script, composed_now(ws, tx, case, script), BY_TEMPLATE)
                done.append(Drafted(number, script, made.warnings, made.fell_back, changed))
        yield from done


def composed_now(ws: Workspace, tx: Transaction, case: Case, script: Script) -> Composed:
    """Return what the templates make of a case now, to notice when a script is out of date."""
    return composition_of(ws, case, answers_before(tx, case), script, _today(ws, tx, case))


def keep(
    tx: Transaction,
    case: Case,
    script: Script,
    made: Composed | None = None,
    written: Written | None = None,
) -> bool:
    """Save the memo's script of a case; return whether its words are new.

    `made` is what the composer says of the case now; None for words that were only rephrased, and
    rest on what was known before. `written` says who wrote it; None is the owner.
    """
    found = scripts.drafts(tx, [case.number]).get((case.number, case.round))
    if found is not None and found.script == script and not found.tampered:
        scripts.keep_script(tx, case.number, case.round, MEMO, script, made, written)
        if made is not None:
            note_new_words(tx, case.number)
        return False
    if case.stage not in (Stage.OPENED, Stage.SCRIPTED, Stage.RENDERED, Stage.APPROVED):
        raise ImpossibleTransition(
            f"the memo of case {case.number} has left already",
            f"if it must change, take it up again: voicenote reopen {case.number}",
        )
    facts: dict[str, object] = {"template": script.template}
    if made is not None:
        note_new_words(tx, case.number)
    else:
        facts["otherwise"] = True  # only rephrased: it rests on what was known before
    made = made or (found.composed if found else None)
    if written is not None and (written.writer != TEMPLATE or written.refused):
        named = {"writer": written.writer, "model": written.model, "refused": written.refused}
        facts |= {name: value for name, value in named.items() if value}
    number = scripts.keep_script(tx, case.number, case.round, MEMO, script, made, written)
    facts["script"] = number
    change_case(tx, case.number, "compose", facts={**facts, "sha256": script.sha256})
    return True


def edit_script(ws: Workspace, number: int, script: Script) -> bool:
    """Replace the composed script with an edited one; return whether its words are new."""
    with ws.ledger.write() as tx:
        case = case_store.get(tx, number)
        return keep(tx, case, script, composed_now(ws, tx, case, script))


def current(ws: Workspace, number: int) -> tuple[Case, StoredDraft | None]:
    """Return a case and the newest draft of its memo."""
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        return case, scripts.drafts(tx, [number]).get((number, case.round))


def need_draft(ws: Workspace, number: int) -> tuple[Case, StoredDraft]:
    """Return a case and its draft. Raises RuleSaysNo when it has no script yet."""
    case, found = current(ws, number)
    if found is None:
        raise RuleSaysNo(f"case {number} has no script yet", f"voicenote script {number}")
    return case, found
