"""What must be so in the ledger after each command: DESIGN section 3, without the far ends.

Each takes (walk, ledger before, ledger after, command) and yields what is not so.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.walks.seen import ARRIVED, FLYING, KEPT, OPENING, WAITING, Row, Seen, moment
from voicenote.ledger.changes import AMENDS_HISTORY, CASE_HISTORY, TOUCH_HISTORY
from voicenote.model.transitions import AMENDS, CASE, TOUCH

if TYPE_CHECKING:
    from tests.walks.walk import Done, Walk

#: The word of the history → the transition that it tells.
EVENTS: dict[str, dict[str, str]] = {
    "case": {word: name for name, word in CASE_HISTORY.items()},
    "amends": {word: name for name, word in AMENDS_HISTORY.items()},
    "touch": {word: name for name, word in TOUCH_HISTORY.items()},
}
RULES: dict[str, Any] = {"case": CASE, "amends": AMENDS, "touch": TOUCH}
#: What only looks.
LOOKS = {"show", "cases", "status", "doctor", "lessons", "check", "rehearse", "channels"}
LOOKS |= {"templates", "demo"}
#: What is about one case: where it says no, nothing has changed.
SINGLE = {
    "amends",
    "answer",
    "close",
    "reopen",
    "lesson",
    "plan",
    "mark-sent",
    "resend",
    "edit",
    "withdraw",
    "merge",
}
#: How old the newest line, or the last pass, may be before a clock is doubted; and how far ahead.
GAP, SKEW = timedelta(days=2), timedelta(hours=2)


def history_only_grows(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    if after.history[: len(before.history)] != before.history:
        yield "the history was rewritten"


def statuses_follow_the_table(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    seen = w.beside.statuses
    for line in after.since(before):
        facts = after.facts(line)
        if line["event"] == "command_undone":
            yield from _taken_back(w, line["case"], facts)
        yield from _followed(seen, line, facts)
    found: dict[str, dict[Any, str]] = {
        "case": {number: row["stage"] for number, row in after.cases.items()},
        "amends": {name: row["state"] for name, row in after.amends.items()},
        "touch": {number: row["state"] for number, row in after.touches.items()},
    }
    first = {"case": "opened", "amends": "promised", "touch": "due"}
    for noun, states in found.items():
        for name, state in states.items():
            told = seen[noun].setdefault(name, first[noun])
            if told != state:
                yield f"{noun} {name} is {state}, and the history leads to {told}"


def _followed(seen: dict[str, dict[Any, str]], line: Row, facts: dict[str, Any]) -> Iterator[str]:
    """Take one line of the history through the transition tables."""
    event, case = line["event"], line["case"]
    if event == "plan_booked":
        seen["touch"] |= dict.fromkeys(facts["touches"], "due")
    for noun, names in EVENTS.items():
        if event not in names or (noun == "case" and "slot" in facts):
            continue
        name = case if noun == "case" else facts.get(noun)
        name = (case, name) if noun == "amends" else name
        first = {"case": "opened", "amends": "promised", "touch": "due"}[noun]
        if noun == "amends" and "text" in facts:
            seen[noun][name] = first
            continue
        old = seen[noun].get(name, first)
        row = {a.value: b.value for a, b in RULES[noun][names[event]].items()}
        if old not in row:
            yield f"{event} of {noun} {name} while it was {old}"
        seen[noun][name] = row.get(old, old)


def _taken_back(w: Walk, case: int | None, facts: dict[str, Any]) -> Iterator[str]:
    """What undo says it has led back to is what was there before that command."""
    then, seen = w.beside.stood[facts["number"]], w.beside.statuses
    was: dict[str, dict[Any, str]] = {
        "case": {number: row["stage"] for number, row in then.cases.items()},
        "touch": {number: row["state"] for number, row in then.touches.items()},
        "amends": {name: row["state"] for name, row in then.amends.items()},
    }
    told: dict[str, dict[Any, str]] = {
        "case": {case: facts["stage"]} if "stage" in facts else {},
        "touch": {int(name): state for name, state in facts.get("touches", {}).items()},
        "amends": {(case, int(k)): state for k, state in facts.get("amends", {}).items()},
    }
    for noun, states in told.items():
        for name, state in states.items():
            if was[noun].get(name) != state:
                yield f"undo led {noun} {name} to {state}, which was {was[noun].get(name)}"
        seen[noun] |= states


def _added(w: Walk, before: Seen, after: Seen, name: str) -> set[int]:
    """The rows that the commands had added which were undone now, in the cases of these."""
    found: set[int] = set()
    for line in after.since(before):
        if line["event"] != "command_undone":
            continue
        then = {row["number"] for row in w.beside.stood[after.facts(line)["number"]].rows[name]}
        found |= {row["number"] for row in before.of_case(name, line["case"])} - then
    return found


def undo_takes_back_nothing_that_left(
    w: Walk, before: Seen, after: Seen, done: Done
) -> Iterator[str]:
    """Only what a person has said of a message is taken back, never that it left."""
    if done.words[0] != "undo":
        return
    for number, row in before.touches.items():
        left = row["state"] in ARRIVED | FLYING and number not in w.beside.marked
        now = after.touches[number]["state"] if number in after.touches else "gone"
        if left and now not in ARRIVED | FLYING:
            yield f"touch {number} had left ({row['state']}), and undo made it {now}"


def nothing_is_lost(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    for name in ("cases", "amends", "touches", "answers", "approvals"):
        gone = {r["number"] for r in before.rows[name]} - {r["number"] for r in after.rows[name]}
        if gone and name != "cases":
            gone -= _added(w, before, after, name)
        if gone:
            yield f"{name} {sorted(gone)} are gone from the ledger"
    for row in after.touches.values():
        if row["state"] in ("skipped", "cancelled", "refused") and not row["reason"]:
            yield f"touch {row['number']} ({row['kind']}) was {row['state']} without a reason"


def what_is_due_is_shown(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """After a whole pass: nothing is in flight, and what did not leave is told."""
    if done.words[:2] != ("run", "--json") or done.exit_code not in (0, 1, 69):
        return
    if done.doubted:
        return
    made = done.data
    if not made or "sent" not in made:
        return
    shown = {one["case"] for one in (*made["waiting"], *made["reasons"])}
    held = {one["channel"] for one in made["held"]}
    for row in after.touches.values():
        if row["state"] in FLYING:
            yield f"touch {row['number']} is {row['state']} after the pass"
        due = row["state"] == "due" and moment(row["due_at"]) <= w.now
        if due and row["case"] not in shown and row["channel"] not in held:
            yield f"touch {row['number']} of case {row['case']} is due, not sent and not shown"


def only_a_person_sends_again(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    again = Counter(
        after.facts(line)["touch"]
        for line in after.history
        if line["event"] == "touch_booked_again"
    )
    if again != +w.beside.resent:
        yield f"touches were booked again that nobody has asked for: {again - w.beside.resent}"


def closed_cases_are_at_rest(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    for row in after.cases.values():
        closed = row["stage"] == "closed"
        if closed != (row["closed_at"] is not None) or closed != (row["outcome"] is not None):
            yield f"case {row['number']} is {row['stage']} with outcome {row['outcome']}"
    for touch in after.touches.values():
        case = after.cases[touch["case"]]
        if touch["state"] in WAITING and case["stage"] == "closed":
            yield f"touch {touch['number']} of a closed case waits"
        if touch["state"] in WAITING and touch["round"] != case["round"]:
            yield f"touch {touch['number']} of an earlier round waits"
    for amends in after.amends.values():
        if amends["state"] in KEPT and not (amends["evidence"] and amends["done_at"]):
            yield f"amends {amends['case']}.{amends['k']} is {amends['state']} without evidence"


def closing_keeps_the_rules(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """Evidence, the customer's yes or three silences, and the lesson (R14, S4, S12)."""
    for line in after.since(before):
        if line["event"] == "case_closed" and after.cases[line["case"]]["stage"] == "closed":
            for what in _open_ends(after, after.cases[line["case"]]):
                yield f"case {line['case']} was closed, and {what}"


