"""Options for a promise: its day, its kind, its amount of money, and why it may be more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_options import reason_option
from voicenote.errors import BadData, WrongUse

if TYPE_CHECKING:
    from voicenote.model.money import Money

#: The years that an import accepts.
FIRST_YEAR, LAST_YEAR = 1990, 2200
KINDS = ("refund", "credit", "exchange", "redo", "fix", "call", "gift", "word")
#: ISO 4217 for "no currency": used when only the case knows the currency.
_UNNAMED = "XXX"

override_option = reason_option("--override", "Why it may be more money than the rules allow.")


class Day(click.ParamType[date]):
    """A day, as YYYY-MM-DD, in a year that an import would accept."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day. Raises click.BadParameter."""
        try:
            day = date.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"{value!r} isn't a date; write it such as 2026-12-24", param, ctx)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail(f"{day.year:04} isn't a likely year; check its digits", param, ctx)
        return day


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
            f"an amount is finer than the coins of {read.currency}: {text}",
            f"give it with {finest} decimals at most" if finest else "give it without decimals",
        )
    return read
