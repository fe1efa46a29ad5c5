"""`triage`: record what you found out about a complaint, and propose what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_work import Telling, Wanted, run_work, work_options
from voicenote.cli.terminal.field_proposals_list import show_proposals
from voicenote.cli.terminal.promise_options import DAY, KINDS, amount, override_option, with_harm
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.triage_questions import (
    FAILURES,
    FINDINGS,
    SEVERITIES,
    UNKNOWN,
    ask_decision,
    ask_findings,
)
from voicenote.cli.terminal.word_choice import WordChoice
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.accept_proposal import Accepted
    from voicenote.engine.case.triage_view import TriageView
    from voicenote.followup.proposal import Wishes

LOST = ("money", "product", "service", "attention")
#: The options that change a proposal, and so need --accept.
WISHES = ("kind", "text", "value", "target", "by", "plan", "override")
#: The options whose words are said as they are.
SPOKEN = ("said_back", "our_fault", "meant", "deed", "greet_as", "title")


def known_or_not(*words: str) -> WordChoice:
    """Return the type of an option that is one of these words, or not known."""
    return WordChoice(*words, UNKNOWN)


#: What a file may say of each case, besides what changes a proposal.
FOUND = (
    *("finding", "reason", "abusive", "severity", "harm", "currency", "lost", "cause"),
    *("bothered_most", "feeling", "at_stake", "expected", "failure", "said_back", "our_fault"),
    *("meant", "deed", "greet_as", "title", "gender", "how_many", "formality", "owner"),
)


@command()
@work_options(*FOUND, *WISHES, "accept")
@click.option("--finding", type=WordChoice(*FINDINGS), help="Is the complaint justified?")
@click.option("--reason", help="Why you think so; needed for unfounded and abusive.")
@click.option(
    "--abusive/--not-abusive", default=None, help="End it with one last, courteous message."
)
@click.option("--severity", type=WordChoice(*SEVERITIES), help="How much is at stake.")
@click.option("--harm", metavar="AMOUNT", help="What it cost them, such as 40.00.")
@click.option("--currency", metavar="CODE", help="ISO 4217, such as EUR.")
@click.option(
    "--lost", type=WordChoice(*LOST), help="What they lost most; otherwise it is guessed."
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
@click.option("--kind", type=WordChoice(*KINDS), help="Another kind of amends.")
@click.option("--text", help="What you will do, in the customer's language.")
@click.option("--value", metavar="AMOUNT", help="Another amount.")
@click.option("--target", type=DAY, help="The day you aim for.")
@click.option("--by", type=DAY, help="The day you promise, such as friday or 24.12.")
@click.option("--plan", metavar="NAME", help="Another plan.")
@click.option("--propose", is_flag=True, help="Only show what your writer reads in it.")
@override_option
def triage(session: Session, /, *, wanted: Wanted, propose: bool, **given: Any) -> int:
    """Record what you found out, and get a proposal: which script, which amends, which plan.

    Justified is the default: nearly everybody who complains tells the truth. --accept carries out
    the proposal with its severity, changed by the options below it; at a terminal you are asked. An
    empty text, or "unknown", takes back what was said before.

    With --all, every case that has no script yet. A file has a column for each option that is said
    of a case, such as cause, harm and accept (yes or no).

    With --propose, the writer of [writer] reads the complaint and proposes fields, each with the
    words it stands on; nothing is kept (in --json: a list of {"field", "value", "words"}).

    With --json: what was found, {"proposal": {"template", "plan", "amends", "why"}, "warnings"},
    and "accepted" with --accept; of several cases a list.
    """
    if not wanted.alone:
        if propose:
            raise WrongUse("--propose reads one complaint", "such as: voicenote triage 3 --propose")
        return _triage_many(session, wanted, given)
    number = wanted.selection.numbers[0]
    if propose:
        show_proposals(session, number, alone=not any(given.values()))
    else:
        _triage_one(session, number, given)
    return 0


def _triage_many(session: Session, wanted: Wanted, given: dict[str, Any]) -> int:
    """Triage cases without questions: what the options, or the rows of a file, say of each."""
    from voicenote.engine.case.case_triage import Triage, triaging
    from voicenote.model.case import Stage

    said = any(value not in (None, "", False) for value in given.values())
    if not (wanted.file or wanted.nothing or said):
        raise WrongUse("say what you found out about them", "such as --cause TEXT, or --accept")

    def prepare(given: dict[str, Any]) -> Mapping[str, Any]:
        accept = given.pop("accept")
        wished = _take_wishes(given, accept=accept)
        found = with_harm(_as_said(given))
        wishes = _wishes(wished, found.get("currency")) if accept else None
        return {"found": Triage(**found), "wishes": wishes, "override": wished["override"]}

    telling = Telling(
        label="Triage",
        counted=("case triaged", "cases triaged"),
        one=lambda data: f"Case {data['case']}: {data['finding']}, {data['severity']}.",
        none="Every case has a script already.",
    )
    steps = (Stage.OPENED,)
    return run_work(session, wanted, triaging, telling, given, steps=steps, prepare=prepare)


def _triage_one(session: Session, number: int, given: dict[str, Any]) -> None:
    """Triage one case; at a terminal, without options, by questions."""
    from voicenote.engine.case.accept_proposal import accept as accept_proposal
    from voicenote.engine.case.case_triage import Triage, apply_triage

    accept = given.pop("accept")
    wished = _take_wishes(given, accept=accept)
    said = _as_said(given)
    asks = session.screen.interactive and not (said or accept)
    with session.open() as ws:
        if asks:
            said = _as_said(ask_findings(session, ws, number))
        said = with_harm(said)
        view, done = apply_triage(ws, number, Triage(**said), accepting=accept), None
        if not session.json:
            session.screen.out("\n".join(_page(view)))
        if asks:
            accept, wished = ask_decision(session, ws, view, wished)
        if accept:
            wishes = _wishes(wished, said.get("currency"))
            done = accept_proposal(ws, number, wishes, wished["override"] or "")
    session.if_stopped = ""
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
    if accept:
        wished["deed"] = given.pop("deed")
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
