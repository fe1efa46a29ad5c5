"""The questions for the owner's own sentences, with examples, and proposals where there are any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from voicenote.cli.terminal.screen import Screen
from voicenote.errors import BadData

if TYPE_CHECKING:
    from voicenote.model.case import Complaint

#: Field → what is asked, and an example of a good answer.
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "said_back": (
        "What happened, told to them",
        "You told our waiter twice about the nuts, and your daughter spent the night in hospital.",
    ),
    "our_fault": ("What we did wrong", "We served her the pesto anyway."),
    "meant": (
        "What it meant for them",
        "You sat beside her all night, and nobody from here asked how she was.",
    ),
    "deed": (
        "What you do about it, with the sum and the day",
        "Your thirty-eight dollars are back on your card, and you'll see them by Friday.",
    ),
}
INTRODUCTION = (
    "In your own words now, in their language: what you write is said as it is. "
    "Enter skips a question."
)
_YES, _NO = ("y", "yes"), ("n", "no")


def ask_own_words(screen: Screen, complaint: Complaint, tag: str, today: date) -> dict[str, str]:
    """Ask for the owner's sentences about a complaint, and return those that are new, by field.

    Enter keeps what is known. A proposal is shown, and taken only for "y". `tag` is the language in
    which the customer is spoken to, `today` their date.
    """
    screen.note(INTRODUCTION)
    said = {}
    for name in QUESTIONS:
        if name == "deed" and len(complaint.promises) != 1:
            continue
        known = complaint.promises[0].deed if name == "deed" else getattr(complaint, name)
        answer = ask_own_sentence(screen, complaint, name, known, tag=tag, today=today)
        if answer and answer != known:
            said[name] = answer
    return said


def ask_own_sentence(
    screen: Screen,
    complaint: Complaint,
    name: str,
    known: str,
    *,
    tag: str,
    today: date,
    check: Callable[[str], object] = lambda _answer: None,
    back: str = "",
) -> str:
    """Ask for one of the owner's sentences, as `ask_own_words` does; return it, `known` for Enter.

    `check` raises BadData for an answer that can't be kept; it is asked again. The word `back`, if
    one is given, is returned as it is.
    """
    from voicenote.script.deed_conflicts import deed_notes
    from voicenote.script.proposed_words import propose_words

    proposal = propose_words(complaint, tag, today).get(name, "")
    answer = _ask(screen, name, known, proposal, check)
    if answer and answer not in (known, back):
        answer = _ask_whose(screen, complaint, name, answer, tag)
        if answer and name == "deed":
            screen.warn(*deed_notes(replace(complaint.promises[0], deed=answer), tag))
    return answer


def _ask_whose(screen: Screen, complaint: Complaint, name: str, answer: str, tag: str) -> str:
    """Ask once more about a sentence that isn't the owner's to say; return what is to be kept."""
    from voicenote.script.whose_words import find_misvoiced

    if name == "deed":
        promises = tuple(replace(one, deed=answer) for one in complaint.promises)
        given = replace(complaint, promises=promises)
    else:
        own: dict[str, Any] = {name: answer}
        given = replace(complaint, **own)
    found = next((one for one in find_misvoiced(given, tag) if one.field == name), None)
    if found is None:
        return answer
    screen.warn(f"   {found.what[0].upper()}{found.what[1:]}")
    default = "" if found.abuse else found.instead or answer
    said = screen.ask("   Say it so, or write another (- keeps nothing)", default)
    return "" if said == "-" else said


def _ask(
    screen: Screen, name: str, known: str, proposal: str, check: Callable[[str], object]
) -> str:
    question, example = QUESTIONS[name]
    screen.note(f"   Such as: {example}")
    if proposal and not known:
        screen.warn(f"   A proposal: {proposal}")
        question += " (y takes the proposal)"
    while True:
        answer = screen.ask(question, known)
        if answer.casefold() in _NO:
            return ""
        if answer.casefold() in _YES:
            if proposal:
                return proposal
            screen.warn("Please write the sentence, or press Enter to skip it.")
            continue
        try:
            check(answer)
        except BadData as error:
            screen.warn(error.in_one_line)
            continue
        return answer
