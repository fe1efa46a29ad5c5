"""`triage`: record what you found out about a complaint, and propose what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.field_proposals_list import show_proposals
from voicenote.cli.terminal.own_words import QUESTIONS, ask_own_words
from voicenote.cli.terminal.promise_options import (
    DAY,
    KINDS,
    amount,
    ask_day,
    override_option,
    with_harm,
)
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.case_triage import Accepted, TriageView
    from voicenote.engine.workspace import Workspace
    from voicenote.followup.proposal import Wishes

FINDINGS = ("justified", "partly", "unfounded")
SEVERITIES = ("low", "normal", "serious")
LOST = ("money", "product", "service", "attention")
ANSWERS = ("yes", "change it", "not now")
#: The options that change a proposal, and so need --accept.
WISHES = ("kind", "text", "value", "target", "by", "plan", "override")
FAILURES = ("late", "faulty", "wrong", "money", "rude", "silence", "danger", "broken")
#: The options whose words are said as they are.
SPOKEN = ("said_back", "our_fault", "meant", "deed", "greet_as", "title")
#: What clears an option that is one of a few words.
UNKNOWN = "unknown"


def known_or_not(*words: str) -> click.Choice[str]:
    """Return the type of an option that is one of these words, or not known."""
    return click.Choice((*words, UNKNOWN))


@command()
@case_argument
@click.option("--finding", type=click.Choice(FINDINGS), help="Is the complaint justified?")
@click.option("--reason", help="Why you think so; needed for unfounded and abusive.")
@click.option(
    "--abusive/--not-abusive", default=None, help="End it with one last, courteous message."
)
@click.option("--severity", type=click.Choice(SEVERITIES), help="How much is at stake.")
@click.option("--harm", metavar="AMOUNT", help="What it cost them, such as 40.00.")
@click.option("--currency", metavar="CODE", help="ISO 4217, such as EUR.")
@click.option(
    "--lost", type=click.Choice(LOST), help="What they lost most; otherwise it is guessed."
)
@click.option("--cause", help="What caused it, in a few words.")
@click.option("--bothered-most", help="What bothered them most, in their words.")
@click.option("--feeling", help="How they feel.")
@click.option("--at-stake", help="What is at stake for them.")
@click.option("--expected", help="What they had expected.")
@click.option("--failure", type=known_or_not(*FAILURES), help="What kind of failure it was.")
@click.option("--said-back", metavar="SENTENCE", help='What happened, as you say it: "You …".')
@click.option("--our-fault", metavar="SENTENCE", help='What you did wrong, as you say it: "We …".')
@click.option("--meant", metavar="SENTENCE", help="What it meant for them, as you say it.")
@click.option(
    "--deed", metavar="SENTENCE", help="What you do about it, as you say it, with sum and day."
)
@click.option("--greet-as", metavar="WORDS", help='The whole form of their name: "Pani Marto".')
@click.option("--title", help='Their title, such as "Dr".')
@click.option("--gender", type=known_or_not("woman", "man"), help="How to speak to them.")
@click.option("--how-many", type=known_or_not("one", "several"), help="One person, or several?")
@click.option(
    "--formality", type=known_or_not("formal", "familiar"), help="As with Sie or with du."
)
@click.option("--owner", help="Who answers for it.")
@click.option("--accept", is_flag=True, help="Accept the proposal, changed by the options below:")
@click.option("--kind", type=click.Choice(KINDS), help="Another kind of amends.")
@click.option("--text", help="What you will do, in the customer's language.")
@click.option("--value", metavar="AMOUNT", help="Another amount.")
@click.option("--target", type=DAY, help="The day you aim for.")
@click.option("--by", type=DAY, help="The day you promise, such as friday or 24.12.")
@click.option("--plan", metavar="NAME", help="Another plan.")
@click.option("--propose", is_flag=True, help="Only show what your writer reads in it.")
@override_option
def triage(session: Session, /, *, number: int, accept: bool, propose: bool, **given: Any) -> None:
    """Record what you found out, and get a proposal: which script, which amends, which plan.

    Justified is the default: nearly everybody who complains tells the truth. --accept carries out
    the proposal, changed by the options below it; at a terminal you are asked. An empty text, or
    "unknown", takes back what was said before.

    With --propose, the writer of [writer] reads the complaint and proposes fields, each with the
    words it stands on; nothing is kept (in --json: a list of {"field", "value", "words"}).

    With --json: what was found, {"proposal": {"template", "plan", "amends", "why"}, "warnings"},
    and "accepted" with --accept.
    """
    from voicenote.engine.case.case_triage import Triage, apply_triage
    from voicenote.engine.case.case_triage import accept as accept_proposal

    if propose:
        show_proposals(session, number, alone=not accept and not any(given.values()))
        return
    wished = _take_wishes(given, accept=accept)
    if accept:
        wished["deed"] = given.pop("deed")
    said = _as_said(given)
    asks = session.screen.interactive and not (said or accept)
    with session.open() as ws:
        if asks:
            said = _as_said(_ask_findings(session, ws, number))
        said = with_harm(said)
        view, done = apply_triage(ws, number, Triage(**said)), None
        if not session.json:
            session.screen.out("\n".join(_page(view)))
        if asks:
            accept, wished = _ask_decision(session, view, wished)
        if accept:
            wishes = _wishes(wished, said.get("currency"))
            done = accept_proposal(ws, number, wishes, wished["override"] or "")
    if not session.json:
        _print_triage(session, view, done)
    elif done is None:
        session.screen.data(view)
    else:
        accepted = {"amends": done.amends, "plan": done.plan, "warnings": done.warnings}
        session.screen.data({**asdict(view), "accepted": accepted})


def _take_wishes(given: dict[str, Any], *, accept: bool) -> dict[str, Any]:
    """Take what changes the proposal out of `given`; raise WrongUse or BadData before any work."""
    wished = {name: given.pop(name) for name in WISHES}
    wished["override"] = wished["override"] or None
    if not accept and any(value is not None for value in wished.values()):
        raise WrongUse("these options change the proposal you accept", "add --accept")
    if wished["value"]:
        amount(wished["value"], given["currency"])  # an error comes before anything is stored
    return wished


def _as_said(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, with one space between words that are said; "" is not known."""
    return {
        name: "" if value == UNKNOWN else " ".join(value.split()) if name in SPOKEN else value
        for name, value in given.items()
        if value is not None
    }


