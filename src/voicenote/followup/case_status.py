"""Case status: the few questions about a snapshot that every follow-up rule asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from voicenote.model.address import EMAIL, field_of
from voicenote.model.case import Case, Finding, Stage
from voicenote.model.promise import Amends
from voicenote.model.receipt import Answer, ReceiptKind, Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import ARRIVED, MAY_HAVE_LEFT, Touch, TouchKind, TouchState

#: How many questions must stay unanswered before silence counts as an answer (R14).
SILENT_TOUCHES = 3
#: The least time between two questions.
APART = timedelta(hours=20)
#: The messages that ask for an answer after the memo.
QUESTIONS = frozenset({TouchKind.CHECK_IN, TouchKind.CONFIRM})


def opening_kinds(case: Case) -> frozenset[TouchKind]:
    """Return the kinds of message that can carry this customer's reply (S7, S9, S10)."""
    if case.complaint.abusive:
        return frozenset({TouchKind.LAST_WORD, TouchKind.MEMO})
    if case.complaint.finding is Finding.UNFOUNDED:
        return frozenset({TouchKind.ACKNOWLEDGE, TouchKind.MEMO})
    return frozenset({TouchKind.MEMO})


def needs_yes(case: Case) -> bool:
    """Whether the customer has to confirm: not if unfounded or abusive (S9, S10)."""
    return not case.complaint.abusive and case.complaint.finding is not Finding.UNFOUNDED


def openings(snapshot: Snapshot) -> tuple[Touch, ...]:
    """Return the messages of this round that carry the memo, or its substitute."""
    kinds = opening_kinds(snapshot.case)
    return tuple(touch for touch in snapshot.round_touches if touch.kind in kinds)


def memo_at(snapshot: Snapshot) -> datetime | None:
    """Return when this round's memo was sent, if it arrived as far as is known."""
    return max((one.left_at for one in openings(snapshot) if one.state in ARRIVED), default=None)


def apologised_at(snapshot: Snapshot) -> datetime | None:
    """Return when the newest memo of an earlier round was sent, or may have been; or None."""
    said = ARRIVED | {TouchState.UNCERTAIN}
    before = (one for one in snapshot.touches if one.round < snapshot.case.round)
    memos = (one for one in before if one.kind is TouchKind.MEMO and one.state in said)
    return max((one.left_at for one in memos), default=None)


def acknowledged_at(snapshot: Snapshot) -> datetime | None:
    """Return when this round's acknowledgement was sent, if it arrived as far as is known."""
    said = (one for one in snapshot.round_touches if one.kind is TouchKind.ACKNOWLEDGE)
    return min((one.left_at for one in said if one.state in ARRIVED), default=None)


def told_already(snapshot: Snapshot, touch: Touch | None = None) -> datetime | None:
    """Return when an acknowledgement was sent that makes another needless (R6), or None.

    One is enough until the customer writes again, in any round. One that may have been sent counts
    too; `touch`, which is being judged, does not.
    """
    left = [
        one.left_at
        for one in snapshot.touches
        if one.kind is TouchKind.ACKNOWLEDGE and one.state in MAY_HAVE_LEFT
        if touch is None or one.number != touch.number
    ]
    if not left:
        return None
    heard = [answer.at for answer in snapshot.answers]
    heard += [
        receipt.at
        for receipts in snapshot.receipts.values()
        for receipt in receipts
        if receipt.kind is ReceiptKind.ANSWERED
    ]
    return None if any(at >= max(left) for at in heard) else max(left)


def clock_start(snapshot: Snapshot) -> datetime | None:
    """Return when the response clock of this round starts (R4).

    In the first round, with the complaint; after that with the customer's newest answer. None when
    the owner reopened the case without one.
    """
    if snapshot.case.round == 1:
        return snapshot.case.complaint.opened_at
    return max((answer.at for answer in snapshot.answers), default=None)


