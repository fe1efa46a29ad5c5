"""Fair compensation: the harm or slightly more, and nothing for an unfounded claim (R8, S8, S9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from voicenote.model.case import Case, Complaint, Finding
from voicenote.model.money import Money, add_up
from voicenote.model.promise import MONEY_BACK, Promise
from voicenote.model.sums import sum_unread, sums_in

HUNDRED = Decimal(100)
#: Sums that look round, within a power of ten: 37.40 becomes 40, and 112 becomes 120.
ROUND_STEPS = (Decimal(10), Decimal(5), Decimal(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Percentages of the harm, from ``[policy]``.

    From `low` to `high` is offered; above `high` is a warning, above `refuse` a refusal. The
    settings see to it that they ascend.
    """

    low: Decimal = HUNDRED
    high: Decimal = Decimal(120)
    refuse: Decimal = Decimal(150)


class Adequacy(StrEnum):
    """The rule's verdict on an amount."""

    FINE = "fine"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The rule's verdict, the reason, and what would make it right.

    `totals` is all that is promised, a sum per currency; `rule` is the code that refuses or warns.
    """

    level: Adequacy
    what: str = ""
    advice: str = ""
    totals: tuple[Money, ...] = ()
    rule: str = ""

    @property
    def total(self) -> str:
        """All that is promised as one text: ``40 EUR + 20 USD``."""
        return " + ".join(map(str, self.totals))


FINE = Judgement(Adequacy.FINE)


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

    A complaint that is partly right gets the low end of the band. The offer is never below the low
    end, nor above the high end unless no coin is small enough.
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


def propose_sum(
    complaint: Complaint, bands: Bands, named: Money | None
) -> tuple[Money | None, str]:
    """Return what to offer for a complaint, and where the sum comes from (R8).

    `named` is the only sum in the customer's words, where the harm isn't known.
    """
    if (harm := complaint.harm) is not None:
        value = offer(harm, complaint.finding, bands)
        return value, f"{value} is {_share_told(value, harm)} (R8)" if value else ""
    if named is not None:
        return (
            named,
            f"{named} is the only sum that they name: check that it is what it cost them (R8)",
        )
    return None, "how much is not known: give it with --harm and --currency (R8)"


def _share(money: Money, harm: Money) -> Decimal:
    """Return what percentage of a harm in its currency a sum is."""
    return money.amount * HUNDRED / harm.amount


def _share_told(money: Money, harm: Money) -> str:
    return f"{_share(money, harm):.0f} % of the harm, {harm}"


def _sizes(high: Decimal, step: Decimal) -> Iterable[Decimal]:
    """Yield the steps to round a sum to, from its own power of ten down to the smallest coin."""
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


@dataclass(frozen=True, slots=True)
class Worth:
    """The worth of a promise: its sums, and whether it names money that can't be weighed."""

    sums: tuple[Money, ...] = ()
    unread: bool = False


def worth_of(promise: Promise, evidence: str = "", currency: str = "") -> Worth | None:
    """Return what a promise is worth; None when it gives no money, whatever its kind.

    Its value counts, and so do sums in its text or in its evidence. In a currency that has a value,
    the largest counts, as the text may repeat it; otherwise the sums of the text are added up.
    `currency` is what a shared sign such as $ means here.
    """
    value = promise.value if promise.value is not None and promise.value.amount > 0 else None
    preferred = value.currency if value else currency
    named = sums_in(promise.text, preferred)
    found = add_up(named)
    if value:
        same = (one.amount for one in named if one.currency == value.currency)
        found[value.currency] = max([value.amount, *same])
    for one in sums_in(evidence, preferred):
        found[one.currency] = max(found.get(one.currency, Decimal()), one.amount)
    sums = tuple(Money(amount, code) for code, amount in sorted(found.items()) if amount > 0)
    unread = not sums and (sum_unread(promise.text) or sum_unread(evidence))
    return Worth(sums, unread) if sums or unread or promise.kind in MONEY_BACK else None


def judge(
    case: Case,
    bands: Bands,
    more: Promise | None = None,
    evidence: Mapping[int, str] = MappingProxyType({}),
) -> Judgement:
    """Return the verdict on all the money promised in a case, with `more` on top (R8).

    Any deed counts that has a value, or a sum in its text or its evidence; `evidence` is what is
    being given for a promise, by its K. Waived promises don't count. While the harm is unknown
    nothing is refused, except for an unfounded complaint, which gets no money at all.
    """
    complaint = case.complaint
    harm = complaint.harm if complaint.harm and complaint.harm.amount > 0 else None
    currency = harm.currency if harm else ""
    worths = [
        worth_of(one.promise, f"{one.evidence}\n{evidence.get(one.k, '')}", currency)
        for one in case.standing_amends
    ]
    worths += [worth_of(more, "", currency)] if more else []
    paid = [one for one in worths if one is not None]
    if not paid:
        return FINE
    sums = add_up(money for one in paid for money in one.sums)
    totals = tuple(Money(amount, code) for code, amount in sums.items())
    if complaint.finding is Finding.UNFOUNDED:
        return Judgement(
            Adequacy.REFUSE,
            f"case {case.number} was found unfounded, and money says that it was not (S9)",
            f"if there is something to pay for, correct the finding: voicenote triage "
            f"{case.number} --finding partly; else give your reason with --override",
            totals,
            "S9",
        )
    if harm is None:
        return FINE
    return _against(case, harm, totals, bands, unread=any(one.unread for one in paid))


def _against(
    case: Case, harm: Money, totals: tuple[Money, ...], bands: Bands, *, unread: bool
) -> Judgement:
    """Weigh money against a known harm; refuse what can't be compared with it."""
    amounts = {money.currency: money.amount for money in totals}
    mine = Money(amounts.pop(harm.currency, Decimal()), harm.currency)
    percent = _share(mine, harm)
    correct = f"correct the harm: voicenote triage {case.number} --harm"
    if percent > bands.refuse:
        most = _money(harm.amount * bands.refuse / HUNDRED, harm.currency)
        return Judgement(
            Adequacy.REFUSE,
            f"{mine} for a harm of {harm} in case {case.number} is {percent:.0f} %, more than "
            f"{bands.refuse:f} %: that buys no more goodwill (R8)",
            f"promise {most} in all at most; or {correct}; or give your reason with --override",
            totals,
            "R8",
        )
    if amounts or unread:  # exchange rates are not known here
        foreign = f"{' and '.join(sorted(amounts))} in case {case.number}"
        return Judgement(
            Adequacy.REFUSE,
            f"{foreign if amounts else 'money named in words'} cannot be weighed against a harm in "
            f"{harm.currency} (R8)",
            f"give it in {harm.currency}, in digits; or {correct}; or give your reason with "
            "--override",
            totals,
            "R8",
        )
    if percent > bands.high:
        said = f"{mine} is {_share_told(mine, harm)}: more than {bands.high:f} % (R8)"
        advice = "above that, people wonder what it is for"
        return Judgement(Adequacy.WARN, said, advice, totals, "R8")
    return Judgement(Adequacy.FINE, totals=totals)
