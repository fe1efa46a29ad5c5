"""What is told of a memo whose approval was taken back: why, and the steps that work."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.engine.world import START, Clock, World, release, states, take, told, touches_of
from voicenote.cli.commands.show import page
from voicenote.engine.case import closing, promises
from voicenote.engine.case.accept_proposal import accept
from voicenote.engine.case.approval import approve_cases, change_plan, hold, resume
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_triage import Triage, apply_triage
from voicenote.engine.case.case_view import case_view
from voicenote.engine.case.clock_undo import undo
from voicenote.engine.case.consent import opt_out
from voicenote.engine.case.decisions import decide_cases
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.render_case import render_cases
from voicenote.engine.run.recovery import settle_again
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.proposal import Wishes
from voicenote.ledger import touches
from voicenote.model.case import Stage
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.receipt import Verdict

CALL = Promise(kind=AmendsKind.CALL, text="call you")
STEPS: dict[str, Callable[[Workspace, int], object]] = {
    "script": lambda ws, n: list(compose_cases(ws, [n])),
    "render": lambda ws, n: list(render_cases(ws, [n])),
    "approve": lambda ws, n: list(approve_cases(ws, [n])),
}
CHANGES: dict[str, Callable[[Workspace, int], str]] = {
    "add": lambda ws, n: promises.add(ws, n, CALL).asked_again,
    "waive": lambda ws, n: promises.waive(ws, n, 1, "leave it"),
    "broken": lambda ws, n: promises.mark_broken(ws, n, 1, "the bank"),
    "done": lambda ws, n: promises.done(ws, n, 1, "baked on Monday"),
    "again": lambda ws, n: promises.promise_again(ws, n, 1, START.date().replace(day=12)),
    "triage": lambda ws, n: apply_triage(ws, n, Triage(finding="partly")).warnings[0],
    "severity": lambda ws, n: apply_triage(ws, n, Triage(severity="serious")).warnings[0],
}


@pytest.fixture
def number(ws: Workspace, clock: Clock) -> int:
    """A case whose memo was approved in the evening, and leaves in the morning."""
    (number,) = take(ws, told())
    clock.move(hours=14)
    release(ws, number)
    return number


def follow(ws: Workspace, number: int, text: str) -> None:
    """Do what a text says, in its order."""
    steps = re.findall(rf"voicenote (script|render|approve) {number}\b", text)
    assert steps
    for step in steps:
        STEPS[step](ws, number)


def first_need(ws: Workspace) -> tuple[str, str]:
    need = what_needs_me(ws).needs[0]
    return need.sentence, need.command


@pytest.mark.parametrize("change", CHANGES)
def test_the_steps_that_a_change_names_work(
    ws: Workspace, clock: Clock, number: int, change: str
) -> None:
    follow(ws, number, CHANGES[change](ws, number))
    clock.move(hours=10)
    assert one_pass(ws).sent == 1


def test_where_the_words_still_fit_only_the_approval_is_asked(ws: Workspace, number: int) -> None:
    said = CHANGES["severity"](ws, number)
    assert f"again: voicenote approve {number}" in said
    assert "script" not in said


@pytest.mark.parametrize("change", CHANGES)
def test_next_leads_to_the_approval_step_by_step(ws: Workspace, number: int, change: str) -> None:
    """Whoever only does what `next` says gets there, in three steps at most."""
    CHANGES[change](ws, number)
    for _ in range(3):
        commands = [one.command for one in what_needs_me(ws).needs if "memo" in one.sentence]
        if not commands:
            break
        follow(ws, number, commands[0])
    assert "not approved yet" not in page(case_view(ws, number))


def test_what_is_missing_names_steps_that_work(ws: Workspace, number: int) -> None:
    promises.add(ws, number, CALL)
    (line,) = [one for one in case_view(ws, number).missing if one.startswith("the memo")]
    assert "is not approved" in line
    follow(ws, number, line)


def test_the_refusal_says_what_has_changed(ws: Workspace, number: int) -> None:
    promises.add(ws, number, CALL)
    with pytest.raises(RuleSaysNo, match=rf"amends {number}\.2 was promised") as no:
        list(approve_cases(ws, [number]))
    follow(ws, number, no.value.advice.partition(";")[0])


def test_what_changed_before_the_newest_words_is_not_named(ws: Workspace, number: int) -> None:
    promises.add(ws, number, CALL)
    list(compose_cases(ws, [number]))
    list(render_cases(ws, [number]))
    promises.waive(ws, number, 1, "leave it")
    with pytest.raises(RuleSaysNo, match=rf"written: amends {number}\.1 was waived \(R20\)"):
        list(approve_cases(ws, [number]))


def test_other_settings_are_not_called_a_change_of_the_case(
    ws: Workspace, clock: Clock, number: int
) -> None:
    owner = replace(ws.settings.owner, name="Grace")
    ws.settings = replace(ws.settings, owner=owner)
    clock.move(hours=10)
    ((_, why),) = one_pass(ws).waiting
    assert "your settings or templates have changed" in why
    assert "the case has changed" not in why
    assert first_need(ws)[1] == f"voicenote script {number}"


# -- changed before the first approval ------------------------------------------------------------


@pytest.fixture
def stale(ws: Workspace) -> int:
    """A case that got another promise after its memo was rendered, and before it was approved."""
    (number,) = take(ws, told())
    list(compose_cases(ws, [number]))
    list(render_cases(ws, [number]))
    promises.add(ws, number, CALL)
    return number


def test_a_nudge_about_old_words_leads_to_the_approval(ws: Workspace, stale: int) -> None:
    decide_cases(ws, [stale])
    with ws.ledger.read() as tx:
        (text,) = [text for _, text in touches.nudges_since(tx, 0) if "memo" in text]
    follow(ws, stale, text)
    assert case_view(ws, stale).case.stage is Stage.APPROVED


def test_what_close_and_answer_miss_leads_to_the_approval(ws: Workspace, stale: int) -> None:
    with pytest.raises(RuleSaysNo) as no:
        closing.close(ws, stale)
    gaps = closing.answer(ws, stale, Verdict.UNCLEAR, "hm", "phone").missing
    for lines in (no.value.missing, gaps):
        (line,) = [one for one in lines if one.startswith("the memo")]
        assert f"voicenote script {stale}" in line
    follow(ws, stale, line)


# -- opted out ------------------------------------------------------------------------------------


def test_who_opted_out_is_not_released(ws: Workspace) -> None:
    (number,) = take(ws, told())
    list(compose_cases(ws, [number]))
    list(render_cases(ws, [number]))
    opt_out(ws, str(number))
    with pytest.raises(RuleSaysNo, match="has opted out; nothing will be sent"):
        list(approve_cases(ws, [number], anyway="I want to"))
    assert states(ws, number) == []


def test_nothing_is_due_of_who_opted_out(ws: Workspace, number: int) -> None:
    opt_out(ws, str(number))
    change_plan(ws, number, next(name for name in ws.plans if name != "acknowledge"))
    with pytest.raises(RuleSaysNo, match="opted out"):
        settle_again(ws, number)
    assert not any(one.endswith(" due") for one in states(ws, number))


# -- too late, cancelled, and taken back ----------------------------------------------------------


@pytest.fixture
def late(ws: Workspace, clock: Clock, number: int) -> int:
    """A case whose memo was to be approved again, and has become too late meanwhile."""
    promises.add(ws, number, CALL)
    clock.move(days=6)
    one_pass(ws)
    assert states(ws, number)[0] == "memo skipped"
    return number


def test_what_is_not_approved_is_not_booked_again(ws: Workspace, late: int) -> None:
    with pytest.raises(RuleSaysNo, match="is not approved") as no:
        settle_again(ws, late)
    follow(ws, late, no.value.advice)
    assert "memo due" in states(ws, late)


def test_run_and_next_say_the_same_of_what_is_too_late(
    ws: Workspace, clock: Clock, number: int
) -> None:
    promises.add(ws, number, CALL)
    clock.move(days=6)
    texts = [text for _, text in one_pass(ws).nudges if "too late" in text]
    assert len(texts) == 1
    assert "resend" not in texts[0]
    assert f"voicenote script {number}" in texts[0]
    (need,) = [one for one in what_needs_me(ws).needs if "memo" in one.sentence]
    assert need.command == f"voicenote script {number}"
    follow(ws, number, texts[0])


def test_a_memo_too_late_that_has_new_words_only_waits_for_the_owner(
    ws: Workspace, late: int
) -> None:
    list(compose_cases(ws, [late]))
    list(render_cases(ws, [late]))
    (need,) = [one for one in what_needs_me(ws).needs if "memo" in one.sentence]
    assert need.command == f"voicenote approve {late}"


def test_an_undo_keeps_why_a_memo_waits(ws: Workspace, clock: Clock, number: int) -> None:
    promises.add(ws, number, CALL)
    before = clock.now
    clock.move(days=4000)
    one_pass(ws, clock_is_right=True)
    clock.now = before
    undo(ws)
    memo = touches_of(ws, number)[0]
    assert memo.state.value == "due"
    assert memo.reason == f"waits for new words: amends {number}.2 was promised since"


def test_another_plan_says_that_the_memo_will_not_go(ws: Workspace, number: int) -> None:
    done = accept(ws, number, Wishes(plan="acknowledge"))
    assert any("will not go" in one for one in done.warnings)
    (need,) = [one for one in what_needs_me(ws).needs if "the memo" in one.sentence]
    assert "the memo was cancelled (the plan is acknowledge now" in need.sentence


def test_a_promise_broken_early_is_not_past_its_date(ws: Workspace, number: int) -> None:
    promises.mark_broken(ws, number, 1, "the bank")
    lines = [one for one in case_view(ws, number).missing if "bake it" in one]
    assert ["was broken" in one and "passed" not in one for one in lines] == [True]


def test_a_hold_that_was_too_long_says_what_to_do(
    ws: Workspace, world: World, clock: Clock, number: int
) -> None:
    del world
    hold(ws, number)
    clock.move(days=10)
    said = resume(ws, number)
    assert f"voicenote amends again {number}.1" in said


def test_who_has_had_the_memo_has_not_heard_of_a_new_promise(
    ws: Workspace, clock: Clock, number: int
) -> None:
    clock.move(hours=10)
    assert one_pass(ws).sent == 1
    undated = promises.add(ws, number, CALL)
    dated = promises.add(ws, number, replace(CALL, promised_by=START.date().replace(day=9)))
    assert "no message of the plan speaks of it. Tell them" in undated.unheard
    assert re.search(r"the status of \w+ 2026-03-\d\d", dated.unheard)


def test_before_the_memo_leaves_it_will_tell_of_a_new_promise(ws: Workspace, number: int) -> None:
    assert promises.add(ws, number, CALL).unheard == ""


def test_a_memo_that_was_never_approved_says_when_its_words_no_longer_fit(ws: Workspace) -> None:
    """To approve it would be refused: `next` and `show` name the steps that work."""
    (number,) = take(ws, told())
    STEPS["script"](ws, number)
    STEPS["render"](ws, number)
    assert first_need(ws)[1] == f"voicenote approve {number}"
    promises.add(ws, number, CALL)
    sentence, command = first_need(ws)
    assert "has changed since its memo was written" in sentence
    assert command == f"voicenote script {number}"
    (line,) = [one for one in case_view(ws, number).missing if one.startswith("the memo")]
    follow(ws, number, line)
    assert not case_view(ws, number).missing[0].startswith("the memo is not approved")


def test_a_change_that_no_word_tells_asks_for_no_new_words(ws: Workspace) -> None:
    (number,) = take(ws, told())
    STEPS["script"](ws, number)
    STEPS["render"](ws, number)
    apply_triage(ws, number, Triage(severity="serious"))
    assert first_need(ws)[1] == f"voicenote approve {number}"
