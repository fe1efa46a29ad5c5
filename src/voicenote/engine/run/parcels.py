"""What one message carries: the approved script and memo, addressed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from voicenote.engine.case.case_script import MEMO, slot_of
from voicenote.engine.case.release import altered
from voicenote.engine.memo.render_case import broken_seal
from voicenote.engine.run.lookahead import TouchView
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.release_rules import steps_from, told_of_recall
from voicenote.ledger.scripts import StoredDraft
from voicenote.model.case import Case
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.receipt import Parcel
from voicenote.model.touch import TouchKind
from voicenote.script.disclosing import drop_disclosure
from voicenote.script.subjects import subject
from voicenote.voice.copied_voice import FOLDER, lacks_consent


def parcel_of(ws: Workspace, look: TouchView, now: datetime) -> tuple[Parcel, int]:
    """Return what a message carries, as of `now`, and the number of its memo.

    Raises RuleSaysNo when it isn't approved, or when the approved sound is missing or changed:
    nothing is sent that the owner has not approved as it is.
    """
    case, touch, found = look.seen.case, look.touch, look.draft
    if found is not None and found.tampered:
        raise altered(case.number)
    if found is None or found.memo is None or found.memo_number is None or not found.approved:
        raise RuleSaysNo(
            f"the {touch.kind.value} of case {case.number} is not approved",
            f"voicenote approve {case.number}",
        )
    if slot_of(touch) == MEMO and not case.released:
        raise RuleSaysNo(
            f"the {touch.kind.value} of case {case.number} "
            f"{told_of_recall(touch.reason) or 'was changed after its approval'}",
            steps_from(case.number, touch.reason),
        )
    # what may have been sent goes again unchanged: new words under one key are another message
    first = look.may_have_left_at
    went = [t for t in look.seen.touches if t.sent_at and t.number != touch.number]
    went = [t for t in went if first is None or t.sent_at is None or t.sent_at < first]
    thread = tuple(t.message_id for t in went if t.message_id)  # a nudge to the owner has none
    parcel = pack_parcel(ws, case, found, touch.kind, touch.key, look.address, first or now)
    return replace(
        parcel,
        message_id=touch.message_id or parcel.message_id,
        thread=thread,
        heard_at=look.heard_at,
    ), found.memo_number


def pack_parcel(
    ws: Workspace, case: Case, found: StoredDraft, kind: TouchKind, key: str, to: str, now: datetime
) -> Parcel:
    """Return the words and the sound of a draft, addressed `to`, as of `now`.

    A sound that hardly anybody would understand is left out (R24), unless the owner sends it
    anyway. Raises RuleSaysNo when there is no sound, or it is missing or changed.
    """
    memo = found.memo
    if memo is None:
        raise RuleSaysNo(
            f"case {case.number} has no memo of its newest script",
            f"voicenote render {case.number}",
        )
    if (broken := broken_seal(ws.home, memo)) is not None:
        path, there = broken
        what = "has changed since it was approved" if there else "is gone"
        raise RuleSaysNo(
            f"the sound of case {case.number} {what}: {path}",
            f"make it again: voicenote render {case.number}, then approve it",
        )
    if lacks_consent(ws.home / FOLDER, memo.voice):
        raise RuleSaysNo(
            f"the memo of case {case.number} is in a copied voice, and the consent that it was "
            "made with was taken back",
            f"make it again in another voice: voicenote render {case.number}, then approve it",
        )
    owner = ws.settings.owner
    synthetic = memo.synthetic is not Synthetic.NO and not memo.unheard
    voice = "nobody" if memo.unheard else "synthetic" if synthetic else "own"
    return Parcel(
        key=key,
        message_id=f"<{key}@{_domain(owner.email)}>",
        case=case.number,
        kind=kind.value,
        customer=case.customer.name,
        to=to,
        sender=owner.email,
        sender_name=", ".join(part for part in (ws.owner_of(case), owner.business) if part),
        language=found.script.language,
        subject=subject(
            case,
            found.script.language,
            kind,
            ws.owner_of(case),
            voice=voice,
        ),
        text=drop_disclosure(found.script).text,  # the channel adds below it who speaks
        files={} if memo.unheard else _paths(ws.home, memo),
        duration_s=0 if memo.unheard else memo.duration_s,
        synthetic=synthetic,
        partly=synthetic and memo.synthetic is Synthetic.PARTLY,
        made_at=now,
    )


def _paths(home: Path, memo: Memo) -> dict[str, str]:
    return {name: str(home / Path(file)) for name, file in memo.files.items()}


def _domain(address: str) -> str:
    """Return the domain for a Message-ID: the owner's in ASCII, else "voicenote.invalid"."""
    try:
        return address.rpartition("@")[2].encode("idna").decode("ascii") or "voicenote.invalid"
    except UnicodeError:
        return "voicenote.invalid"