def _open_ends(seen: Seen, case: Row) -> Iterator[str]:
    number, round_ = case["number"], case["round"]
    lessons = seen.of_case("lessons", number)
    if not lessons or not (lessons[0]["cause"] and lessons[0]["prevention"]):
        yield "there is no lesson"
    for one in seen.of_case("amends", number):
        if one["state"] not in ("done", "confirmed", "waived"):
            yield f"amends {one['k']} is {one['state']}"
    if seen.customer(number)["opted_out_at"] or case["outcome"] in ("no-answer", "opted-out"):
        return
    every = seen.of_case("touches", number)
    yes = any(
        one["verdict"] == "put-right" and one["round"] == round_
        for one in seen.of_case("answers", number)
    )
    short = case["finding"] == "unfounded" or case["abusive"]
    kinds = OPENING | ({"acknowledge"} if short else set())
    told = [t for t in every if t["kind"] in kinds and t["state"] in ARRIVED]
    if not (yes or any(t["round"] == round_ for t in told)):
        yield "its memo has not arrived"
    if not (yes or short or case["outcome"] == "lost" or _silences(every, round_) >= 3):
        yield "the customer has not said yes"


def _silences(every: list[Row], round_: int) -> int:
    """Count the questions of a round that arrived by a way that brings answers back."""
    mine = (one for one in every if one["round"] == round_ and one["answerable"])
    return sum(t["kind"] in {"check-in", "confirm"} and t["state"] in ARRIVED for t in mine)


