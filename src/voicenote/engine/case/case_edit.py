"""Correcting the facts of a case and its customer; what follows from them is asked anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from voicenote.counting import count_of
from voicenote.engine.case.approval import book_promise, plan_for
from voicenote.engine.case.case_script import MEMO
from voicenote.engine.case.heard import heard
from voicenote.engine.case.money_bands import bands_of
from voicenote.engine.case.moving import carry_on
from voicenote.engine.case.release import words_fit
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.errors import Problem
from voicenote.followup.case_status import name_also
from voicenote.followup.compensation import Adequacy, judge
from voicenote.followup.proposal import FOLLOWING, plan_of_finding
from voicenote.intake.case_text import Facts, change_facts, facts_of, need_known, raise_problems
from voicenote.intake.fields import kind_of
from voicenote.intake.options import Options
from voicenote.ledger import (
    case_store,
    corrections,
    optouts,
    scripts,
    touches,
)
from voicenote.ledger.changes import hold_case
from voicenote.ledger.corrections import Correction
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.address import EMAIL
from voicenote.model.case import Case, Customer, Stage
from voicenote.model.promise import AmendsState, Promise
from voicenote.model.touch import MAY_HAVE_LEFT, WAITING, TouchKind

#: The fields that say how a customer is reached, and when: no words follow from them.
REACH = ("channel", "time_zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What was corrected in a case, and notes on what follows from it.

    `cases` are the other open cases of the customer, where the customer has changed, too.
    """

    case: int
    changed: tuple[Correction, ...]
    cases: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def editable(ws: Workspace, number: int) -> dict[str, str]:
    """Return the facts of a case that can be edited, as texts by field."""
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
        return facts_of(case, ws.zone_of(case))


def edit(
    ws: Workspace, number: int, changes: Mapping[str, str], seen: Mapping[str, str] | None = None
) -> Edited:
    """Correct facts of a case by field, and say what follows.

    `seen` are the facts that the changes were made from, if they are older. Raises BadData with
    every problem: a value that can't be read, a field that somebody else has changed meanwhile, a
    promise that the customer has heard of.
    """
    with ws.ledger.write() as tx:
        return edit_in(ws, tx, number, changes, seen)


def edit_in(
    ws: Workspace,
    tx: Transaction,
    number: int,
    changes: Mapping[str, str],
    seen: Mapping[str, str] | None = None,
) -> Edited:
    """Correct facts as `edit` does, within a transaction."""
    hold_case(tx, number)
    case = case_store.get(tx, number)
    known = facts_of(case, ws.zone_of(case))
    need_known(changes, known)
    _need_unchanged(changes, known, seen or known)
    wanted = {name: text for name, text in changes.items() if text != known.get(name, "")}
    facts = change_facts(case, known, wanted, _options(ws, tx.now))
    raise_problems(list(_refused(ws, tx, case, facts.promises)))
    if not wanted:
        return Edited(case=number, changed=())
    also = _write(ws, tx, case, facts, known, wanted)
    after = case_store.get(tx, number)
    changed = tuple(_compare(known, facts_of(after, ws.zone_of(after))))
    notes = list(_consequences(ws, tx, case, [one.field for one in changed], also))
    return Edited(case=number, changed=changed, cases=tuple(also), notes=tuple(notes))


def _compare(was: Mapping[str, str], now: Mapping[str, str]) -> list[Correction]:
    """Return where facts differ."""
    return [
        Correction(name, was.get(name, ""), now.get(name, ""))
        for name in {**was, **now}
        if was.get(name, "") != now.get(name, "")
    ]


def _options(ws: Workspace, now: datetime) -> Options:
    owner = ws.settings.owner
    return Options(now=now, language=owner.language, time_zone=owner.time_zone)


