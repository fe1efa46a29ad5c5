"""Drafts by another hand, written while the judge was frozen. As a module it prints the figures.

python -m tests.script.grounding.unseen
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tests.script.grounding.drafts import TODAY, Draft, Told, doubts_of
from voicenote.model.case import Case, Complaint, Customer, Finding, Lesson, Stage
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.sentences import Section
from voicenote.script.check.normalise import fold
from voicenote.script.compose import compose
from voicenote.script.context import ScriptContext
from voicenote.script.grounding.claim_tables import DEED, claim_tables
from voicenote.script.grounding.claims import Doubt
from voicenote.script.grounding.leaving_out import Weighed, weigh_words
from voicenote.script.writers.answers import make_sentence

SECTIONS = {
    "hello": "thanks", "mirror": "mirror", "ours": "own", "sorry": "own",
    "repair": "amends", "prevention": "prevent", "ask": "invite",
}  # fmt: skip


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file, each a case, a draft of it, and what is invented in it.

    Each was shown to the judge once while it was frozen, and learned from, but ``fourth_*``.
    """
    found: list[dict[str, Any]] = json.loads(
        Path(__file__).with_name(f"{name}.json").read_text("utf-8")
    )
    return found


def drafts(name: str) -> Iterator[tuple[str, Told, Draft]]:
    """What is invented, the case, and the draft, row by row."""
    for number, row in enumerate(rows(name), 1):
        draft: Draft = {}
        for section, said in row["draft"].items():
            draft[SECTIONS[section]] = [*draft.get(SECTIONS[section], []), *said]
        yield row["invented"], _told(number, json.dumps(row["case"]), row["language"]), draft


@cache
def _told(number: int, facts: str, code: str) -> Told:
    row = json.loads(facts)
    promises = tuple(_promise(one, code) for one in row["promises"])
    due = row["prevention_due"]
    amount, _, currency = row["harm"].partition(" ")
    case = Case(
        number=number,
        stage=Stage.OPENED,
        complaint=Complaint(
            source="test",
            ref=str(number),
            opened_at=datetime(2026, 11, 27, 12, tzinfo=UTC),
            customer=Customer(name=row["customer"], language=code, greet_as=row["customer"]),
            what_happened=row["what_happened"],
            said_back=row["said_back"],
            our_fault=row["our_fault"],
            meant=row["meant"],
            feeling=row["feeling"],
            harm=Money(Decimal(amount), currency) if amount else None,
            finding=Finding.JUSTIFIED,
            promises=promises,
        ),
        amends=tuple(
            Amends(case=number, k=k, promise=promise, state=AmendsState.PROMISED)
            for k, promise in enumerate(promises, 1)
        ),
        lesson=Lesson(
            cause="",
            prevention=row["prevention"],
            owner=row["prevention_owner"],
            due=datetime.fromisoformat(f"{due}T12:00+00:00") if due else None,
        )
        if row["prevention"]
        else None,
    )
    context = ScriptContext(
        owner=row["owner"], business=row["business"], today=TODAY, language=code
    )
    return Told(case, context, compose(case, context), ())


def _promise(row: dict[str, Any], code: str) -> Promise:
    """A promise; what kind of deed it is, is guessed from its words."""
    hits = claim_tables(code).phrases.find(fold(f"{row['what']}. {row['deed']}")[0])
    kinds = [hit.group.removeprefix(DEED) for hit in hits if hit.group.startswith(DEED)]
    known = [AmendsKind(kind) for kind in kinds if kind in list(AmendsKind)]
    guessed = AmendsKind.REFUND if row["amount"] else (known or [AmendsKind.WORD])[0]
    kind = AmendsKind(row["kind"]) if "kind" in row else guessed
    return Promise(
        kind=kind,
        text=row["what"],
        value=Money(Decimal(row["amount"]), row["currency"]) if row["amount"] else None,
        promised_by=date.fromisoformat(row["due"]) if row["due"] else None,
        deed=row["deed"],
    )


def doubted(name: str) -> list[tuple[str, str, Draft, tuple[Doubt, ...]]]:
    """What is invented in each draft, its language, the draft, and the doubts about it."""
    return [
        (invented, told.template.language, draft, doubts_of(told, draft))
        for invented, told, draft in drafts(name)
    ]


def own_words(*, seen: bool) -> Iterator[tuple[str, str, Weighed, bool]]:
    """What is invented in each draft of a writer's own sections, its language, and what is said.

    With whether the invention is. ``fifth_own_words.jsonl`` was shown once, and not learned from.
    """
    file = Path(__file__).with_name("fifth_own_words.jsonl")
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        row = json.loads(line)
        code, lie = row["language"], row["lie"]
        told = _told(number, json.dumps(row["case"]), code)
        own = [
            make_sentence(Section(SECTIONS[section]), text, code)
            for section, said in row["draft"].items()
            for text in said
        ]
        weighed = weigh_words(own, told.case, told.context, told.template, seen=seen)
        said = [one.text for one in weighed.said if lie and (one.text in lie or lie in one.text)]
        yield row["invented"], code, weighed, bool(said)


def own_words_report(*, seen: bool) -> Iterator[str]:
    """How many drafts of a writer's own sections are kept, and how many inventions are said."""
    found = list(own_words(seen=seen))
    honest = [weighed for what, _, weighed, _ in found if what == "none"]
    whole = sum(not one.left_out for one in honest)
    kept = sum(one.enough for one in honest)
    yield f"own words, seen={seen}: honest {kept} kept, {whole} of them whole, of {len(honest)}"
    for what in sorted({one[0] for one in found} - {"none"}):
        each = [one for one in found if one[0] == what]
        said = sum(weighed.enough and said for _, _, weighed, said in each)
        yield f"own words, seen={seen}: {what}: {said} of {len(each)} said"


def main() -> None:
    """Write how many drafts of each set are refused, named or pass, by what is invented."""
    for name in ("unseen", "later", "third", "fourth"):
        found = [*doubted(f"{name}_honest"), *doubted(f"{name}_lies")]
        for what, _ in Counter(row[0] for row in found).most_common():
            each = [{one.kind for one in doubts} for kind, _, _, doubts in found if kind == what]
            refused = sum(bool(kinds - {"fact"}) for kinds in each)
            passed = sum(not kinds for kinds in each)
            named = len(each) - refused - passed
            sys.stdout.write(
                f"{name} {what}: {refused} refused, {named} named, {passed} pass of {len(each)}\n"
            )
    for seen in (True, False):
        sys.stdout.writelines(f"{line}\n" for line in own_words_report(seen=seen))


if __name__ == "__main__":
    main()
