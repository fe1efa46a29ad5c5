"""The one transition table: every status change of a case, a promise and a touch goes through it.

The diagram in ``docs/states.md`` is drawn from this table, and a test tries every (state, event)
pair. Stores guard each change with compare-and-set.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from voicenote.errors import ImpossibleTransition
from voicenote.model.case import Stage as C
from voicenote.model.promise import AmendsState as A
from voicenote.model.touch import TouchState as T

State = TypeVar("State", bound=StrEnum)

#: event → the states it may happen in, and the state it leads to
CASE: Mapping[str, Mapping[C, C]] = {
    "compose": dict.fromkeys((C.OPENED, C.SCRIPTED, C.RENDERED, C.APPROVED), C.SCRIPTED),
    "render": dict.fromkeys((C.SCRIPTED, C.RENDERED, C.APPROVED), C.RENDERED),
    "approve": dict.fromkeys((C.RENDERED, C.APPROVED), C.APPROVED),
    # what was approved is not so any more: it waits for the owner again. From following, too, while
    # nobody has it: it came back, and is to go again
    "recall": dict.fromkeys((C.APPROVED, C.FOLLOWING), C.RENDERED),
    "send": {C.APPROVED: C.FOLLOWING},
    "reopen": dict.fromkeys((C.APPROVED, C.FOLLOWING, C.CLOSED), C.OPENED),
    "close": dict.fromkeys((C.OPENED, C.SCRIPTED, C.RENDERED, C.APPROVED, C.FOLLOWING), C.CLOSED),
    # a wrong clock has closed it
    "restore": {C.CLOSED: C.FOLLOWING},
}

AMENDS: Mapping[str, Mapping[A, A]] = {
    "do": dict.fromkeys((A.PROMISED, A.BROKEN), A.DONE),
    "confirm": {A.DONE: A.CONFIRMED},
    "dispute": dict.fromkeys((A.DONE, A.CONFIRMED), A.PROMISED),
    "break": dict.fromkeys((A.PROMISED, A.DONE), A.BROKEN),
    "promise": dict.fromkeys((A.PROMISED, A.BROKEN), A.PROMISED),
    "waive": dict.fromkeys((A.PROMISED, A.BROKEN), A.WAIVED),
    # a wrong clock has broken it: the same promise, of the same date
    "restore": {A.BROKEN: A.PROMISED},
}

TOUCH: Mapping[str, Mapping[T, T]] = {
    # leaving the house
    "claim": {T.DUE: T.SENDING},
    "commit": {T.SENDING: T.COMMITTING},
    "accept": dict.fromkeys((T.COMMITTING, T.UNCERTAIN), T.ACCEPTED),
    # its channel knows that it has left, although the ledger was put back to before that
    "find": {T.DUE: T.ACCEPTED},
    "refuse": dict.fromkeys((T.SENDING, T.COMMITTING), T.REFUSED),
    "postpone": dict.fromkeys((T.SENDING, T.COMMITTING), T.DUE),
    "repeat": {T.COMMITTING: T.DUE},
    # from sending, too: an attempt before this one may have left
    "lose": dict.fromkeys((T.SENDING, T.COMMITTING), T.UNCERTAIN),
    # from bounced: a refusal that came late, where it is sure that nobody has got it
    "reroute": dict.fromkeys((T.SENDING, T.COMMITTING, T.BOUNCED), T.DUE),
    "resend": dict.fromkeys((T.UNCERTAIN, T.REFUSED, T.BOUNCED, T.SKIPPED, T.CANCELLED), T.DUE),
    # what is heard of it afterwards
    "deliver": dict.fromkeys((T.ACCEPTED, T.UNCERTAIN, T.DELIVERED), T.DELIVERED),
    "hear": dict.fromkeys((T.ACCEPTED, T.UNCERTAIN, T.DELIVERED, T.HEARD), T.HEARD),
    "answer": dict.fromkeys(
        (T.ACCEPTED, T.UNCERTAIN, T.DELIVERED, T.HEARD, T.ANSWERED), T.ANSWERED
    ),
    "bounce": dict.fromkeys((T.ACCEPTED, T.UNCERTAIN, T.DELIVERED), T.BOUNCED),
    # never leaving it
    "hold": {T.DUE: T.HELD},
    "resume": {T.HELD: T.DUE},
    "skip": dict.fromkeys((T.DUE, T.HELD), T.SKIPPED),
    # from sending: somebody answered, opted out or closed the case while it was leaving
    "cancel": dict.fromkeys((T.DUE, T.HELD, T.SENDING), T.CANCELLED),
    # a wrong clock has passed it over, or closed its case
    "restore": dict.fromkeys((T.SKIPPED, T.CANCELLED), T.DUE),
}

#: All three; the states of each are of its own kind.
TABLES: Mapping[str, Mapping[str, Mapping[Any, StrEnum]]] = {
    "case": CASE,
    "amends": AMENDS,
    "touch": TOUCH,
}


#: What a person runs to make an event happen; the others come by themselves.
BY_COMMAND: Mapping[str, str] = {
    "compose": "voicenote script N",
    "render": "voicenote render N",
    "approve": "voicenote approve N",
    "reopen": "voicenote reopen N",
    "close": "voicenote close N",
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


def after(table: Mapping[str, Mapping[State, State]], state: State, event: str) -> State:
    """Return the state that `event` leads to from `state`.

    Raises ImpossibleTransition, which names both, when the table has no such change; it advises the
    commands that there are for what can happen instead.
    """
    try:
        return table[event][state]
    except KeyError:
        open_ = [name for name, row in table.items() if state in row]
        ways = [BY_COMMAND[name] for name in open_ if name in BY_COMMAND]
        raise ImpossibleTransition(
            f"{event!r} is not possible while it is {state.value!r}",
            f"possible now: {', or '.join(ways)}" if ways else "nothing can change it any more",
        ) from None


def diagram() -> str:
    """Return ``docs/states.md``: one Mermaid state diagram for each table, drawn from it."""
    heads = {
        "case": "A case, from the complaint to the closed loop.",
        "amends": "A promise. Done needs evidence; broken is not the end of it.",
        "touch": "A touch. Nothing uncertain is sent again automatically.",
    }
    command = "from voicenote.model.transitions import diagram; print(diagram(), end='')"
    parts = [
        "# States",
        "",
        "Every status change goes through one table, `voicenote/model/transitions.py`. This page",
        "is drawn from it; a test fails when it is not current. To draw it again:",
        "",
        "```sh",
        f'python -c "{command}" > docs/states.md',
        "```",
    ]
    for name, table in TABLES.items():
        parts += ["", f"## {name.capitalize()}", "", heads[name], "", "```mermaid"]
        parts += ["stateDiagram-v2", *_arrows(table), "```"]
    return "\n".join([*parts, ""])


def _arrows(table: Mapping[str, Mapping[StrEnum, StrEnum]]) -> list[str]:
    """Return the arrows of one diagram, those between the same two states as one."""
    events: dict[tuple[StrEnum, StrEnum], list[str]] = {}
    for event, row in table.items():
        for before, later in row.items():
            events.setdefault((before, later), []).append(event)
    states = list(type(next(iter(events))[0]))
    order = sorted(events, key=lambda pair: (states.index(pair[0]), states.index(pair[1])))
    arrows = [f"    {a.value} --> {b.value} : {', '.join(events[a, b])}" for a, b in order]
    return [f"    [*] --> {states[0].value}", *arrows]