def _need_unchanged(
    changes: Mapping[str, str], known: Mapping[str, str], seen: Mapping[str, str]
) -> None:
    raise_problems([
        Problem(f"was changed meanwhile, to {known.get(name, '')!r}", "check, and edit again", "",
                None, name)
        for name, text in changes.items()
        if known.get(name, "") not in (seen.get(name, ""), text)
    ])  # fmt: skip


def _refused(
    ws: Workspace, tx: Transaction, case: Case, promises: Mapping[int, Promise]
) -> Iterator[Problem]:
    """Yield why promises can't be changed: one that was heard, that is over, or for the past."""
    today = tx.now.astimezone(ws.zone_of(case)).date()
    for one in case.amends:
        new = promises.get(one.k)
        if new is None or new == one.promise:
            continue
        field = f"amends.{one.k}"
        if one.state is not AmendsState.PROMISED or case.stage is Stage.CLOSED:
            state = one.state.value if one.state is not AmendsState.PROMISED else "in a closed case"
            yield Problem(f"is {state}, and stays as it is", f"see: voicenote show {case.number}",
                          "", None, field)  # fmt: skip
        elif heard(tx, case, one):
            yield Problem(
                "has been promised to them, and stays as it was said (R22)",
                f"another day: voicenote amends again {one.name} --by DATE; another deed: "
                f"voicenote amends add {case.number}",
                "",
                None,
                field,
            )
        for name in ("promised_by", "target"):
            day: date | None = getattr(new, name)
            if day is not None and day != getattr(one.promise, name) and day < today:
                yield Problem(f"{day} has passed: it is {today}", "give a day in the future", "",
                              None, f"{field}.{name}")  # fmt: skip


def _write(
    ws: Workspace,
    tx: Transaction,
    case: Case,
    facts: Facts,
    known: Mapping[str, str],
    wanted: Mapping[str, str],
) -> list[int]:
    """Write the corrected facts; return the other open cases of a corrected customer."""
    number, also = case.number, []
    now = facts_of(replace(case, complaint=facts.complaint), ws.zone_of(case))
    changed = [one for one in _compare(known, now) if one.field in wanted]
    theirs = [one for one in changed if _is_customers(one.field)]
    if theirs:
        also = corrections.correct_person(tx, number, facts.complaint.customer, theirs)
    own = [one for one in changed if one not in theirs and not one.field.startswith("amends.")]
    if own:
        corrections.correct_case(tx, number, facts.complaint, own)
        harsh = any(one.field in ("finding", "abusive") for one in own)
        followed = case.plan in (*FOLLOWING, ws.settings.schedule.plan)
        if harsh and followed and not case.released and case.stage is not Stage.CLOSED:
            case_store.revise(tx, number, "plan_chosen", plan="")
    for one in case.amends:
        new = facts.promises.get(one.k)
        if new is None or new == one.promise:
            continue
        said = facts_of(replace(case, amends=(replace(one, promise=new),)), ws.zone_of(case))
        start = f"amends.{one.k}."
        edits = [
            each._replace(field=each.field.removeprefix(start))
            for each in _compare(known, said)
            if each.field.startswith(start)
        ]
        corrections.correct_promise(tx, number, one.k, new, edits)
        if new.promised_by != one.promise.promised_by:
            book_promise(ws, tx, number, one.k)
    return [one for one in also if one != number]


def _is_customers(field: str) -> bool:
    return bool(kind_of(field)) or field == "customer" or field in Customer.__dataclass_fields__


def _consequences(
    ws: Workspace, tx: Transaction, before: Case, fields: list[str], also: list[int]
) -> Iterator[str]:
    """Carry out what follows from corrected fields, and yield what the owner should know."""
    number = before.number
    if also:
        yield f"{before.customer.name} has {name_also(also)} too: it has changed there as well"
    for one in (number, *also):
        case = case_store.locked(tx, one)
        if case.stage is Stage.CLOSED:
            continue
        mine = [name for name in fields if one == number or _is_customers(name)]
        yield from _words(ws, tx, case, mine)
        yield from _reach(ws, tx, case, mine)
    yield from _plan_and_money(ws, tx, number, fields)


