"""A story player: days in the life of a workspace, with people's actions, on the real engine.

The top of ``samples/story.toml`` describes the format of a story.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from voicenote.engine.case import approval, closing, promises
from voicenote.engine.case.memo_notes import why_unheard
from voicenote.engine.memo import render_case
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.run.rehearsal import MovedClock, Rehearsed, rehearse
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store, touches
from voicenote.model.case import Case, Complaint, Lesson, Outcome, Stage
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.receipt import Verdict
from voicenote.model.touch import TouchKind

Event = Mapping[str, Any]


#: Before a command in what the owner is told: in a demo it would act on another workspace.
_COMMANDS = (
    " When it is done: voicenote ",
    ", or correct its template: voicenote ",
    ": voicenote ",
)


class EventKind(StrEnum):
    """What an event of the story is about."""

    CAME = "came"
    SPOKEN = "spoken"
    SENT = "sent"
    DEED = "deed"
    OWNER = "owner"
    ANSWER = "answer"
    LESSON = "lesson"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """One line of the story: when, which case (0: none), and what happened.

    `key` names the message that was sent, and `quote` is what the customer said.
    """

    at: datetime
    case: int
    kind: EventKind
    text: str
    key: str = ""
    quote: str = ""


class Story:
    """A story in a workspace whose clock is `clock`; `story` is the parsed TOML."""

    def __init__(self, ws: Workspace, clock: MovedClock, story: Mapping[str, Any]) -> None:
        self._ws, self._clock, self._story = ws, clock, story
        self._start: datetime = story["start"].astimezone(UTC)
        self._numbers: dict[str, int] = {}

    def play(self, complaints: Sequence[Complaint]) -> Iterator[StoryEvent]:
        """Add the complaints and play every day; yield what happens."""
        self._clock.now = self._start
        with self._ws.ledger.write() as tx:
            for added in case_store.add(tx, complaints, "complaints"):
                self._numbers[added.complaint.ref] = added.case
        for ref, plan in self._story.get("plans", {}).items():
            approval.change_plan(self._ws, self._numbers[ref], plan)
        yield self._tell(0, EventKind.CAME, f"{len(self._numbers)} complaints came in")
        by_day: dict[int, list[Event]] = {}
        for event in self._story["event"]:
            by_day.setdefault(int(event["day"]), []).append(event)
        first_day = by_day.pop(0, [])
        first, *others = self._numbers
        for refs in ([first], others):  # the first memo can be listened to before the others exist
            for event in first_day:
                if event["case"] in refs:
                    yield self._happen(event)
            yield from self._release([self._numbers[ref] for ref in refs])
        for day in [*sorted(by_day), int(self._story["days"])]:
            moment = self._start + timedelta(days=day)
            yield from self._pass(rehearse(self._ws, self._clock, moment))
            self._clock.now = moment
            for event in by_day.get(day, []):
                yield self._happen(event)

    def _release(self, numbers: Sequence[int]) -> Iterator[StoryEvent]:
        fell_back = {one.case for one in compose_cases(self._ws, numbers) if one.fell_back}
        for made in render_case.render_cases(self._ws, numbers):
            note = ", in English, as there are no templates" if made.case in fell_back else ""
            text = f"memo of {made.memo.duration_s:.0f} s, said by {made.memo.voice}{note}"
            if made.memo.unheard:
                text = f"{why_unheard(made.memo.misheard, made.memo.synthetic)}{note}"
            yield self._tell(made.case, EventKind.SPOKEN, text)
        for _ in approval.approve_cases(self._ws, numbers):
            pass

    def _pass(self, passes: Iterator[Rehearsed]) -> Iterator[StoryEvent]:
        for made in passes:
            for touch in made.touches:
                if touch.kind is not TouchKind.NUDGE:
                    text = f"{touch.kind.value} by {touch.channel}"
                    yield StoryEvent(made.at, touch.case, EventKind.SENT, text, touch.key)
            waiting = (*made.turn.reasons, *made.turn.waiting)
            nudges = ((case, f"to you: {text}") for case, text in made.turn.nudges)
            for case, text in (*waiting, *nudges):
                yield StoryEvent(made.at, case, EventKind.OWNER, _without_command(text))

    def _tell(self, case: int, kind: EventKind, text: str, quote: str = "") -> StoryEvent:
        return StoryEvent(self._clock.now, case, kind, text, quote=quote)

    def _happen(self, event: Event) -> StoryEvent:
        number, quote = self._numbers[event["case"]], ""
        if event["do"] == "answer":
            quote = event["text"]
        return self._tell(number, _KINDS[event["do"]], _do(self._ws, number, event), quote)


_KINDS = {
    "lesson": EventKind.LESSON,
    "lesson-done": EventKind.LESSON,
    "add-amends": EventKind.DEED,
    "amends-done": EventKind.DEED,
    "amends-confirm": EventKind.DEED,
    "answer": EventKind.ANSWER,
    "script": EventKind.SPOKEN,
    "close": EventKind.CLOSED,
}


def _without_command(text: str) -> str:
    for mark in _COMMANDS:
        text = text.partition(mark)[0]
    return text


def _do(ws: Workspace, number: int, event: Event) -> str:
    """Do what a person does in an event; return what happened."""
    match event["do"]:
        case "lesson":
            due = datetime.combine(event["due"], time(), UTC)
            about = {name: event[name] for name in ("cause", "prevention", "owner")}
            closing.write_lesson(ws, number, Lesson(**about, due=due))
            return f"the lesson: {event['prevention']}"
        case "lesson-done":
            closing.lesson_done(ws, number)
            return "the prevention is in place"
        case "add-amends" | "amends-done" | "amends-confirm":
            return _do_amends(ws, number, event)
        case "answer":
            verdict = Verdict(event["verdict"])
            standing = closing.answer(ws, number, verdict, event["text"], "telephone")
            again = f"; reopened, round {standing.round}" if verdict is Verdict.NOT_YET else ""
            return f"the customer says {verdict.value.replace('-', ' ')}{again}"
        case "script":
            for steps in (compose_cases, render_case.render_cases, approval.approve_cases):
                for _ in steps(ws, [number]):
                    pass
            return "a new script and its memo, approved"
        case "close":
            return f"closed: {closing.close(ws, number, Outcome(event['outcome'])).value}"
        case unknown:
            raise ValueError(f"a story knows no {unknown!r}")


def _do_amends(ws: Workspace, number: int, event: Event) -> str:
    if event["do"] == "add-amends":
        value = Money(Decimal(event["value"]), event["currency"]) if "value" in event else None
        kind, by = AmendsKind(event["kind"]), event["promised_by"]
        promise = Promise(kind=kind, text=event["text"], value=value, promised_by=by)
        return f"promised: amends {promises.add(ws, number, promise).name} ({kind.value})"
    name = f"amends {number}.{event['amends']}"
    if event["do"] == "amends-done":
        promises.done(ws, number, event["amends"], event["evidence"])
        return f"{name} is done: {event['evidence']}"
    promises.confirm(ws, number, event["amends"])
    return f"{name} has arrived, says the customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """How a case ended up; `messages` counts those sent."""

    case: int
    ref: str
    customer: str
    language: str
    stage: Stage
    outcome: Outcome | None
    round: int
    messages: int
    amends: tuple[str, ...]


def summarise_cases(ws: Workspace) -> list[CaseSummary]:
    """Return how each case ended up."""
    with ws.ledger.read() as tx:
        loaded: list[Case] = list(case_store.load(tx, case_store.numbers_of(tx)).values())
        booked = touches.of_cases(tx, [case.number for case in loaded])
    sent = Counter(t.case for t in booked if t.sent_at and t.kind is not TouchKind.NUDGE)
    return [
        CaseSummary(
            case=case.number,
            ref=case.complaint.ref,
            customer=case.customer.name,
            language=case.customer.language,
            stage=case.stage,
            outcome=case.outcome,
            round=case.round,
            messages=sent[case.number],
            amends=tuple(f"{amends.name} {amends.state.value}" for amends in case.amends),
        )
        for case in loaded
    ]
