"""`show`: one case as a page: what happened, what is promised, what comes next, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from textwrap import indent
from typing import Any
from zoneinfo import ZoneInfo

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.session import Session, command

#: How many lines of history a page shows; ``--json`` has all.
HISTORY = 12


@command()
@case_argument
def show(session: Session, /, *, number: int) -> None:
    """Show everything about one case, and what is missing before it can be closed.

    With --json: the whole case. In its "memo", "synthetic" says whether a computer speaks in it,
    and "synthetic_part" how much: no, partly or yes.
    """
    from voicenote.engine.case.case_view import case_view

    with session.open() as ws:
        view = case_view(ws, number)
    session.screen.show(view, lambda: page(view))


def page(view: Mapping[str, Any]) -> str:
    """Return the page of a `case_view`, times in the customer's clock."""
    zone = ZoneInfo(view["local_zone"])
    parts = [
        _head(view, zone),
        _section("Take care", [f"- {one}" for one in view["warnings"]]),
        _section("What happened", [view["what_happened"], *_levels(view)]),
        _section("Promised", [_amends(one) for one in view["amends"]]),
        _section("Said" if _sent(view) else "To be said", _script(view)),
        _section("Messages", [_touch(one, zone) for one in view["touches"]]),
        _section("Answers", [_answer(one, zone) for one in view["answers"]]),
        _section("Lesson", _lesson(view["lesson"])),
        _section("Before it can be closed", [f"- {one}" for one in view["missing"]]),
        _section("History", list(_history(view["history"], zone))),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(view: Mapping[str, Any], zone: ZoneInfo) -> str:
    state = view["outcome"] or view["stage"]
    rounds = f", round {view['round']}" if view["round"] > 1 else ""
    flags = [name for name in ("overdue", "opted_out", "abusive") if view[name]]
    marks = f"  [{', '.join(flags).replace('_', ' ').upper()}]" if flags else ""
    opened = _when(view["opened_at"], zone)
    reach = ", ".join(
        view[name] for name in ("email", "phone", "telegram", "whatsapp") if view[name]
    )
    clock = f" ({view['clock']})" if view["clock"] else ""
    lines = [
        f"Case {view['case']}: {view['customer']}  ({state}{rounds}){marks}",
        f"  opened {opened}{clock}, {view['severity']}, {view['finding']}"
        + (f": {view['finding_reason']}" if view["finding_reason"] else ""),
        f"  {view['source']} {view['ref']}"
        + (f", {view['language']}" if view["language"] else "")
        + f", {zone.key}"
        + (f" ({view['zone_note']})" if view["zone_note"] else "")
        + (f", {reach}" if reach else ""),
    ]
    return "\n".join(lines)


def _section(title: str, lines: Sequence[str]) -> str:
    kept = [line for line in lines if line]
    return f"{title}:\n" + indent("\n".join(kept), "  ") if kept else ""


def _levels(view: Mapping[str, Any]) -> list[str]:
    names = {
        "bothered_most": "what bothered them most",
        "feeling": "how they feel",
        "at_stake": "what is at stake",
        "identity": "what it says about us",
        "expected": "what they expected",
        "harm": "what it cost them",
        "cause": "cause",
    }
    said = {**view, "harm": f"{view['harm']} {view['currency']}" if view["harm"] else ""}
    return [f"{label}: {said[name]}" for name, label in names.items() if said[name]]


def _amends(one: Mapping[str, Any]) -> str:
    value = f" of {one['value']} {one['currency']}" if one["value"] else ""
    by = f", by {one['promised_by']}" if one["promised_by"] else ""
    state = "OVERDUE" if one["overdue"] else one["state"]
    proof = f" ({one['evidence']})" if one["evidence"] else ""
    return f"{one['amends']}  {one['kind']}{value}{by}: {state}{proof}. {one['text']}"


def _sent(view: Mapping[str, Any]) -> bool:
    return view["stage"] in ("following", "closed")


def _script(view: Mapping[str, Any]) -> list[str]:
    script, memo = view["script"], view["memo"]
    if script is None:
        return []
    lines: list[str] = script["text"].splitlines()
    if memo:
        whose = {"yes": "a synthetic voice", "partly": "partly a synthetic voice"}
        voice = whose.get(memo["synthetic_part"], "your own voice")
        loud = memo["loudness_lufs"]
        level = f", {loud:.1f} LUFS" if loud is not None else ""
        anyway = f" anyway: {memo['approved_anyway']}" if memo["approved_anyway"] else ""
        approved = f"approved{anyway}" if memo["approved"] else "not approved yet"
        lines += ["", f"[{memo['duration_s']:.0f} s{level}, {voice}, {approved}]"]
        lines.append(memo["files"]["ogg"])
    return ["\n".join(lines)]


def _touch(one: Mapping[str, Any], zone: ZoneInfo) -> str:
    waits = one["state"] in ("due", "held")
    when = _when(one["due_at"] if waits else one["sent_at"] or one["due_at"], zone)
    about = f" of amends {one['amends']}" if one["amends"] else ""
    why = f" ({one['reason']})" if one["reason"] else ""
    to = "" if one["kind"] == "nudge" else f" by {one['channel']}"
    before = [name for name in one["refused_by"] if name != one["channel"]]
    to += f", refused by {', '.join(before)}" if before else ""
    flying = one["in_flight_since"]
    state = f"being sent since {_when(flying, zone)}" if flying else one["state"]
    return f"{when}  {one['kind']}{about}{to}: {state}{why}"


def _answer(one: Mapping[str, Any], zone: ZoneInfo) -> str:
    words = f" “{one['text']}”" if one["text"] else ""
    writer = f", answered from {one['writer']}" if one["writer"] else ""
    return f"{_when(one['at'], zone)}  {str(one['verdict']).replace('-', ' ')}{writer}{words}"


def _lesson(lesson: Mapping[str, Any] | None) -> list[str]:
    if lesson is None:
        return []
    done = ", in place" if lesson["done_at"] else ""
    due = f", due {lesson['due'].date()}" if lesson["due"] else ""
    return [
        f"cause: {lesson['cause']}",
        f"prevention: {lesson['prevention']} ({lesson['owner'] or 'no one'}{due}{done})",
    ]


def _history(rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> Iterator[str]:
    if len(rows) > HISTORY:
        yield f"… {len(rows) - HISTORY} earlier lines: --json shows all"
    for row in rows[-HISTORY:]:
        yield f"{_when(row['at'], zone)}  {row['event'].replace('_', ' ')}, by {row['actor']}"


def _when(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
