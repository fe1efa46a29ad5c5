"""An amount and its currency, which never part."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` is a finite Decimal, never a float; `currency` an ISO 4217 code in capitals.

    Raises ValueError when made of anything else.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError(f"an amount of money is a finite Decimal, not {self.amount!r}")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"a currency is an ISO 4217 code such as EUR, not {self.currency!r}")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
