"""The values that a template may use, each written and spoken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind
from voicenote.script.addressing import greet
from voicenote.script.context import ScriptContext
from voicenote.script.failure import failure_of
from voicenote.script.habits import split_sentences
from voicenote.script.languages import Language, language
from voicenote.script.numbers import say_by, say_date, say_money, write_date, write_money
from voicenote.script.placeholders import Blank, Choice, Placeholders, TemplateValue, is_brief
from voicenote.script.promise_state import PromiseState, names_day
from voicenote.script.quoting import (
    clean_name,
    clean_quote,
    cut_excerpt,
    quote_singly,
    repeats,
    shorten,
    to_one_line,
    trim_punctuation,
)
from voicenote.script.second_person import propose_account
from voicenote.script.spoken import names_amount, spell_out, total_weight

#: The most words of a name that are spoken.
NAME_WORDS = 6
#: The most words of a cause, of what will be different, and of what was found.
_CAUSE, _PREVENTION, _REASON = 20, 30, 45
#: The most words of what else a customer wrote, beside what happened.
_ASIDE = 24
#: What they told beside it. The owner's own words for what it meant stand for all of these.
_MEANING = ("feeling", "at_stake", "identity", "expected")
#: The deeds whose sum is what the customer gets; of the others, it is what they are worth.
_SUMS = frozenset({AmendsKind.REFUND, AmendsKind.CREDIT, AmendsKind.GIFT})

#: What an answer without words is shown as, such as "[a sound: memo.m4a, 9 s]": never said back.
_LABEL = re.compile(r"^\[[^\[\]\n]*\]$", re.MULTILINE)


class PromiseValues(NamedTuple):
    """A promise as a template sees it; `deed` are the owner's own sentences for it."""

    kind: Choice
    deed: tuple[Blank, ...]
    text: Blank
    money: Blank
    worth: bool
    by: Blank
    day: Blank
    kept: bool
    late: bool


@dataclass(frozen=True, slots=True)
class TemplateValues:
    """A maker of the values for one rendering; `placeholders` store what each of them says.

    `quote` is the most words of what happened in the customer's own words.
    """

    context: ScriptContext
    tongue: Language
    quote: int
    placeholders: Placeholders

    def of(
        self, case: Case, owner: str, states: tuple[PromiseState, ...]
    ) -> dict[str, TemplateValue]:
        """Return everything a template may use: blanks to print, and bools for conditions.

        A new field of a case needs one line here, and phrases that use it.
        """
        offered = tuple(self._promise(state, n) for n, state in enumerate(states))
        context = self.context
        return {
            "owner": self._name(owner, personal=False),
            "business": self._name(context.business, personal=False),
            "customer": self._greeting(case.customer),
            "failure": self.placeholders.choose(failure_of(case) or ""),
            "promises": offered,
            "promise": offered[0] if offered else None,
            "dated": any(state.promise.promised_by for state in states),
            "all_kept": bool(states) and all(state.kept for state in states),
            "owed": any(not state.kept for state in states),
            "told": case.round > 1 or case.stage is Stage.FOLLOWING,
            "did_something": any(a.settled for a in case.standing_amends if a.round < case.round),
            "broke_word": any(not a.settled for a in case.standing_amends if a.round < case.round),
            "next_by": self.placeholders.put(*_say_by(context.next_by, context.today, self.code)),
            "synthetic": context.synthetic,
            "partly": context.partly,
            **self._complaint(case.complaint),
            **self._lesson(case, owner),
        }

    @property
    def code(self) -> str:
        """The language's code."""
        return self.tongue.code

    def _complaint(self, complaint: Complaint) -> dict[str, TemplateValue]:
        """Return what happened and what it meant, by the owner's words or by the customer's."""
        code, limit = self.code, self.quote
        answers = (_LABEL.sub("", one.text) for one in reversed(self.context.answers))
        answer = next(filter(str.strip, answers), "")
        told = "" if complaint.said_back else complaint.what_happened
        happened = _quote_customer(told, limit, code, alone=True)
        worst, few = complaint.bothered_most, min(limit, _ASIDE)
        most = _quote_customer(worst, few, code)
        same = complaint.said_back or complaint.meant == propose_account(worst)
        if (complaint.meant and same) or repeats(most[0], happened[0]):
            most = ("", "")
        elif told and not happened[0]:
            happened, most = _quote_customer(worst, few, code, alone=True), ("", "")
        asides = {
            name: ("", "")
            if complaint.meant
            else _quote_customer(getattr(complaint, name), few, code)
            for name in _MEANING
        }
        put = self.placeholders.put
        return {
            "said_back": self._sentences(complaint.said_back, "said_back"),
            "our_fault": self._sentences(complaint.our_fault, "our_fault"),
            "meant": self._sentences(complaint.meant, "meant"),
            "happened": put(*happened, fact="what_happened"),
            "most": put(*most, fact="bothered_most"),
            **{name: put(*said, fact=name) for name, said in asides.items()},
            "answer": put(*_quote_customer(answer, limit, code, alone=True)),
            "product": self._text(complaint.product, NAME_WORDS, "product"),
            "cause": self._text(
                "" if complaint.our_fault else _from_code(complaint.cause), _CAUSE, "cause"
            ),
            "reason": self._text(complaint.finding_reason, _REASON, "finding_reason"),
        }

    def _lesson(self, case: Case, owner: str) -> dict[str, TemplateValue]:
        """Return what will be different: `firm` if it has an owner and a day (R7).

        It is the speaker's own if its owner has the name of the `owner` who speaks.
        """
        lesson = case.lesson
        prevention = self._text(lesson.prevention if lesson else "", _PREVENTION, "prevention")
        due = lesson.due.date() if lesson and lesson.due else None
        return {
            "prevention": prevention,
            "prevention_owner": self._name(lesson.owner if lesson else ""),
            "prevention_by": self.placeholders.put(
                *_say_by(due, self.context.today, self.code), fact="prevention_by"
            ),
            "prevention_mine": lesson is not None
            and clean_name(lesson.owner).casefold() == clean_name(owner).casefold(),
            "firm": bool(lesson and lesson.owner and lesson.due and prevention),
            "prevented": bool(lesson and lesson.done_at and prevention),
        }

    def _promise(self, state: PromiseState, number: int) -> PromiseValues:
        """Return a promise's words as they are (R22), its sum and its day unless they say it."""
        promise, code, put = state.promise, self.code, self.placeholders.put
        fact = f"promise {number + 1}"
        text = say_words(promise.text, code)
        sum_ = _say_sum(promise.text, promise.value, code, rials=self.context.rials)
        day = None if names_day(promise.text, promise.promised_by, code) else promise.promised_by
        return PromiseValues(
            kind=self.placeholders.choose(promise.kind.value),
            deed=self._sentences(promise.deed, fact),
            text=put(
                *(text if text[1] else say_words(self.tongue.amends[promise.kind], code)), fact=fact
            ),
            money=put(*sum_),
            worth=bool(sum_[0]) and promise.kind not in _SUMS,
            by=put(*_say_by(day, self.context.today, code)),
            day=put(*_say_date(promise.promised_by, self.context.today, code)),
            kept=state.kept,
            late=state.late,
        )

    def _sentences(self, text: str, fact: str) -> tuple[Blank, ...]:
        """Return the sentences of the owner's own words, whole and as they are."""
        said = _say_sentences(text, self.code)
        return tuple(self.placeholders.put(*one, fact=fact) for one in said)

    def _text(self, text: str, limit: int, fact: str) -> Blank:
        """Return a blank of free text in about `limit` words at most."""
        return self.placeholders.put(*_shorten(text, limit, self.code), fact=fact)

    def _greeting(self, who: Customer) -> Blank:
        called, said = greet(who, self.tongue)
        written, spoken = say_name(called, self.code)
        if spoken and said != called:
            spoken = say_name(said, self.code)[1] or spoken
        return self.placeholders.put(written, spoken)

    def _name(self, name: str, *, personal: bool = True) -> Blank:
        return self.placeholders.put(*say_name(name, self.code), personal=personal)


