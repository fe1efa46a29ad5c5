"""A shop's import on the real engine: 105 rows, 46 without an address, one mail pair.

At the end each customer is in one true state.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.engine.house import House, dana
from tests.engine.world import Clock, release, take, told, touches_of, without_sound
from voicenote.engine.case import closing
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_view import case_view
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.model.case import Lesson, Outcome, Stage
from voicenote.model.receipt import Verdict

ROWS, WITHOUT = 105, 46
LESSON = Lesson(cause="haste", prevention="a check list", owner="Ada")
SHOP = {
    "schedule__plan": "make-it-right",
    "policy__auto_approve": '["check-in", "status", "confirm", "acknowledge"]',
    "policy__pause_share": "100",
}


def state_of(ws: Workspace, number: int) -> str:
    """What is true of a customer, as the owner is shown it."""
    case = case_view(ws, number).case
    memo = next(one for one in touches_of(ws, number) if one.kind.value == "memo")
    if case.stage is Stage.CLOSED:
        assert case.outcome is not None
        return f"closed: {case.outcome.value}"
    return f"{case.stage.value}: memo {memo.state.value}"


def test_at_the_end_each_customer_is_in_one_true_state(tmp_path: Path, clock: Clock) -> None:
    house = House(tmp_path, clock)
    with without_sound():
        ws = house.open(**SHOP)
        people = [
            dana(name=f"P{n}", email="" if n <= WITHOUT else f"p{n}@here.ee", telegram="")
            for n in range(1, ROWS + 1)
        ]
        stories = [
            told(f"R-{n}", customer=one, days=None, what_happened=f"Box {n} was empty")
            for n, one in enumerate(people, 1)
        ]
        numbers = take(ws, *stories)
        release(ws, *numbers)
        reached = numbers[WITHOUT:]
        house.mail.fates = ["refused"] * 3
        turn = one_pass(ws)
        assert (turn.sent, turn.failed) == (ROWS - WITHOUT - 3, 3)
        assert turn.unreached[0][0].startswith("46 have no address")
        for number in numbers:
            closing.write_lesson(ws, number, LESSON)
        clock.move(days=1)
        for number in reached[3:13]:
            closing.answer(ws, number, Verdict.PUT_RIGHT, "thank you", "phone")
            closing.close(ws, number)
        for _ in range(45):
            clock.move(days=1)
            one_pass(ws)
        found = Counter(state_of(ws, number) for number in numbers)
        assert found == {
            "approved: memo held": WITHOUT,
            "approved: memo refused": 3,
            "closed: satisfied": 10,
            "closed: no-answer": ROWS - WITHOUT - 13,
        }
        wrote = {*house.left}
        assert wrote == {f"p{n}@here.ee" for n in range(WITHOUT + 4, ROWS + 1)}
        apart = [one for one in what_needs_me(ws).apart if one.urgency == "unreached"]
        assert [one.what[:18] for one in apart] == ["46 have no address"]
        assert Outcome.NO_ANSWER.value not in {state_of(ws, n) for n in numbers[:WITHOUT]}
        ws.close()
