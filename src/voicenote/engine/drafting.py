"""case → script → memo: composes, takes edits and recordings, renders; keeps what is new of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voicenote.engine.sealing import broken_seal
from voicenote.engine.voices import choose_voice, recordings
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, ImpossibleTransition, RuleSaysNo
from voicenote.ledger import cases, scripts, touches
from voicenote.ledger.changes import change_case
from voicenote.ledger.scripts import Draft
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.memo import Clip, Memo
from voicenote.model.script import Script, Section
from voicenote.model.touch import OPENING, Touch, TouchKind
from voicenote.script.compose import Facts, Warn, draft
from voicenote.script.templates import Templates

if TYPE_CHECKING:
    from voicenote.engine.speaking import Job

#: The slot of the script that the plan's memo (or last word) says.
MEMO = "memo"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A script that was composed: what it is short of, and whether its words are new."""

    case: int
    script: Script
    warnings: tuple[Warn, ...]
    fell_back: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Rendered:
    """A memo, why this voice said it, and whether it had to be made."""

    case: int
    memo: Memo
    why: str
    made: bool


def slot_of(touch: Touch) -> str:
    """Return the slot of the script that a touch carries."""
    if touch.kind in OPENING:
        return MEMO
    return f"{touch.kind.value}-{touch.number}"


def words_for(
    ws: Workspace,
    tx: Transaction,
    case: Case,
    kind: TouchKind,
    *,
    amends: int | None = None,
    template: str = "",
    language: str = "",
) -> tuple[Script, tuple[Warn, ...], bool]:
    """Compose the script of one touch.

    Returns it with what it is short of, and whether it is in English for want of templates in the
    customer's language.
    """
    said = touches.answers_of(tx, [case.number]).get(case.number, [])
    owner = ws.settings.owner
    facts = Facts(
        owner=ws.owner_of(case),
        business=owner.business,
        today=tx.now.astimezone(ws.zone_of(case)).date(),
        kind=kind,
        amends=amends,
        template=template,
        language=language or case.customer.language or owner.language,
        answers=tuple(answer for round_, answer in said if round_ < case.round),
    )
    templates = Templates((ws.home / "templates",))
    made = draft(case, facts, templates)
    if ws.settings.voice.disclosure and choose_voice(ws, made.script).synthetic:
        made = draft(case, replace(facts, synthetic=True), templates)
    return made.script, made.warnings, made.fell_back


def compose_cases(
    ws: Workspace, numbers: Sequence[int], *, template: str = "", language: str = ""
) -> Iterator[Drafted]:
    """Compose the memo's script of each case, yielding as it goes; the same words change nothing.

    Raises WrongUse for a number without a case, ImpossibleTransition for a case whose memo has
    left, RuleSaysNo and BadData as the script stage does.
    """
    for chunk in cases.chunks(numbers, 100):
        done: list[Drafted] = []
        with ws.ledger.write() as tx:
            for number in chunk:
                case = cases.get(tx, number)
                kind = TouchKind.LAST_WORD if case.complaint.abusive else TouchKind.MEMO
                script, warnings, fell_back = words_for(
                    ws, tx, case, kind, template=template, language=language
                )
                changed = keep(tx, case, script)
                done.append(Drafted(number, script, warnings, fell_back, changed))
        yield from done


def keep(tx: Transaction, case: Case, script: Script) -> bool:
    """Keep the memo's script of a case; return whether its words are new."""
    found = scripts.drafts(tx, [case.number]).get((case.number, case.round))
    if found is not None and found.script == script:
        return False
    if case.stage not in (Stage.OPENED, Stage.SCRIPTED, Stage.RENDERED, Stage.APPROVED):
        raise ImpossibleTransition(
            f"the memo of case {case.number} has left already",
            f"if it must change, take it up again: voicenote reopen {case.number}",
        )
    number = scripts.keep_script(tx, case.number, case.round, MEMO, script)
    facts: dict[str, object] = {"script": number, "template": script.template}
    change_case(tx, case.number, "compose", facts={**facts, "sha256": script.sha256})
    return True


