"""One generated message and the truth about it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from tests.inbound.people import PEOPLE
from tests.inbound.quoting import Sent
from tests.inbound.words import ANSWERS, STOPS


@dataclass(frozen=True, kw_only=True)
class Item:
    """One message. `raw` is a letter, an update, or a message of WhatsApp with its contacts.

    `what` is stop, answer, machine or nobody's. `who` is the customer (an index of `PEOPLE`) whom
    it must be known to be from, and `case` the case that it must be kept with: None where several
    are open. `maybe` are those who may have written it, where that can't be known: they are held.
    `words` are those of an answer, `exact` whether nothing else may be kept; `mark` is a word that
    only this message has. `how` says what was drawn.
    """

    number: int
    channel: str
    raw: Any
    what: str
    who: int | None = None
    case: int | None = None
    maybe: frozenset[int] = frozenset()
    words: str = ""
    exact: bool = True
    mark: str = ""
    how: str = ""


@dataclass
class Knowledge:
    """What the ledger must know by now, as the messages have told it in turn.

    `addresses` of each customer on WhatsApp; `gone` are the customers who have said stop, and
    `refused` the unknown addresses from which somebody has; `pressed` are the cases below whose
    message a button was pressed.
    """

    cases: dict[int, list[int]]
    letters: dict[int, Sent]
    sent_ids: dict[int, str]
    buttons: dict[int, list[str]]
    addresses: dict[int, set[str]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    pressed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.addresses = {
            who: {one.whatsapp} for who, one in enumerate(PEOPLE) if one.whatsapp
        } | self.addresses

    def only_case(self, who: int) -> int | None:
        """Return the case of a customer who has one."""
        return self.cases[who][0] if len(self.cases[who]) == 1 else None

    def learn(self, who: int, address: str) -> None:
        """A channel has said that an address is a customer's, who may have said stop from it."""
        self.addresses.setdefault(who, set()).add(address)
        if address in self.refused:
            self.gone.add(who)


def mark_of(number: int) -> str:
    return f"ZK{number:05}Q"


def stop_words(chance: random.Random, language: str) -> str:
    if chance.random() < 0.15:
        language = chance.choice(sorted(STOPS))
    return chance.choice(STOPS[language])


def answer_words(chance: random.Random, language: str, mark: str) -> str:
    if chance.random() < 0.15:
        language = chance.choice(sorted(ANSWERS))
    return chance.choice(ANSWERS[language]).format(m=mark)


def language_of(words: str, usual: str) -> str:
    """Return the language in whose letters these words are written."""
    ranges = (("he", "א", "ת"), ("fa", "؀", "ۿ"), ("ru", "Ѐ", "ӿ"))
    for language, low, high in ranges:
        if any(low <= sign <= high for sign in words):
            return language
    found = [
        language
        for table in (STOPS, ANSWERS)
        for language, phrases in table.items()
        if any(words.split("\n", maxsplit=1)[0][:12] == one.split("\n")[0][:12] for one in phrases)
    ]
    return found[0] if found else usual
