"""The transition table: every status change of a case, a promise and a touch goes through it.

The diagrams in ``docs/states.md`` are drawn from it, and a test tries every (state, event) pair.
Stores guard each change with compare-and-set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from voicenote.errors import ImpossibleTransition
from voicenote.model.case import Stage as C
from voicenote.model.promise import AmendsState as A
from voicenote.model.touch import TouchState as T

State = TypeVar("State", bound=StrEnum)

#: The stages of an open case, first those in which its memo was not sent.
UNSENT = (C.OPENED, C.SCRIPTED, C.RENDERED, C.APPROVED)
_OPEN = (*UNSENT, C.FOLLOWING)
#: Event → the states it may happen in, and the state it leads to.
CASE: Mapping[str, Mapping[C, C]] = {
    "compose": dict.fromkeys(UNSENT, C.SCRIPTED),
    "render": dict.fromkeys((C.SCRIPTED, C.RENDERED, C.APPROVED), C.RENDERED),
    "approve": dict.fromkeys((C.RENDERED, C.APPROVED), C.APPROVED),
    # no longer approved: it waits for the owner again. Also from following, if it came back, so
    # the customer doesn't have it, and is to be sent again
    "recall": dict.fromkeys((C.APPROVED, C.FOLLOWING), C.RENDERED),
    "send": {C.APPROVED: C.FOLLOWING},
    "reopen": dict.fromkeys((C.APPROVED, C.FOLLOWING, C.CLOSED), C.OPENED),
    "close": dict.fromkeys(_OPEN, C.CLOSED),
    # taken out: mistyped, solved elsewhere; or it goes on as another case
    "withdraw": dict.fromkeys(_OPEN, C.CLOSED),
    "merge": dict.fromkeys(_OPEN, C.CLOSED),
    # when a wrong clock closed it
    "restore": {C.CLOSED: C.FOLLOWING},
}

AMENDS: Mapping[str, Mapping[A, A]] = {
    "do": dict.fromkeys((A.PROMISED, A.BROKEN), A.DONE),
    "confirm": {A.DONE: A.CONFIRMED},
    "dispute": dict.fromkeys((A.DONE, A.CONFIRMED), A.PROMISED),
    "break": dict.fromkeys((A.PROMISED, A.DONE), A.BROKEN),
    "promise": dict.fromkeys((A.PROMISED, A.BROKEN), A.PROMISED),
    "waive": dict.fromkeys((A.PROMISED, A.BROKEN), A.WAIVED),
    # when a wrong clock broke it: the same promise with the same date
    "restore": {A.BROKEN: A.PROMISED},
}

TOUCH: Mapping[str, Mapping[T, T]] = {
    # being sent
    "claim": {T.DUE: T.SENDING},
    "commit": {T.SENDING: T.COMMITTING},
    "accept": dict.fromkeys((T.COMMITTING, T.UNCERTAIN), T.ACCEPTED),
    # its channel knows that it was sent, although the ledger was restored to an earlier state
    "find": {T.DUE: T.ACCEPTED},
    "refuse": dict.fromkeys((T.SENDING, T.COMMITTING), T.REFUSED),
    "postpone": dict.fromkeys((T.SENDING, T.COMMITTING), T.DUE),
    "repeat": {T.COMMITTING: T.DUE},
    # also from sending: an attempt before this one may have been sent
    "lose": dict.fromkeys((T.SENDING, T.COMMITTING), T.UNCERTAIN),
    # from bounced: a late refusal, when it is certain that no one got it
    "reroute": dict.fromkeys((T.SENDING, T.COMMITTING, T.BOUNCED), T.DUE),
    "resend": dict.fromkeys((T.UNCERTAIN, T.REFUSED, T.BOUNCED, T.SKIPPED, T.CANCELLED), T.DUE),
    # what is reported afterwards
    "deliver": dict.fromkeys((T.ACCEPTED, T.UNCERTAIN, T.DELIVERED), T.DELIVERED),
    "hear": dict.fromkeys((T.ACCEPTED, T.UNCERTAIN, T.DELIVERED, T.HEARD), T.HEARD),
    "answer": dict.fromkeys(
        (T.ACCEPTED, T.UNCERTAIN, T.DELIVERED, T.HEARD, T.ANSWERED), T.ANSWERED
    ),
    # when a person takes back that a message was its answer; its other reports count again
    "unanswer": {T.ANSWERED: T.ACCEPTED},
    "bounce": dict.fromkeys((T.ACCEPTED, T.UNCERTAIN, T.DELIVERED), T.BOUNCED),
    # not being sent
    "hold": {T.DUE: T.HELD},
    "resume": {T.HELD: T.DUE},
    "skip": dict.fromkeys((T.DUE, T.HELD), T.SKIPPED),
    # from sending: somebody answered, opted out or closed the case while it was leaving
    "cancel": dict.fromkeys((T.DUE, T.HELD, T.SENDING), T.CANCELLED),
    # when a wrong clock skipped it, or closed its case
    "restore": dict.fromkeys((T.SKIPPED, T.CANCELLED), T.DUE),
}

#: All three tables, by name.
TABLES: Mapping[str, Mapping[str, Mapping[Any, StrEnum]]] = {
    "case": CASE,
    "amends": AMENDS,
    "touch": TOUCH,
}


#: The command a person runs to make an event happen; all other events happen automatically.
BY_COMMAND: Mapping[str, str] = {
    "compose": "voicenote script N",
    "render": "voicenote render N",
    "approve": "voicenote approve N",
    "reopen": "voicenote reopen N",
    "close": "voicenote close N",
    "withdraw": "voicenote withdraw N --why …",
    "merge": "voicenote merge M N",
    "do": 'voicenote amends done N.K --evidence "…"',
    "confirm": "voicenote amends confirm N.K",
    "break": "voicenote amends broken N.K",
    "promise": "voicenote amends again N.K --by DATE",
    "waive": 'voicenote amends waive N.K --reason "…"',
    "accept": "voicenote mark-sent N",
    "resend": "voicenote resend N",
    "hold": "voicenote plan N --hold",
    "resume": "voicenote plan N --resume",
}


#: What an event does to a case, a promise or a message: "it can't be …".
EVENT_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("claim", "commit", "accept", "find", "send"), "sent"),
    **dict.fromkeys(("resend", "repeat", "reroute"), "sent again"),
    "do": "done",
    "close": "closed",
    "compose": "given new words",
    "render": "spoken",
    "approve": "approved",
    "reopen": "reopened",
    "merge": "merged",
    "withdraw": "withdrawn",
    "confirm": "confirmed",
    "dispute": "disputed",
    "break": "called broken",
    "promise": "promised again",
    "waive": "waived",
    "recall": "recalled",
    "refuse": "refused",
    "postpone": "put off",
    "lose": "called uncertain",
    "deliver": "delivered",
    "hear": "heard",
    "answer": "answered",
    "unanswer": "left unanswered",
    "bounce": "returned",
    "hold": "held",
    "resume": "resumed",
    "skip": "skipped",
    "cancel": "cancelled",
}
#: A state in a sentence, where its own name isn't one: "while it is …".
_STATE_WORDS: Mapping[StrEnum, str] = {
    C.OPENED: "only opened",
    C.SCRIPTED: "only written",
    C.RENDERED: "not approved",
    C.APPROVED: "approved, and not sent yet",
    C.FOLLOWING: "followed up",
    A.PROMISED: "only promised",
    T.DUE: "still to be sent",
    T.HELD: "on hold",
    T.COMMITTING: "being sent",
    T.SENDING: "being sent",
    T.UNCERTAIN: "perhaps sent",
    T.ACCEPTED: "sent",
    T.BOUNCED: "returned",
}


def after(
    table: Mapping[str, Mapping[State, State]],
    state: State,
    event: str,
    what: str = "it",
    number: str = "",
) -> State:
    """Return the state that `event` leads to from `state`.

    Raises ImpossibleTransition when the table has no such change; it says so of `what`, in words,
    and names the commands that are possible instead, with the case's or promise's `number`.
    """
    try:
        return table[event][state]
    except KeyError:
        open_ = [name for name, row in table.items() if state in row]
        ways = [BY_COMMAND[name] for name in open_ if name in BY_COMMAND]
        if number:
            ways = [re.sub(r"\bN(\.K)?\b", number, way) for way in ways]
        now = _STATE_WORDS.get(state, state.value)
        said = f"{what} can't be {_event_words(event)} while it is {now}"
        if state in table.get(event, {}).values():
            said = f"{what} is already {now}"
        raise ImpossibleTransition(
            said,
            f"possible now: {', or '.join(ways)}" if ways else "nothing can change it any more",
        ) from None


def _event_words(event: str) -> str:
    return "restored" if event.startswith("restore") else EVENT_WORDS.get(event, event)
