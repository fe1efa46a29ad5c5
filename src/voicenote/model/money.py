"""Money: an amount together with its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

#: No promise and no harm comes near this amount, in any currency.
TOO_MUCH = Decimal(10) ** 15


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
