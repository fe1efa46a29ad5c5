"""What may have left, and may go again by the same channel: it takes no other way any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.engine.world import Clock, World, release, states, take, told, touches_of, without_sound
from tests.engine.world import workspace as plain_workspace
from voicenote.engine.case.moving import move_touches, moved_case
from voicenote.engine.run import recovery
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.run.send import ATTEMPTS
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed, Refused, RuleSaysNo, Unknown, VoicenoteError
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind

ENV = {
    "VOICENOTE_CHANNELS__HOOK__KIND": "email",
    "VOICENOTE_CHANNELS__MAIL__KIND": "email",
    "VOICENOTE_SCHEDULE__PLAN": "few-words",
}
SILENCE = Unknown("no answer", "later", again=True)


@dataclass
class Hook(World):
    """A receiver that makes nothing of a key that it has; `says` is what it does, then yes."""

    says: list[tuple[bool, VoicenoteError]] = field(default_factory=list)

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        error: VoicenoteError | None
        committed, error = self.says.pop(0) if self.says else (True, None)
        if committed:
            commit()
            self.left.append(parcel)
        if error is not None:
            raise error
        return Receipt(kind=ReceiptKind.ACCEPTED, at=self.now())


@dataclass
class Setup:
    ws: Workspace
    hook: Hook
    mail: World
    clock: Clock
    case: int

    def passes(self, count: int = 1) -> None:
        for _ in range(count):
            [touch] = touches_of(self.ws, self.case)
            self.clock.now = max(self.clock.now, touch.due_at)
            one_pass(self.ws)


@pytest.fixture
def setup(tmp_path: Path, clock: Clock) -> Iterator[Setup]:
    hook, mail = Hook(name="hook", can_ask=False), World(name="mail")
    with without_sound():
        ws = plain_workspace(tmp_path, clock, mail, ENV)
        ws.make_channel = lambda name: {"hook": hook, "mail": mail}[name]
        hook.now = clock
        [case] = take(ws, told())
        release(ws, case)
        yield Setup(ws, hook, mail, clock, case)
        ws.close()


def test_a_person_cannot_move_it_to_another_channel_either(setup: Setup) -> None:
    """Its own channel is the only one that would make nothing of a second one."""
    setup.hook.says = [(True, SILENCE)]
    setup.passes()
    moved = move_touches(setup.ws, "mail", away_from="hook")
    assert moved.touches == []
    [(case, why, _)] = moved.left
    assert (case, "may have left by hook" in why) == (setup.case, True)
    with pytest.raises(RuleSaysNo, match="may have left by hook"):
        moved_case(setup.ws, setup.case, "mail", "")
    setup.passes()
    assert setup.mail.left == []
    assert len(set(setup.hook.keys)) == 1


def test_a_silence_is_tried_again_with_the_very_same_parcel(setup: Setup) -> None:
    setup.hook.says = [(True, SILENCE), (True, SILENCE)]
    setup.passes(3)
    assert states(setup.ws, setup.case) == ["memo accepted"]
    first, *others = setup.hook.left
    assert others == [first, first]
    assert setup.mail.left == []


@pytest.mark.parametrize("committed", [True, False])
def test_a_refusal_after_a_silence_opens_no_other_way(setup: Setup, committed: bool) -> None:
    setup.hook.says = [(True, SILENCE), (committed, Refused("422: key reused", "look"))]
    setup.passes(2)
    assert states(setup.ws, setup.case) == ["memo uncertain"]
    assert setup.mail.left == []


def test_giving_up_after_a_silence_is_uncertain_and_not_refused(setup: Setup) -> None:
    busy = (False, Postponed("busy", "wait"))
    setup.hook.says = [(True, SILENCE), *[busy] * (ATTEMPTS - 1)]
    setup.passes(ATTEMPTS)
    assert states(setup.ws, setup.case) == ["memo uncertain"]


def test_silence_without_end_is_uncertain(setup: Setup) -> None:
    setup.hook.says = [(True, SILENCE)] * ATTEMPTS
    setup.passes(ATTEMPTS)
    assert states(setup.ws, setup.case) == ["memo uncertain"]
    assert len(setup.hook.left) == ATTEMPTS


def test_a_slip_of_the_channel_after_a_silence_is_uncertain(setup: Setup) -> None:
    setup.hook.says = [(True, SILENCE), (False, VoicenoteError("a slip"))]
    setup.passes(2)
    assert states(setup.ws, setup.case) == ["memo uncertain"]


def test_a_person_who_books_it_again_opens_every_way(setup: Setup) -> None:
    refused = Refused("422", "look")
    setup.hook.says = [(True, SILENCE), (True, refused), (True, refused)]
    setup.passes(2)
    setup.clock.move(hours=1)
    recovery.settle_again(setup.ws, setup.case)
    setup.passes()
    assert states(setup.ws, setup.case) == ["memo accepted"]
    assert len(setup.mail.left) == 1