def _page(view: TriageView) -> Iterator[str]:
    """Yield the lines of what was found and what is proposed."""
    proposal, promise = view.proposal, view.proposal.amends
    yield f"Case {view.case}: {view.finding}, {view.severity}."
    if view.severity_guess:
        quoted = ", ".join(f"“{one}”" for one in view.grave_words)
        so = f"if so: --severity {view.severity_guess}"
        yield f"  severity {view.severity_guess}? Their words: {quoted} ({so})"
    yield f"  script  {proposal.template}"
    if kind := view.failure or view.failure_guess:
        yield f"  failure {kind}{'' if view.failure else ' (a guess: correct it with --failure)'}"
    if promise:
        worth = f" of {promise.value} {promise.currency}" if promise.value is not None else ""
        dates = f"by {promise.promised_by}, aim for {promise.target}"
        yield f"  amends  {promise.kind}{worth}, {dates}: {promise.text}"
    yield f"  plan    {proposal.plan}"
    yield from (f"  - {one}" for one in proposal.why)
    yield from (f"  ! {one}" for one in view.warnings)


def _print_triage(session: Session, view: TriageView, done: Accepted | None) -> None:
    if done is None:
        session.screen.out(f"To accept it: voicenote triage {view.case} --accept")
    else:
        name = f"amends {done.amends} is promised, and " if done.amends else ""
        session.screen.out(f"Done: {name}the plan is {done.plan}.")
        session.screen.warn(*done.warnings)
    if not any(view.next in one for one in (*view.warnings, *(done.warnings if done else ()))):
        session.screen.note(f"Next: {view.next}")


def _wishes(wished: Mapping[str, Any], currency: str | None) -> Wishes:
    from voicenote.followup.proposal import Wishes
    from voicenote.model.promise import AmendsKind

    value, code = amount(wished["value"], currency) if wished["value"] else (None, currency)
    return Wishes(
        kind=AmendsKind(wished["kind"]) if wished["kind"] else None,
        text=wished["text"],
        deed=wished.get("deed"),
        value=value,
        currency=code,
        target=wished["target"],
        promised_by=wished["by"],
        plan=wished["plan"],
    )


def _ask_findings(session: Session, ws: Workspace, number: int) -> dict[str, Any]:
    """Ask what was found; Enter keeps what the case already has (S2 first, S17 by default)."""
    from voicenote.engine.case.case_view import case_view
    from voicenote.script.asked import find_grave_words
    from voicenote.wiring import now

    screen, view = session.screen, case_view(ws, number)
    case, known = view.case, view.case.complaint
    screen.out(f"Case {number}, {case.customer.name}: {known.what_happened}")

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
    grave = find_grave_words(case) if known.severity == "normal" else ()
    if grave:
        screen.note(f"   Their words: {', '.join(f'“{one}”' for one in grave)}")
    severity = "serious" if grave else str(known.severity)
    found["severity"] = screen.choose("How serious is it?", SEVERITIES, severity)
    asked, harm = "What did it cost them? An amount, or Enter if unknown", known.harm
    found["harm"] = screen.ask(asked, str(harm.amount) if harm else "")
    if found["harm"]:
        own = harm.currency if harm else ""
        found["currency"] = screen.ask("In which currency?", own, needed=True)
    found["cause"] = words("cause", "What caused it?")
    kind = str(known.failure or view.failure_guess or UNKNOWN)
    chosen = screen.choose("What kind of failure was it?", (*FAILURES, UNKNOWN), kind)
    found["failure"] = "" if chosen == kind else chosen
    told = replace(known, promises=tuple(one.promise for one in case.round_amends))
    tag = case.customer.language or ws.settings.owner.language
    found |= ask_own_words(screen, told, tag, now().astimezone(view.local_zone).date())
    return {name: value for name, value in found.items() if value}


def _ask_decision(
    session: Session, view: TriageView, wished: dict[str, Any]
) -> tuple[bool, dict[str, Any]]:
    """Ask whether to accept the proposal, and with which changes; return both."""
    screen, promise = session.screen, view.proposal.amends
    said = screen.choose("Accept it?", ANSWERS, ANSWERS[0])
    if said == ANSWERS[2]:
        return False, wished
    if promise and said == ANSWERS[1]:
        wished["kind"] = screen.choose("Which amends?", KINDS, str(promise.kind))
        same = wished["kind"] == promise.kind
        worth = "" if promise.value is None else str(promise.value)
        wished["text"] = screen.ask("In a few words", promise.text if same else "") or None
        wished["value"] = screen.ask("Worth how much?", worth if same else "")
        wished["by"] = ask_day(session, "Promised by", str(promise.promised_by))
    if promise:
        wished["deed"] = screen.ask(f"{QUESTIONS['deed'][0]}, as you say it (Enter skips)") or None
    if said == ANSWERS[1]:
        wished["plan"] = screen.ask("Which plan?", view.proposal.plan)
    return True, wished
