"""Cases, promises and touches, made short: every test says only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voicenote.model.case import Case, Complaint, Customer, Finding, Lesson, Severity, Stage
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import PlannedTouch, Touch, TouchKind, TouchState

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
LESSON = Lesson(cause="late parcels", prevention="a second courier", owner="Ana")


class Make:
    """Builds values around a case 3 whose memo is booked at START; days count from there."""

    @staticmethod
    def at(days: float) -> datetime:
        return START + timedelta(days=days)

    @staticmethod
    def amends(k: int = 1, state: str = "promised", due: int | None = None, **more: Any) -> Amends:
        by: date | None = (START + timedelta(days=due)).date() if due is not None else None
        target = more.pop("target", None)
        promise = Promise(
            kind=AmendsKind.REFUND,
            text="give the money back",
            value=Money(Decimal(40), "EUR"),
            promised_by=by,
            target=(START + timedelta(days=target)).date() if target is not None else None,
        )
        return Amends(case=3, k=k, promise=promise, state=AmendsState(state), **more)

    @staticmethod
    def touch(number: int, kind: str, state: str, day: float = 0, **more: Any) -> Touch:
        due = START + timedelta(days=day)
        planned = PlannedTouch(
            kind=TouchKind(kind),
            step=number,
            wanted_at=due,
            due_at=due,
            too_late_at=more.pop("too_late_at", due + timedelta(days=7)),
            unless=more.pop("unless", ""),
            amends=more.pop("amends", None),
            booked_at=more.pop("booked_at", START),
        )
        waiting = state in ("due", "held", "skipped", "cancelled", "sending")
        return Touch(
            number=number,
            key=more.pop("key", f"key-{number}"),
            case=3,
            round=more.pop("round", 1),
            planned=planned,
            state=TouchState(state),
            channel=more.pop("channel", "outbox"),
            sent_at=None if waiting else due,
            answerable=more.pop("answerable", True),
            **more,
        )

    @classmethod
    def answer(cls, verdict: str, day: float, text: str = "", *, settled: bool = False) -> Answer:
        return Answer(verdict=Verdict(verdict), at=cls.at(day), text=text, settled=settled)

    @classmethod
    def snapshot(
        cls,
        *touches: Touch,
        answers: tuple[Answer, ...] = (),
        rounds: tuple[int, ...] | None = None,
        opted_out: bool = False,
        finding: str = "justified",
        abusive: bool = False,
        severity: str = "normal",
        zone: str = "Europe/Berlin",
        **case: Any,
    ) -> Snapshot:
        complaint = Complaint(
            source="t",
            ref="1",
            opened_at=START,
            customer=Customer(name="Mia"),
            what_happened="late",
            finding=Finding(finding),
            abusive=abusive,
            severity=Severity(severity),
        )
        stage = Stage(case.pop("stage", "following"))
        return Snapshot(
            case=Case(number=3, complaint=complaint, stage=stage, **case),
            zone=ZoneInfo(zone),
            touches=touches,
            answers=answers,
            answer_rounds=rounds if rounds is not None else tuple(1 for _ in answers),
            opted_out=opted_out,
        )

    @classmethod
    def silent(cls, **more: Any) -> Snapshot:
        """Three questions met silence, and all else is done."""
        touches = [
            cls.touch(1, "memo", "accepted"),
            *(cls.touch(n, "confirm", "accepted", day) for n, day in ((2, 14), (3, 21), (4, 30))),
        ]
        more.setdefault("amends", (cls.amends(state="done", evidence="payment 7"),))
        more.setdefault("lesson", LESSON)
        return cls.snapshot(*touches, *more.pop("touches", ()), **more)


@pytest.fixture
def make() -> Make:
    return Make()
