"""Evidence, and the second apology (R6)."""

from __future__ import annotations

from typing import Any

import pytest

from voicenote.errors import RuleSaysNo
from voicenote.followup.closing_rules import EVIDENCE, evidence_for
from voicenote.followup.release_rules import second_apology
from voicenote.model.promise import AmendsKind


def test_every_kind_of_deed_says_what_shows_it() -> None:
    assert set(EVIDENCE) == set(AmendsKind)


def test_evidence_is_kept_trimmed(make: Any) -> None:
    assert evidence_for(make.amends(), "  payment\n 7 ") == "payment 7"


@pytest.mark.parametrize("words", ["", "  ", "…", "--", "Give the  money back"])
def test_what_shows_nothing_is_refused(make: Any, words: str) -> None:
    with pytest.raises(RuleSaysNo) as caught:
        evidence_for(make.amends(), words)
    assert caught.value.missing == ("the number or the date of the payment",)
    assert "3.1" in caught.value.what


def test_the_first_apology_is_always_allowed(make: Any) -> None:
    assert not second_apology(make.snapshot(make.touch(1, "memo", "due")))
    assert not second_apology(make.snapshot(make.touch(1, "memo", "accepted")))
    assert not second_apology(make.snapshot(make.touch(1, "memo", "refused"), round=2))


@pytest.mark.parametrize("state", ["accepted", "heard", "answered", "uncertain"])
def test_an_empty_second_apology_is_refused(make: Any, state: str) -> None:
    memo = make.touch(1, "memo", state)
    old = make.amends(state="promised")
    why = second_apology(make.snapshot(memo, round=2, amends=(old,)))
    assert "2026-11-02" in why
    assert "voicenote amends add 3" in why


@pytest.mark.parametrize(
    ("state", "round_", "done_day", "allowed"),
    [
        ("promised", 2, None, True),
        ("waived", 2, None, False),
        ("promised", 1, None, False),
        ("done", 1, 4, True),
        ("confirmed", 1, 4, True),
        ("done", 1, None, True),
        ("done", 1, -1, False),
        ("broken", 1, None, False),
    ],
)
def test_a_new_amends_or_a_kept_promise_allows_it(
    make: Any, state: str, round_: int, done_day: int | None, allowed: bool
) -> None:
    done_at = make.at(done_day) if done_day is not None else None
    amends = (make.amends(state=state, round=round_, done_at=done_at),)
    snapshot = make.snapshot(make.touch(1, "memo", "heard"), round=2, amends=amends)
    assert (second_apology(snapshot) == "") is allowed


def test_an_acknowledgement_is_no_apology(make: Any) -> None:
    memo = make.touch(1, "memo", "accepted")
    assert not second_apology(make.snapshot(memo, round=2, finding="unfounded"))
