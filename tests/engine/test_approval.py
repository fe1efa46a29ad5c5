"""Approval is asked again when it leaves: what was approved must still be so, word for word."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.engine.world import START, World, events, release, states, take, told, touches_of
from voicenote.cli.commands.show import page
from voicenote.engine.case import promises
from voicenote.engine.case.approval import approve_cases, hold, resume
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_triage import Triage, apply_triage
from voicenote.engine.case.case_view import case_view
from voicenote.engine.case.closing import write_lesson
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.drafting import current, edit_script
from voicenote.engine.memo.render_case import render_cases
from voicenote.engine.run.recovery import settle_again
from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_store, tables
from voicenote.ledger.changes import change_touch
from voicenote.model.case import Lesson
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.model.sentences import Section, Sentence

FORTY = Money(Decimal(40), "EUR")
REFUND = Promise(
    kind=AmendsKind.REFUND,
    text="send your money back",
    value=FORTY,
    promised_by=(START + timedelta(days=7)).date(),
)
NIGHT = 14
CHANGES: dict[str, Callable[[Workspace, int], object]] = {
    "finding": lambda ws, n: apply_triage(ws, n, Triage(finding="partly")),
    "unfounded": lambda ws, n: apply_triage(ws, n, Triage(finding="unfounded", reason="size")),
    "harm": lambda ws, n: apply_triage(ws, n, Triage(harm=Decimal(39))),
    "words": lambda ws, n: apply_triage(ws, n, Triage(bothered_most="the colour")),
    "add": lambda ws, n: promises.add(ws, n, Promise(kind=AmendsKind.CALL, text="call you")),
    "done": lambda ws, n: promises.done(ws, n, 1, "payment 7"),
    "broken": lambda ws, n: promises.mark_broken(ws, n, 1, "the bank"),
    "waive": lambda ws, n: promises.waive(ws, n, 1, "leave it"),
    "again": lambda ws, n: promises.promise_again(ws, n, 1, (START + timedelta(days=9)).date()),
}


@pytest.fixture
def number(ws: Workspace) -> int:
    """A case whose memo was approved in the evening, and leaves in the morning."""
    (number,) = take(ws, told(harm=FORTY, promises=(REFUND,)))
    ws.clock.move(hours=NIGHT)  # type: ignore[attr-defined]
    release(ws, number)
    return number


def morning(ws: Workspace) -> Turn:
    ws.clock.move(hours=24 - NIGHT)  # type: ignore[attr-defined]
    return one_pass(ws)


def stage(ws: Workspace, number: int) -> str:
    with ws.ledger.read() as tx:
        return case_store.get(tx, number).stage.value


def by_hand(ws: Workspace, table: Any, **values: object) -> None:
    """Change the ledger past every command."""
    with ws.ledger.write() as tx:
        tx.connection.execute(update(table).values(**values))


def say(ws: Workspace, number: int, *sentences: str, section: Section = Section.AMENDS) -> None:
    """Put an amends section of the owner's own words into the script, and make the memo."""
    _, found = current(ws, number)
    assert found is not None
    kept = [one for one in found.script.sentences if one.section is not section]
    own = [Sentence(section, text, personal=True) for text in sentences]
    order = list(Section)
    mine = tuple(sorted([*kept, *own], key=lambda one: order.index(one.section)))
    edit_script(ws, number, replace(found.script, sentences=mine))
    list(render_cases(ws, [number]))


def test_what_has_not_changed_leaves(ws: Workspace, world: World, number: int) -> None:
    assert morning(ws).sent == 1
    assert len(world.left) == 1


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_sends_an_approved_memo_back(
    ws: Workspace, world: World, number: int, change: str
) -> None:
    """It waits, is shown with the reason, and leaves once what is so now is approved."""
    CHANGES[change](ws, number)
    assert stage(ws, number) == "rendered"
    (told_,) = events(ws, number, "approval_recalled")
    turn = morning(ws)
    assert world.left == []
    assert turn.failed == 0
    mark = "waits for your approval" if change == "harm" else "waits for new words"
    assert f"{mark}: {told_['reason']}" in turn.waiting[0][1]
    assert states(ws, number)[0] == "memo due"
    command = "approve" if change == "harm" else "script"
    (need,) = [
        one for one in what_needs_me(ws).needs if one.command == f"voicenote {command} {number}"
    ]
    assert told_["reason"] in need.sentence
    assert "not approved yet" in page(case_view(ws, number))
    if change == "unfounded":
        promises.waive(ws, number, 1, "they agree")
    release(ws, number)
    assert one_pass(ws).sent == 1


