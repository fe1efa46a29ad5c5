"""What came in changes a case once, whatever dies; what fits none is kept and shown."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.engine.listening import FILE, Listening, key_of, listening, send_one, states_now
from tests.engine.world import (
    Clock,
    Died,
    World,
    case_of,
    release,
    states,
    take,
    told,
    touches_of,
    without_sound,
)
from tests.engine.world import workspace as open_workspace
from voicenote.cli.commands.show import page
from voicenote.delivery.inbound import Arrival
from voicenote.delivery.tokens import token
from voicenote.engine.case.approval import resume
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_merge import merge
from voicenote.engine.case.case_view import case_view
from voicenote.engine.case.case_withdraw import withdraw
from voicenote.engine.run.poll import Received, receive, take_over, unmatched
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import ImpossibleTransition, Postponed, TryAgain, WrongUse
from voicenote.ledger import arrivals, case_reports, tables, touches
from voicenote.model.case import Outcome, Stage
from voicenote.model.receipt import ReceiptKind, Verdict
from voicenote.model.touch import TouchState


@pytest.fixture
def world() -> Listening:
    return Listening()


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: Listening) -> Iterator[Workspace]:
    with listening(tmp_path, clock, world) as opened:
        yield opened


@pytest.fixture
def sent(ws: Workspace, clock: Clock, world: Listening) -> int:
    """The number of a case whose memo has left."""
    return send_one(ws, clock)


def words_of(ws: Workspace, number: int) -> list[tuple[str, str]]:
    answers = case_view(ws, number).answers
    return [(one.verdict.value, one.text) for one in answers]


def test_a_persons_answer_stops_the_plan_in_the_same_pass(
    ws: Workspace, world: Listening, clock: Clock, sent: int
) -> None:
    world.comes("a", keys=(key_of(ws, sent),), text="It is good now.")
    clock.move(days=3)
    turn = one_pass(ws)
    assert (turn.received, turn.sent) == (1, 0)
    assert states_now(ws, sent) == {"answered", "cancelled"}
    assert words_of(ws, sent) == [("unclear", "It is good now.")]
    assert any("It is good now." in text for _, text in turn.nudges)


def test_words_alone_never_say_that_it_is_put_right(
    ws: Workspace, world: Listening, sent: int
) -> None:
    world.comes("a", keys=(key_of(ws, sent),), text="It is put right, thank you!")
    receive(ws)
    assert any("has not said" in gap for gap in case_view(ws, sent).missing)


@pytest.mark.parametrize(("verdict", "stage"), [("put-right", "following"), ("not-yet", "opened")])
def test_a_button_says_it_in_so_many_words(
    ws: Workspace, world: Listening, sent: int, verdict: str, stage: str
) -> None:
    world.comes("a", keys=(key_of(ws, sent),), verdict=Verdict(verdict), text="")
    receive(ws)
    view = case_view(ws, sent)
    assert (view.case.stage, words_of(ws, sent)) == (stage, [(verdict, "")])


def test_a_second_not_yet_below_the_first_memo_opens_no_third_round(
    ws: Workspace, world: Listening, sent: int
) -> None:
    for mark in ("a", "b"):
        world.comes(mark, keys=(key_of(ws, sent),), verdict=Verdict.NOT_YET, text="")
    receive(ws)
    assert case_view(ws, sent).case.round == 2
    assert len(words_of(ws, sent)) == 1


def test_a_bounce_is_told_with_its_reason(ws: Workspace, world: Listening, sent: int) -> None:
    detail = {"status": "5.1.1", "reason": "550 5.1.1 User unknown"}
    world.comes("b", kind=ReceiptKind.BOUNCED, keys=(key_of(ws, sent),), detail=detail)
    received = receive(ws)
    assert states(ws, sent)[0] == "memo bounced"
    assert touches_of(ws, sent)[0].reason == "550 5.1.1 User unknown"
    assert any("550 5.1.1 User unknown" in text for _, text in received.nudges)


def test_an_autoresponder_changes_nothing_and_the_plan_goes_on(
    ws: Workspace, world: Listening, clock: Clock, sent: int
) -> None:
    world.comes("v", kind=ReceiptKind.AUTO_REPLY, keys=(key_of(ws, sent),))
    before = states(ws, sent)
    assert receive(ws).kinds == {"auto-reply": 1}
    assert states(ws, sent) == before
    assert words_of(ws, sent) == []


@pytest.mark.parametrize("way", ["keys", "tokens", "message_ids", "address"])
def test_each_way_finds_the_case(ws: Workspace, world: Listening, sent: int, way: str) -> None:
    key, message = key_of(ws, sent), touches_of(ws, sent)[0].message_id
    marks = {"keys": key, "tokens": token(key), "message_ids": message}
    address = "DANA@example.com" if way == "address" else "dana.at.work@example.net"
    world.comes("a", address=address, **({way: (marks[way],)} if way in marks else {}))
    receive(ws)
    assert words_of(ws, sent) == [("unclear", "Thank you")]


def test_an_address_with_two_open_cases_is_the_owners_to_tell(
    ws: Workspace, world: Listening, sent: int
) -> None:
    take(ws, told("A-2"))
    world.comes("a")
    received = receive(ws)
    assert received.kinds == {"unmatched": 1}
    assert received.unmatched[0].reason == "it may be about any of the cases 1, 2"
    assert words_of(ws, sent) == []


def test_what_may_be_about_any_of_two_cases_holds_both(
    ws: Workspace, world: Listening, clock: Clock, sent: int
) -> None:
    """ "Both are fine now" was set apart, and two check-ins asked all the same."""
    (second,) = take(ws, told("A-2"))
    release(ws, second)
    one_pass(ws)
    world.comes("a", text="Both are fine now, thank you.")
    received = receive(ws)
    assert "due" not in states_now(ws, sent) | states_now(ws, second)
    ((_, text),) = received.nudges
    assert "Both are fine now" in text
    clock.move(days=4)
    assert one_pass(ws).sent == 0


def test_words_that_may_be_an_opt_out_hold_all_of_that_person(
    ws: Workspace, world: Listening, sent: int
) -> None:
    (second,) = take(ws, told("A-2"))
    release(ws, second)
    world.comes("a", keys=(key_of(ws, sent),), text="I thought I unsubscribed?", may_opt_out=True)
    received = receive(ws)
    assert states_now(ws, second) == {"held"}
    assert any("voicenote opt-out 1" in text for _, text in received.nudges)


def test_the_owners_own_letter_in_the_thread_is_no_answer(
    ws: Workspace, world: Listening, sent: int
) -> None:
    ws.settings = replace(ws.settings, owner=replace(ws.settings.owner, email="Ada@bakery.ee"))
    before = states(ws, sent)
    world.comes("a", keys=(key_of(ws, sent),), address="ada@bakery.ee", sender="Ada")
    assert receive(ws).kinds == {}
    assert (words_of(ws, sent), states(ws, sent)) == ([], before)


def test_a_bounce_of_another_letter_is_not_taken_for_ours(
    ws: Workspace, world: Listening, sent: int
) -> None:
    before = states(ws, sent)
    ids = ("<invoice-77@thunderbird.example>",)
    world.comes("a", kind=ReceiptKind.BOUNCED, message_ids=ids)
    assert receive(ws).kinds == {"unmatched": 1}
    assert states(ws, sent) == before


def test_the_complaint_itself_read_late_is_no_answer(
    ws: Workspace, world: Listening, clock: Clock, sent: int
) -> None:
    before = states(ws, sent)
    world.comes("a", at=clock() - timedelta(hours=4), text="The ribbon was blue.")
    assert receive(ws).kinds == {}
    assert (words_of(ws, sent), states(ws, sent)) == ([], before)


def test_an_opt_out_of_before_the_memo_is_obeyed_all_the_same(
    ws: Workspace, world: Listening, clock: Clock, sent: int
) -> None:
    world.comes("a", at=clock() - timedelta(hours=4), text="Stop", opt_out=True)
    assert receive(ws).kinds == {"opt-out": 1}


@pytest.mark.parametrize(
    "by",
    [
        {"message_ids": ("<proof-0123456789abcdef@bakery.example>",)},
        {"keys": ("proof-0123456789abcdef",)},
        {"tokens": (token("proof-0123456789abcdef"),)},
    ],
)
def test_an_answer_to_a_proof_is_nobodys_answer(
    ws: Workspace, world: Listening, sent: int, by: dict[str, Any]
) -> None:
    """It was matched by the address, where whoever got the proof is a customer, too."""
    before = states(ws, sent)
    world.comes("a", text="Looks fine, approve.", **by)
    assert receive(ws).kinds == {"unmatched": 1}
    assert (words_of(ws, sent), states(ws, sent)) == ([], before)


def test_a_touch_that_is_recorded_while_its_answer_is_read_loses_no_answer(
    ws: Workspace, clock: Clock, world: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL: what was read before the case was locked may be old."""
    (number,) = take(ws, told())
    release(ws, number)
    one_pass(ws)
    memo = next(touch for touch in touches_of(ws, number) if touch.sent_at)
    stale = replace(memo, state=TouchState.COMMITTING)
    monkeypatch.setattr(arrivals, "touch_by_key", lambda *_: stale)
    clock.move(hours=1)
    world.comes("a", keys=(memo.key,), verdict=Verdict.NOT_YET, text="NOT YET!")
    assert receive(ws).kinds == {"answered": 1}
    assert words_of(ws, number) == [("not-yet", "NOT YET!")]


