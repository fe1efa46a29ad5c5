"""The values that a template may use, each written and spoken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from voicenote.model.case import Case
from voicenote.model.greeting import name_to_greet
from voicenote.model.money import Money
from voicenote.model.promise import Promise
from voicenote.script.context import ScriptContext
from voicenote.script.habits import is_coarse
from voicenote.script.languages import Language, language
from voicenote.script.numbers import (
    say_date,
    say_money,
    write_date,
    write_money,
)
from voicenote.script.placeholders import Blank, Choice, Placeholders, TemplateValue
from voicenote.script.quoting import clean_name, clean_quote, cut_excerpt, shorten, trim_punctuation
from voicenote.script.spoken import names_amount, spell_out, total_weight

#: The most words of a name that are spoken.
NAME_WORDS = 6

#: What an answer without words is shown as, such as "[a sound: memo.m4a, 9 s]": never said back.
_LABEL = re.compile(r"^\[[^\[\]\n]*\]$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class WordBudget:
    """How many words each kind of free text may take. If it is too long, the next budget is tried.

    `brief` lets a template leave out what is only nice to hear.
    """

    quote: int
    extra: int
    promise: int
    promises: int = 3
    extras: frozenset[str] = field(
        default=frozenset({"feeling", "at_stake", "identity", "expected"})
    )
    brief: bool = False


#: From the widest to the tightest. What is only nice to hear goes before the customer's own words
#: do (R19); the last ones are only for very long names, sums and dates.
BUDGETS = (
    WordBudget(38, 12, 25),
    WordBudget(38, 10, 25, extras=frozenset({"feeling", "at_stake", "expected"})),
    WordBudget(32, 10, 22, extras=frozenset({"feeling", "at_stake"})),
    WordBudget(30, 8, 20, promises=2, extras=frozenset({"feeling"})),
    *(
        WordBudget(quote, 0, 20, promises=2, extras=frozenset(), brief=True)
        for quote in range(38, 16, -3)
    ),
    WordBudget(14, 0, 18, promises=2, extras=frozenset(), brief=True),
    WordBudget(14, 0, 18, promises=1, extras=frozenset(), brief=True),
    WordBudget(8, 0, 12, promises=1, extras=frozenset(), brief=True),
    WordBudget(7, 0, 9, promises=1, extras=frozenset(), brief=True),
    WordBudget(6, 0, 6, promises=1, extras=frozenset(), brief=True),
    WordBudget(3, 0, 3, promises=1, extras=frozenset(), brief=True),
)


class PromiseValues(NamedTuple):
    """A promise as a template sees it."""

    kind: Choice
    text: Blank
    money: Blank
    by: Blank


@dataclass(frozen=True, slots=True)
class TemplateValues:
    """A maker of the values for one rendering; `placeholders` store what each of them says."""

    context: ScriptContext
    tongue: Language
    budget: WordBudget
    placeholders: Placeholders

    def of(self, case: Case, owner: str, promises: tuple[Promise, ...]) -> dict[str, TemplateValue]:
        """Return everything a template may use: blanks to print, and bools for conditions.

        A new field of a case needs one line here, and phrases that use it.
        """
        who, spoken_of = case.customer, promises[: self.budget.promises]
        offered = tuple(self._promise(promise) for promise in spoken_of)
        return {
            "owner": self._name(owner, personal=False),
            "business": self._name(self.context.business, personal=False),
            "customer": self._name(name_to_greet(who.name, who.say_as), who.say_as),
            "promises": offered,
            "promise": offered[0] if offered else None,
            "dated": any(promise.promised_by for promise in spoken_of),
            "next_by": self._day(self.context.next_by),
            "synthetic": self.context.synthetic,
            "partly": self.context.partly,
            "brief": self.budget.brief,
            **self._complaint(case),
            **self._lesson(case),
        }

    def _complaint(self, case: Case) -> dict[str, TemplateValue]:
        """Return what the customer said, the cause, and the reason for the finding."""
        complaint = case.complaint
        answers = (_LABEL.sub("", answer.text) for answer in reversed(self.context.answers))
        extras = ("feeling", "at_stake", "identity", "expected")
        kept = self.budget.extras
        return {
            "most": bool(self._said_back(complaint.bothered_most)),
            "quote": self._quote(complaint.bothered_most, complaint.what_happened),
            "answer": self._quote(next(filter(str.strip, answers), "")),
            "cause": self._text(_from_code(complaint.cause), min(self.budget.promise, 12)),
            "reason": self._text(complaint.finding_reason, self.budget.promise),
            **{
                name: self._text(
                    self._said_back(getattr(complaint, name)),
                    self.budget.extra if name in kept else 0,
                )
                for name in extras
            },
        }

    def _said_back(self, text: str) -> str:
        """Return a customer's words as they are; "" for abuse, and for what cannot be said."""
        return "" if is_coarse(text, self.tongue.code) else trim_punctuation(clean_quote(text))

    def _lesson(self, case: Case) -> dict[str, TemplateValue]:
        """Return what will be different: `firm` if it has an owner and a day (R7)."""
        lesson = case.lesson
        prevention = self._text(lesson.prevention if lesson else "", self.budget.promise)
        return {
            "prevention": prevention,
            "prevention_owner": self._name(lesson.owner if lesson else ""),
            "prevention_by": self._day(lesson.due.date() if lesson and lesson.due else None),
            "firm": bool(lesson and lesson.owner and lesson.due and prevention),
            "prevented": bool(lesson and lesson.done_at and prevention),
        }

    def _promise(self, promise: Promise) -> PromiseValues:
        code = self.tongue.code
        text = self._text(promise.text, self.budget.promise)
        written, spoken = _say_sum(promise.text, promise.value, code) if promise.value else ("", "")
        return PromiseValues(
            kind=self.placeholders.choose(promise.kind.value),
            text=text or self._text(self.tongue.amends[promise.kind.value], 9),
            money=self.placeholders.put(written, spoken),
            by=self._day(promise.promised_by),
        )

    def _text(self, text: str, limit: int) -> Blank:
        """Return a blank of free text in about `limit` words at most; an empty one for 0."""
        return self.placeholders.put(*_shorten(text, limit, self.tongue.code))

    def _name(self, name: str, say_as: str = "", *, personal: bool = True) -> Blank:
        return self.placeholders.put(*_say_name(name, say_as, self.tongue.code), personal=personal)

    def _day(self, day: date | None) -> Blank:
        written, spoken = _say_date(day, self.context.today, self.tongue.code) if day else ("", "")
        return self.placeholders.put(written, spoken)

    def _quote(self, *sources: str) -> Blank:
        """Return the first source that can be quoted, with quote marks in writing only."""
        return self.placeholders.put(*_quote_customer(sources, self.budget.quote, self.tongue.code))