def spoken_at(snapshot: Snapshot) -> tuple[datetime, ...]:
    """Return every time in this round at which a person answered. Machines never count."""
    moments = [answer.at for answer in snapshot.round_answers]
    for touch in snapshot.round_touches:
        receipts = snapshot.receipts.get(touch.number, ())
        heard = [one.at for one in receipts if one.kind is ReceiptKind.ANSWERED]
        if touch.state is TouchState.ANSWERED and not heard:
            heard = [touch.left_at]
        moments += heard
    return tuple(moments)


def booked_at(snapshot: Snapshot, touch: Touch) -> datetime:
    """Return when `touch` was booked; if that is unknown, when the memo before it was wanted."""
    if touch.planned.booked_at is not None:
        return touch.planned.booked_at
    wanted = touch.planned.wanted_at
    kinds = opening_kinds(snapshot.case) | {TouchKind.ACKNOWLEDGE}
    before = [
        one.planned.wanted_at
        for one in snapshot.touches
        if one.round == touch.round and one.kind in kinds and one.planned.wanted_at <= wanted
    ]
    return max(before, default=wanted)


def answered_since(snapshot: Snapshot, moment: datetime) -> bool:
    """Whether a person answered in this round, at `moment` or later."""
    return any(at >= moment for at in spoken_at(snapshot))


def verdict(snapshot: Snapshot) -> Verdict | None:
    """Return the customer's newest clear word of this round: put right, not yet, or None.

    A *not yet* from before the memo answers something else, and does not count.
    """
    memo = memo_at(snapshot)
    clear = [
        (answer.at, index, answer.verdict)
        for index, answer in enumerate(snapshot.round_answers)
        if answer.verdict is Verdict.PUT_RIGHT
        or (answer.verdict is Verdict.NOT_YET and memo is not None and answer.at >= memo)
    ]
    return max(clear)[2] if clear else None


def is_right(snapshot: Snapshot) -> bool:
    """Whether the customer has said that it was put right: then nothing need be sent any more."""
    return verdict(snapshot) is Verdict.PUT_RIGHT


def silences(snapshot: Snapshot) -> tuple[Touch, ...]:
    """Return the questions that arrived after the memo, if nobody answered any of them.

    Only those count that were asked by a channel which brings answers back.
    Questions less than 20 hours apart count as one: people need time to answer.
    """
    asked = [touch for touch in _unanswered(snapshot) if touch.answerable]
    found: list[Touch] = []
    for touch in sorted(asked, key=lambda one: one.left_at):
        if not found or touch.left_at - found[-1].left_at >= APART:
            found.append(touch)
    return tuple(found)


def _unanswered(snapshot: Snapshot) -> list[Touch]:
    """Return the questions that arrived after the memo, if nobody answered any of them."""
    memo = memo_at(snapshot)
    if memo is None or answered_since(snapshot, memo):
        return []
    return [
        touch
        for touch in snapshot.round_touches
        if touch.kind in QUESTIONS and touch.state in ARRIVED and touch.left_at >= memo
    ]


def asked_in_vain(snapshot: Snapshot) -> str:
    """Return the channels of questions that brought no answer because they can't, or ""."""
    mute = [touch.channel for touch in _unanswered(snapshot) if not touch.answerable]
    return " and ".join(dict.fromkeys(mute))


def rests_on_silence(snapshot: Snapshot) -> bool:
    """Whether only silence can close the case: then time decides, and nobody need be told."""
    return needs_yes(snapshot.case) and verdict(snapshot) is None and not snapshot.opted_out


def amends_of(snapshot: Snapshot, k: int | None) -> Amends | None:
    """Return the promise with this K, or None."""
    return next((one for one in snapshot.case.amends if one.k == k), None)


def settled(amends: Iterable[Amends]) -> bool:
    """Whether each of these promises is kept or waived."""
    return all(one.settled for one in amends)


def today(snapshot: Snapshot, now: datetime) -> date:
    """Return the date where the customer is."""
    return now.astimezone(snapshot.zone).date()