def _words(ws: Workspace, tx: Transaction, case: Case, fields: list[str]) -> Iterator[str]:
    """Ask anew for the words and the approval that don't follow from the facts any more."""
    number, told = case.number, snapshot(tx, case.number, ws.zone_of)
    fit = words_fit(ws, tx, told)
    reach_only = all(kind_of(name) or name in REACH for name in fields)
    if reach_only and (fit or case.stage is Stage.FOLLOWING):
        return
    named = ", ".join(name.replace("_", " ") for name in fields)
    sent = [t for t in told.touches if t.state in MAY_HAVE_LEFT and t.kind is not TouchKind.NUDGE]
    if note := ask_again(ws, tx, number, f"it was edited since: {named}"):
        yield note
    elif case.released and sent:
        last = max(one.left_at for one in sent).astimezone(ws.zone_of(case))
        yield (
            f"What was sent in case {number} (last on {last:%Y-%m-%d %H:%M}) stays as it was said; "
            "this changes only what comes after it"
        )
    elif not fit and scripts.drafts(tx, [number], slot=MEMO).get((number, case.round)):
        yield (
            f"The words of case {number} don't say this yet: voicenote script {number}, then "
            f"voicenote render {number}"
        )


def _reach(ws: Workspace, tx: Transaction, case: Case, fields: list[str]) -> Iterator[str]:
    """Let waiting messages follow the customer's new addresses and clock."""
    number, name = case.number, case.customer.name
    if optouts.has_opted_out(tx, number):
        yield f"{name} has opted out, so nothing will be sent in case {number}"
        return
    if "channel" in fields or any(map(kind_of, fields)):
        freed, held = carry_on(ws, tx, case, anew="channel" in fields)
        if freed:
            messages = count_of(freed, "message goes on", "messages go on")
            yield f"{name} can be reached now: in case {number}, {messages}"
        if held:
            messages = count_of(held, "message waits", "messages wait")
            gone = next(filter(kind_of, fields), EMAIL)
            yield (
                f"{name} can't be reached any more: in case {number}, {messages} for an address "
                f"(voicenote edit {number} --set {gone}=…)"
            )
    if "time_zone" in fields and (moved := _move_to_clock(ws, tx, case)):
        messages = count_of(moved, "message has", "messages have")
        yield f"In case {number}, {messages} another hour, by the clock of {ws.zone_of(case)}"


def _move_to_clock(ws: Workspace, tx: Transaction, case: Case) -> int:
    """Give waiting messages a decent hour of the customer's new clock; return how many moved."""
    moved, hours = 0, ws.hours_of(case)
    for touch in touches.of_cases(tx, [case.number]):
        due = hours.next(touch.due_at)
        if touch.state in WAITING and touch.kind is not TouchKind.NUDGE and due != touch.due_at:
            touches.move(tx, touch.number, due, shift=due - touch.due_at)
            tx.tell("touch_moved", case.number, touch=touch.number, to=due.isoformat())
            moved += 1
    return moved


def _plan_and_money(
    ws: Workspace, tx: Transaction, number: int, fields: list[str]
) -> Iterator[str]:
    case = case_store.get(tx, number)
    if case.stage is Stage.CLOSED:
        return
    if {"finding", "abusive"} & set(fields):
        wanted = plan_of_finding(case.complaint) or ws.settings.schedule.plan
        booked = {t.plan for t in touches.of_round(tx, case) if t.state in WAITING}
        current = next(iter(booked), "" if not case.released else plan_for(ws, case))
        if current and current != wanted:
            yield (
                f"Case {number} still follows the plan {current}; for this finding there is "
                f"{wanted}: voicenote plan {number} --plan {wanted}"
            )
    judged = judge(case, bands_of(ws))
    if judged.level is not Adequacy.FINE:
        yield f"{judged.what}; {judged.advice}"