def test_a_touch_that_changes_in_between_is_looked_at_again(
    ws: Workspace, world: Listening, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    receive_touch = touches.receive

    def once_too_early(*args: Any, **more: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ImpossibleTransition("'accept' is not possible now", "")
        receive_touch(*args, **more)

    monkeypatch.setattr(touches, "receive", once_too_early)
    world.comes("a", keys=(key_of(ws, sent),), text="It is good now.")
    assert receive(ws).kinds == {"answered": 1}
    assert words_of(ws, sent) == [("unclear", "It is good now.")]


def test_the_post_of_others_is_neither_kept_nor_counted(
    ws: Workspace, world: Listening, sent: int
) -> None:
    world.comes("x", address="aunt@example.org", text="See you on Sunday", message_ids=("<u@a>",))
    assert receive(ws).count == 0
    assert unmatched(ws) == []
    receive(ws)
    assert world.asked[-1] == "1"


def test_a_messenger_keeps_what_strangers_say(ws: Workspace, world: Listening, sent: int) -> None:
    world.is_mailbox = False
    world.comes("x", address="4711", text="Who are you?")
    (kept,) = receive(ws).unmatched
    assert (kept.text, kept.sender) == ("Who are you?", "Dana")


def test_what_fits_no_case_is_shown_once(ws: Workspace, world: Listening, sent: int) -> None:
    world.comes("f", kind=ReceiptKind.BOUNCED, keys=("c9r9-memo-000000000000",), address="")
    assert len(one_pass(ws).unmatched) == 1
    assert one_pass(ws).unmatched == []
    with ws.ledger.read() as tx:
        assert len(arrivals.waiting(tx)) == 1
    assert len(unmatched(ws)) == 1
    with ws.ledger.read() as tx:
        assert arrivals.waiting(tx) == []


@pytest.mark.parametrize("closed", [True, False])
def test_what_comes_in_for_a_merged_case_is_told_of_the_one_that_goes_on(
    ws: Workspace, world: Listening, clock: Clock, *, closed: bool
) -> None:
    take(ws, told(days=None), told("A-2", name="Ron", email="ron@example.com", days=None))
    release(ws, 1, 2)
    assert one_pass(ws).sent == 2
    merge(ws, 1, 2, anyway="married")
    if closed:
        withdraw(ws, 1, "solved elsewhere")
    clock.move(minutes=5)
    with ws.ledger.read() as tx:
        before = touches.last_nudge(tx)
    [sent] = [one for one in touches_of(ws, 2) if one.sent_at]
    world.comes("a", verdict=Verdict.NOT_YET, keys=(sent.key,), address="ron@example.com")
    receive(ws)
    assert words_of(ws, 1) == [("not-yet", "Thank you")]
    case, gone = case_of(ws, 1), case_of(ws, 2)
    assert (gone.stage, gone.outcome, gone.merged_into) == (Stage.CLOSED, Outcome.MERGED, 1)
    assert case.stage is (Stage.CLOSED if closed else Stage.OPENED)
    with ws.ledger.read() as tx:
        notes = [text for _, text in touches.nudges_since(tx, before)]
    assert notes
    assert all(text.startswith("case 1: ") for text in notes)


def test_a_forged_bounce_of_what_never_left_does_nothing(
    ws: Workspace, world: Listening, sent: int
) -> None:
    coming = [touch for touch in touches_of(ws, sent) if not touch.sent_at][-1]
    world.comes("f", kind=ReceiptKind.BOUNCED, keys=(coming.key,))
    before = states(ws, sent)
    (kept,) = receive(ws).unmatched
    assert "never sent" in kept.reason
    assert states(ws, sent) == before


def test_a_late_bounce_does_not_undo_what_has_gone_another_way(
    ws: Workspace, world: Listening, sent: int
) -> None:
    with ws.ledger.write() as tx:
        tx.connection.execute(update(tables.touches).values(channel="outbox"))
    monkeyed = ws.make_channel
    ws.make_channel = lambda name: World() if name == "outbox" else monkeyed(name)
    world.comes("b", kind=ReceiptKind.BOUNCED, keys=(key_of(ws, sent),))
    (kept,) = receive(ws).unmatched
    assert "another way since" in kept.reason
    assert states(ws, sent)[0] == "memo accepted"


def test_another_customer_with_somebodys_token_answers_nothing(
    ws: Workspace, world: Listening, sent: int
) -> None:
    take(ws, told("B-1", name="Ron", email="ron@example.com"))
    world.comes("a", tokens=(token(key_of(ws, sent)),), address="ron@example.com")
    (kept,) = receive(ws).unmatched
    assert "another customer" in kept.reason
    assert words_of(ws, sent) == words_of(ws, 2) == []


def test_another_customer_who_says_stop_stops_their_own(
    ws: Workspace, world: Listening, sent: int
) -> None:
    take(ws, told("B-1", name="Ron", email="ron@example.com"))
    world.comes("a", tokens=(token(key_of(ws, sent)),), address="ron@example.com", opt_out=True)
    receive(ws)
    assert (case_view(ws, sent).opted_out, case_view(ws, 2).opted_out) == (False, True)


def test_an_opt_out_ends_all_cases_of_the_address_at_once(
    ws: Workspace, world: Listening, sent: int
) -> None:
    (second,) = take(ws, told("A-2", name="Dana T."))
    release(ws, second)
    world.comes("o", keys=(key_of(ws, sent),), text="stop", opt_out=True)
    received = receive(ws)
    assert received.kinds == {"opt-out": 1}
    for number in (sent, second):
        assert case_view(ws, number).opted_out
        assert "due" not in states_now(ws, number)
    assert any('"stop"' in text for _, text in received.nudges)
    assert one_pass(ws).sent == 0


def test_what_a_letter_says_beside_its_opt_out_is_kept(
    ws: Workspace, world: Listening, sent: int
) -> None:
    """It was dropped, but for the first words of a note: a promise that failed was told nowhere."""
    text = "The new cake is still blue. Stop writing to me.\n\nDana"
    world.comes("o", keys=(key_of(ws, sent),), text=text, opt_out=True)
    assert receive(ws).kinds == {"opt-out": 1}
    assert [said for _, said in words_of(ws, sent)] == [text]
    seen = case_view(ws, sent)
    assert (seen.opted_out, seen.case.stage, seen.case.round) == (True, Stage.FOLLOWING, 1)
    assert "due" not in states_now(ws, sent)
    assert any("is still blue" in need.sentence for need in what_needs_me(ws).needs)


@pytest.mark.parametrize("verdict", [Verdict.NOT_YET, Verdict.PUT_RIGHT])
def test_a_verdict_with_an_opt_out_is_kept_and_begins_no_round(
    ws: Workspace, world: Listening, sent: int, verdict: Verdict
) -> None:
    world.comes("o", keys=(key_of(ws, sent),), text="stop", opt_out=True, verdict=verdict)
    receive(ws)
    seen = case_view(ws, sent)
    assert (seen.opted_out, seen.case.round) == (True, 1)
    assert [one.verdict for one in seen.answers] == [verdict]
    assert not any("voicenote reopen" in need.command for need in what_needs_me(ws).needs)


def test_a_stranger_who_says_stop_is_never_written_to(
    ws: Workspace, world: Listening, sent: int
) -> None:
    world.is_mailbox = False
    world.comes("o", address="new@example.com", text="stop", opt_out=True)
    receive(ws)
    (number,) = take(ws, told("N-1", name="New", email="new@example.com"))
    assert case_view(ws, number).opted_out


def test_a_delivery_settles_what_was_uncertain_and_moves_the_case_on(
    ws: Workspace, world: Listening, clock: Clock
) -> None:
    world.can_ask = False
    (number,) = take(ws, told())
    release(ws, number)
    world.fates = ["unknown, sent"]
    assert one_pass(ws).uncertain == 1
    key = touches_of(ws, number)[0].key
    world.comes("d", kind=ReceiptKind.DELIVERED, keys=(key,))
    receive(ws)
    assert states(ws, number)[0] == "memo delivered"
    assert case_view(ws, number).case.stage == "following"


def test_a_receipt_proves_what_a_dead_pass_did_not_record(
    ws: Workspace, world: Listening, clock: Clock
) -> None:
    world.can_ask = False
    (number,) = take(ws, told())
    release(ws, number)
    world.fates = ["died after the act"]
    with pytest.raises(Died):
        one_pass(ws)
    world.comes("h", kind=ReceiptKind.HEARD, keys=(touches_of(ws, number)[0].key,))
    turn = one_pass(ws)
    assert (turn.received, turn.uncertain) == (1, 0)
    assert states(ws, number)[0] == "memo heard"


def test_receipts_out_of_order_and_repeated_do_no_harm(
    ws: Workspace, world: Listening, sent: int
) -> None:
    key = key_of(ws, sent)
    for mark in ("played", "delivered", "played", "sent", "delivered"):
        kind = {"played": "heard", "sent": "accepted"}.get(mark, mark)
        world.comes(mark, kind=ReceiptKind(kind), keys=(key,))
    assert receive(ws).count == 3
    assert states(ws, sent)[0] == "memo heard"


def test_an_answer_to_a_closed_case_is_told(ws: Workspace, world: Listening, sent: int) -> None:
    from voicenote.engine.case.decisions import close_in
    from voicenote.model.case import Outcome

    with ws.ledger.write() as tx:
        close_in(tx, sent, Outcome.NEUTRAL)
    world.comes("a", keys=(key_of(ws, sent),), text="One thing more")
    assert any("One thing more" in text for _, text in receive(ws).nudges)


def test_a_channel_that_cannot_be_read_does_not_stop_the_sending(
    ws: Workspace, world: Listening, clock: Clock
) -> None:
    world.trouble = Postponed("imap.example:993 does not answer", "look at it")
    (number,) = take(ws, told())
    release(ws, number)
    turn = one_pass(ws)
    assert turn.sent == 1
    assert [(name, error.what) for name, error in turn.troubles] == [
        ("world", "imap.example:993 does not answer")
    ]


def test_a_slip_of_a_channel_is_told_and_stops_nothing(ws: Workspace, world: Listening) -> None:
    take(ws, told())
    world.trouble = KeyError("x")
    (trouble,) = receive(ws).troubles
    assert "KeyError" in trouble[1].what


def test_what_trips_the_engine_is_set_apart_and_the_rest_goes_on(
    ws: Workspace, world: Listening, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.comes("bad", keys=(key_of(ws, sent),))
    world.comes("good", keys=(key_of(ws, sent),), text="second")
    real = arrivals.keep

    def keep(tx: Any, came: arrivals.Came) -> bool:
        if came.mark == "bad" and came.kind != arrivals.UNMATCHED:
            raise ZeroDivisionError
        return real(tx, came)

    monkeypatch.setattr("voicenote.engine.run.apply_arrival.arrivals.keep", keep)
    received = receive(ws)
    assert received.kinds == {"unmatched": 1, "answered": 1}
    assert "our fault" in received.unmatched[0].reason
    assert words_of(ws, sent) == [("unclear", "second")]


def test_half_letters_and_nul_are_kept_as_what_a_database_takes(
    ws: Workspace, world: Listening, sent: int
) -> None:
    world.comes("\udcff", keys=(f"\x00{'k' * 900}", key_of(ws, sent)), text="a\x00\udc80b")
    receive(ws)
    assert words_of(ws, sent) == [("unclear", "a?b")]


@pytest.mark.slow
def test_killed_at_each_commit_nothing_is_lost_and_nothing_done_twice(
    tmp_path: Path, clock: Clock
) -> None:
    """By kill -9, before and after each commit of a reading; the next one goes on."""
    fatal, signals = 0, list[int]()
    while not signals or signals[-1]:
        fatal += 1
        home, world, keys = prepared(tmp_path / str(fatal), clock)
        signals.append(killed(home, clock, world, fatal))
        ws = open_workspace(home, clock, world)
        receive(ws)
        assert words_of(ws, 1) == [("unclear", "words")]
        assert len(unmatched(ws)) == 1
        memos = [case_view(ws, number).messages[0] for number in (1, 2)]
        assert [memo.state for memo in memos] == [TouchState.ANSWERED, TouchState.BOUNCED]
        kinds = [receipt.kind for receipt in memos[1].receipts]
        assert kinds == [ReceiptKind.ACCEPTED, ReceiptKind.BOUNCED]
        with ws.ledger.read() as tx:
            history = [one["event"] for one in case_reports.history(tx)]
            assert arrivals.place(tx, "world") == "5"
        assert history.count("customer_answered") == 1
        assert history.count("touch_bounced") == 1
        assert history.count("customer_joined") == 0
        ws.close()
        del keys
    assert signals[:-1] == [signal.SIGKILL] * 10


def prepared(home: Path, clock: Clock) -> tuple[Path, Listening, list[str]]:
    """A workspace with two memos that have left, and five things in the post."""
    world = Listening()
    home.mkdir()
    (home / "voicenote.toml").write_text(FILE, encoding="utf-8")
    with without_sound():
        ws = open_workspace(home, clock, world)
        numbers = take(ws, told(), told("B-1", name="Ron", email="ron@example.com"))
        release(ws, *numbers)
        one_pass(ws)
    keys = [key_of(ws, number) for number in numbers]
    world.comes("a", keys=(keys[0],), text="words")
    world.comes("b", keys=(keys[1],), kind=ReceiptKind.BOUNCED, address="")
    world.comes("c", keys=("c9r9-memo-000000000000",), address="")
    world.comes("d", keys=(keys[0],), kind=ReceiptKind.DELIVERED)
    world.comes("e", address="aunt@example.org")
    ws.close()
    return home, world, keys


def killed(home: Path, clock: Clock, world: Listening, fatal: int) -> int:
    """Read the post in a process that is killed at its n-th tick; return the signal, or 0."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            ws = open_workspace(home, clock, world)
            ws.ledger.write = ticking(ws.ledger.write, fatal)  # type: ignore[method-assign]
            receive(ws)
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def ticking(write: Callable[..., Any], fatal: int) -> Callable[..., Any]:
    """Return a `write` that kills this process just before or just after its n-th commit."""
    ticks = itertools.count(1)

    def tick() -> None:
        if next(ticks) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextlib.contextmanager
    def counted(actor: str | None = None) -> Iterator[Any]:
        with write(actor) as tx:
            yield tx
            tick()
        tick()

    return counted


def test_a_letter_that_is_read_again_is_not_taken_in_again(
    ws: Workspace, world: Listening, sent: int
) -> None:
    """As when a server numbers its mailbox anew, or a backup is restored."""
    world.comes("a", keys=(key_of(ws, sent),))
    receive(ws)
    with ws.ledger.write() as tx:
        arrivals.advance(tx, "world", "0")
    assert receive(ws).count == 0
    assert len(words_of(ws, sent)) == 1


def may_opt_out(world: Listening, ws: Workspace, number: int) -> int:
    """The letter answers one case, and what waits in another one of the customer's is held."""
    (other,) = take(ws, told("B-2"))
    release(ws, other)
    world.comes("a", keys=(key_of(ws, number),), text="Enough?", may_opt_out=True)
    return other


def unread(world: Listening, ws: Workspace, number: int) -> int:
    inbound = world.comes("a", keys=(key_of(ws, number),))
    bare = replace(inbound, receipt=None, answer=None)
    world.post = [replace(world.post[0], inbound=bare, broken="it takes too long to read")]
    return number


def of_either_case(world: Listening, ws: Workspace, number: int) -> int:
    take(ws, told("B-2"))
    world.comes("a", text="Which of the two do you mean?")
    return number


@pytest.mark.parametrize("letter", [may_opt_out, unread, of_either_case])
def test_what_the_owner_has_released_is_not_held_again_by_the_same_letter(
    ws: Workspace, world: Listening, sent: int, letter: Callable[..., int]
) -> None:
    """A mailbox that is numbered anew is read twice; the owner has read the letter once."""
    number = letter(world, ws, sent)
    receive(ws)
    assert "held" in states_now(ws, number)
    resume(ws, number)
    with ws.ledger.write() as tx:
        arrivals.advance(tx, "world", "0")
    assert receive(ws) == Received()
    assert "held" not in states_now(ws, number)


def test_two_readings_at_once_do_no_harm(ws: Workspace, world: Listening, sent: int) -> None:
    class Second(Listening):
        def poll(self, after: str, since: date) -> Iterator[Arrival]:
            with pytest.raises(TryAgain):
                receive(ws)
            yield from super().poll(after, since)

    world.__class__ = Second
    world.comes("a", keys=(key_of(ws, sent),))
    assert receive(ws).count == 1


def test_with_no_case_there_is_nothing_to_hear(ws: Workspace, world: Listening) -> None:
    world.comes("a")
    assert receive(ws) == Received()
    assert world.asked == []


def test_when_a_customer_last_wrote_is_known_to_the_next_touch(
    ws: Workspace, world: Listening, clock: Clock, sent: int
) -> None:
    wrote = clock.now - timedelta(minutes=5)
    world.comes("a", keys=(key_of(ws, sent),), at=wrote)
    receive(ws)
    with ws.ledger.read() as tx:
        found = arrivals.written_by(tx, "world", ["Dana@Example.com", ""])
    assert found == {"Dana@Example.com": wrote}


def test_what_is_handed_over_needs_a_channel_that_takes_it(
    ws: Workspace, world: Listening, sent: int
) -> None:
    world.comes("a", keys=(key_of(ws, sent),))
    assert take_over(ws, b"From: x").kinds == {"answered": 1}
    with pytest.raises(WrongUse, match="could have brought this"):
        take_over(ws, b"{}")


def test_an_old_answer_that_is_read_late_still_stops_what_was_booked_since(
    ws: Workspace, world: Listening, clock: Clock, sent: int
) -> None:
    """The mailbox could not be read for days, and the owner has sent something again meanwhile."""
    from voicenote.engine.run.recovery import settle_again

    wrote = clock.now
    clock.move(days=1)
    world.comes("b", kind=ReceiptKind.BOUNCED, keys=(key_of(ws, sent),), detail={"status": "4.4.7"})
    receive(ws)
    settle_again(ws, sent)
    world.comes("a", keys=(key_of(ws, sent),), at=wrote)
    clock.move(hours=1)
    receive(ws)
    assert "due" not in states_now(ws, sent)


def test_the_ledger_holds_no_address_of_who_wrote_in_the_open(
    ws: Workspace, world: Listening, sent: int
) -> None:
    world.comes("a", keys=(key_of(ws, sent),), address="dana.private@example.net")
    receive(ws)
    with ws.ledger.read() as tx:
        rows = tx.connection.exec_driver_sql("select * from arrivals").all()
    assert "private" not in str(rows)


@pytest.mark.parametrize(("seconds", "place", "troubles"), [(11, "2", 0), (400, "1", 1)])
def test_a_slow_reading_keeps_its_place_and_comes_to_an_end(
    ws: Workspace,
    clock: Clock,
    world: Listening,
    sent: int,
    seconds: int,
    place: str,
    troubles: int,
) -> None:
    del sent
    for mark in "ab":
        world.comes(mark, address="stranger@else.example")
    read = world.poll

    def slowly(after: str, since: date) -> Iterator[Arrival]:
        for arrival in read(after, since):
            clock.move(seconds=seconds)
            yield arrival
        raise Died

    world.poll = slowly  # type: ignore[method-assign]
    with pytest.raises(Died) if not troubles else contextlib.nullcontext():
        assert len(receive(ws).troubles) == troubles
    with ws.ledger.read() as tx:
        assert arrivals.place(tx, "world") == place


@pytest.mark.parametrize(
    ("address", "other"), [("bo@example.org", True), ("Dana@EXAMPLE.com", False)]
)
def test_an_answer_from_another_address_is_named_as_such(
    ws: Workspace, world: Listening, sent: int, address: str, other: bool
) -> None:
    world.comes("a", keys=(key_of(ws, sent),), text="She is happy.", address=address)
    receive(ws)
    view = case_view(ws, sent)
    assert [one.writer for one in view.answers] == [address if other else ""]
    shown = page(view)
    [need] = [one for one in what_needs_me(ws).needs if "has answered" in one.sentence]
    assert (f"answered from {address}" in shown) == other
    named = f"has answered from {address} (not an address of theirs), and waits for you"
    assert (named in need.sentence) == other


def test_our_own_letter_sent_back_is_not_their_answer(
    ws: Workspace, world: Listening, sent: int
) -> None:
    """Some mail programs put it below an answer without any mark."""
    parcel = world.left[0]
    world.comes("m1", text=f"No, still blue.\n\n{parcel.text}", keys=(parcel.key,))
    receive(ws)
    assert [one.text for one in case_view(ws, sent).answers] == ["No, still blue."]
