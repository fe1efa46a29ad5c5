"""What voicenote refuses: each says why, and what would make it right."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.engine.world import (
    START,
    Clock,
    World,
    events,
    release,
    states,
    take,
    told,
    touches_of,
    workspace,
)
from voicenote.engine.case import closing, consent, promises
from voicenote.engine.case.approval import approve_cases, change_plan
from voicenote.engine.case.case_triage import Triage, apply_triage
from voicenote.engine.case.decisions import close_in
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.render_case import render_cases
from voicenote.engine.run.recovery import send_again
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.model.case import Lesson, Outcome
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.receipt import Verdict
from voicenote.model.touch import TouchState

FORTY = Money(Decimal(40), "EUR")
LESSON = Lesson(cause="haste", prevention="a list", owner="Ada")


def money(amount: str, kind: str = "refund") -> Promise:
    return Promise(kind=AmendsKind(kind), text="back", value=Money(Decimal(amount), "EUR"))


def ready(ws: Workspace, number: int) -> None:
    for _ in render_cases(ws, [one.case for one in compose_cases(ws, [number])]):
        pass


def approve(ws: Workspace, number: int) -> tuple[str, ...]:
    return next(iter(approve_cases(ws, [number]))).notes


def second_round(ws: Workspace, clock: Clock) -> int:
    """Apologise once, hear a not yet, and write the second memo."""
    (number,) = take(ws, told(days=None))
    release(ws, number)
    one_pass(ws)
    clock.move(hours=1)
    closing.answer(ws, number, Verdict.NOT_YET, "still blue", "phone")
    ready(ws, number)
    return number


def test_a_second_apology_without_anything_new_is_refused(ws: Workspace, clock: Clock) -> None:
    number = second_round(ws, clock)
    with pytest.raises(RuleSaysNo, match="R6") as refused:
        approve(ws, number)
    assert f"voicenote amends add {number}" in refused.value.what


def test_a_new_amends_makes_a_second_apology_right(ws: Workspace, clock: Clock) -> None:
    number = second_round(ws, clock)
    promises.add(ws, number, Promise(kind=AmendsKind.REDO, text="bake it again"))
    ready(ws, number)
    approve(ws, number)


def test_a_kept_promise_makes_a_second_apology_right(ws: Workspace, clock: Clock) -> None:
    (number,) = take(ws, told())
    release(ws, number)
    one_pass(ws)
    clock.move(hours=1)
    closing.answer(ws, number, Verdict.NOT_YET, "still blue", "phone")
    promises.done(ws, number, 1, "Ana looked at it at noon")
    ready(ws, number)
    approve(ws, number)


@pytest.mark.parametrize("kind", ["refund", "credit", "gift"])
def test_money_for_an_unfounded_claim_is_refused(ws: Workspace, kind: str) -> None:
    (number,) = take(ws, told(days=None))
    apply_triage(ws, number, Triage(finding="unfounded", reason="the size is on the page"))
    with pytest.raises(RuleSaysNo, match="S9") as refused:
        promises.add(ws, number, money("5", kind))
    assert "--finding partly" in refused.value.advice
    assert not events(ws, number, "amends_promised")


def test_more_than_half_again_the_harm_is_refused(ws: Workspace) -> None:
    (number,) = take(ws, told(days=None, harm=FORTY))
    with pytest.raises(RuleSaysNo, match=r"152 %.*R8") as refused:
        promises.add(ws, number, money("61"))
    assert "60 EUR in all" in refused.value.advice


def test_more_than_a_fifth_above_the_harm_is_warned_of(ws: Workspace) -> None:
    (number,) = take(ws, told(days=None, harm=FORTY))
    assert "R8" in promises.add(ws, number, money("49")).warning
    ready(ws, number)
    assert "R8" in approve(ws, number)[0]


def test_an_override_is_kept_with_its_reason_and_lets_it_pass(ws: Workspace) -> None:
    (number,) = take(ws, told(days=None, harm=FORTY))
    promises.add(ws, number, money("100"), override="they lost a whole day")
    (row,) = events(ws, number, "compensation_overridden")
    assert (row["reason"], row["total"]) == ("they lost a whole day", "100 EUR")
    ready(ws, number)
    approve(ws, number)


def test_a_blank_reason_overrides_nothing(ws: Workspace) -> None:
    (number,) = take(ws, told(days=None, harm=FORTY))
    with pytest.raises(RuleSaysNo, match="R8"):
        promises.add(ws, number, money("100"), override="  ")


def test_an_override_covers_no_more_than_it_was_for(ws: Workspace) -> None:
    (number,) = take(ws, told(days=None, harm=FORTY))
    promises.add(ws, number, money("100"), override="they lost a whole day")
    with pytest.raises(RuleSaysNo, match="R8"):
        promises.add(ws, number, money("1"))


def test_an_override_of_one_rule_is_none_of_the_other(ws: Workspace) -> None:
    """Much money for a justified claim was right; for an unfounded one no money is (S9)."""
    (number,) = take(ws, told(days=None, harm=FORTY))
    promises.add(ws, number, money("100"), override="they lost a whole day")
    apply_triage(ws, number, Triage(finding="unfounded", reason="the size is on the page"))
    ready(ws, number)
    with pytest.raises(RuleSaysNo, match="S9"):
        approve(ws, number)


def test_a_deed_with_too_much_money_is_done_only_with_a_reason(ws: Workspace) -> None:
    (number,) = take(ws, told(harm=FORTY))
    with pytest.raises(RuleSaysNo, match="R8"):
        promises.done(ws, number, 1, "baked again, and 400 EUR sent")
    promises.done(ws, number, 1, "baked again, and 400 EUR sent", override="my mistake, it is paid")
    (row,) = events(ws, number, "compensation_overridden")
    assert (row["rule"], row["total"]) == ("R8", "400 EUR")


def test_what_was_promised_before_it_was_unfounded_is_not_paid_by_the_way(ws: Workspace) -> None:
    (number,) = take(ws, told(days=None, harm=FORTY))
    promises.add(ws, number, money("40"))
    apply_triage(ws, number, Triage(finding="unfounded", reason="the size is on the page"))
    with pytest.raises(RuleSaysNo, match="S9"):
        promises.done(ws, number, 1, "payment 7")
    with pytest.raises(RuleSaysNo, match="S9"):
        promises.promise_again(ws, number, 1, START.date())
    promises.waive(ws, number, 1, "they agree")


def test_three_acknowledgements_in_ten_minutes_are_one(
    ws: Workspace, clock: Clock, world: World
) -> None:
    """Each choice of the plan would send another one; the second is refused, and says why (R6)."""
    (number,) = take(ws, told())
    change_plan(ws, number, "acknowledge")
    one_pass(ws)
    for _ in range(2):
        clock.move(minutes=5)
        with pytest.raises(RuleSaysNo, match=r"has not written since.*R6"):
            change_plan(ws, number, "acknowledge")
        one_pass(ws)
    assert [parcel.kind for parcel in world.left] == ["acknowledge"]


def test_who_writes_again_is_acknowledged_again(ws: Workspace, clock: Clock, world: World) -> None:
    (number,) = take(ws, told())
    change_plan(ws, number, "acknowledge")
    one_pass(ws)
    clock.move(hours=1)
    closing.answer(ws, number, Verdict.UNCLEAR, "no, it was the ribbon", "phone")
    clock.move(minutes=1)
    change_plan(ws, number, "acknowledge")
    one_pass(ws)
    assert len(world.left) == 2


def test_an_acknowledgement_that_was_given_up_is_no_second_one(
    ws: Workspace, clock: Clock, world: World
) -> None:
    """Two were booked, one was cancelled; to book that one again sends none after the other."""
    (number,) = take(ws, told())
    change_plan(ws, number, "acknowledge")
    change_plan(ws, number, "acknowledge")
    one_pass(ws)
    (given_up,) = [t for t in touches_of(ws, number) if t.state is TouchState.CANCELLED and not
                   t.planned.unless]  # fmt: skip
    clock.move(minutes=5)
    send_again(ws, given_up.number)
    one_pass(ws)
    assert len(world.left) == 1
    assert "R6" in {t.number: t for t in touches_of(ws, number)}[given_up.number].reason


def test_money_that_an_import_brought_is_weighed_at_the_release(ws: Workspace) -> None:
    (number,) = take(ws, told(harm=FORTY, promises=(money("90"),)))
    ready(ws, number)
    with pytest.raises(RuleSaysNo, match="R8"):
        approve(ws, number)
    promises.waive(ws, number, 1, "she wants nothing")
    ready(ws, number)
    approve(ws, number)


@pytest.mark.parametrize("harsh", [{"finding": "unfounded"}, {"abusive": True}])
@pytest.mark.parametrize("reason", [None, " "])
def test_unfounded_and_abusive_need_a_reason(
    ws: Workspace, harsh: dict[str, Any], reason: str | None
) -> None:
    (number,) = take(ws, told())
    with pytest.raises(RuleSaysNo, match="S17") as refused:
        apply_triage(ws, number, Triage(**harsh, reason=reason))
    assert "--reason" in refused.value.advice


@pytest.mark.parametrize("hour", [0, 3, 6, 19, 23])
def test_nothing_leaves_at_night_in_the_customers_clock(
    ws: Workspace, clock: Clock, world: World, hour: int
) -> None:
    (number,) = take(ws, told())
    clock.now = clock.now.replace(hour=hour)
    release(ws, number)
    one_pass(ws)
    local = clock.now.astimezone(ZoneInfo("Asia/Jerusalem")).hour
    assert bool(world.left) == (9 <= local < 20)
    assert states(ws, number)[0] == ("memo accepted" if world.left else "memo due")


def test_closing_without_evidence_is_refused(ws: Workspace, clock: Clock) -> None:
    (number,) = take(ws, told())
    release(ws, number)
    one_pass(ws)
    clock.move(hours=1)
    closing.answer(ws, number, Verdict.PUT_RIGHT, "thanks", "phone")
    closing.write_lesson(ws, number, LESSON)
    with pytest.raises(RuleSaysNo, match="cannot be closed yet") as refused:
        closing.close(ws, number)
    assert f"amends done {number}.1 --evidence" in refused.value.missing[0]
    with pytest.raises(RuleSaysNo, match="without evidence"):
        promises.done(ws, number, 1, " ")
    promises.done(ws, number, 1, "Ana looked at it at noon")
    assert closing.close(ws, number) is Outcome.SATISFIED


@pytest.mark.parametrize("given", [{"cause": " "}, {"prevention": ""}])
def test_a_lesson_without_cause_or_prevention_is_refused(
    ws: Workspace, given: dict[str, str]
) -> None:
    (number,) = take(ws, told())
    words: dict[str, Any] = {"cause": "haste", "prevention": "a list", **given}
    with pytest.raises(RuleSaysNo, match="cause and what prevents it"):
        closing.write_lesson(ws, number, Lesson(**words, owner="Ada"))


@pytest.mark.parametrize(
    ("owner", "due", "firm"), [("Ana", True, True), ("", True, False), ("Ana", False, False)]
)
def test_prevention_is_promised_only_with_an_owner_and_a_date(
    ws: Workspace,
    clock: Clock,
    owner: str,
    due: bool,
    firm: bool,
) -> None:
    (number,) = take(ws, told())
    day = clock.now if due else None
    lesson = Lesson(cause="haste", prevention="a list at the oven", owner=owner, due=day)
    closing.write_lesson(ws, number, lesson)
    (made,) = compose_cases(ws, [number])
    assert "A list at the oven." in made.script.text
    assert ("Ana sees to that" in made.script.text) == firm


def test_a_fresh_script_is_not_released_while_it_cools_off(
    tmp_path: Path, clock: Clock, world: World, ws: Workspace
) -> None:
    ws.settings = workspace(
        tmp_path, clock, world, {"VOICENOTE_POLICY__COOLING_OFF_HOURS": "2"}
    ).settings
    (number,) = take(ws, told())
    ready(ws, number)
    clock.move(hours=1.9)
    with pytest.raises(RuleSaysNo, match=r"S11") as refused:
        approve(ws, number)
    assert "Mon 2026-03-02 14:00 (Europe/Tallinn)" in refused.value.what
    clock.move(hours=0.1)
    assert approve(ws, number) == ()


def test_the_cooling_off_yields_to_the_clock_and_says_so(
    tmp_path: Path, clock: Clock, world: World, ws: Workspace
) -> None:
    ws.settings = workspace(
        tmp_path, clock, world, {"VOICENOTE_POLICY__COOLING_OFF_HOURS": "4"}
    ).settings
    (number,) = take(ws, told())
    clock.move(hours=23)
    ready(ws, number)
    with pytest.raises(RuleSaysNo, match="S11"):
        approve(ws, number)
    clock.move(hours=1)
    assert "R4" in approve(ws, number)[0]


def test_nothing_of_a_closed_case_is_released_again(ws: Workspace, clock: Clock) -> None:
    (number,) = take(ws, told())
    release(ws, number)
    consent.opt_out(ws, str(number))
    with ws.ledger.write() as tx:
        close_in(tx, number, Outcome.NEUTRAL)
    with pytest.raises(RuleSaysNo, match="closed"):
        approve(ws, number)
    assert not any(state.endswith(" due") for state in states(ws, number))