def test_a_triage_that_finds_the_same_asks_nothing(
    ws: Workspace, world: World, number: int
) -> None:
    view = apply_triage(ws, number, Triage(finding="justified", harm=Decimal(40)))
    assert not any("approval again" in one for one in view.warnings)
    assert morning(ws).sent == 1


def test_a_triage_says_that_the_memo_waits_again(ws: Workspace, number: int) -> None:
    view = apply_triage(ws, number, Triage(finding="partly"))
    assert f"voicenote approve {number}" in view.warnings[0]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"finding": "unfounded", "finding_reason": "the size"}, "S9"),
        ({"harm_amount": "20", "harm_currency": "EUR"}, "R8"),
        ({"harm_amount": "40", "harm_currency": "USD"}, "R8"),
        ({"bothered_most": "the colour"}, "changed since"),
    ],
)
def test_the_claim_sees_what_no_command_has_told(
    ws: Workspace, world: World, number: int, values: dict[str, str], why: str
) -> None:
    by_hand(ws, tables.cases, **values)
    turn = morning(ws)
    assert (world.left, turn.sent, turn.failed) == ([], 0, 0)
    assert why in turn.waiting[0][1]
    assert stage(ws, number) == "rendered"
    assert len(events(ws, number, "approval_recalled")) == 1


def test_another_owner_in_the_settings_is_seen(ws: Workspace, world: World, number: int) -> None:
    owner = replace(ws.settings.owner, name="Grace")
    ws.settings = replace(ws.settings, owner=owner)
    assert "changed since" in morning(ws).waiting[0][1]
    assert world.left == []


def test_another_template_is_seen(ws: Workspace, world: World, number: int) -> None:
    folder = ws.home / "templates" / "en"
    folder.mkdir(parents=True)
    words = "[thanks]\nThis is {{ owner }}.\n[own]\nI am sorry.\n[amends]\nI will mend it.\n"
    (folder / "justified.jinja").write_text(words, encoding="utf-8")
    assert "changed since" in morning(ws).waiting[0][1]
    assert world.left == []


def test_a_lesson_that_the_memo_would_tell_is_seen(
    ws: Workspace, world: World, number: int
) -> None:
    due = START + timedelta(days=20)
    write_lesson(ws, number, Lesson(cause="haste", prevention="a list", owner="Ada", due=due))
    assert "changed since" in morning(ws).waiting[0][1]


def test_a_hold_past_the_promised_day_asks_again(ws: Workspace, world: World, number: int) -> None:
    hold(ws, number)
    ws.clock.move(days=8)  # type: ignore[attr-defined]
    found = resume(ws, number)
    assert found
    assert "S27" in events(ws, number, "approval_recalled")[0]["reason"]
    one_pass(ws)
    assert world.left == []


def test_a_short_hold_asks_nothing(ws: Workspace, number: int) -> None:
    hold(ws, number)
    assert not resume(ws, number)
    assert morning(ws).sent == 1


def test_a_day_that_passes_before_it_leaves_is_not_approved(ws: Workspace) -> None:
    """Promised for Saturday, and the memo leaves on Monday."""
    (number,) = take(ws, told(days=5))
    ws.clock.move(days=4, hours=NIGHT)  # type: ignore[attr-defined]
    with pytest.raises(RuleSaysNo, match="S27") as no:
        release(ws, number)
    assert f"voicenote amends again {number}.1 --by DATE" in no.value.advice


