"""`undo` of an opt-out, and what a customer may have said meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.world import (
    Clock,
    World,
    case_of,
    history,
    release,
    states,
    take,
    told,
    touches_of,
    typed,
)
from voicenote.delivery.tokens import token
from voicenote.engine.case import batches, consent
from voicenote.engine.case.case_edit import edit
from voicenote.engine.case.case_merge import merge
from voicenote.engine.case.case_triage import Triage, apply_triage
from voicenote.engine.case.case_withdraw import withdraw
from voicenote.engine.case.consent import opt_out_in
from voicenote.engine.case.duplicates import told_apart
from voicenote.engine.case.triage_proposal import named_lost
from voicenote.engine.case.undo_command import describe_other, undo_last
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import arrivals, case_reports, case_store, optouts
from voicenote.ledger.arrivals import Came
from voicenote.ledger.changes import change_touch
from voicenote.ledger.customers import PERSON, _told_changes
from voicenote.ledger.standing import UNDONE
from voicenote.ledger.word_renewal import is_said


def comes(
    ws: Workspace, kind: str, case: int | None = None, address: str = "x@example.com"
) -> None:
    with ws.ledger.write("voicenote") as tx:
        came = Came(channel="mail", mark=kind, kind=kind, at=tx.now, address=address, case=case)
        assert arrivals.keep(tx, came)


def gone(ws: Workspace, number: int = 1) -> bool:
    with ws.ledger.read() as tx:
        return optouts.has_opted_out(tx, number)


def test_an_opt_out_of_the_wrong_case_is_taken_back(ws: Workspace) -> None:
    take(ws, told())
    release(ws, 1)
    before = states(ws, 1)
    with typed(ws, "opt-out"):
        consent.opt_out(ws, "1")
    assert gone(ws)
    undo_last(ws)
    assert (gone(ws), states(ws, 1)) == (False, before)


def test_an_opt_out_that_the_customer_pressed_is_never_taken_back(
    ws: Workspace, world: World, clock: Clock
) -> None:
    """The owner's server calls `voicenote opt-out TOKEN` then; and it is in the way of others."""
    take(ws, told(days=None))
    release(ws, 1)
    assert one_pass(ws).sent == 1
    clock.move(minutes=5)
    with typed(ws, "edit"):
        edit(ws, 1, {"cause": "haste"})
    with typed(ws, "opt-out"):
        consent.opt_out(ws, token(world.left[0].key).upper())
    with pytest.raises(RuleSaysNo, match="the edit of"):
        undo_last(ws)
    assert gone(ws)


@pytest.mark.parametrize("whom", ["1", "dana@example.com"])
@pytest.mark.parametrize("kind", arrivals.WRITTEN)
def test_it_stays_once_the_customer_has_written(ws: Workspace, whom: str, kind: str) -> None:
    """Known or not: it may be from somebody who has said the same."""
    take(ws, told())
    with typed(ws, "opt-out"):
        consent.opt_out(ws, whom)
    comes(ws, kind, None if kind == arrivals.UNMATCHED else 1)
    with pytest.raises(RuleSaysNo, match="may have said so"):
        undo_last(ws)
    assert gone(ws)


def test_a_stop_from_an_address_that_nobody_has_stays(ws: Workspace) -> None:
    """The history doesn't grow by it, as that address had been opted out by the owner."""
    with typed(ws, "opt-out"):
        consent.opt_out(ws, "stranger@example.com")
    comes(ws, "opt-out", address="stranger@example.com")
    with ws.ledger.write("voicenote") as tx:
        opt_out_in(tx, None, "stranger@example.com")
    with pytest.raises(RuleSaysNo):
        undo_last(ws)


@pytest.mark.parametrize("kind", ["auto-reply", "answered"])
def test_what_no_customer_of_it_wrote_is_no_obstacle(ws: Workspace, kind: str) -> None:
    """A machine's reply, or the answer in a case of somebody else."""
    take(ws, told(), told("A-2", email="bo@example.com", name="Bo"))
    with typed(ws, "opt-out"):
        consent.opt_out(ws, "1")
    comes(ws, kind, 1 if kind == "auto-reply" else 2)
    undo_last(ws)
    assert not gone(ws)


