"""From case to script: composing, editing, and saving what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from voicenote.engine.case.case_script import (
    MEMO,
    answers_before,
    composition_of,
    templates_of,
)
from voicenote.engine.case.pace import pace_of
from voicenote.engine.case.withdrawal import note_new_words
from voicenote.engine.memo.voice_choice import choose_voice, gaps_in
from voicenote.engine.workspace import Workspace
from voicenote.errors import ImpossibleTransition, RuleSaysNo
from voicenote.ledger import case_store, scripts
from voicenote.ledger.changes import change_cases
from voicenote.ledger.scripts import Composed, StoredDraft, Written
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Failure, Stage
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.receipt import Answer
from voicenote.model.sentences import Script
from voicenote.model.touch import OPENING, TouchKind
from voicenote.model.transitions import UNSENT
from voicenote.script.compose import LONGEST_S, Draft, Shortfall, draft, seconds
from voicenote.script.context import ScriptContext
from voicenote.script.disclosing import add_disclosure
from voicenote.script.languages import language_for

#: The writer that is always there.
TEMPLATE = "template"
BY_TEMPLATE = Written(TEMPLATE)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A written script: its shortfalls, and whether its words are new.

    `refused` says what was wrong with the last draft of a writer that was given up; `left_out`, of
    the draft that was taken, what isn't said, and why. `from_before`: the writer wrote it for the
    same facts earlier, and wasn't asked. `failure_guess` is the kind of failure that its words
    follow, where the owner hasn't said it.
    """

    case: int
    script: Script
    warnings: tuple[Shortfall, ...]
    fell_back: bool
    changed: bool
    writer: str = TEMPLATE
    model: str = ""
    refused: tuple[str, ...] = ()
    from_before: bool = False
    failure_guess: Failure | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Worded:
    """A draft for the voice that will speak, its context, and the same words for any voice."""

    draft: Draft
    context: ScriptContext
    plain: Script


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
) -> Worded:
    """Compose the script of one message, as it is said `today`: now, or when it will be sent."""
    day, answers = today or today_of(ws, tx, case), answers_before(tx, case)
    facts = context_of(
        ws, case, kind, answers, day, amends=amends, template=template, language=language
    )
    opening = kind in OPENING
    before = scripts.drafts(tx, [case.number]).get((case.number, case.round)) if opening else None
    return compose_for(ws, case, facts, before.memo if before else None)


def context_of(
    ws: Workspace,
    case: Case,
    kind: TouchKind,
    answers: tuple[Answer, ...],
    today: date,
    *,
    amends: int | None = None,
    template: str = "",
    language: str = "",
) -> ScriptContext:
    """Return what a script needs besides its case, without the voice that will speak.

    `answers` are those of earlier rounds.
    """
    tag = language or case.customer.language or ws.settings.owner.language
    spoken = language_for(tag, templates_of(ws).languages()).language
    return ScriptContext(
        owner=ws.owner_of(case),
        owner_gender=ws.owner_gender_of(case),
        business=ws.settings.owner.business,
        today=today,
        kind=kind,
        amends=amends,
        template=template,
        language=tag,
        answers=answers,
        wpm=pace_of(ws, case, spoken),
        rials=ws.settings.owner.iranian_money == "rial",
    )


def compose_for(ws: Workspace, case: Case, facts: ScriptContext, memo: Memo | None) -> Worded:
    """Compose a script by the templates; `memo` is what was made of it before, if anything."""
    templates = templates_of(ws)
    plain = draft(case, facts, templates)
    gaps = gaps_in(ws, memo, follow_up=facts.kind not in OPENING)
    try:
        anyway = memo is not None and memo.anyway
        chosen = choose_voice(ws, plain.script, case, gaps, anyway=anyway)
        voice = Synthetic.NO if chosen.unheard else chosen.synthetic
    except RuleSaysNo:
        voice = Synthetic.NO  # the owner has begun to record it, and is to go on
    cloned = voice is not Synthetic.NO and bool(chosen.options.get("cloned"))
    if voice is Synthetic.NO or not (ws.settings.voice.disclosure or cloned):
        return Worded(plain, facts, plain.script)
    spoken = replace(facts, synthetic=True, partly=voice is Synthetic.PARTLY)
    if not templates.has_own:
        disclosed = add_disclosure(plain.script, voice, templates)
        if seconds(disclosed, facts.wpm) <= LONGEST_S:  # composed anew, it would say the same
            return Worded(replace(plain, script=disclosed), spoken, plain.script)
    return Worded(draft(case, spoken, templates), spoken, plain.script)


def today_of(ws: Workspace, tx: Transaction, case: Case) -> date:
    """Return the calendar date in the customer's zone."""
    return tx.now.astimezone(ws.zone_of(case)).date()


def composed_now(ws: Workspace, tx: Transaction, case: Case, script: Script) -> Composed:
    """Return what the templates make of a case now, to notice when a script is out of date."""
    return composition_of(ws, case, answers_before(tx, case), script, today_of(ws, tx, case))


@dataclass(frozen=True, slots=True)
class Kept:
    """A memo's script to keep, beside the draft that was `found`.

    `made` is what the composer says of the case now; None for words that were only rephrased, and
    rest on what was known before. `written` says who wrote it; None is the owner.
    """

    case: Case
    found: StoredDraft | None
    script: Script
    made: Composed | None
    written: Written | None

    @property
    def changed(self) -> bool:
        """Whether the words are new, or those of a case that was opened again."""
        if self.found is None or self.case.stage is Stage.OPENED:
            return True
        return not self.found.holds(self.script)

    @property
    def facts(self) -> dict[str, object]:
        """What the history tells of it. Raises ImpossibleTransition when the memo has left."""
        number = self.case.number
        if self.case.stage not in UNSENT:
            raise ImpossibleTransition(
                f"the memo of case {number} has already been sent",
                f"if it must change, take it up again: voicenote reopen {number}",
            )
        facts: dict[str, object] = {"template": self.script.template}
        if self.made is None:
            facts["otherwise"] = True  # only rephrased: it rests on what was known before
        if (by := self.written) is not None and (by.writer != TEMPLATE or by.refused):
            named = {"writer": by.writer, "model": by.model, "refused": by.refused}
            facts |= {name: value for name, value in named.items() if value}
        return {**facts, "sha256": self.script.sha256}


def keep_all(tx: Transaction, given: Sequence[Kept]) -> None:
    """Save the memos' scripts of cases; each case comes once. Raises as `Kept.facts` does."""
    new = [(one, one.facts) for one in given if one.changed]
    for one in given:
        if one.found is not None and not one.changed:
            scripts.refresh(tx, one.found, one.made, one.written)
    note_new_words(tx, [one.case.number for one in given if one.made is not None])
    numbers = scripts.add_scripts(tx, [_to_store(one) for one, _ in new])
    told = {
        one.case.number: {**facts, "script": number}
        for (one, facts), number in zip(new, numbers, strict=True)
    }
    change_cases(tx, "compose", told)


def _to_store(one: Kept) -> scripts.NewScript:
    made = one.made or (one.found.composed if one.found else None)
    written = one.written or scripts.edited(one.found)
    return scripts.NewScript(one.case.number, one.case.round, MEMO, one.script, made, written)


def keep(
    tx: Transaction,
    case: Case,
    script: Script,
    made: Composed | None = None,
    written: Written | None = None,
) -> bool:
    """Save the memo's script of one case, as `Kept` says; return whether its words are new."""
    found = scripts.drafts(tx, [case.number]).get((case.number, case.round))
    kept = Kept(case, found, script, made, written)
    keep_all(tx, [kept])
    return kept.changed


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
