"""Nothing is called sent that no customer can have: whom no channel reaches waits for a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from tests.engine.house import House, dana, due
from tests.engine.world import (
    Clock,
    World,
    states,
    take,
    told,
    touches_of,
    workspace,
)
from voicenote.cli.terminal.run_report import summary_of, turn_lines
from voicenote.engine.case import case_triage
from voicenote.engine.case.approval import approve_cases
from voicenote.engine.case.moving import move_touches
from voicenote.engine.case.plan_view import plan_view
from voicenote.engine.run import recovery
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import customer_store, tables, unreachable
from voicenote.model import touch as touch_model
from voicenote.model.address import Address
from voicenote.model.touch import BY_HAND, NO_ADDRESS

NOBODY = dana(email="", telegram="")
FULL = {"schedule__plan": "make-it-right"}
ALONE = {"channels__mail__kind": "outbox", "channels__telegram__kind": "outbox"}


def give_address(ws: Workspace, number: int, value: str) -> None:
    with ws.ledger.write() as tx:
        query = select(tables.cases.c.customer).where(tables.cases.c.number == number)
        person = tx.connection.execute(query).scalar_one()
        customer_store.give_addresses(tx, person, [Address("email", value)])


def unreached(ws: Workspace) -> list[tuple[str, str]]:
    with ws.ledger.read() as tx:
        return unreachable.list_unreached(tx)


def test_whom_no_channel_reaches_is_not_sent_anything_and_is_counted(house: House) -> None:
    ws = house.open(**FULL)
    due(ws, NOBODY, dana(name="B"))
    turn = one_pass(ws)
    assert (turn.sent, house.left) == (1, ["dana@here.ee"])
    assert {one.split()[-1] for one in states(ws, 1)} == {"held"}
    [(what, cure)] = turn.unreached
    assert what == "1 has no address, so nothing is sent to them: case 1"
    assert "outbox" in cure
    assert any(what in line for line in turn_lines(turn, "UTC"))


def test_a_plan_that_was_not_begun_is_not_used_up_by_time(house: House, clock: Clock) -> None:
    """A month later, an address begins it: the memo first, and nothing was skipped."""
    ws = house.open(**FULL)
    due(ws, NOBODY)
    before = len(states(ws, 1))
    for _ in range(30):
        clock.move(days=1)
        one_pass(ws)
    assert states(ws, 1).count("memo held") == 1
    give_address(ws, 1, "late@here.ee")
    turn = one_pass(ws)
    assert (turn.unreached, house.left) == ([], ["late@here.ee"])
    assert "memo accepted" in states(ws, 1)
    assert len(states(ws, 1)) == before
    assert touches_of(ws, 1)[0].channel != "outbox"


def test_without_any_channel_the_outbox_is_the_way_and_the_run_says_where_it_is(
    house: House,
) -> None:
    ws = house.open(**ALONE)
    due(ws, NOBODY, dana(name="B"))
    turn = one_pass(ws)
    assert (turn.sent, turn.stays_here, turn.unreached) == (2, 2, [])
    assert summary_of(turn) == "2 put into the outbox; they have not left this machine"


def test_by_hand_is_in_the_outbox_and_not_sent_before_a_person_says_so(
    house: House, clock: Clock
) -> None:
    ws = house.open(schedule__outbox="by hand", **FULL)
    due(ws, NOBODY)
    turn = one_pass(ws)
    assert (turn.sent, turn.uncertain) == (0, 1)
    assert turn.reasons == [(1, BY_HAND)]
    clock.move(days=5)
    assert one_pass(ws).sent == 0, "nothing asks about a memo that nobody has sent"
    assert "memo uncertain" in states(ws, 1)
    recovery.settle_sent(ws, 1)
    assert "memo accepted" in states(ws, 1)


def test_a_run_that_dies_beside_the_outbox_does_not_make_it_sent(
    house: House, clock: Clock
) -> None:
    ws = house.open(schedule__outbox="by hand")
    due(ws, NOBODY)
    folder = ws.channel("outbox")
    assert isinstance(folder, World)
    folder.fates = ["died after the act"]
    with pytest.raises(BaseException):  # noqa: B017, PT011 - as if it was killed
        one_pass(ws)
    clock.move(hours=1)
    one_pass(ws)
    assert states(ws, 1) == ["memo uncertain"]


def test_what_was_approved_before_there_was_a_channel_waits_for_a_word(house: House) -> None:
    alone = workspace(house.home, house.clock, World(name="outbox"))
    due(alone, NOBODY, dana(name="B"))
    alone.close()
    ws = house.open()
    turn = one_pass(ws)
    assert (turn.sent, house.left) == (0, [])
    whats = [what for what, _ in turn.unreached]
    assert whats == [
        "1 has no address, so nothing is sent to them: case 1",
        "case 2 waits for a word from you: approved for the outbox, before there was mail",
    ]
    assert turn.unreached[1][1].endswith("voicenote plan --from outbox --by mail")
    moved = move_touches(ws, "mail", away_from="outbox")
    assert ({case for case, _ in moved.touches}, moved.left) == ({2}, [])
    assert (one_pass(ws).sent, house.left) == (1, ["dana@here.ee"])


@pytest.mark.parametrize("deed", ["plan", "resend"])
def test_nothing_is_moved_into_a_folder_that_nobody_empties(house: House, deed: str) -> None:
    ws = house.open()
    house.mail.fates = ["refused"]
    due(ws, dana(telegram=""))
    if deed == "resend":
        one_pass(ws)
    deeds: dict[str, Callable[[], object]] = {
        "plan": lambda: move_touches(ws, "outbox", case=1),
        "resend": lambda: recovery.settle_again(ws, 1, "outbox"),
    }
    with pytest.raises(RuleSaysNo, match="reaches nobody"):
        deeds[deed]()


def test_what_is_sent_again_needs_an_address_too(house: House) -> None:
    ws = house.open()
    house.mail.fates = ["refused"]
    due(ws, dana(telegram=""))
    one_pass(ws)
    with ws.ledger.write() as tx:
        tx.connection.execute(tables.addresses.delete())
    with pytest.raises(RuleSaysNo, match="can't be reached"):
        recovery.settle_again(ws, 1)


def test_the_outbox_named_by_the_customer_is_by_hand_too(house: House) -> None:
    ws = house.open()
    due(ws, dana(channel="outbox"))
    assert one_pass(ws).sent == 0
    assert states(ws, 1) == ["memo uncertain"]


def test_a_preview_shows_who_cannot_be_reached(house: House) -> None:
    ws = house.open()
    take(ws, told("R-1", customer=NOBODY))
    assert {one.reason for one in plan_view(ws, 1).messages} == {NO_ADDRESS}


def test_a_removed_channel_set_lets_the_outbox_be_the_way_again(house: House) -> None:
    due(house.open(), NOBODY)
    ws = house.open(**ALONE)
    assert one_pass(ws).stays_here == 1


def test_the_list_spells_the_codes_as_the_model_does() -> None:
    texts = (touch_model.NO_ADDRESS, touch_model.EARLIER, touch_model.EARLIER + "mail")
    no_address, earlier, by_mail = map(touch_model.code_of, texts)
    assert (no_address, earlier) == (unreachable.NO_ADDRESS, unreachable.EARLIER)
    assert by_mail == f"{unreachable.EARLIER}mail"


def test_other_words_for_the_reason_change_nothing(house: House) -> None:
    """A code beside the reason is what counts: the words may be from another version."""
    ws = house.open(**FULL)
    due(ws, NOBODY)
    with ws.ledger.write() as tx:
        tx.connection.execute(update(tables.touches).values(reason="nobody knows where"))
    [(what, _)] = one_pass(ws).unreached
    assert what.startswith("1 has no address")
    give_address(ws, 1, "late@here.ee")
    assert one_pass(ws).sent == 1


def test_a_memo_without_an_address_that_is_approved_again_waits_for_one(house: House) -> None:
    """Its approval is taken back and given again, and the address still begins the plan."""
    ws = house.open(**FULL)
    due(ws, NOBODY)
    case_triage.apply_triage(ws, 1, case_triage.Triage(severity="serious"))
    assert "waits for your approval" in touches_of(ws, 1)[0].reason
    list(approve_cases(ws, [1]))
    assert touches_of(ws, 1)[0].reason == NO_ADDRESS
    assert len(unreached(ws)) == 1
    give_address(ws, 1, "late@here.ee")
    assert one_pass(ws).sent == 1


def test_whether_it_can_be_answered_is_kept_with_what_is_sent(house: House) -> None:
    ws = house.open()
    due(ws, dana())
    one_pass(ws)
    assert [touch.answerable for touch in touches_of(ws, 1)] == [True]