def a_pass_says_sorry_to_nobody_anew(
    w: Walk, before: Seen, after: Seen, done: Done
) -> Iterator[str]:
    """R11: an overdue promise, or anything else that a pass finds, books no apology."""
    if done.words[0] not in ("run", "receive"):
        return
    for number, row in after.touches.items():
        if number not in before.touches and row["kind"] in OPENING:
            yield f"a pass has booked a {row['kind']} for case {row['case']}"


def a_doubtful_clock_ends_nothing(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """A pass far ahead of the newest line, or before it, skips, breaks and closes nothing."""
    if done.words[0] != "run" or "--yes-it-is" in done.words or not before.history:
        return
    lines = before.history[w.forgiven :]
    newest = max(w.passed, moment(lines[-1]["at"])) if lines else w.passed
    if newest - SKEW <= w.now <= newest + GAP:
        return
    for line in after.since(before):
        if line["event"] in ("touch_skipped", "amends_broken", "case_closed"):
            yield f"{line['event']} of case {line['case']} by a clock of {w.now}, after {newest}"


def who_only_looks_changes_nothing(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    looks = done.words[0] in LOOKS or done.words[:2] == ("amends", "list")
    looks = looks and "link" not in done.words
    no = done.words[0] in SINGLE and done.exit_code not in (0, None)
    if (looks or no) and after.since(before):
        what = "it only looks" if looks else "it said no"
        yield f"{what}, and yet: {[line['event'] for line in after.since(before)]}"


def the_file_is_whole(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    if not w.ledger.exists():
        return
    with closing(sqlite3.connect(f"{w.ledger.as_uri()}?mode=ro", uri=True, timeout=10)) as plain:
        found = [row[0] for row in plain.execute("pragma quick_check")]
        if found != ["ok"] or plain.execute("pragma foreign_key_check").fetchall():
            yield f"the ledger is not whole: {found}"


INVARIANTS = (
    history_only_grows,
    statuses_follow_the_table,
    undo_takes_back_nothing_that_left,
    nothing_is_lost,
    what_is_due_is_shown,
    only_a_person_sends_again,
    closed_cases_are_at_rest,
    closing_keeps_the_rules,
    a_pass_says_sorry_to_nobody_anew,
    a_doubtful_clock_ends_nothing,
    who_only_looks_changes_nothing,
    the_file_is_whole,
)