# The same words come again with the next limit, and shared ones in the next case: hence the caches.


@lru_cache(maxsize=4096)
def _say_sum(text: str, value: Money | None, code: str, *, rials: bool) -> tuple[str, str]:
    """Return a sum of money (written, spoken), both "" when `text` already names it."""
    tongue = language(code)
    if value is None or names_amount(text, value.amount):
        return "", ""
    if value.currency == "IRR" and "IRT" in tongue.coins and not rials:
        value = Money(value.amount / 10, "IRT")
        if names_amount(text, value.amount):
            return "", ""
    return write_money(value, tongue), say_money(value, tongue)


@lru_cache(maxsize=8192)
def say_words(text: str, code: str) -> tuple[str, str]:
    """Return all words of a text that can be said, (written, spoken)."""
    written = trim_punctuation(clean_quote(text))
    return written, trim_punctuation(spell_out(written, language(code)))


@lru_cache(maxsize=8192)
def _say_sentences(text: str, code: str) -> tuple[tuple[str, str], ...]:
    tongue = language(code)
    pairs = []
    for sentence in split_sentences(to_one_line(text), code):
        written = trim_punctuation(sentence)
        if spoken := trim_punctuation(spell_out(written, tongue)):
            pairs.append((written, spoken))
    return tuple(pairs)


@lru_cache(maxsize=8192)
def _shorten(text: str, limit: int, code: str) -> tuple[str, str]:
    tongue = language(code)
    whole = trim_punctuation(clean_quote(text))
    return fit_words(trim_punctuation(shorten(whole, limit, code)[0]), limit, tongue)


@lru_cache(maxsize=4096)
def say_name(name: str, code: str) -> tuple[str, str]:
    """Return a name (written, spoken) in at most `NAME_WORDS` words; both "" for none."""
    return fit_words(clean_name(name)[:80], NAME_WORDS, language(code))


@lru_cache(maxsize=4096)
def _say_date(day: date | None, today: date, code: str) -> tuple[str, str]:
    tongue = language(code)
    return (write_date(day, today, tongue), say_date(day, today, tongue)) if day else ("", "")


@lru_cache(maxsize=4096)
def _say_by(day: date | None, today: date, code: str) -> tuple[str, str]:
    return say_by(day, today, language(code)) if day else ("", "")


@lru_cache(maxsize=8192)
def _quote_customer(source: str, limit: int, code: str, *, alone: bool = False) -> tuple[str, str]:
    """Return a customer's words, with quote marks in writing only; "" for abuse and for none.

    They begin with a capital letter if they stand `alone`, or are too long for a sentence of ours.
    """
    tongue = language(code)
    whole = clean_quote(source, tuple(tongue.salutations)) if source else ""
    for most in range(limit, 0, -2) if whole else ():  # numbers are longer when they are spoken
        kept, cut = cut_excerpt(whole, most, code)
        kept = quote_singly(trim_punctuation(kept))
        written, spoken = fit_words(kept, limit, tongue)
        if spoken and written == kept:
            if alone or not is_brief(spoken):
                written, spoken = (one[:1].upper() + one[1:] for one in (written, spoken))
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
