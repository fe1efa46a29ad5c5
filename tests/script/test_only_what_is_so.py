"""R20: every template in every state of a case, and no claim that the ledger doesn't hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import product

import pytest

from voicenote.errors import RuleSaysNo
from voicenote.model.case import Case, Complaint, Customer, Lesson, Stage
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.script.addressing import list_wordings
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.rules import check
from voicenote.script.compose import compose
from voicenote.script.context import ScriptContext
from voicenote.script.languages import language
from voicenote.script.template_sources import as_line, packaged_names, skeleton_lines
from voicenote.script.templating import Templates

TODAY = date(2026, 12, 1)
BEFORE, AHEAD = date(2026, 11, 20), date(2026, 12, 10)
AT = datetime(2026, 12, 5, tzinfo=UTC)
KEPT = {AmendsState.DONE, AmendsState.CONFIRMED}
CODES = ["en", "he", "ro", "pl", "fa", "et"]


@dataclass(frozen=True)
class Known:
    """What the ledger holds of a case, worked out from it without the composer."""

    case: Case
    context: ScriptContext
    template: str

    @property
    def standing(self) -> list[Amends]:
        """The promises that a message speaks of."""
        k = self.context.amends
        return [
            one
            for one in self.case.amends
            if one.state is not AmendsState.WAIVED
            and (one.k == k if k else one.round == self.case.round)
        ]

    @property
    def earlier(self) -> list[Amends]:
        return [
            a
            for a in self.case.amends
            if a.round < self.case.round and a.state is not AmendsState.WAIVED
        ]

    @property
    def some_kept(self) -> bool:
        return any(one.state in KEPT for one in self.standing)

    @property
    def all_kept(self) -> bool:
        return bool(self.standing) and all(one.state in KEPT for one in self.standing)

    @property
    def some_late(self) -> bool:
        return any(
            one.state is AmendsState.BROKEN
            or (one.state is AmendsState.PROMISED and (one.promise.promised_by or TODAY) < TODAY)
            for one in self.standing
        )

    @property
    def some_open(self) -> bool:
        return any(one.state not in KEPT for one in self.standing)


Claim = Callable[[Known], bool]
#: What each phrase claims, beside those that claim nothing: the fact in the ledger.
CLAIMS: dict[str, Claim] = {
    "kept": lambda known: known.some_kept,
    "already": lambda known: known.some_kept,
    "done": lambda known: known.all_kept,
    "counts": lambda known: known.all_kept,
    "look": lambda known: known.all_kept,
    "reached": lambda known: known.all_kept,
    "overdue": lambda known: known.some_late,
    "late": lambda known: known.some_late,
    "counted": lambda known: known.some_late,
    "was-by": lambda known: known.some_late,
    "no-date": lambda known: known.some_late,
    "stands": lambda known: known.some_open,
    "owed": lambda known: known.some_open,
    "still-stands": lambda known: known.some_open,
    "not-done": lambda known: known.some_open,
    "trouble": lambda known: known.some_open,
    "promise": lambda known: known.some_open,
    "promised": lambda known: bool(known.standing),
    "news": lambda known: bool(known.standing),
    "also": lambda known: len(known.standing) > 1,
    "by": lambda known: any(one.promise.promised_by for one in known.standing),
    "you-are-right": lambda known: known.template == "justified",
    "hold-me": lambda known: any(one.promise.promised_by for one in known.standing),
    "changed": lambda known: bool(known.case.lesson and known.case.lesson.done_at),
    "changes": lambda known: bool(known.case.lesson and known.case.lesson.due),
    "sees-to-it": lambda known: bool(known.case.lesson and known.case.lesson.owner),
    "see-to-it-myself": lambda known: bool(known.case.lesson and known.case.lesson.owner),
    "planned": lambda known: bool(known.case.lesson),
    "all-the-same": lambda known: bool(known.case.lesson and known.case.lesson.due),
    "not-enough": lambda known: any(one.state in KEPT for one in known.earlier),
    "not-kept": lambda known: any(one.state not in KEPT for one in known.earlier),
    "asked-twice": lambda known: known.case.round > 1 or known.template == "reopened",
    "answer-stands": lambda known: known.case.round > 1 or known.case.stage is Stage.FOLLOWING,
    "looked": lambda known: bool(known.case.complaint.finding_reason),
    "found": lambda known: bool(known.case.complaint.finding_reason),
    "cause": lambda known: bool(known.case.complaint.cause),
    "next-by": lambda known: bool(known.context.next_by),
    "new-date": lambda known: bool(known.context.next_by),
    "most": lambda known: bool(known.case.complaint.bothered_most),
    "feeling": lambda known: bool(known.case.complaint.feeling),
    "felt-and-at-stake": lambda known: bool(known.case.complaint.feeling),
    "at-stake": lambda known: bool(known.case.complaint.at_stake),
    "identity": lambda known: bool(known.case.complaint.identity),
    "expected": lambda known: bool(known.case.complaint.expected),
    "partly": lambda known: known.context.partly,
    "whole": lambda known: known.context.synthetic and not known.context.partly,
}
#: What is said whatever has happened: greetings, sorry, questions, and what the template itself is.
NO_CLAIM = [
    "hello",
    "good-day",
    "business",
    "owner",
    "thanks",
    "wrote",
    "end-of-quote",
    "what-about",
    "noted",
    "felt",
    "owned",
    "own",
    "sorry",
    "worth",
    "sum",
    "unknown",
    "ask-for-it",
    "ask",
    "answer-me",
    "missing",
    "troubled",
    "part",
    "otherwise",
    "not-settled",
    "answered",
    "right",
    "still-ours",
    "settled",
    "nothing",
    "so-it-stands",
    "again",
    "missed",
    "openly",
    "angry",
    "respect",
    "closing",
    "wish",
    "mine",
    "sure",
    "short",
    "on-my-mind",
    "how-now",
    "back-to-you",
    "yes",
    "not-yet",
]


def test_every_phrase_is_known_to_claim_something_or_nothing() -> None:
    keys = {line.key for name in packaged_names() for line in skeleton_lines(name)}
    assert keys == {*CLAIMS, *NO_CLAIM}


#: The phrases that a value may follow in the same sentence.
LEADS = {line.key for name in packaged_names() for line in skeleton_lines(name) if line.then}


@cache
def patterns(code: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return each phrase that claims something, as a pattern of the sentences it makes."""
    found = []
    for table in language(code).phrases.values():
        for key, phrase in table.items():
            ways = list_wordings(as_line(phrase)) if key in CLAIMS else []
            if key in LEADS:
                ways += [
                    f"{way.removesuffix('.')}{language(code).comma} {{{{ x }}}}." for way in ways
                ]
            for wording in ways:
                pieces = re.split(r"\{\{.*?\}\}", wording)
                if any(len(piece.split()) > 1 for piece in pieces):
                    found.append((key, re.compile(".+".join(map(re.escape, pieces)))))
    return found


