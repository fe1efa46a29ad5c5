"""Honest drafts, and what an adversary makes of them."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from voicenote.model.case import Case, Complaint, Customer, Finding, Lesson, Stage
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.sentences import Script, Section
from voicenote.script.compose import compose
from voicenote.script.context import ScriptContext
from voicenote.script.grounding.claims import Doubt
from voicenote.script.grounding.judge import judge
from voicenote.script.writers.answers import make_sentence

TODAY = date(2026, 11, 30)
HELLO = {
    "en": "Hi, it's Anna Saar.", "pl": "Dzień dobry, z tej strony Anna Saar.",
    "ro": "Bună ziua, sunt Anna Saar.", "et": "Tere, siin Anna Saar.",
    "he": "שלום, מדברת Anna Saar.", "fa": "سلام، من Anna Saar هستم.",
}  # fmt: skip

Draft = dict[str, list[str]]


@dataclass(frozen=True)
class Told:
    """A case, and what is known of it besides."""

    case: Case
    context: ScriptContext
    template: Script
    drafts: tuple[Draft, ...]


def _promise(row: dict[str, Any]) -> Promise:
    amount, _, currency = row.get("value", "").partition(" ")
    return Promise(
        kind=AmendsKind(row["kind"]),
        text=row["text"],
        value=Money(Decimal(amount), currency) if amount else None,
        promised_by=date.fromisoformat(row["by"]),
        owner=row.get("owner", ""),
        deed=row.get("deed", ""),
    )


@cache
def told() -> tuple[Told, ...]:
    """Every case of the file."""
    rows = tomllib.loads(Path(__file__).with_name("honest.toml").read_text("utf-8"))["case"]
    return tuple(_told(number, row) for number, row in enumerate(rows, 1))


def _told(number: int, row: dict[str, Any]) -> Told:
    promises = tuple(_promise(one) for one in row["promises"])
    opened = datetime(2026, 11, 27, 12, tzinfo=UTC)
    due = datetime(2026, 12, 31, 12, tzinfo=UTC)
    case = Case(
        number=number,
        stage=Stage.OPENED,
        complaint=Complaint(
            source="test",
            ref=str(number),
            opened_at=opened,
            customer=Customer(
                name=row["customer"], language=row["language"], greet_as=row.get("greet_as", "")
            ),
            what_happened=row["what"],
            bothered_most=row.get("most", ""),
            said_back=row.get("said_back", ""),
            our_fault=row.get("our_fault", ""),
            meant=row.get("meant", ""),
            finding=Finding(row.get("finding", "justified")),
            finding_reason=row.get("reason", ""),
            promises=promises,
        ),
        amends=tuple(
            Amends(
                case=number,
                k=k,
                promise=promise,
                state=AmendsState.DONE if one.get("done") else AmendsState.PROMISED,
            )
            for k, (promise, one) in enumerate(zip(promises, row["promises"], strict=True), 1)
        ),
        lesson=Lesson(cause="", prevention=row["lesson"], owner="Anna Saar", due=due)
        if row.get("lesson")
        else None,
    )
    context = ScriptContext(owner="Anna Saar", today=TODAY, language=row["language"])
    return Told(case, context, compose(case, context), tuple(row["draft"]))


def honest() -> Iterator[tuple[Told, Draft]]:
    """Ten drafts of each case: its own ones, and mixtures of their sections."""
    for one in told():
        first, second = one.drafts
        names = [name for name in Section if name in first or name in second]
        mixed = itertools.product((first, second), repeat=len(names))
        every = [dict(zip(names, each, strict=True)) for each in mixed]
        step = max(1, len(every) // 10)
        for picked in [every[0], every[-1], *every[1:-1:step]][:11]:
            yield (
                one,
                {n.value: d.get(n, first.get(n, second.get(n, []))) for n, d in picked.items()},
            )


def script_of(one: Told, draft: Draft) -> Script:
    """Return a draft as a script, with a greeting in it."""
    code = one.template.language
    whole = {"thanks": [HELLO[code]], **draft}
    sentences = tuple(
        make_sentence(section, text, code) for section in Section for text in whole.get(section, [])
    )
    return replace(one.template, sentences=sentences)


def doubts_of(one: Told, draft: Draft) -> tuple[Doubt, ...]:
    """Return the judge's doubts."""
    return judge(script_of(one, draft), one.case, one.context, template=one.template)
