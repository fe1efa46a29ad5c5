"""Values are checked when they are made."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.model.memo import Clip
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import PlannedTouch, Touch, TouchKind, TouchState

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MIA = Customer(name="Mia")


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(Decimal("NaN"), "EUR"), (Decimal("Infinity"), "EUR"), (1.5, "EUR"), (Decimal(1), "eur"),
     (Decimal(-1), "EUR"), (Decimal("1e15"), "EUR"), (Decimal("1e9999"), "EUR"),
     (Decimal(1), "EURO"), (Decimal(1), "ÄÖÜ")],
)  # fmt: skip
def test_money_is_a_finite_decimal_and_a_currency(amount: Decimal, currency: str) -> None:
    with pytest.raises(ValueError, match="money|currency"):  # noqa: RUF043
        Money(amount, currency)


def test_money_reads_as_people_write_it() -> None:
    assert str(Money(Decimal("40.00"), "EUR")) == "40.00 EUR"


def test_a_target_is_never_later_than_the_promise() -> None:
    with pytest.raises(ValueError, match="target"):
        Promise(
            kind=AmendsKind.FIX,
            text="mend it",
            target=date(2026, 12, 2),
            promised_by=date(2026, 12, 1),
        )


def test_a_promise_says_what_will_be_done() -> None:
    with pytest.raises(ValueError, match="what"):
        Promise(kind=AmendsKind.FIX, text=" ")


@pytest.mark.parametrize("state", AmendsState)
@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 12, 2)])
def test_a_promise_is_overdue_from_the_day_after(state: AmendsState, day: date) -> None:
    promise = Promise(kind=AmendsKind.FIX, text="mend it", promised_by=date(2026, 12, 1))
    amends = Amends(case=3, k=1, promise=promise, state=state)
    late = day == date(2026, 12, 2) and state.value in ("promised", "broken")
    assert amends.overdue(day) is late
    assert amends.name == "3.1"


def test_a_promise_without_a_date_is_never_overdue() -> None:
    promise = Promise(kind=AmendsKind.WORD, text="call")
    amends = Amends(case=3, k=1, promise=promise, state=AmendsState.PROMISED)
    assert not amends.overdue(date(2100, 1, 1))


def test_a_customer_has_a_name() -> None:
    with pytest.raises(ValueError, match="name"):
        Customer(name=" ")


@pytest.mark.parametrize(
    "wrong", [{"opened_at": NOON.replace(tzinfo=None)}, {"what_happened": " "}, {"ref": ""}]
)
def test_a_complaint_has_a_ref_a_moment_and_a_story(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {
        "source": "t", "ref": "1", "opened_at": NOON, "customer": MIA, "what_happened": "late"
    }  # fmt: skip
    Complaint(**good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="complaint|zone"):  # noqa: RUF043
        Complaint(**good | wrong)  # type: ignore[arg-type]


def test_a_clip_has_whole_samples_and_a_rate() -> None:
    assert Clip(bytes(48000), 24000, synthetic=False).duration_s == 1
    with pytest.raises(ValueError, match="even"):
        Clip(b"x", 24000, synthetic=False)
    with pytest.raises(ValueError, match="rate"):
        Clip(b"", 0, synthetic=False)


def test_the_hash_of_a_script_holds_its_words_and_their_order() -> None:
    one = Sentence(Section.THANKS, "Thank you.", personal=False)
    two = Sentence(Section.OWN, "It was us.", personal=False)
    said = Sentence(Section.OWN, "It was us.", personal=False, spoken="It was all us.")

    def sha(*sentences: Sentence, language: str = "en") -> str:
        return Script(language=language, template="t", sentences=sentences).sha256

    hashes = {sha(one, two), sha(two, one), sha(one, said), sha(one), sha(one, two, language="et")}
    assert len(hashes) == 5
    assert Script(language="en", template="t", sentences=(one, two, two)).text == (
        "Thank you.\nIt was us. It was us."
    )


def test_a_snapshot_tells_the_rounds_apart() -> None:
    complaint = Complaint(source="t", ref="1", opened_at=NOON, customer=MIA, what_happened="late")
    case = Case(number=1, complaint=complaint, stage=Stage.FOLLOWING, round=2)
    planned = PlannedTouch(kind=TouchKind.MEMO, step=1, wanted_at=NOON, due_at=NOON)
    touches = tuple(
        Touch(number=n, key=str(n), case=1, round=n, planned=planned, state=TouchState.DUE,
              channel="outbox")
        for n in (1, 2)
    )  # fmt: skip
    answers = (Answer(verdict=Verdict.NOT_YET, at=NOON), Answer(verdict=Verdict.PUT_RIGHT, at=NOON))
    snapshot = Snapshot(
        case=case, zone=ZoneInfo("UTC"), touches=touches, answers=answers, answer_rounds=(1, 2)
    )
    assert [touch.number for touch in snapshot.round_touches] == [2]
    assert [answer.verdict for answer in snapshot.round_answers] == [Verdict.PUT_RIGHT]
