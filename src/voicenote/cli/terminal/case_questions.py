"""The questions of `new` as data: what is asked of whom, when, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

#: What can be done, and what each word means.
DEEDS = {
    "refund": "their money back, in full or in part",
    "credit": "money off something else",
    "exchange": "another one of the same",
    "redo": "the work done again",
    "fix": "what is broken repaired",
    "call": "you call them yourself",
    "gift": "something they didn't ask for",
    "word": "you tell the truth to somebody who matters to them",
    "nothing yet": "you will decide later",
}
NOTHING = "nothing yet"
_MONEY = ("refund", "credit", "gift")

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asker:
    """What the owner has, on which it depends whether a question matters."""

    language: str
    time_zone: str
    numbers: bool = False
    "Whether a channel that needs a telephone number is set up."


@dataclass(frozen=True, slots=True)
class Question:
    """A question for one field. It is asked where it `matters`, and can be changed where it `fits`.

    Both get the answers so far. `label` is its name in the summary.
    """

    field: str
    label: str
    text: str = ""
    needed: bool = False
    prose: bool = False
    matters: Callable[[Answers, Asker], bool] = lambda _answers, _asker: True
    fits: Callable[[Answers], bool] = lambda _answers: True


def _promises(answers: Answers) -> bool:
    return answers.get("amends_kind", NOTHING) != NOTHING


def _pays(answers: Answers) -> bool:
    return answers.get("amends_kind") in _MONEY


def _speaks_otherwise(answers: Answers, asker: Asker) -> bool:
    """Return whether the complaint is surely in another language than the owner's."""
    from voicenote.word_language import detect_language

    told = detect_language(answers.get("what_happened", ""))
    return bool(told) and told != asker.language.partition("-")[0]


def _elsewhere(answers: Answers, asker: Asker) -> bool:
    """Return whether the customer's clock may be another than the owner's, and isn't known."""
    return guess_zone(answers, asker) != asker.time_zone


def guess_zone(answers: Answers, asker: Asker) -> str:
    """Return the customer's likeliest time zone by their number, address or language."""
    from voicenote.addresses import phone, region_of
    from voicenote.engine.customer_clock import zones_of
    from voicenote.errors import BadData

    number = ""
    with suppress(BadData):
        number = phone(answers.get("phone", ""), region_of(asker.time_zone, asker.language))
    if zones := zones_of(number):
        return asker.time_zone if asker.time_zone in zones else zones[0]
    tail = answers.get("email", "").rpartition(".")[2].upper()
    zones = _zones_in({"UK": "GB"}.get(tail, tail)) or _zones_in(_region_by(answers, asker))
    return asker.time_zone if asker.time_zone in zones or not zones else zones[0]


def _region_by(answers: Answers, asker: Asker) -> str:
    """Return the region where most speakers of the customer's language live, if it isn't ours."""
    from babel.core import get_global

    language = answers.get("language", "").partition("-")[0]
    if language in ("", "en", asker.language.partition("-")[0]):
        return ""
    return str(get_global("likely_subtags").get(language, "")).rpartition("_")[2]


def _zones_in(region: str) -> tuple[str, ...]:
    """Return the time zones of a region whose clocks are the same everywhere; else ()."""
    from voicenote.engine.customer_clock import zones_by_region

    zones = zones_by_region().get(region, ())
    return zones if len(zones) == 1 else ()


#: All questions, in their order.
QUESTIONS = (
    Question("customer", "Name", "Who was let down? Their name (Enter if you do not know it)"),
    Question("email", "Email", "Their email address (Enter to skip)"),
    Question(
        "phone",
        "Telephone",
        "Their telephone number (Enter to skip)",
        matters=lambda answers, asker: asker.numbers or not answers.get("email"),
    ),
    Question(
        "what_happened",
        "What happened",
        "What happened, in their words (paste all of it)",
        needed=True,
        prose=True,
    ),
    Question(
        "language",
        "Language",
        "Which language do you speak with them?",
        matters=_speaks_otherwise,
    ),
    Question(
        "time_zone",
        "Time zone",
        "Where do they live? A city or a time zone",
        matters=_elsewhere,
    ),
    Question(
        "bothered_most",
        "Bothered most",
        "What bothered them most, in their words (the rest depends on it)",
        prose=True,
    ),
    Question("amends_kind", "To put it right", "What will you do to put it right?", needed=True),
    Question(
        "amends",
        "The deed",
        "In a few words, as you would say it to them",
        needed=True,
        fits=_promises,
    ),
    Question("currency", "Currency", "In which currency, if it is money (such as EUR)", fits=_pays),
    Question(
        "amends_value",
        "Worth",
        "How much",
        fits=lambda answers: _pays(answers) and bool(answers.get("currency", "-")),
    ),
    Question("promised_by", "By", "By when", needed=True, fits=_promises),
    Question("said_back", "Told to them"),
    Question("our_fault", "What we did"),
    Question("meant", "What it meant"),
    Question("deed", "Said of the deed", fits=_promises),
)


def next_question(answers: Answers, asker: Asker) -> Question | None:
    """Return the first question that fits, matters and isn't answered; None when none is left."""
    return next(
        (
            one
            for one in QUESTIONS
            if one.field not in answers and one.fits(answers) and one.matters(answers, asker)
        ),
        None,
    )


def previous_question(answers: Answers, current: Question) -> Question | None:
    """Return the answered question before `current`; None when it is the first."""
    before = QUESTIONS[: QUESTIONS.index(current)]
    return next((one for one in reversed(before) if one.field in answers), None)


def fields_of(answers: Answers) -> dict[str, str]:
    """Return the answers as the fields of a complaint: those that fit, and say something."""
    fits = {one.field for one in QUESTIONS if one.fits(answers)} | {"ref"}
    return {
        name: value
        for name, value in answers.items()
        if name in fits and value and (name, value) != ("amends_kind", NOTHING)
    }
