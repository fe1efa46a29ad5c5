"""What the owner is told of a memo: it leaves without sound, or is too short for its words."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from voicenote.engine.case.case_script import slot_of, taken_seconds
from voicenote.ledger import scripts
from voicenote.ledger.scripts import StoredDraft
from voicenote.ledger.store import Transaction
from voicenote.model.memo import Memo, Misheard, Synthetic
from voicenote.model.touch import Touch
from voicenote.script.check.length import least_seconds
from voicenote.script.disclosing import drop_disclosure
from voicenote.settings import Owner
from voicenote.voice.writing_system import unreadable


def is_unheard(tx: Transaction, touch: Touch) -> bool:
    """Whether a message is a letter without sound."""
    found = scripts.drafts(tx, [touch.case], slot=slot_of(touch)).get((touch.case, touch.round))
    return found is not None and found.memo is not None and found.memo.unheard


def why_unheard(misheard: float, synthetic: Synthetic) -> str:
    """Return why a memo of which `misheard` of 100 words are misheard leaves without sound.

    `synthetic` tells how much of it a machine says.
    """
    what = "memo, partly in a synthetic voice" if synthetic is Synthetic.PARTLY else "voice"
    return (
        f"a letter without sound, because a listener mishears about {misheard:g} of 100 words "
        f"of this {what} (R24)"
    )


def note_unheard(found: StoredDraft) -> str:
    """Return what its owner is told who approves a letter without sound; "" for others."""
    memo = found.memo
    if memo is None or not memo.unheard:
        return ""
    return f"it leaves as {why_unheard(memo.misheard, memo.synthetic)}. {cure(memo.synthetic)}"


def note_unsaid(found: StoredDraft, memo: Memo | None) -> str:
    """Return which words a machine's voice leaves out, as nobody can read them aloud; or ""."""
    if memo is None or memo.synthetic is Synthetic.NO or memo.unheard:
        return ""
    sentences, language = found.script.sentences, found.script.language
    left = [word for one in sentences for word in unreadable(one, language)]
    if not left:
        return ""
    named = ", ".join(f"“{word}”" for word in dict.fromkeys(left))
    return (
        f"case {found.case}: {named} isn't said, as its letters have no vowels that a voice could "
        f"read. Give a name as it sounds: voicenote edit {found.case} --say-as …"
    )


def notes_misheard(
    number: int, memo: Memo | None, owner: Owner, *, unsolved: bool = False
) -> tuple[str, ...]:
    """Return what a machine's voice says so that something else is heard, a line each.

    Where another spelling helped, it says which, and how `owner`, whose settings these are, keeps
    it; with `unsolved` those are left out.
    """
    if memo is None or memo.unheard:
        return ()
    return tuple(
        f"case {number}: the voice says “{one.text}” so that “{one.heard}” is heard. "
        + _what_helps(number, one, owner)
        for one in memo.listening.misheard
        if not (unsolved and one.said)
    )


def _what_helps(number: int, one: Misheard, owner: Owner) -> str:
    if one.said:
        helped = f"Here it says “{one.said}” instead, and is heard right."
        keep = "" if not one.is_name else f" To keep that: {_spell(number, one, owner, one.said)}"
        return helped + keep
    spell = (
        f"Spell it as it sounds: {_spell(number, one, owner, '…')}; or say"
        if one.is_name
        else "Say"
    )
    return f"{spell} it yourself: voicenote record {number}"


def _spell(number: int, one: Misheard, owner: Owner, said: str) -> str:
    """Return how a name gets another spelling, which `said` is a word of."""
    for setting, name in (("say_as", owner.name), ("business_say_as", owner.business)):
        if one.text in name and one.whose == name:
            return f'{setting} = "{name.replace(one.text, said)}" under [owner] in the settings'
    return f"voicenote edit {number} --say-as {quote(said)}"


def note_unlistened(number: int, memo: Memo) -> str:
    """Return why nobody could listen to a memo that was to be listened to; or ""."""
    why = memo.listening.trouble
    return f"case {number}: nobody listened to its names, sums and days: {why}" if why else ""


def cure(synthetic: Synthetic, numbers: Sequence[int] = ()) -> str:
    """Return what gives the memos of some cases, `synthetic` so far, a sound that is sent."""
    what = "the rest" if synthetic is Synthetic.PARTLY else "it"
    number = numbers[0] if len(numbers) == 1 else "N"
    return (
        f"To send sound: say {what} yourself (voicenote record {number}), name a voice in the "
        "settings (voicenote voices), or send this one all the same: "
        f"voicenote render {number} --anyway"
    )


def cut_short(found: StoredDraft) -> str:
    """Return a note when a recording is too short for all of its words (R15)."""
    taken, least = taken_seconds(found.memo), least_seconds(drop_disclosure(found.script))
    if taken is None or taken >= least:
        return ""
    return (
        f"the recording of case {found.case} has {taken:.0f} s, and its words need {least:.0f} s "
        f"even said fast (R15): listen to it, voicenote play {found.case}"
    )
