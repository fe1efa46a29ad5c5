"""Money: an amount together with its currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal

#: No promise and no harm comes near this amount, in any currency.
TOO_MUCH = Decimal(10) ** 15
#: Precise enough to add a million of the largest amounts without rounding any.
_EXACT = Context(prec=2 * TOO_MUCH.adjusted() + 30)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of money: a Decimal from 0 to below `TOO_MUCH`, and an ISO 4217 code in capitals.

    Raises ValueError for anything else.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError(f"an amount of money is a finite Decimal, not {self.amount!r}")
        if not 0 <= self.amount < TOO_MUCH:
            raise ValueError(f"an amount of money is not negative, nor absurd: {self.amount:.6g}")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"a currency is an ISO 4217 code such as EUR, not {self.currency!r}")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def add_up(values: Iterable[Money]) -> dict[str, Decimal]:
    """Add up money exactly: one sum per currency, in order of its code."""
    sums: dict[str, Decimal] = {}
    for value in values:
        before = sums.get(value.currency, Decimal(0))
        sums[value.currency] = _EXACT.add(before, value.amount)
    return dict(sorted(sums.items()))
