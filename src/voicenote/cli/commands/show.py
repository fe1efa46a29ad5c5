"""`show`: one case as a page: what happened, what is promised, what comes next, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from textwrap import indent
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.file_line import file_lines
from voicenote.cli.terminal.history_words import tell_event
from voicenote.cli.terminal.session import Session, command

if TYPE_CHECKING:
    from voicenote.engine.case.answer_view import AnswerView
    from voicenote.engine.case.case_view import (
        CaseView,
        MessageView,
        PromiseView,
        ScriptView,
    )
    from voicenote.engine.case.memo_view import MemoView
    from voicenote.model.case import Case, Customer, Lesson

#: How many lines of history a page shows; ``--json`` has all.
HISTORY = 12


@command()
@case_argument
def show(session: Session, /, *, number: int) -> None:
    """Show everything about one case, and what is missing before it can be closed.

    With --json: the whole case. In its "memo", "synthetic" says whether a computer speaks in it,
    and "synthetic_part" how much: no, partly or yes. "without_sound" says that it leaves as a
    letter alone, because a listener would mishear "misheard" of 100 words (R24). "listening" is
    what ears heard of its names, sums and days: {"by", "trouble", "misheard": [{"text", "heard",
    "said", "whose"}], "said_as"}; "said" is another spelling in which it was heard right.
    """
    from voicenote.engine.case.case_view import case_view

    with session.open() as ws:
        view = case_view(ws, number)
    if session.json:
        session.screen.data(case_as_json(view))
    else:
        session.screen.page(page(view))


def case_as_json(view: CaseView) -> dict[str, Any]:
    """Return a case as data for ``--json``: customer, complaint and case side by side."""
    case = view.case
    own = ("stage", "round", "outcome", "batch", "plan")
    said = {one.name: getattr(view, one.name) for one in fields(view) if one.name != "case"}
    return {
        "case": case.number,
        **_complaint_as_json(case),
        **{name: getattr(case, name) for name in own},
        **said,
        "local_zone": view.local_zone.key,
    }


def _complaint_as_json(case: Case) -> dict[str, Any]:
    complaint = asdict(case.complaint)
    for name in ("customer", "promises", "assumed"):
        del complaint[name]
    harm, person = case.complaint.harm, asdict(case.customer)
    complaint["harm"] = harm.amount if harm else None
    complaint["currency"] = harm.currency if harm else None
    person["addresses"] = {
        kind: [one.value for one in case.customer.addresses if one.kind == kind]
        for kind in dict.fromkeys(one.kind for one in case.customer.addresses)
    }
    return {"customer": person.pop("name"), **person, **complaint}


def page(view: CaseView) -> str:
    """Return the page of a case, with times in the customer's time zone."""
    zone, sent = view.local_zone, view.case.stage in ("following", "closed")
    parts = [
        _head(view),
        _section("Take care", [f"- {one}" for one in view.warnings]),
        _section("What happened", [*_story(view), *_levels(view)]),
        _section("Promised", [_amends(one) for one in view.amends]),
        _section("Said" if sent else "To be said", _script(view)),
        _section("Messages", [_message(one, zone) for one in view.messages]),
        _section("Answers", [_answer(one, zone) for one in view.answers]),
        _section("Files", file_lines(view.files)),
        _section("Lesson", _lesson(view.lesson)),
        _section("Before it can be closed", [f"- {one}" for one in view.missing]),
        _section("History", list(_history(view.history, zone))),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(view: CaseView) -> str:
    case, zone = view.case, view.local_zone
    complaint, person = case.complaint, case.customer
    state = case.outcome or case.stage
    rounds = f", round {case.round}" if case.round > 1 else ""
    flags = {"OVERDUE": view.overdue, "OPTED OUT": view.opted_out, "ABUSIVE": complaint.abusive}
    raised = ", ".join(name for name, on in flags.items() if on)
    marks = f"  [{raised}]" if raised else ""
    reach = ", ".join(one.value for one in person.addresses)
    clock = f" ({view.clock})" if view.clock else ""
    lines = [
        f"Case {case.number}: {person.name}  ({state}{rounds}){marks}",
        f"  opened {_when(complaint.opened_at, zone)}{clock}, {complaint.severity}, "
        + complaint.finding
        + (f": {complaint.finding_reason}" if complaint.finding_reason else ""),
        f"  {complaint.source} {complaint.ref}"
        + (f", {person.language}" if person.language else "")
        + f", {zone.key}"
        + (f" ({view.zone_note})" if view.zone_note else "")
        + (f", {reach}" if reach else ""),
    ]
    if address := _address(person):
        lines.append(f"  addressed as {address}")
    return "\n".join(lines)


def _address(person: Customer) -> str:
    """Return how a customer is addressed, as far as it is known."""
    said = (person.greet_as, person.title, person.gender, person.how_many, person.formality)
    return ", ".join(filter(None, said))


def _section(title: str, lines: Sequence[str]) -> str:
    kept = [line for line in lines if line]
    return f"{title}:\n" + indent("\n".join(kept), "  ") if kept else ""


def _story(view: CaseView) -> list[str]:
    """Return the customer's words, and whether they were heard or read."""
    words = view.case.complaint.what_happened
    told = next((one for one in view.files if one.complaint), None)
    if told is None:
        return [words]
    as_heard = told.hearing is not None and told.hearing.text == words
    how = "as it was heard" if as_heard else "written down by you"
    listen = f"voicenote play {view.case.number} --answers"
    return [words, f"from a recording, {how}: {listen}"]


def _levels(view: CaseView) -> list[str]:
    said, guess = view.case.complaint, view.failure_guess
    levels = {
        "kind of failure": said.failure or (f"{guess} (a guess)" if guess else ""),
        "what bothered them most": said.bothered_most,
        "how they feel": said.feeling,
        "what is at stake": said.at_stake,
        "what it says about us": said.identity,
        "what they expected": said.expected,
        "what it cost them": f"{said.harm.amount} {said.harm.currency}" if said.harm else "",
        "cause": said.cause,
        "what you say happened": said.said_back,
        "what you say you did wrong": said.our_fault,
        "what you say it meant for them": said.meant,
    }
    return [f"{label}: {text}" for label, text in levels.items() if text]


def _amends(one: PromiseView) -> str:
    value = f" of {one.value} {one.currency}" if one.value is not None else ""
    by = f", by {one.promised_by}" if one.promised_by else ""
    state = "OVERDUE" if one.overdue else one.state
    proof = f" ({one.evidence})" if one.evidence else ""
    said = f"\n     as you say it: {one.deed}" if one.deed else ""
    return f"{one.amends}  {one.kind}{value}{by}: {state}{proof}. {one.text}{said}"


def _script(view: CaseView) -> list[str]:
    if view.script is None:
        return []
    memo = _memo(view.memo) if view.memo else ()
    return ["\n".join([*view.script.text.splitlines(), *_writer(view.script), *memo])]


def _writer(script: ScriptView) -> list[str]:
    """Return who wrote a script, if that was no template, or not at once."""
    if script.refused:
        return ["", f"[written by the templates; refused before: {script.refused}]"]
    if script.writer in ("", "template"):
        return []
    if script.writer.startswith("spoken"):
        heard = f"; heard by {script.model}" if script.model else ""
        by_you = ", and corrected by you" if script.model else "; you wrote down the words"
        return ["", f"[spoken freely{by_you if ',' in script.writer else ''}{heard}]"]
    if script.writer == "you":
        return ["", f"[edited by you; before: {script.model}]"] if script.model else []
    by = ", ".join(part for part in (script.writer, script.model) if part)
    return ["", f"[written by {by}; brief {(script.brief_sha256 or '')[:12]}]"]


def _memo(memo: MemoView) -> list[str]:
    from voicenote.engine.case.memo_notes import why_unheard

    whose = {"yes": "a synthetic voice", "partly": "partly a synthetic voice"}
    voice = whose.get(memo.synthetic_part, "your own voice")
    loud = memo.loudness_lufs
    level = f", {loud:.1f} LUFS" if loud is not None else ""
    anyway = f" anyway: {memo.approved_anyway}" if memo.approved_anyway else ""
    approved = f"approved{anyway}" if memo.approved else "not approved yet"
    unheard = [f"[{why_unheard(memo.misheard, memo.synthetic_part)}]"] if memo.without_sound else []
    told = f"[{memo.duration_s:.0f} s{level}, {voice}, {approved}]"
    misheard = [f"[{one}]" for one in memo.notes]
    return ["", told, *unheard, *misheard, memo.files["ogg"]]


def _message(one: MessageView, zone: ZoneInfo) -> str:
    waits = one.state in ("due", "held")
    when = _when(one.due_at if waits else one.sent_at or one.due_at, zone)
    about = f" of amends {one.amends}" if one.amends else ""
    why = f" ({one.reason})" if one.reason else ""
    to = "" if one.kind == "nudge" else f" by {one.channel}"
    before = [name for name in one.refused_by if name != one.channel]
    to += f", refused by {', '.join(before)}" if before else ""
    flying = one.in_flight_since
    state = f"being sent since {_when(flying, zone)}" if flying else one.state
    return f"{when}  {one.kind}{about}{to}: {state}{why}"


def _answer(one: AnswerView, zone: ZoneInfo) -> str:
    words = f" “{one.text}”" if one.text else ""
    writer = f", answered from {one.writer}" if one.writer else ""
    said = f"{_when(one.at, zone)}  {str(one.verdict).replace('-', ' ')}{writer}{words}"
    return "\n".join([said, *(f"  {line}" for line in file_lines(one.files))])


def _lesson(lesson: Lesson | None) -> list[str]:
    if lesson is None:
        return []
    done = ", in place" if lesson.done_at else ""
    due = f", due {lesson.due.date()}" if lesson.due else ""
    return [
        f"cause: {lesson.cause}",
        f"prevention: {lesson.prevention} ({lesson.owner or 'no one'}{due}{done})",
    ]


def _history(rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> Iterator[str]:
    if len(rows) > HISTORY:
        yield f"… {len(rows) - HISTORY} earlier lines: --json shows all"
    for row in rows[-HISTORY:]:
        yield f"{_when(row['at'], zone)}  {tell_event(row)}, by {row['actor']}"


def _when(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
