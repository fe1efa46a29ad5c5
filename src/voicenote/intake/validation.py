"""The checker that turns fields into a complaint, for CSV, JSON, TOML and `new`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from voicenote import addresses
from voicenote.errors import BadData, Problem
from voicenote.intake import dates, person
from voicenote.intake.amounts import read_currency, read_money
from voicenote.intake.cell_text import clean
from voicenote.intake.fields import FIELDS, NOTHING, kind_of, read_choice, text_fields
from voicenote.intake.options import Options
from voicenote.intake.raw_record import Number
from voicenote.intake.time_zones import zone_region
from voicenote.model.address import EMAIL, KINDS, Address, mark
from voicenote.model.case import (
    MADE_REF,
    Complaint,
    Customer,
    Failure,
    Finding,
    Severity,
    story_of,
)
from voicenote.model.greeting import NOBODY, is_nameless
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.word_language import detect_language

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

#: The ; between two addresses, but not the one before a number's extension, as in links.
_SEMICOLON = re.compile(r";(?!\s*(?:ext|isub|phone-context)=)")
_OWN_LANGUAGES = "en he ro pl fa et"
#: The fields whose problems keep a complaint out. It goes in without any other that can't be read.
NEEDED = frozenset({"what_happened", "customer", "ref", "amends", "finding_reason", EMAIL})


@dataclass(frozen=True, slots=True)
class Checker:
    """A checker of the records of one source, which finds every problem.

    `columns` is field → the column as the user knows it, for problems. `orders` is field → DMY,
    MDY or "", for dates. `naive_zone` is the IANA zone of times without one, if the format says so
    (a warehouse holds UTC); otherwise the customer's zone counts, else the owner's. With `detect`,
    the words of a complaint tell its language where nothing else does.
    """

    options: Options
    source: str
    file: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)
    naive_zone: str = ""
    detect: bool = False

    def complaint(self, given: Mapping[str, str], line: int | None = None) -> Complaint:
        """Return the complaint in `given` (field → text). Without a ref, one is made for it.

        Raises BadData with all the problems, each with `line` and its column.
        """
        made, unread = self.examine(given, line)
        if unread:
            raise _error_of(unread)
        return made

    def examine(
        self, given: Mapping[str, str], line: int | None = None
    ) -> tuple[Complaint, Sequence[Problem]]:
        """Return the complaint, and what is wrong with fields that it can do without.

        Raises BadData with all the other problems, as `complaint` does with all.
        """
        row = _Row(self, given, line)
        made = row.complaint()
        if row.problems or made is None:
            raise _error_of([*row.problems, *row.unread])
        return made, row.unread


def _error_of(problems: Sequence[Problem]) -> BadData:
    first = problems[0]
    return BadData(f"{first.field} {first.what}".strip(), first.advice, problems)


class _Row:
    """One record being checked: its cleaned texts, and the problems found so far.

    `unread` are those of fields that the complaint goes in without.
    """

    def __init__(self, checker: Checker, given: Mapping[str, str], line: int | None) -> None:
        self.checker = checker
        self.options = checker.options
        self.line = line
        self.problems: list[Problem] = []
        self.unread: list[Problem] = []
        self.texts: dict[str, str] = {}
        self.defaulted: set[str] = set()
        self.told_at: datetime | None = None
        #: Address fields that only a plug-in's channel can read.
        self.others = [name for name in (*given, *self.options.defaults) if name not in FIELDS]
        for name in (*FIELDS, *self.others):
            text = given.get(name, "")
            if not text or text.isspace() or (text in NOTHING and not isinstance(text, Number)):
                text = self.options.defaults.get(name, "")
                self.defaulted.add(name)
            if text and (cleaned := self._try(name, partial(clean, name, text))):
                self.texts[name] = cleaned

    def complaint(self) -> Complaint | None:
        """Return the complaint, or None when there are problems."""
        customer = self._customer()
        self._need("what_happened", "a complaint is told in words: map the column that has them")
        opened_at = self._opened_at(customer.time_zone if customer else "")
        severity = self._choice("severity", Severity) or Severity.NORMAL
        finding = self._choice("finding", Finding) or Finding.JUSTIFIED
        failure = self._choice("failure", Failure)
        if finding is Finding.UNFOUNDED:
            advice = "say why: without a reason the customer is believed"
            self._need("finding_reason", advice, "is needed for an unfounded complaint")
        preferred = self.options.currency
        named = self._read("currency", lambda text: read_currency(text, preferred)) or ""
        harm = self._money("harm", named)
        promises = self._promises(named)
        if self.problems or customer is None:
            return None
        return Complaint(
            **self._texts_of(Complaint)
            | {"ref": self.texts.get("ref") or self._made_ref(customer)},
            source=self.checker.source,
            opened_at=opened_at,
            customer=customer,
            severity=severity,
            finding=finding,
            failure=failure,
            harm=harm,
            promises=promises,
            involved=person.read_list(self.texts.get("involved", "")),
            assumed=frozenset(self.defaulted),
        )

    def _made_ref(self, customer: Customer) -> str:
        """Return a ref made from the customer, the story and, if the record gives one, the day.

        For a customer without an address or a real name, it is made from all fields.
        """
        texts = self.texts
        who = mark(customer.address()) or customer.name.casefold()
        if not customer.address() and is_nameless(customer.name):
            who = "\x1e".join(f"{name}\x1f{texts[name]}" for name in sorted(texts))
        key = story_of(f"{who} {story_of(texts['what_happened'])}")[:16]
        day = f"-{self.told_at:%Y%m%d}" if self.told_at else ""
        return f"{MADE_REF}{key}{day}"

    def _customer(self) -> Customer | None:
        known = len(self.problems)
        texts = self._texts_of(Customer)
        theirs = self._addresses(self._region(texts["language"]))
        if len(self.problems) > known:
            return None
        if self.checker.detect and "language" in self.defaulted:
            told = detect_language(self.texts.get("what_happened", ""))
            expected = texts["language"] or self.options.language
            if told and told != expected.partition("-")[0]:
                texts["language"] = told
        return Customer(addresses=theirs, **texts | {"name": texts["name"] or NOBODY})

    def _texts_of(self, kind: type) -> dict[str, Any]:
        """Return the texts that a class of the model declares, each as its reader gives it."""
        return {
            name: self._read(column, person.READERS[column]) or ""
            if column in person.READERS
            else self.texts.get(column, "")
            for name, column in text_fields(kind).items()
        }

    def _addresses(self, region: str) -> tuple[Address, ...]:
        """Return the addresses of all kinds, each once. A ; separates several of one kind."""
        found: list[Address] = []
        for name in (*KINDS, *self.others):
            if text := self.texts.get(name):
                read = partial(_addresses_in, kind_of(name), text, region=region)
                found += self._try(name, read) or ()
        if found:  # an address that can't be read is missed only where there is no other
            column = self._column(EMAIL)
            self.unread += (one for one in self.problems if one.field == column)
            self.problems = [one for one in self.problems if one.field != column]
        if len(found) > len({one.kind for one in found}):
            found = list({(one.kind, one.mark): one for one in reversed(found)}.values())[::-1]
        return tuple(found)

    def _region(self, language: str) -> str:
        """Return the region of local numbers: the options', else the customer's or the owner's.

        A zone of the customer that has no country leaves it open: the number may be anybody's.
        """
        if self.options.region:
            return self.options.region
        if zone := self.texts.get("time_zone"):
            return zone_region(zone)
        if "-" in language:
            return addresses.region_of("", language)
        return addresses.region_of(self.options.time_zone, self.options.language)

    def _opened_at(self, customers_zone: str) -> datetime:
        if "opened_at" not in self.texts:
            return self.options.now
        zone = dates.zone_of(self.checker.naive_zone or customers_zone or self.options.time_zone)
        read = partial(
            dates.read_moment, zone=zone, now=self.options.now, **self._date_style("opened_at")
        )
        told_at = self._read("opened_at", read)
        if told_at is None:
            self.defaulted.add("opened_at")
        self.told_at = None if "opened_at" in self.defaulted else told_at
        return told_at or self.options.now

    def _date_style(self, name: str) -> dict[str, str]:
        """Return the order of day and month in this field's column, and the languages of dates."""
        languages = f"{self.options.language or 'en'} {_OWN_LANGUAGES}"
        return {"order": self.checker.orders.get(name, ""), "languages": languages}

    def _money(self, name: str, named: str) -> Money | None:
        return self._read(name, lambda text: read_money(text, named, self.options.currency))

    def _promises(self, named: str) -> tuple[Promise, ...]:
        kind = self._choice("amends_kind", AmendsKind)
        value = self._money("amends_value", named)
        by = self._read("promised_by", partial(dates.read_day, **self._date_style("promised_by")))
        deed = self.texts.get("deed", "")
        text = self.texts.get("amends", deed)
        if not text:
            if kind or value or by:
                self._say("amends", "says nothing, though a promise is described", "say the deed")
            return ()
        fallback = AmendsKind.REFUND if value else AmendsKind.FIX
        kind = kind or fallback
        return (Promise(kind=kind, text=text, value=value, promised_by=by, deed=deed),)

    def _choice(self, name: str, kind: type[Choice]) -> Choice | None:
        return self._read(name, lambda text: kind(read_choice(name, text)))

    def _read(self, name: str, read: Callable[[str], Value]) -> Value | None:
        text = self.texts.get(name)
        return self._try(name, lambda: read(text)) if text else None

    def _try(self, name: str, read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except BadData as error:
            self._say(name, error.what, error.advice)
            return None

    def _need(self, name: str, advice: str, what: str = "") -> None:
        if name in self.texts or self._has_problem(name):
            return
        if name in self.checker.columns and not what:
            self._say(name, "is empty in this row", "fill it in, or leave the row out")
        else:
            self._say(name, what or f"has no {name}", advice)

    def _has_problem(self, name: str) -> bool:
        column = self._column(name)
        return any(one.field == column for one in (*self.problems, *self.unread))

    def _say(self, name: str, what: str, advice: str) -> None:
        problem = Problem(what, advice, self.checker.file, self.line, self._column(name))
        (self.problems if name in NEEDED else self.unread).append(problem)

    def _column(self, name: str) -> str:
        if name in self.defaulted and name in self.options.defaults:
            return f"--default {name}"
        return self.checker.columns.get(name, name)


def _addresses_in(kind: str, text: str, *, region: str) -> list[Address]:
    """Return the addresses in a list with semicolons. Raises BadData when one isn't valid."""
    split = (one.strip() for one in _SEMICOLON.split(text))
    typed = [one for one in split if one] if ";" in text else [text]
    return [Address(kind, addresses.read_address(kind, one, region), one) for one in typed]
