"""Closing rules (R14): evidence, the customer's word and the lesson. "Sent" closes nothing."""

from __future__ import annotations

from voicenote.errors import RuleSaysNo
from voicenote.followup.case_status import (
    SILENT_TOUCHES,
    asked_in_vain,
    describe_fate,
    done_command,
    is_right,
    memo_at,
    mend_address,
    name_promise,
    needs_yes,
    openings,
    silences,
    tell_local,
    verdict,
)
from voicenote.followup.release_rules import steps_to_approval
from voicenote.model.case import Outcome, Stage
from voicenote.model.promise import Amends, AmendsKind, AmendsState
from voicenote.model.receipt import Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import IN_FLIGHT, Touch, TouchState

#: The evidence for each kind of deed.
EVIDENCE = {
    AmendsKind.REFUND: "the number or the date of the payment",
    AmendsKind.CREDIT: "the number of the credit note",
    AmendsKind.EXCHANGE: "the number of the parcel, or who handed it over",
    AmendsKind.REDO: "when it was done again, and who looked at it",
    AmendsKind.FIX: "what was mended, and who tried it",
    AmendsKind.CALL: "when you spoke, and what was said",
    AmendsKind.GIFT: "the number of the parcel, or who handed it over",
    AmendsKind.WORD: "where it was said, and when",
}
_NEXT_STEP = {
    Stage.OPENED: "there is no script yet: voicenote script {}",
    Stage.SCRIPTED: "the memo is not rendered: voicenote render {}",
    Stage.RENDERED: "the memo is not approved: voicenote approve {}",
}


def evidence_for(amends: Amends, evidence: str) -> str:
    """Return `evidence`, trimmed, if it can show that a deed was done (S4).

    Raises RuleSaysNo, which says what would do, when there is none or it only repeats the promise.
    """
    words, promise = " ".join(evidence.split()), amends.promise
    same = words.casefold() == " ".join(promise.text.split()).casefold()
    if not any(letter.isalnum() for letter in words) or same:
        raise RuleSaysNo(
            f"amends {amends.name} cannot be done without evidence",
            f"{done_command(amends.name)}: {EVIDENCE[promise.kind]}",
            missing=(EVIDENCE[promise.kind],),
        )
    return words


def missing(snapshot: Snapshot, wish: Outcome | None = None) -> tuple[str, ...]:
    """Return what keeps a case open, each a sentence with the command that fixes it.

    The case may be closed when nothing is missing. Customers who opted out need no memo and no
    yes; a case that the owner gives up as *lost* (`wish`) needs no yes. Promises must be kept
    or waived, and the lesson written, in every case.
    """
    case = snapshot.case
    parts: list[str] = []
    if not snapshot.opted_out:
        parts += _missing_memo(snapshot)
    parts += [text for one in case.amends if (text := _missing_deed(one))]
    if not snapshot.opted_out and wish is not Outcome.LOST:
        parts += _missing_word(snapshot)
    lesson = case.lesson
    if lesson is None or not (lesson.cause.strip() and lesson.prevention.strip()):
        parts.append(f"the lesson is not written: voicenote lesson {case.number}")
    return tuple(parts)


def closing_outcome(snapshot: Snapshot, wish: Outcome | None = None) -> Outcome:
    """Return the outcome a case closes with: the owner's `wish` if it is honest.

    Without a wish: *satisfied* after a yes, *lost* after a not yet, *opted out* after an opt-out
    without either, *no answer* after silence, else *neutral*. Raises RuleSaysNo for a wish that
    claims something else than the customer said.
    """
    word = verdict(snapshot)
    number = snapshot.case.number
    if wish in (Outcome.SATISFIED, Outcome.ALLY) and word is not Verdict.PUT_RIGHT:
        raise RuleSaysNo(
            f"case {number} cannot be closed as {wish.value}: the customer has not said so",
            f"write down their yes with voicenote answer {number}, or close it without --outcome",
        )
    if wish is Outcome.NO_ANSWER and word is not None:
        raise RuleSaysNo(
            f"case {number} cannot be closed as no-answer: the customer did answer",
            "close it without --outcome, or as neutral or lost",
        )
    if wish is Outcome.NO_ANSWER and snapshot.opted_out:
        raise RuleSaysNo(
            f"case {number} cannot be closed as no-answer: the customer wants no more messages",
            "close it without --outcome, or as opted-out",
        )
    if wish is Outcome.OPTED_OUT and not snapshot.opted_out:
        raise RuleSaysNo(
            f"case {number} cannot be closed as opted-out: the customer has not opted out",
            f"if they told you so: voicenote opt-out {number}; else close it without --outcome",
        )
    if wish is not None:
        return wish
    if word is not None:
        return Outcome.SATISFIED if word is Verdict.PUT_RIGHT else Outcome.LOST
    if snapshot.opted_out:
        return Outcome.OPTED_OUT
    silent = needs_yes(snapshot.case) and len(silences(snapshot)) >= SILENT_TOUCHES
    return Outcome.NO_ANSWER if silent else Outcome.NEUTRAL


