"""A proof goes to the owner, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.world import Clock, World, take, told, touches_of, without_sound, workspace
from voicenote.delivery.telegram.bot_payload import fields_of
from voicenote.engine.case.consent import opt_out
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.render_case import render_cases
from voicenote.engine.run.proofs import MOST, Proof, prove, prove_due, way_to
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.ledger import case_reports, case_store
from voicenote.ledger.arrivals import touch_by_key
from voicenote.model.address import EMAIL, TELEGRAM, Address

ME = "me@saar.ee"


def spoken(ws: Workspace, ref: str = "A") -> int:
    """A case whose memo is made and not approved."""
    [number] = take(ws, told(ref))
    for _ in compose_cases(ws, [number]):
        pass
    for _ in render_cases(ws, [number]):
        pass
    return number


def everything(ws: Workspace, number: int) -> tuple[Any, ...]:
    with ws.ledger.read() as tx:
        return case_store.get(tx, number), touches_of(ws, number)


def test_the_owner_gets_it_before_it_is_approved_and_nothing_changes(
    ws: Workspace, world: World
) -> None:
    number = spoken(ws)
    before = everything(ws, number)
    assert list(prove(ws, [number], ME)) == [Proof(number, "memo", "outbox", ME)]
    assert everything(ws, number) == before
    [parcel] = world.left
    assert (parcel.to, parcel.customer, parcel.thread) == (ME, "Ada", ())
    assert parcel.subject.startswith("[PROOF, not sent to Dana]")
    assert parcel.text.startswith(f"[Proof of case {number}: this has not been sent to Dana.]")
    assert set(parcel.files) == {"ogg", "txt"}


def test_what_comes_back_for_a_proof_fits_no_touch(ws: Workspace, world: World) -> None:
    number = spoken(ws)
    list(prove(ws, [number, number], ME))
    keys = [parcel.key for parcel in world.left]
    assert len(set(keys)) == 2
    with ws.ledger.read() as tx:
        assert [touch_by_key(tx, key) for key in keys] == [None, None]
        told_ = [row["event"] for row in case_reports.history(tx, number)]
    assert told_.count("proof_sent") == 2


def test_a_case_without_a_memo_has_no_proof(ws: Workspace) -> None:
    [number] = take(ws, told())
    with pytest.raises(RuleSaysNo, match="no script"):
        list(prove(ws, [number], ME))


def test_proofs_of_what_is_due_leave_it_due(ws: Workspace, world: World) -> None:
    from tests.engine.world import release

    numbers = [spoken(ws, f"R{n}") for n in range(MOST + 1)]
    release(ws, *numbers)
    done = list(prove_due(ws, ME))
    assert len(done) == len(world.left) == MOST
    assert {parcel.to for parcel in world.left} == {ME}
    assert all(touches_of(ws, n)[0].state.value == "due" for n in numbers)


def test_a_proof_goes_by_the_first_channel_for_such_an_address(ws: Workspace) -> None:
    assert way_to(ws, Address(EMAIL, ME)) == "outbox"
    assert way_to(ws, Address(TELEGRAM, "12345")) == "outbox"


@pytest.mark.parametrize("to", ["<me@saar.ee>", "mailto:me@saar.ee", "Me@SAAR.ee."])
def test_a_proof_goes_to_one_address_in_whatever_spelling(
    ws: Workspace, world: World, to: str
) -> None:
    [proof] = prove(ws, [spoken(ws)], to)
    assert proof.to.casefold() == ME


@pytest.mark.parametrize("to", ["me", "", "Ada Saar", "7"])
def test_what_is_no_address_gets_no_proof(ws: Workspace, to: str) -> None:
    number = spoken(ws)
    with pytest.raises(WrongUse, match="isn't an address that a proof can go to"):
        list(prove(ws, [number], to))


@pytest.mark.parametrize(
    "to", ["dana@example.com", " Dana@Example.com", "<dana@example.com.>", "gone@example.com"]
)
def test_a_proof_does_not_go_to_a_customer_nor_to_who_opted_out(
    ws: Workspace, world: World, to: str
) -> None:
    number = spoken(ws)
    opt_out(ws, "gone@example.com")
    for proofs in (prove(ws, [number], to), prove_due(ws, to)):
        with pytest.raises(RuleSaysNo, match="a customer, or of somebody who opted out"):
            list(proofs)
    assert world.left == []


def test_the_owner_gets_a_proof_also_where_they_tried_it_as_a_customer(
    tmp_path: Path, clock: Clock, world: World
) -> None:
    ws = workspace(tmp_path, clock, world, {"VOICENOTE_OWNER__EMAIL": "dana@example.com"})
    with without_sound():
        assert len(list(prove(ws, [spoken(ws)], "Dana@example.com"))) == 1
    ws.close()


def test_a_proof_is_marked_as_one_and_has_no_buttons(ws: Workspace, world: World) -> None:
    list(prove(ws, [spoken(ws)], ME))
    [parcel] = world.left
    assert parcel.kind == "proof"
    assert parcel.key.startswith("proof-")
    assert parcel.message_id.startswith("<proof-")
    assert "reply_markup" not in fields_of(replace(parcel, to="77"), voiced=True, buttons=True)
    memo = replace(parcel, to="77", kind="memo")
    assert "reply_markup" in fields_of(memo, voiced=True, buttons=True)
