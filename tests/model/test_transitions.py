"""The transition table: every (state, event) pair of all three tables, written out by hand here."""

from __future__ import annotations

from enum import StrEnum

import pytest

from voicenote.errors import ImpossibleTransition
from voicenote.model.case import Stage
from voicenote.model.promise import AmendsState
from voicenote.model.touch import ARRIVED, IN_FLIGHT, WAITING, TouchState
from voicenote.model.transitions import AMENDS, BY_COMMAND, EVENT_WORDS, TABLES, after

STATES: dict[str, type[StrEnum]] = {"case": Stage, "amends": AmendsState, "touch": TouchState}

#: table → event → "from from > to": the same facts in other words, so that a slip shows
EXPECTED = {
    "case": {
        "compose": "opened scripted rendered approved > scripted",
        "render": "scripted rendered approved > rendered",
        "approve": "rendered approved > approved",
        "recall": "approved following > rendered",
        "send": "approved > following",
        "reopen": "approved following closed > opened",
        "close": "opened scripted rendered approved following > closed",
        "withdraw": "opened scripted rendered approved following > closed",
        "merge": "opened scripted rendered approved following > closed",
        "restore": "closed > following",
    },
    "amends": {
        "do": "promised broken > done",
        "confirm": "done > confirmed",
        "dispute": "done confirmed > promised",
        "break": "promised done > broken",
        "promise": "promised broken > promised",
        "waive": "promised broken > waived",
        "restore": "broken > promised",
    },
    "touch": {
        "claim": "due > sending",
        "commit": "sending > committing",
        "accept": "committing uncertain > accepted",
        "find": "due > accepted",
        "refuse": "sending committing > refused",
        "postpone": "sending committing > due",
        "repeat": "committing > due",
        "lose": "sending committing > uncertain",
        "reroute": "sending committing bounced > due",
        "resend": "uncertain refused bounced skipped cancelled > due",
        "deliver": "accepted uncertain delivered > delivered",
        "hear": "accepted uncertain delivered heard > heard",
        "answer": "accepted uncertain delivered heard answered > answered",
        "unanswer": "answered > accepted",
        "bounce": "accepted uncertain delivered > bounced",
        "hold": "due > held",
        "resume": "held > due",
        "skip": "due held > skipped",
        "cancel": "due held sending > cancelled",
        "restore": "skipped cancelled > due",
    },
}
PAIRS = [
    (table, state, event)
    for table, events in EXPECTED.items()
    for event in events
    for state in STATES[table]
]


@pytest.mark.parametrize(("table", "state", "event"), PAIRS)
def test_every_pair_leads_where_it_should_or_is_refused(
    table: str, state: StrEnum, event: str
) -> None:
    before, _, later = EXPECTED[table][event].partition(" > ")
    if state.value in before.split():
        assert after(TABLES[table], state, event).value == later
    else:
        with pytest.raises(ImpossibleTransition) as caught:
            after(TABLES[table], state, event)
        assert "'" not in caught.value.what.replace("can't", "")
        assert (
            f"it {'is already ' if 'already' in caught.value.what else 'can'}" in caught.value.what
        )
        assert caught.value.advice


def test_the_table_has_no_event_that_is_not_expected_here() -> None:
    assert {name: set(table) for name, table in TABLES.items()} == {
        name: set(events) for name, events in EXPECTED.items()
    }


@pytest.mark.parametrize("table", TABLES)
def test_every_state_can_be_reached(table: str) -> None:
    states = list(STATES[table])
    reached = {states[0]}
    for _ in states:
        reached |= {
            later for row in TABLES[table].values() for now, later in row.items() if now in reached
        }
    assert reached == set(states)


@pytest.mark.parametrize("table", TABLES)
def test_an_unknown_event_is_refused(table: str) -> None:
    with pytest.raises(ImpossibleTransition, match="vanish"):
        after(TABLES[table], next(iter(STATES[table])), "vanish")


@pytest.mark.parametrize(
    ("table", "state", "event", "said"),
    [
        ("amends", AmendsState.DONE, "do", "it is already done"),
        (
            "amends",
            AmendsState.PROMISED,
            "confirm",
            "it can't be confirmed while it is only promised",
        ),
        ("amends", AmendsState.WAIVED, "do", "it can't be done while it is waived"),
        ("case", Stage.CLOSED, "close", "it is already closed"),
        ("case", Stage.OPENED, "approve", "it can't be approved while it is only opened"),
        ("touch", TouchState.HELD, "hold", "it is already on hold"),
        ("touch", TouchState.ACCEPTED, "resend", "it can't be sent again while it is sent"),
    ],
)
def test_a_refusal_is_told_as_people_would(
    table: str, state: StrEnum, event: str, said: str
) -> None:
    with pytest.raises(ImpossibleTransition) as no:
        after(TABLES[table], state, event)
    assert no.value.what == said


def test_every_event_has_words() -> None:
    events = set().union(*TABLES.values())
    assert set(EVENT_WORDS) == {event for event in events if not event.startswith("restore")}


def test_a_refusal_names_what_it_is_about_and_its_commands() -> None:
    with pytest.raises(ImpossibleTransition) as no:
        after(AMENDS, AmendsState.DONE, "do", "amends 3.1", "3.1")
    assert no.value.what == "amends 3.1 is already done"
    assert no.value.advice.startswith("possible now: voicenote amends confirm 3.1, or ")


def test_what_has_arrived_is_not_booked_again() -> None:
    for state in ARRIVED:
        with pytest.raises(ImpossibleTransition):
            after(TABLES["touch"], state, "resend")


def test_a_promise_that_is_waived_stays_waived() -> None:
    with pytest.raises(ImpossibleTransition) as caught:
        after(TABLES["amends"], AmendsState.WAIVED, "do")
    assert caught.value.advice == "nothing can change it any more"


def test_a_claim_only_comes_from_due_so_that_nothing_uncertain_goes_twice() -> None:
    assert list(TABLES["touch"]["claim"]) == [TouchState.DUE]


def test_waiting_in_flight_and_arrived_have_nothing_in_common() -> None:
    groups = [WAITING, IN_FLIGHT, ARRIVED]
    assert sum(map(len, groups)) == len(frozenset[TouchState]().union(*groups))


def test_an_impossible_change_advises_the_commands_that_there_are() -> None:
    with pytest.raises(ImpossibleTransition) as no:
        after(AMENDS, AmendsState.DONE, "do")
    assert no.value.advice == (
        "possible now: voicenote amends confirm N.K, or voicenote amends broken N.K"
    )


def test_every_command_is_one_of_an_event() -> None:
    assert set(BY_COMMAND) <= set().union(*TABLES.values())