def edit_script(ws: Workspace, number: int, script: Script) -> bool:
    """Put an edited script in place of the composed one; return whether its words are new."""
    with ws.ledger.write() as tx:
        return keep(tx, cases.get(tx, number), script)


def current(ws: Workspace, number: int) -> tuple[Case, Draft | None]:
    """Return a case and the newest draft of its memo."""
    with ws.ledger.read() as tx:
        case = cases.get(tx, number)
        return case, scripts.drafts(tx, [number]).get((number, case.round))


def need_draft(ws: Workspace, number: int) -> tuple[Case, Draft]:
    """Return a case and its draft. Raises RuleSaysNo when it has no script yet."""
    case, found = current(ws, number)
    if found is None:
        raise RuleSaysNo(f"case {number} has no script yet", f"voicenote script {number}")
    return case, found


def record_whole(ws: Workspace, number: int, clip: Clip) -> None:
    """Keep a recording that says the whole script of a case, in the owner's own voice.

    A person speaks now, so the line that discloses a machine's voice goes from the script.
    """
    case, found = need_draft(ws, number)
    script = found.script
    own = tuple(s for s in script.sentences if s.section is not Section.DISCLOSE)
    if not own:
        raise BadData(f"the script of case {number} says nothing but a disclosure", "edit it")
    script = replace(script, sentences=own)
    recordings(ws, ws.owner_of(case)).add_whole(script.sha256, clip)
    with ws.ledger.write() as tx:
        keep(tx, cases.get(tx, number), script)
        tx.tell("memo_recorded", number, seconds=round(clip.duration_s, 2))


def render_cases(ws: Workspace, numbers: Sequence[int]) -> Iterator[Rendered]:
    """Make the sound of each case's script, yielding as it goes; only what changed is made again.

    What was finished stays when it is interrupted. Raises RuleSaysNo for a case without a script.
    """
    for number in numbers:
        case, found = need_draft(ws, number)
        rendered = render(ws, case, found)
        if rendered.made:
            keep_memo(ws, found, rendered)
        yield rendered


def keep_memo(ws: Workspace, found: Draft, rendered: Rendered) -> None:
    """Write a new memo into the ledger."""
    memo = rendered.memo
    with ws.ledger.write() as tx:
        memo_number = scripts.keep_memo(tx, rendered.case, found.script_number, memo)
        facts: dict[str, object] = {"memo": memo_number, "voice": memo.voice}
        facts |= {"synthetic": memo.synthetic.value, "sha256": memo.sha256}
        change_case(tx, rendered.case, "render", facts=facts)


def render(ws: Workspace, case: Case, found: Draft) -> Rendered:
    """Make the memo of a draft, unless it is there and the same voice would say it again."""
    from voicenote.engine.speaking import speak

    ready, job = prepare(ws, case, found)
    if ready is not None:
        return ready
    memo = speak(job, job.chosen.voice, ws.cache)
    return Rendered(case.number, memo, job.chosen.why, made=True)


def prepare(ws: Workspace, case: Case, found: Draft) -> tuple[Rendered | None, Job]:
    """Return what is to be spoken for a draft, and first what is there already, if it is."""
    from voicenote.engine.speaking import Job
    from voicenote.sound.encode import Tags

    script = found.script
    choice = choose_voice(ws, script, owner=ws.owner_of(case))
    ready = None
    memo = found.memo
    if memo and memo.voice == choice.version and broken_seal(ws.home, memo) is None:
        ready = Rendered(case.number, memo, choice.why, made=False)
    owner = ws.settings.owner
    tags = Tags(
        title=f"{found.slot.capitalize()} for {case.customer.name}",
        artist=", ".join(part for part in (ws.owner_of(case), owner.business) if part),
        language=script.language,
        voice=choice.version,
    )
    name = f"{found.slot}-r{case.round}-{ws.new_id()[:8]}"
    sound = ws.settings.sound
    return ready, Job(
        script=script,
        chosen=choice,
        tags=tags,
        folder=ws.home / "memos" / f"{case.number:06d}" / name,
        root=ws.home,
        renditions=tuple(dict.fromkeys(("ogg", *sound.renditions))),
        bit_rate=sound.bitrate * 1000,
        loudness=sound.loudness,
    )