def test_what_the_customer_said_before_outlives_the_owners_word(
    ws: Workspace, clock: Clock
) -> None:
    take(ws, told())
    with ws.ledger.write("voicenote") as tx:
        opt_out_in(tx, case_store.get(tx, 1))
    before = case_of(ws)
    clock.move(minutes=5)
    with typed(ws, "opt-out"):
        consent.opt_out(ws, "1")
    undo_last(ws)
    assert gone(ws)
    assert case_of(ws) == before


def is_refused_as_double(ws: Workspace) -> bool:
    with pytest.raises(RuleSaysNo, match="same story"):
        told_apart(ws, [2])
    return True


def is_severity_open(ws: Workspace) -> bool:
    with ws.ledger.read() as tx:
        return not is_said(tx, 1, "severity")


def is_lost_unnamed(ws: Workspace) -> bool:
    with ws.ledger.read() as tx:
        return named_lost(tx, case_store.get(tx, 1)) is None


def is_name_taken(ws: Workspace) -> bool:
    """Whether an import may correct the name again."""
    with ws.ledger.read() as tx:
        return not any(by == PERSON for _, _, by in _told_changes(tx, [1]))


@pytest.mark.parametrize(
    ("command", "do", "is_forgotten"),
    [
        ("script", lambda ws: told_apart(ws, [2], "she had two"), is_refused_as_double),
        ("edit", lambda ws: edit(ws, 1, {"severity": "serious"}), is_severity_open),
        ("triage", lambda ws: apply_triage(ws, 1, Triage(lost="money")), is_lost_unnamed),
        ("edit", lambda ws: edit(ws, 1, {"customer": "Dina"}), is_name_taken),
    ],
)
def test_what_was_undone_decides_nothing_any_more(
    ws: Workspace,
    command: str,
    do: Callable[[Workspace], object],
    is_forgotten: Callable[[Workspace], bool],
) -> None:
    """The history still tells it; whoever reads it to decide something leaves it out."""
    take(ws, told(), told("B-1"))
    assert is_forgotten(ws)
    before = [history(ws, number) for number in (1, 2)]
    with typed(ws, command):
        do(ws)
    undo_last(ws)
    assert is_forgotten(ws)
    with ws.ledger.read() as tx:
        now = [case_reports.history(tx, number, standing=True) for number in (1, 2)]
    assert [[line for line in mine if line["event"] != UNDONE] for mine in now] == before


@pytest.mark.parametrize("busy", [1, 2])
def test_a_merge_is_taken_back_whole_or_not_at_all(ws: Workspace, busy: int) -> None:
    """Otherwise a promise would be in both cases, or in none."""
    take(ws, told(), told("B-1", what_happened="The cake was late"))
    with typed(ws, "merge"):
        merge(ws, 1, 2)
    with ws.ledger.write(actor="Bo") as tx:
        tx.tell("case_edited", busy, field="feeling", was="", now="sad")
    before = case_of(ws, 1), case_of(ws, 2)
    with pytest.raises(RuleSaysNo, match=f"in case {busy} something has happened"):
        undo_last(ws)
    assert (case_of(ws, 1), case_of(ws, 2)) == before


def test_what_another_did_while_it_ran_is_in_the_way(ws: Workspace) -> None:
    take(ws, told(), told("B-1", name="Bo", email="bo@example.com"))
    with typed(ws, "edit"):
        edit(ws, 1, {"feeling": "sad"})
        with ws.ledger.write(actor="Bo") as tx:
            tx.tell("case_edited", 1, field="cause", was="", now="haste")
        edit(ws, 2, {"feeling": "sad"})
    done = undo_last(ws)
    assert done is not None
    assert (done.cases, [case for case, _ in done.kept]) == ((2,), [1])


