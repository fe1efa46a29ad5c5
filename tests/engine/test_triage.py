"""Triage: the finding, the proposal, and what becomes of it when it is accepted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.world import Clock, release, states, take, told, touches_of
from voicenote.engine.case.accept_proposal import accept
from voicenote.engine.case.approval import change_plan
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_triage import Triage, apply_triage
from voicenote.engine.case.case_view import TermsView, case_view
from voicenote.engine.case.cause_history import all_returned, causes, outcomes
from voicenote.engine.case.closing import lesson_done, write_lesson
from voicenote.engine.case.plan_view import plan_view
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, BadSettings, RuleSaysNo
from voicenote.followup.proposal import Wishes
from voicenote.ledger import case_reports, case_store
from voicenote.model.case import Customer, Lesson
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind

FORTY = Money(Decimal(40), "EUR")


def opened(ws: Workspace, **changes: Any) -> int:
    """A case whose customer said what bothered them, and to whom nothing is promised."""
    words = {"bothered_most": "nobody called", "days": None, **changes}
    (number,) = take(ws, told(**words))
    return number


def plan_of(ws: Workspace, number: int) -> str:
    with ws.ledger.read() as tx:
        return case_store.get(tx, number).plan


def proposed(ws: Workspace, number: int) -> TermsView:
    amends = apply_triage(ws, number, Triage()).proposal.amends
    assert amends is not None
    return amends


def test_the_benefit_of_the_doubt_is_the_default(ws: Workspace) -> None:
    found = apply_triage(ws, opened(ws), Triage())
    assert (found.finding, found.proposal.template) == ("justified", "justified")


def test_abuse_is_proposed_and_the_owner_decides(ws: Workspace) -> None:
    number = opened(ws, what_happened="You are fucking idiots, and the cake was late.")
    found = apply_triage(ws, number, Triage())
    assert (found.abusive, found.proposal.template) == (False, "justified")
    assert any(f"voicenote triage {number} --abusive --reason" in one for one in found.warnings)
    found = apply_triage(ws, number, Triage(abusive=True, reason="he insults us all"))
    assert (found.proposal.plan, found.warnings) == ("last-word", ())


def test_nobody_who_is_only_angry_is_called_abusive(ws: Workspace) -> None:
    assert apply_triage(ws, opened(ws), Triage()).warnings == ()


@pytest.mark.parametrize(
    ("told_", "template", "plan"),
    [
        ({}, "justified", "make-it-right"),
        ({"finding": "partly"}, "partly", "make-it-right"),
        ({"finding": "unfounded", "reason": "r"}, "unfounded", "few-words"),
        ({"abusive": True, "reason": "r"}, "abusive", "last-word"),
        ({"severity": "serious"}, "justified", "make-it-right"),
    ],
)
def test_the_finding_forks_script_and_plan(
    ws: Workspace, told_: dict[str, Any], template: str, plan: str
) -> None:
    proposal = apply_triage(ws, opened(ws), Triage(**told_)).proposal
    assert (proposal.template, proposal.plan) == (template, plan)


def test_the_columns_of_an_import_are_enough_for_a_proposal(ws: Workspace) -> None:
    number = opened(ws, harm=Money(Decimal("37.40"), "EUR"))
    amends = proposed(ws, number)
    assert (amends.kind, amends.value, amends.currency) == ("refund", Decimal(40), "EUR")
    assert (amends.text, amends.owner) == ("your money back", "Ada")
    assert (amends.target, amends.promised_by) == (date(2026, 3, 5), date(2026, 3, 11))


def test_a_proposal_speaks_the_customers_language(ws: Workspace) -> None:
    number = opened(ws, customer=Customer(name="Dana", language="et"))
    assert proposed(ws, number).text == "uuesti tehtud töö"


def test_what_was_lost_is_remembered(ws: Workspace) -> None:
    number = opened(ws, harm=FORTY)
    apply_triage(ws, number, Triage(lost="product"))
    assert proposed(ws, number).kind == "exchange"


def test_accepting_promises_the_deed_and_keeps_the_plan(ws: Workspace) -> None:
    number = opened(ws, harm=FORTY)
    done = accept(ws, number, Wishes())
    assert (done.amends, done.plan) == (f"{number}.1", "make-it-right")
    (amends,) = case_view(ws, number).amends
    assert (amends.kind, amends.value, amends.state) == ("refund", Decimal(40), "promised")


def test_accepting_twice_promises_once(ws: Workspace) -> None:
    number = opened(ws, harm=FORTY)
    accept(ws, number, Wishes())
    assert accept(ws, number, Wishes()).amends == ""
    assert len(case_view(ws, number).amends) == 1


def test_the_owners_wishes_go_before_the_proposal(ws: Workspace) -> None:
    number = opened(ws, harm=FORTY)
    accept(ws, number, Wishes(kind=AmendsKind.CALL, text="I ring you", plan="acknowledge"))
    (amends,) = case_view(ws, number).amends
    assert (amends.kind, amends.text) == ("call", "I ring you")
    assert states(ws, number) == ["acknowledge due"]
    with ws.ledger.read() as tx:
        (row,) = (r for r in case_reports.history(tx, number) if r["event"] == "proposal_accepted")
    assert row["edited"] is True


def test_a_refused_sum_leaves_nothing_behind(ws: Workspace) -> None:
    number = opened(ws, harm=FORTY)
    with pytest.raises(RuleSaysNo, match="R8"):
        accept(ws, number, Wishes(value=Decimal(61), plan="acknowledge"))
    assert case_view(ws, number).amends == ()
    assert touches_of(ws, number) == []
    done = accept(ws, number, Wishes(value=Decimal(61)), override="a friend of the house")
    assert done.amends == f"{number}.1"


@pytest.mark.parametrize("chosen", ["normal", "low", "serious"])
def test_accepting_keeps_a_severity_that_the_owner_chose(ws: Workspace, chosen: str) -> None:
    number = opened(ws, what_happened="The cake was so bad that I had to go to hospital.")
    assert apply_triage(ws, number, Triage()).severity_guess == "serious"
    assert apply_triage(ws, number, Triage(severity=chosen)).severity_guess is None
    assert apply_triage(ws, number, Triage(), accepting=True).severity == chosen


def test_accepting_keeps_a_plan_that_the_owner_chose_by_name(ws: Workspace) -> None:
    number = opened(ws, bothered_most="")
    assert apply_triage(ws, number, Triage()).proposal.plan == "acknowledge"
    change_plan(ws, number, "make-it-right")
    accept(ws, number, Wishes())
    assert plan_of(ws, number) == "make-it-right"


@pytest.mark.parametrize(
    ("wishes", "error"),
    [
        (Wishes(plan="nonesuch"), BadSettings),
        (Wishes(value=Decimal(5)), BadData),
        (Wishes(target=date(2027, 1, 1), promised_by=date(2026, 12, 1)), BadData),
    ],
)
def test_wishes_that_cannot_be_are_told(
    ws: Workspace, wishes: Wishes, error: type[Exception]
) -> None:
    number = opened(ws)
    with pytest.raises(error):
        accept(ws, number, wishes)
    assert case_view(ws, number).amends == ()


def test_unfounded_gets_few_words_and_nothing_else(ws: Workspace) -> None:
    number = opened(ws, harm=FORTY)
    apply_triage(ws, number, Triage(finding="unfounded", reason="the size is on the page"))
    assert accept(ws, number, Wishes()).amends == ""
    release(ws, number)
    assert states(ws, number) == ["memo due"]


def test_a_changed_finding_takes_its_plan_with_it(ws: Workspace) -> None:
    number = opened(ws)
    apply_triage(ws, number, Triage(finding="unfounded", reason="r"))
    accept(ws, number, Wishes(plan="few-words"))
    with ws.ledger.write() as tx:
        case_store.revise(tx, number, "plan_chosen", plan="few-words")
    found = apply_triage(ws, number, Triage(finding="justified"))
    assert plan_of(ws, number) == ""
    assert found.proposal.plan == "make-it-right"


def test_a_complaint_of_which_little_is_known_is_asked_about_first(ws: Workspace) -> None:
    (number,) = take(ws, told(days=None))
    assert accept(ws, number, Wishes()).plan == "acknowledge"
    assert states(ws, number) == ["acknowledge due"]


def test_a_cause_that_came_back_warns_wherever_the_case_is_seen(
    ws: Workspace, clock: Clock
) -> None:
    first = opened(ws)
    write_lesson(ws, first, Lesson(cause="late parcels", prevention="a second courier", owner="A"))
    clock.move(days=1)
    lesson_done(ws, first)
    clock.move(days=1)
    number = opened(
        ws,
        ref="B",
        name="Ron",
        email="ron@example.com",
        opened_at=clock.now,
        cause="Late  parcels!",
    )
    (warning,) = apply_triage(ws, number, Triage()).warnings
    assert f"case {first} was to prevent it (a second courier" in warning
    assert case_view(ws, number).warnings == (warning,)
    assert case_view(ws, first).warnings == ()
    (need,) = (one for one in what_needs_me(ws).needs if one.case == number)
    assert warning in need.sentence
    with ws.ledger.read() as tx:
        assert all_returned(tx) == {number: warning}
    assert causes(ws)[0].state == "came back after its prevention"


def test_outcomes_are_counted(ws: Workspace) -> None:
    opened(ws)
    assert outcomes(ws).cases["open"] == 1


@pytest.mark.parametrize(("hours", "late"), [(47, False), (48, True)])
def test_the_clock_of_the_method_says_who_has_waited_too_long(
    ws: Workspace,
    clock: Clock,
    hours: int,
    late: bool,
) -> None:
    number = opened(ws)
    clock.move(hours=hours)
    (need,) = what_needs_me(ws).needs
    assert ("R4" in need.sentence) == late
    assert ("breached" in case_view(ws, number).clock) == late


def test_a_plan_tells_what_the_customer_will_hear(ws: Workspace) -> None:
    (number,) = take(ws, told(bothered_most="nobody called"))
    rows = plan_view(ws, number).messages
    assert [row.hears for row in rows if row.kind == "memo"] == ["your memo"]
    assert all(row.hears for row in rows)
    assert one_pass(ws).quiet