@pytest.mark.parametrize("hours", [0, 24 - NIGHT])
def test_tomorrow_leaves_only_on_its_day(
    ws: Workspace, world: World, number: int, hours: int
) -> None:
    ws.clock.move(hours=24 - NIGHT)  # type: ignore[attr-defined]
    say(ws, number, "Your 40 euros come back, and I will call you tomorrow.")
    list(approve_cases(ws, [number], anyway="the call is not a promise"))
    ws.clock.move(hours=24 if hours else 0)  # type: ignore[attr-defined]
    turn = one_pass(ws)
    assert turn.sent == (not hours)
    if hours:
        assert "“tomorrow”" in turn.waiting[0][1]


# -- the words against their hash ----------------------------------------------------------------


def test_words_that_were_edited_in_the_ledger_do_not_leave(
    ws: Workspace, world: World, number: int
) -> None:
    with ws.ledger.read() as tx:
        words = tx.connection.execute(select(tables.scripts.c.sentences)).scalar_one()
    other = json.dumps(words, ensure_ascii=False).replace("€40", "€4000")
    by_hand(ws, tables.scripts, sentences=json.loads(other))
    turn = morning(ws)
    assert world.left == []
    assert "not those that were kept" in turn.waiting[0][1]
    with pytest.raises(RuleSaysNo, match="not those that were kept"):
        list(approve_cases(ws, [number]))
    release(ws, number)
    assert one_pass(ws).sent == 1
    assert "€4000" not in world.left[0].text


def test_words_that_were_edited_with_their_hash_are_not_approved(
    ws: Workspace, world: World, number: int
) -> None:
    _, found = current(ws, number)
    assert found is not None
    first, *rest = found.script.sentences
    other = replace(found.script, sentences=(replace(first, text="Give me money."), *rest))
    packed = [[s.section.value, s.text, s.personal, s.spoken] for s in other.sentences]
    by_hand(ws, tables.scripts, sentences=packed, sha256=other.sha256)
    assert "not approved" in morning(ws).waiting[0][1]
    assert world.left == []


# -- the check, and what is excused --------------------------------------------------------------

BAD = "If you were offended, I will call you."


def test_errors_of_the_check_are_not_approved(ws: Workspace, number: int) -> None:
    say(ws, number, BAD)
    with pytest.raises(RuleSaysNo, match="R18") as no:
        list(approve_cases(ws, [number]))
    assert f"voicenote approve {number} --anyway REASON" in no.value.advice


def test_a_reason_is_recorded_and_shown(ws: Workspace, world: World, number: int) -> None:
    say(ws, number, BAD)
    (found,) = approve_cases(ws, [number], anyway="she says so herself")
    assert any("R18" in note for note in found.notes)
    assert events(ws, number, "memo_approved")[-1]["anyway"] == "she says so herself"
    assert "approved anyway: she says so herself" in page(case_view(ws, number))
    assert morning(ws).sent == 1


def test_a_reason_for_one_rule_excuses_no_other(ws: Workspace, world: World, number: int) -> None:
    say(ws, number, BAD)
    list(approve_cases(ws, [number], anyway="she says so herself"))
    by_hand(ws, tables.cases, finding="unfounded", finding_reason="the size")
    assert "S9" in morning(ws).waiting[0][1]
    assert world.left == []


def test_a_reason_for_money_is_an_override_on_record(ws: Workspace, world: World) -> None:
    much = replace(REFUND, value=Money(Decimal(90), "EUR"))
    (number,) = take(ws, told(harm=FORTY, promises=(much,)))
    with pytest.raises(RuleSaysNo, match="R8"):
        release(ws, number)
    list(approve_cases(ws, [number], anyway="they lost a day"))
    assert events(ws, number, "compensation_overridden")[0]["reason"] == "they lost a day"
    assert one_pass(ws).sent == 1


def test_a_blank_reason_is_none(ws: Workspace, number: int) -> None:
    say(ws, number, BAD)
    with pytest.raises(RuleSaysNo, match="R18"):
        list(approve_cases(ws, [number], anyway=" "))


def test_an_old_script_is_not_approved_after_the_facts_changed(ws: Workspace, number: int) -> None:
    apply_triage(ws, number, Triage(bothered_most="the colour"))
    with pytest.raises(RuleSaysNo, match="R20") as no:
        list(approve_cases(ws, [number]))
    assert f"voicenote script {number}" in no.value.advice