def tell_local(snapshot: Snapshot, moment: datetime) -> str:
    """Return a moment to the minute where the customer is, with the zone, for use in sentences."""
    return f"{moment.astimezone(snapshot.zone):%Y-%m-%d %H:%M} ({snapshot.zone.key})"


def name_promise(amends: Amends) -> str:
    """Return the name of a promise for use in sentences: ``amends 3.1 (refund of 40 EUR)``."""
    value = amends.promise.value
    what = f"{amends.promise.kind.value} of {value}" if value else amends.promise.text
    return f"amends {amends.name} ({what})"


def done_command(name: str) -> str:
    """Return the command that settles a promise, named ``N.K``."""
    return f'voicenote amends done {name} --evidence "…"'


def overdue_promises(snapshot: Snapshot, now: datetime) -> Iterator[tuple[Amends, int]]:
    """Yield each promise still owed after its date, and how many days that is ago."""
    day = today(snapshot, now)
    for one in snapshot.case.amends:
        due = one.promise.promised_by
        if due and one.overdue(day):
            yield one, (day - due).days


def open_answer(snapshot: Snapshot) -> Answer | None:
    """Return the newest answer of this round, unless it is a plain yes; or None."""
    newest = max(snapshot.round_answers, key=lambda one: one.at, default=None)
    return None if newest is None or newest.verdict is Verdict.PUT_RIGHT else newest


def unsettled_answer(snapshot: Snapshot) -> Answer | None:
    """Return the newest answer that came after this round was closed, or taken out; or None.

    A plain yes is none, nor is what ends a round: only what may ask for another one.
    """
    case = snapshot.case
    fresh = [one for one in snapshot.round_answers if not one.settled]
    newest = max(fresh, key=lambda one: one.at, default=None)
    if case.stage is not Stage.CLOSED or newest is None or newest.verdict is Verdict.PUT_RIGHT:
        return None
    return newest if case.taken_out or newest.verdict is Verdict.NOT_YET else None


def name_also(cases: Sequence[int]) -> str:
    """Return the name of a person's other open cases: ``case 3`` or ``cases 3, 4``."""
    word = "case" if len(cases) == 1 else "cases"
    return f"{word} {', '.join(map(str, cases))}"


def told_also(number: int, also: Sequence[int]) -> str:
    """Return what the owner should know when a person has other open cases; "" without any."""
    if not also:
        return ""
    leads = "this one leads" if number < also[0] else f"case {also[0]} leads"
    return (
        f"the same person has {name_also(also)} open: {leads}, they get one message a day, and a "
        "second apology needs something new (R6)"
    )


def mend_address(snapshot: Snapshot, touch: Touch) -> str:
    """Return what to do if `touch` did not arrive because its address is wrong.

    A channel whose name tells no kind of address may have used any that the customer has.
    """
    case, name = snapshot.case, touch.channel
    known = list(dict.fromkeys(one.kind for one in case.customer.addresses)) or [EMAIL]
    meant = [kind for kind in known if kind in name] or known
    if "mail" in name and EMAIL in known:
        meant = [EMAIL]
    first, *others = (f"{field_of(kind)}=…" for kind in meant)
    more = f" (or {', '.join(others)})" if others else ""
    return f"if their address is wrong, voicenote edit {case.number} --set {first}{more}"


def describe_fate(touch: Touch) -> str:
    """Return what became of a message, and why: ``the memo was refused (no such user)``."""
    if touch.state is TouchState.UNCERTAIN and touch.is_by_hand:
        return f"the {touch.kind.words} has not been sent as far as is known: {touch.reason}"
    uncertain = touch.state is TouchState.UNCERTAIN
    fate = "may or may not have been sent" if uncertain else f"was {touch.state.value}"
    return f"the {touch.kind.words} {fate}" + (f" ({touch.reason})" if touch.reason else "")