def batch_of(ws: Workspace) -> None:
    with ws.ledger.write() as tx:
        case_store.add(
            tx, [told(days=None), told("B-1", name="Bo", email="bo@example.com")], "june"
        )


def test_a_batch_goes_on_with_what_a_run_has_held_meanwhile(ws: Workspace) -> None:
    batch_of(ws)
    release(ws, 2)
    with typed(ws, "batch hold"):
        list(batches.hold_batch(ws, "june"))
    release(ws, 1)
    assert one_pass(ws).sent == 0
    assert "memo held" in states(ws, 1)
    undo_last(ws)
    assert not [one for number in (1, 2) for one in states(ws, number) if one.endswith("held")]
    assert one_pass(ws).sent == 2


def test_what_the_customer_wrote_is_read_first(ws: Workspace) -> None:
    """It holds their messages; what comes back to them in another case is held, too."""
    take(ws, told(days=None), told("B-1", days=None, what_happened="The cake was late"))
    release(ws, 1, 2)
    with typed(ws, "withdraw"):
        withdraw(ws, 1, "solved elsewhere")
    with ws.ledger.write() as tx:
        assert consent.hold_in(tx, [2])
    undo_last(ws)
    assert one_pass(ws).sent == 0
    assert "memo held" in states(ws, 1)


@pytest.mark.parametrize("put_off", ["held", "postponed"])
def test_what_a_run_put_off_is_no_obstacle(ws: Workspace, world: World, put_off: str) -> None:
    """Unless a message that the command booked was tried: that stays on record."""
    batch_of(ws)
    release(ws, *([1] if put_off == "postponed" else []))
    list(batches.hold_batch(ws, "june") if put_off == "held" else [])
    before = case_of(ws), states(ws, 1)
    with typed(ws, "approve" if put_off == "held" else "edit"):
        release(ws, 1) if put_off == "held" else edit(ws, 1, {"owner": "Bo"})
    world.fates = ["postponed"] * 9
    assert one_pass(ws).sent == 0
    done = undo_last(ws)
    assert done is not None
    assert (done.kept, case_of(ws), states(ws, 1)) == ((), *before)


def test_a_refusal_says_what_has_happened(ws: Workspace, world: World) -> None:
    take(ws, told(days=None))
    with typed(ws, "approve"):
        release(ws, 1)
    world.fates = ["postponed"] * 9
    one_pass(ws)
    with pytest.raises(RuleSaysNo, match="tried to send a message and put it off, 20"):
        undo_last(ws)


def test_what_is_being_sent_stays(ws: Workspace) -> None:
    take(ws, told(days=None))
    with typed(ws, "approve"):
        release(ws, 1)
    with ws.ledger.write(actor="voicenote") as tx:
        change_touch(tx, touches_of(ws, 1)[0].number, "claim", claim="x", claimed_by="run")
    with pytest.raises(RuleSaysNo, match="about to send"):
        undo_last(ws)


def test_an_import_hides_no_older_skip(ws: Workspace, clock: Clock) -> None:
    """Undo says that it doesn't take back the import, rather than take back a run before it."""
    take(ws, told())
    release(ws, 1)
    clock.move(days=20)
    assert one_pass(ws).skipped
    assert describe_other(ws) is None
    ws.ledger.record("import", rows=False)
    take(ws, told("C-1", name="Bo", email="bo@example.com"))
    ws.ledger.stop_recording()
    other = describe_other(ws)
    assert other is not None
    assert "import" in other[0]


def test_after_a_new_case_it_names_the_case_to_withdraw(ws: Workspace) -> None:
    take(ws, told())
    ws.ledger.record("new", rows=False)
    take(ws, told("C-1", name="Bo", email="bo@example.com"))
    ws.ledger.stop_recording()
    assert describe_other(ws) == (
        "undo doesn't take back the last command, new",
        "voicenote withdraw 2 --why REASON",
    )
