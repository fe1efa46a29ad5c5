"""The questions of triage at a terminal: what was found, and whether the proposal is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from voicenote.cli.terminal.own_words import QUESTIONS, ask_own_words
from voicenote.cli.terminal.promise_options import (
    KINDS,
    amount,
    ask_checked,
    ask_day,
    ask_harm,
)
from voicenote.cli.terminal.session import Session

if TYPE_CHECKING:
    from voicenote.engine.case.triage_view import TriageView
    from voicenote.engine.workspace import Workspace

FINDINGS = ("justified", "partly", "unfounded")
SEVERITIES = ("low", "normal", "serious")
ANSWERS = ("yes", "change it", "not now")
FAILURES = ("late", "faulty", "wrong", "money", "rude", "silence", "danger", "broken")
#: What clears an option that is one of a few words.
UNKNOWN = "unknown"


def ask_findings(session: Session, ws: Workspace, number: int) -> dict[str, Any]:
    """Ask what was found; Enter keeps what the case already has (S2 first, S17 by default)."""
    from voicenote.engine.case.case_view import case_view
    from voicenote.engine.case.triage_view import find_severity
    from voicenote.script.asked import find_grave_words
    from voicenote.wiring import now

    screen, view = session.screen, case_view(ws, number)
    case, known = view.case, view.case.complaint
    screen.out(f"Case {number}, {case.customer.name}: {known.what_happened}")
    session.if_stopped = "none of these answers was recorded; run the same command again"

    def words(name: str, question: str) -> str | None:
        return screen.ask(question, getattr(known, name)) or None

    found: dict[str, Any] = {
        "bothered_most": words("bothered_most", "What bothered them most, in their words?"),
        "feeling": words("feeling", "How do they feel?"),
        "at_stake": words("at_stake", "What is at stake for them?"),
        "expected": words("expected", "What had they expected?"),
        "finding": screen.choose("Is the complaint justified?", FINDINGS, str(known.finding)),
    }
    if found["finding"] == "unfounded":
        found["reason"] = screen.ask("Why is it unfounded?", known.finding_reason, needed=True)
    guess = find_severity(ws, number)
    if guess:
        grave = find_grave_words(case)
        screen.note(f"   Their words: {', '.join(f'“{one}”' for one in grave)}")
    usual = str(guess or known.severity)
    found["severity"] = screen.choose("How serious is it?", SEVERITIES, usual)
    found |= ask_harm(session, known.harm)
    found["cause"] = words("cause", "What caused it?")
    kind = str(known.failure or view.failure_guess or UNKNOWN)
    chosen = screen.choose("What kind of failure was it?", (*FAILURES, UNKNOWN), kind)
    found["failure"] = "" if chosen == kind else chosen
    told = replace(known, promises=tuple(one.promise for one in case.round_amends))
    tag = case.customer.language or ws.settings.owner.language
    found |= ask_own_words(screen, told, tag, now().astimezone(view.local_zone).date())
    return {name: value for name, value in found.items() if value}


def ask_decision(
    session: Session, ws: Workspace, view: TriageView, wished: dict[str, Any]
) -> tuple[bool, dict[str, Any]]:
    """Ask whether to accept the proposal, and with which changes; return both."""
    screen, promise = session.screen, view.proposal.amends
    again = f"to accept the proposal: voicenote triage {view.case} --accept"
    session.if_stopped = f"what you found out is recorded; {again}"
    said = screen.choose("Accept it?", ANSWERS, ANSWERS[0])
    if said == ANSWERS[2]:
        return False, wished
    if promise and said == ANSWERS[1]:
        wished["kind"] = screen.choose("Which amends?", KINDS, str(promise.kind))
        same = wished["kind"] == promise.kind
        worth = "" if promise.value is None else str(promise.value)
        wished["text"] = screen.ask("In a few words", promise.text if same else "") or None
        check = partial(amount, currency=promise.currency)
        usual = worth if same else ""
        wished["value"] = ask_checked(session, "Worth how much?", usual, check)
        wished["by"] = date.fromisoformat(ask_day(session, "Promised by", str(promise.promised_by)))
    if promise:
        wished["deed"] = screen.ask(f"{QUESTIONS['deed'][0]}, as you say it (Enter skips)") or None
    if said == ANSWERS[1]:
        wished["plan"] = screen.choose("Which plan?", tuple(ws.plans), view.proposal.plan)
    return True, wished
