"""Options for a promise: its day, its kind, its amount of money, and why it may be more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

import click

from voicenote.cli.terminal.case_options import reason_option
from voicenote.cli.terminal.session import Session
from voicenote.errors import BadData, WrongUse

if TYPE_CHECKING:
    from voicenote.model.money import Money
    from voicenote.settings import Settings

#: The years that an import accepts.
FIRST_YEAR, LAST_YEAR = 1990, 2200
KINDS = ("refund", "credit", "exchange", "redo", "fix", "call", "gift", "word")
#: ISO 4217 for "no currency": used when only the case knows the currency.
_UNNAMED = "XXX"

override_option = reason_option("--override", "Why it may be more money than the rules allow.")


class OwnersClock(TypedDict):
    """What a day is read by: see `voicenote.intake.coming_day`."""

    today: date
    language: str
    region: str


class Day(click.ParamType[date]):
    """A day as people write it, in the owner's language: 2026-12-24, 24.12., friday, in 3 days.

    What was understood is said on the screen, unless it was written as YYYY-MM-DD.
    """

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day. Raises click.BadParameter."""
        text = str(value).strip()
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = self._read(text, param, ctx)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail(f"{day.year:04} isn't a likely year; check its digits", param, ctx)
        return day

    def _read(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from voicenote.intake.coming_day import find_day, tell_day

        session = ctx.find_object(Session) if ctx else None
        clock = _owners_clock(session.draft if session else None)
        try:
            day = find_day(text, **clock)
        except BadData as error:
            self.fail(f"{error.what}; {error.advice}", param, ctx)
        if session and not session.json:
            option = param.opts[0] if param else "this day"
            session.screen.note(f"{option} {text} is {tell_day(day, clock['today'])}.")
        return day


def _owners_clock(settings: Settings | None) -> OwnersClock:
    """Return today's date where the owner is, and what tells how they write a date."""
    from zoneinfo import ZoneInfo

    from voicenote.addresses import region_of
    from voicenote.wiring import now

    zone = settings.owner.time_zone if settings else "UTC"
    language = settings.owner.language if settings else "en"
    return {
        "today": now().astimezone(ZoneInfo(zone)).date(),
        "language": language,
        "region": region_of(zone, language),
    }


def ask_checked(
    session: Session, question: str, default: str, check: Callable[[str], object]
) -> str:
    """Ask until `check` takes the answer; an empty one needs no check."""
    while True:
        text = session.screen.ask(question, default)
        try:
            if text:
                check(text)
        except WrongUse as error:
            session.screen.warn(error.in_one_line)
        else:
            return text


def ask_harm(session: Session, harm: Money | None) -> dict[str, str]:
    """Ask what it cost them, and in which currency if the amount doesn't say so."""
    asked = "What did it cost them? An amount, or Enter if unknown"
    given = ask_checked(session, asked, str(harm.amount) if harm else "", lambda t: amount(t, None))
    if not given or amount(given, None)[1]:
        return {"harm": given}
    own = harm.currency if harm else ""
    code = ""
    while not code:
        code = ask_checked(session, "In which currency?", own, lambda t: amount(given, t))
    return {"harm": given, "currency": code}


def ask_day(session: Session, question: str, default: str = "", *, back: str = "") -> str:
    """Ask for a day that is still to come until there is one, say which day was understood.

    Returns it as YYYY-MM-DD. `default` is a day as it can be written; "" asks for an answer. The
    word `back`, if one is given, is returned as it is.
    """
    from voicenote.intake.coming_day import read_coming_day, tell_day

    clock = _owners_clock(session.settings)
    while True:
        text = session.screen.ask(question, default, needed=True)
        if back and text == back:
            return back
        try:
            day = read_coming_day(text, **clock)
        except BadData as error:
            session.screen.warn(error.in_one_line)
            continue
        session.screen.warn(f"   {tell_day(day, clock['today'])}")
        return day.isoformat()


DAY = Day()


def money(text: str, currency: str | None) -> Money:
    """Return the amount in `text`, in its own currency or in `currency`.

    Raises WrongUse when it isn't an amount, is negative or absurdly large, is finer than its
    currency's smallest coin, or has no currency.
    """
    read = _read_money(text, currency)
    if read.currency == _UNNAMED:
        raise WrongUse("an amount needs its currency", "add --currency, such as EUR")
    return read


def amount(text: str, currency: str | None) -> tuple[Decimal, str | None]:
    """Return the amount in `text` and its currency, None when only the case knows it.

    Raises WrongUse as `money` does, but allows a missing currency.
    """
    read = _read_money(text, currency)
    return read.amount, None if read.currency == _UNNAMED else read.currency


def with_harm(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of triage with `harm` and `currency` parsed."""
    code = _code(said.get("currency"))
    read = {**said, "currency": code} if code else dict(said)
    if said.get("harm"):
        worth, code = amount(str(said["harm"]), code)
        read |= {"harm": worth, **({"currency": code} if code else {})}
    return read


def _code(text: str | None) -> str | None:
    from voicenote.intake.amounts import read_currency

    try:
        return read_currency(text) if text else None
    except BadData as error:
        raise WrongUse(f"--currency {error.what}", error.advice) from None


def _read_money(text: str, currency: str | None) -> Money:
    from babel.numbers import get_currency_precision

    from voicenote.intake.amounts import read_money

    named = _code(currency) or ""
    try:
        read = read_money(text.strip(), named, "" if named else _UNNAMED)
    except BadData as error:
        raise WrongUse(f"an amount {error.what}", error.advice) from None
    finest = get_currency_precision(read.currency)
    if read.amount != round(read.amount, finest):
        raise WrongUse(
            f"an amount has more decimals than {read.currency}: {text}",
            f"give it with {finest} decimals at most" if finest else "give it without decimals",
        )
    return read