def _missing_deed(amends: Amends) -> str:
    if amends.state in (AmendsState.CONFIRMED, AmendsState.WAIVED):
        return ""
    if amends.state is AmendsState.DONE and amends.evidence.strip():
        return ""
    what = {AmendsState.DONE: "has no evidence", AmendsState.BROKEN: "was broken"}
    gap = what.get(amends.state, "is not done")
    return f"{name_promise(amends)} {gap}: {done_command(amends.name)}"


def _missing_word(snapshot: Snapshot) -> list[str]:
    """Return what is missing of the customer's word. An abusive case gets no second round (S10)."""
    case = snapshot.case
    word = verdict(snapshot)
    if word is Verdict.NOT_YET and not case.complaint.abusive:
        return [f"the customer says that it is not yet right: voicenote reopen {case.number}"]
    silent = len(silences(snapshot))
    if word is Verdict.PUT_RIGHT or not needs_yes(case) or silent >= SILENT_TOUCHES:
        return []
    count = f"{silent} of {SILENT_TOUCHES} questions went unanswered"
    if mute := asked_in_vain(snapshot):
        count += f"; {mute} brings no answers back, so silence there says nothing"
    what = f"the customer has not said that it is put right ({count})"
    return [f"{what}: voicenote answer {case.number}"]


def _missing_memo(snapshot: Snapshot) -> list[str]:
    if memo_at(snapshot) is not None:
        return []
    if is_right(snapshot) and not any(map(_on_its_way, openings(snapshot))):
        return []  # they said so without a memo: there is nothing more to say
    case, touches = snapshot.case, openings(snapshot)
    if touches:
        if case.released or touches[-1].state in IN_FLIGHT | {TouchState.UNCERTAIN}:
            return [_stuck(snapshot, touches[-1])]
        why = f" ({touches[-1].reason})" if touches[-1].reason else ""
        return [f"the memo is not approved{why}: {steps_to_approval(snapshot)}"]
    if case.stage is Stage.RENDERED and snapshot.stale_words:
        return [f"the memo is not approved: {steps_to_approval(snapshot)}"]
    return [_NEXT_STEP.get(case.stage, "no memo is booked: voicenote plan {}").format(case.number)]


def _on_its_way(touch: Touch) -> bool:
    """Whether a message may be with the customer; what lies in the owner's outbox is not."""
    return touch.state in IN_FLIGHT or (
        touch.state is TouchState.UNCERTAIN and not touch.is_by_hand
    )


def _stuck(snapshot: Snapshot, touch: Touch) -> str:
    """Return why this message has not arrived, and what to do."""
    case, what = snapshot.case, f"the {touch.kind.words}"
    again = f"voicenote resend {case.number}"
    if touch.state is TouchState.UNCERTAIN:
        return f"{describe_fate(touch)}: check, then voicenote mark-sent {case.number}, or {again}"
    if touch.state is TouchState.HELD:
        if touch.is_unreached:
            return f"{what} waits: {touch.why_unreached}"
        whole = touch.is_batch_held
        cure = f"batch resume {case.batch!r}" if whole else f"plan {case.number} --resume"
        return f"{what} is held: voicenote {cure}"
    if touch.state is TouchState.DUE:
        when = tell_local(snapshot, touch.due_at)
        return f"{what} has not been sent yet, it is due {when}: voicenote run"
    if touch.state in IN_FLIGHT:
        return f"{what} is on its way: voicenote run"
    if touch.state in (TouchState.REFUSED, TouchState.BOUNCED):
        again = f"{mend_address(snapshot, touch)}; then {again}"
    unless = ", if it should leave" if touch.state is TouchState.CANCELLED else ""
    return f"{describe_fate(touch)}: {again}{unless}"
