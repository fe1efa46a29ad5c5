"""How much money is right: the harm or slightly more, and none for nothing (R8, S8, S9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from functools import lru_cache

from voicenote.model.amends import AmendsKind, AmendsState, Promise
from voicenote.model.case import Case, Finding
from voicenote.model.money import Money

#: The deeds that are money in themselves; a gift is it when it has a price.
MONEY = frozenset({AmendsKind.REFUND, AmendsKind.CREDIT})
HUNDRED = Decimal(100)
#: Sums that people find round, within a power of ten: 37.40 becomes 40, and 112 becomes 120.
ROUND_STEPS = (Decimal(10), Decimal(5), Decimal(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Percentages of the harm, out of ``[policy]``.

    From `low` to `high` is offered, above `high` warned of, above `refuse` refused.

    Raises ValueError unless 0 ≤ low ≤ high ≤ refuse.
    """

    low: Decimal = HUNDRED
    high: Decimal = Decimal(120)
    refuse: Decimal = Decimal(150)

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= self.refuse:
            raise ValueError("the compensation band runs in order: low, high, refuse")


class Level(StrEnum):
    """What the rule says to an amount."""

    FINE = "fine"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rule says, why, and what would make it right; `total` is all that is promised."""

    level: Level
    what: str = ""
    advice: str = ""
    total: Money | None = None


FINE = Judgement(Level.FINE)


@lru_cache(maxsize=64)
def cash_step(currency: str) -> Decimal:
    """Return the smallest sum that is paid in cash: 0.01 EUR, 0.05 CHF, 1 JPY, 1 SEK (CLDR)."""
    from babel.core import get_global  # heavy, and only a proposal needs it

    table = get_global("currency_fractions")
    digits, _, cash_digits, rounding = table.get(currency, table["DEFAULT"])
    places = min(digits, cash_digits)
    return Decimal(max(rounding, 1)).scaleb(-places)


def up(amount: Decimal, step: Decimal) -> Decimal:
    """Return `amount`, rounded up to a multiple of `step`."""
    return (amount / step).to_integral_value(ROUND_CEILING) * step


def offer(harm: Money, finding: Finding, bands: Bands) -> Money | None:
    """Return what to offer for `harm`: the roundest sum in the band; None when unfounded (S9).

    For a complaint that is partly right it is the low end of the band. Never less than the low
    end, and never more than the high one unless no coin is small enough.
    """
    if finding is Finding.UNFOUNDED or harm.amount <= 0 or bands.high <= 0:
        return None
    step = cash_step(harm.currency)
    low = up(harm.amount * bands.low / HUNDRED, step)
    high = harm.amount * bands.high / HUNDRED
    if finding is Finding.PARTLY:
        return _money(low, harm.currency)
    for size in _sizes(high, step):
        rounded = up(low, size)
        if rounded <= high:
            return _money(rounded, harm.currency)
    return _money(low, harm.currency)


def _sizes(high: Decimal, step: Decimal) -> Iterable[Decimal]:
    """Yield what a sum may be rounded to, from its own power of ten down to the smallest coin."""
    for power in range(high.adjusted() - 1, step.adjusted() - 1, -1):
        for head in ROUND_STEPS:
            size = head.scaleb(power)
            if size % step == 0:
                yield size


def _money(amount: Decimal, currency: str) -> Money:
    places = min(amount.normalize().as_tuple().exponent, 0)
    shown = amount.quantize(Decimal(1).scaleb(int(places)))
    cents = max(-int(places), 2) if places else 0
    return Money(shown.quantize(Decimal(1).scaleb(-cents)), currency)


def is_money(promise: Promise) -> bool:
    """Whether a promise hands out money."""
    priced = promise.value is not None and promise.value.amount > 0
    return promise.kind in MONEY or (promise.kind is AmendsKind.GIFT and priced)


def judge(case: Case, bands: Bands, more: Promise | None = None) -> Judgement:
    """Return what the rule says to all the money promised in a case, with `more` on top (R8).

    Waived promises do not count. Money in another currency than the harm's cannot be weighed
    against it, and is only warned of. Nothing is said while the harm is not known, but for an
    unfounded complaint, which gets none at all.
    """
    promises = [one.promise for one in case.amends if one.state is not AmendsState.WAIVED]
    paid = [one for one in [*promises, *([more] if more else [])] if is_money(one)]
    if not paid:
        return FINE
    if case.complaint.finding is Finding.UNFOUNDED:
        return _unfounded(case, paid)
    harm = case.complaint.harm
    if harm is None or harm.amount <= 0:
        return FINE
    return _against(case, harm, [one.value for one in paid if one.value is not None], bands)


def _against(case: Case, harm: Money, values: list[Money], bands: Bands) -> Judgement:
    """Weigh money against a harm that is known."""
    foreign = sorted({value.currency for value in values} - {harm.currency})
    mine = (value.amount for value in values if value.currency == harm.currency)
    total = Money(sum(mine, Decimal()), harm.currency)
    percent = total.amount * HUNDRED / harm.amount
    if percent > bands.refuse:
        return _too_much(case, harm, total, percent, bands)
    if percent > bands.high:
        said = f"{total} is {percent:.0f} % of the harm, {harm}: more than {bands.high:f} % (R8)"
        return Judgement(Level.WARN, said, "above that, people wonder what it is for", total)
    if foreign:
        said = f"{' and '.join(foreign)} cannot be weighed against a harm in {harm.currency} (R8)"
        return Judgement(Level.WARN, said, f"give it in {harm.currency}", total)
    return Judgement(Level.FINE, total=total)


def _unfounded(case: Case, paid: list[Promise]) -> Judgement:
    total = next((one.value for one in paid if one.value is not None), None)
    return Judgement(
        Level.REFUSE,
        f"case {case.number} was found unfounded, and money says that it was not (S9)",
        f"if there is something to pay for, correct the finding: voicenote triage {case.number} "
        "--finding partly; else give your reason with --override",
        total,
    )


def _too_much(case: Case, harm: Money, total: Money, percent: Decimal, bands: Bands) -> Judgement:
    most = harm.amount * bands.refuse / HUNDRED
    return Judgement(
        Level.REFUSE,
        f"{total} for a harm of {harm} in case {case.number} is {percent:.0f} %, more than "
        f"{bands.refuse:f} %: that buys no more goodwill (R8)",
        f"promise {_money(most, harm.currency)} in all at most, correct the harm with "
        f"voicenote triage {case.number} --harm, or give your reason with --override",
        total,
    )