# The same words come again in the next budget, and shared ones in the next case: hence the caches.


@lru_cache(maxsize=4096)
def _say_sum(text: str, value: Money, code: str) -> tuple[str, str]:
    """Return a sum of money (written, spoken), both "" when `text` already names it."""
    tongue = language(code)
    if names_amount(text, value.amount):
        return "", ""
    return write_money(value, tongue), say_money(value, tongue)


@lru_cache(maxsize=8192)
def _shorten(text: str, limit: int, code: str) -> tuple[str, str]:
    tongue = language(code)
    whole = trim_punctuation(clean_quote(text)) if limit else ""
    return fit_words(trim_punctuation(shorten(whole, limit, code)[0]), limit, tongue)


@lru_cache(maxsize=4096)
def _say_name(name: str, say_as: str, code: str) -> tuple[str, str]:
    tongue = language(code)
    written, spoken = fit_words(clean_name(name)[:80], NAME_WORDS, tongue)
    if say_as and written:
        spoken = fit_words(clean_name(say_as)[:80], NAME_WORDS, tongue)[1] or spoken
    return written, spoken


@lru_cache(maxsize=4096)
def _say_date(day: date, today: date, code: str) -> tuple[str, str]:
    tongue = language(code)
    return write_date(day, today, tongue), say_date(day, today, tongue)


@lru_cache(maxsize=8192)
def _quote_customer(sources: tuple[str, ...], limit: int, code: str) -> tuple[str, str]:
    tongue = language(code)
    for source in sources:
        whole = clean_quote(source, tuple(tongue.salutations))
        for most in range(limit, 0, -2):  # numbers are longer when they are spoken
            kept, cut = cut_excerpt(whole, most, code)
            kept = _single_quoted(trim_punctuation(kept))
            kept = kept[:1].upper() + kept[1:]
            written, spoken = fit_words(kept, limit, tongue)
            if spoken and written == kept:
                opening, closing = tongue.quotes
                return f"{opening}{written}{'…' if cut else ''}{closing}", spoken
    return "", ""


def fit_words(written: str, limit: int, tongue: Language) -> tuple[str, str]:
    """Return (written, spoken), cutting last words while numbers make it too long to say.

    Both are "" when nothing of it can be spoken.
    """
    spoken = trim_punctuation(spell_out(written, tongue))
    while written and total_weight(spoken) > limit + 2:
        written = trim_punctuation(written.rpartition(" ")[0])
        spoken = trim_punctuation(spell_out(written, tongue))
    return (written, spoken) if spoken else ("", "")


def _from_code(cause: str) -> str:
    """Return a cause such as ``late-delivery`` or ``late_delivery`` as words."""
    return cause if " " in cause.strip() else cause.replace("-", " ").replace("_", " ")


def _single_quoted(text: str) -> str:
    """Return `text` with its quote marks made single, so that the outer ones stand out."""
    return text.translate(str.maketrans('"“”„«»', "''''''"))