def test_words_of_the_owners_own_are_kept_by_looking_at_them_again(
    ws: Workspace, world: World, number: int
) -> None:
    say(ws, number, "I will send your 40 euros back by Monday week, 9 March.")
    list(approve_cases(ws, [number]))
    apply_triage(ws, number, Triage(bothered_most="the colour"))
    _, found = current(ws, number)
    assert found is not None
    edit_script(ws, number, found.script)
    list(approve_cases(ws, [number]))
    assert morning(ws).sent == 1
    assert "by Monday week" in world.left[0].text


# -- what was approved before these hashes were kept ---------------------------------------------


def old(ws: Workspace) -> None:
    by_hand(ws, tables.approvals, composed_sha256=None, facts_sha256=None)
    by_hand(ws, tables.scripts, composed_sha256=None, composed_on=None)


def test_an_older_approval_still_holds(ws: Workspace, number: int) -> None:
    old(ws)
    assert morning(ws).sent == 1


def test_an_older_approval_does_not_outlive_a_change(
    ws: Workspace, world: World, number: int
) -> None:
    old(ws)
    ws.clock.move(minutes=1)  # type: ignore[attr-defined]
    with ws.ledger.write() as tx:
        case_store.revise(tx, number, "case_triaged", bothered_most="the colour")
    assert "changed since" in morning(ws).waiting[0][1]
    assert world.left == []


# -- while it is leaving, and after it came back -------------------------------------------------


def test_what_changes_while_it_is_leaving_stops_it(
    ws: Workspace, world: World, number: int
) -> None:
    send = world.send

    def slow(parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        CHANGES["unfounded"](ws, number)
        return send(parcel, commit)

    world.send = slow  # type: ignore[method-assign]
    morning(ws)
    world.send = send  # type: ignore[method-assign]
    assert world.left == []
    assert states(ws, number)[0] == "memo due"
    assert stage(ws, number) == "rendered"


def test_a_memo_that_came_back_is_asked_of_again(ws: Workspace, world: World, number: int) -> None:
    morning(ws)
    memo = touches_of(ws, number)[0]
    with ws.ledger.write() as tx:
        receipt = Receipt(kind=ReceiptKind.BOUNCED, at=tx.now)
        change_touch(tx, memo.number, "bounce", facts={"why": receipt.kind.value})
    settle_again(ws, number)
    promises.waive(ws, number, 1, "leave it")
    assert (stage(ws, number), one_pass(ws).sent) == ("rendered", 0)
    release(ws, number)
    assert one_pass(ws).sent == 1
    assert stage(ws, number) == "following"


# -- follow-ups ----------------------------------------------------------------------------------


def test_a_follow_up_says_what_is_so_when_it_leaves(
    ws: Workspace, world: World, number: int
) -> None:
    """Composed while the channel was busy; an hour later another person answers for the case."""
    morning(ws)
    ws.clock.move(days=3)  # type: ignore[attr-defined]
    world.fates = ["postponed"]
    one_pass(ws)
    by_hand(ws, tables.cases, owner="Grace")
    ws.clock.move(hours=1)  # type: ignore[attr-defined]
    assert one_pass(ws).sent == 1
    assert "Grace" in world.left[-1].text


def test_a_follow_up_with_an_error_waits_for_the_owner(
    ws: Workspace, world: World, number: int
) -> None:
    morning(ws)
    folder = ws.home / "templates" / "en"
    folder.mkdir(parents=True)
    words = "[thanks]\nThis is {{ owner }}. As per our policy we ask.\n"
    (folder / "check-in.jinja").write_text(words, encoding="utf-8")
    ws.clock.move(days=3)  # type: ignore[attr-defined]
    turn = one_pass(ws)
    assert "R18" in turn.waiting[0][1]
    assert len(world.left) == 1


def test_composing_again_with_the_same_words_renews_what_they_rest_on(
    ws: Workspace, number: int
) -> None:
    apply_triage(ws, number, Triage(severity="serious"))
    assert [one.changed for one in compose_cases(ws, [number])] == [False]
    list(approve_cases(ws, [number]))
    assert morning(ws).sent == 1
