"""What happens to a case of which nothing was sent yet, when it is answered or opened again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.world import Clock, World, release, states, take, told, without_sound, workspace
from voicenote.engine.case import closing
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_view import case_view
from voicenote.engine.case.decisions import close_in
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.render_case import render_cases
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.model.case import Lesson, Outcome
from voicenote.model.receipt import Verdict

LESSON = Lesson(cause="haste", prevention="a check list", owner="Ada")
ENV = {"VOICENOTE_CHANNELS__MAIL__KIND": "email"}


@pytest.fixture
def world() -> World:
    return World(name="mail")


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: World) -> Iterator[Workspace]:
    with without_sound():
        made = workspace(tmp_path, clock, world, ENV)
        take(made, told("R-1", days=None))
        yield made
        made.close()


def say(ws: Workspace, verdict: Verdict = Verdict.PUT_RIGHT) -> closing.ClosingStatus:
    return closing.answer(ws, 1, verdict, "all is well", "phone")


def prepare(ws: Workspace, stage: str) -> None:
    """Lead the case as far as the stage, or to a memo that is approved and not sent."""
    if stage in ("scripted", "rendered"):
        list(compose_cases(ws, [1]))
    if stage == "rendered":
        list(render_cases(ws, [1]))
    if stage == "approved":
        release(ws, 1)


@pytest.mark.parametrize("stage", ["opened", "scripted", "rendered", "approved"])
def test_whoever_says_yes_before_the_memo_gets_none(
    ws: Workspace, world: World, stage: str
) -> None:
    prepare(ws, stage)
    told_ = say(ws)
    assert told_.missing == ("the lesson is not written: voicenote lesson 1",)
    assert (told_.dropped > 0) is (stage == "approved")
    urgent = [(one.urgency.name, one.command) for one in what_needs_me(ws).needs]
    assert urgent == [("LESSON", "voicenote lesson 1")]
    assert one_pass(ws).waiting == []
    closing.write_lesson(ws, 1, LESSON)
    assert closing.close(ws, 1) is Outcome.SATISFIED
    assert world.left == []


def test_a_memo_that_was_refused_is_not_asked_for_after_a_yes(ws: Workspace, world: World) -> None:
    world.fates = ["refused"]
    prepare(ws, "approved")
    one_pass(ws)
    assert not any("resend" in one for one in say(ws).missing)
    assert not any("resend" in one.command for one in what_needs_me(ws).needs)


def test_a_memo_that_may_have_left_is_still_settled_first(ws: Workspace, world: World) -> None:
    """The customer may have it, and the record has to be true."""
    world.can_ask, world.fates = False, ["unknown, sent"]
    prepare(ws, "approved")
    one_pass(ws)
    assert any("mark-sent" in one for one in say(ws).missing)


@pytest.mark.parametrize("stage", ["opened", "scripted", "rendered", "approved"])
def test_an_open_case_of_which_nothing_was_sent_cannot_be_reopened(
    ws: Workspace, stage: str
) -> None:
    prepare(ws, stage)
    with pytest.raises(RuleSaysNo, match="nothing of case 1 has been sent"):
        closing.reopen(ws, 1, "once more")
    assert case_view(ws, 1).case.round == 1


def test_what_was_sent_can_be_reopened(ws: Workspace) -> None:
    prepare(ws, "approved")
    assert one_pass(ws).sent == 1
    assert closing.reopen(ws, 1, "once more") == 2


def test_a_case_given_up_before_anything_was_sent_goes_on_in_the_same_round(
    ws: Workspace, world: World
) -> None:
    """A second round would speak of a memo that its customer never had."""
    prepare(ws, "approved")
    with ws.ledger.write() as tx:
        close_in(tx, 1, Outcome.LOST)
    assert closing.reopen(ws, 1, "given up too early") == 1
    prepare(ws, "approved")
    assert (one_pass(ws).sent, len(world.left)) == (1, 1)
    assert states(ws, 1).count("memo accepted") == 1


def test_whoever_takes_a_yes_back_begins_a_new_round(ws: Workspace) -> None:
    """The yes of the round before must not count any more."""
    say(ws)
    closing.write_lesson(ws, 1, LESSON)
    closing.close(ws, 1)
    assert closing.reopen(ws, 1, "it is not right after all") == 2