def states() -> Iterator[tuple[Case, ScriptContext]]:
    """Yield every kind of case that a message may be composed of."""
    promise = Promise(kind=AmendsKind.REDO, text="a new cake with a ribbon")
    kinds = [
        (state, day)
        for state, day in product(AmendsState, (BEFORE, AHEAD, None))
        if not (state is AmendsState.BROKEN and day == AHEAD)
    ]
    sets: list[tuple[tuple[AmendsState, date | None, int], ...]] = [()]
    sets += [((state, day, 1),) for state, day in kinds]
    sets += [((AmendsState.DONE, BEFORE, 1), (state, day, 1)) for state, day in kinds]
    sets += [((state, day, 1), (AmendsState.PROMISED, AHEAD, 2)) for state, day in kinds]
    lesson = Lesson(cause="x", prevention="two people check it", owner="Ruth", due=AT)
    lessons = (None, lesson, replace(lesson, done_at=AT), replace(lesson, owner="", due=None))
    for number, amends in enumerate(sets):
        for round_, stage in ((1, Stage.OPENED), (1, Stage.FOLLOWING), (2, Stage.OPENED)):
            full = number % 2 == 0
            case = Case(
                number=1,
                stage=stage,
                round=round_,
                lesson=lessons[number % len(lessons)],
                amends=tuple(
                    Amends(
                        case=1,
                        k=k,
                        promise=replace(promise, promised_by=day),
                        state=state,
                        round=made,
                    )
                    for k, (state, day, made) in enumerate(amends, 1)
                ),
                complaint=Complaint(
                    source="walk",
                    ref=str(number),
                    opened_at=AT,
                    customer=Customer(name="Dana"),
                    what_happened="The cake came without its ribbon.",
                    feeling="tired" if full else "",
                    cause="the order was torn" if full else "",
                    finding_reason="the ribbon was on the list" if full else "",
                ),
            )
            yield (
                case,
                ScriptContext(
                    owner="Mia Berg",
                    today=TODAY,
                    next_by=AHEAD if full else None,
                    synthetic=number % 3 == 0,
                    partly=number % 6 == 0,
                ),
            )


@pytest.mark.parametrize("code", CODES)
def test_no_template_claims_what_the_ledger_does_not_hold(code: str) -> None:
    walked = 0
    for (case, context), name in product(states(), Templates().names(code)):
        about = [None, *(one.k for one in case.standing_amends)] if "status" in name else [None]
        for k in about:
            asked = replace(context, template=name, language=code, amends=k)
            try:
                script = compose(case, asked)
            except RuleSaysNo:
                continue
            known = Known(case, asked, name)
            walked += 1
            background = CaseBackground(case=case, told=asked, composed=script)
            found = check(script, "", CheckContext(owner="Mia Berg", background=background))
            assert [one for one in found if one.rule in ("R20", "R22")] == [], (name, case.amends)
            for sentence, (key, pattern) in product(script.sentences, patterns(code)):
                if pattern.fullmatch(sentence.text):
                    assert CLAIMS[key](known), (name, key, sentence.text, case.amends)
    assert walked > 1_000


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_said_to_stay_open_for_ever(code: str) -> None:
    """Silence closes a case after three messages (R14), so no one says that it stays open."""
    promised = ["stays open", "keep it open", "נשאר פתוח", "rămâne deschis", "pozostaje otwart"]
    promised += ["باز می‌ماند", "jääb avatuks"]
    text = str(language(code).phrases)
    assert not any(words in text for words in promised)
