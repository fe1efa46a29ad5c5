"""Who complains in a walk, and the files their complaints come in."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

STORY = re.compile(r"story (\d+)")
LANGUAGES = ("en", "en", "en", "et", "he", "pl")
DEEDS = ("refund", "redo", "exchange", "fix", "call", "credit", "word")


@dataclass(frozen=True)
class Person:
    """One customer. `decent` is the zone in which they must not be woken, given or not."""

    name: str
    decent: str
    time_zone: str = ""
    email: str = ""
    phone: str = ""
    telegram: str = ""
    whatsapp: str = ""
    language: str = "en"
    channel: str = ""

    @property
    def addresses(self) -> set[str]:
        return marks(vars(self))


def marks(columns: Any) -> set[str]:
    """Return the addresses of a row of customers, each in one spelling."""
    found = set()
    if columns["email"]:
        found.add(columns["email"].strip().casefold().rstrip("."))
    found |= {re.sub(r"\D", "", columns[name]) for name in ("phone", "whatsapp") if columns[name]}
    if columns["telegram"]:
        found.add(f"chat {columns['telegram'].strip()}")
    return found


def people(chance: random.Random) -> list[Person]:
    """Make the people of a walk; each can be reached by another way, two have no zone."""
    zones = ["Europe/London", "America/New_York", "Asia/Tokyo", "Europe/Tallinn", "Asia/Kolkata"]
    chance.shuffle(zones)
    made = [
        Person("Ada Bell", zones[0], zones[0], email="ada@tamm.example"),
        Person("Bo Diaz", zones[1], zones[1], email="Bo.Diaz@Kask.example", phone="+3725123456"),
        Person("Cy Eng", zones[2], zones[2], telegram="5512345"),
        Person("Di Fox", zones[3], zones[3], whatsapp="+37255512345"),
        Person("Ed Gil", "Asia/Tokyo", phone="+81312345678", email="ed@saar.example"),
        Person("Flo Hay", "Europe/Tallinn", whatsapp="+37255599999", email="flo@kuusk.example"),
        Person("Gus Ito", zones[4], zones[4]),
        Person("Hal Joy", zones[0], zones[0], email="hal@mets.example", channel="hook"),
        Person("Ivy Kim", zones[1], zones[1], email="ivy@lepp.example", channel="outbox"),
        Person("Jo Lee", zones[2], zones[2], telegram="5598765", email="jo@vaher.example"),
    ]
    return [replace(one, language=chance.choice(LANGUAGES)) for one in made]


@dataclass
class Row:
    """One complaint, as the fields of intake."""

    person: Person
    story: int
    fields: dict[str, str] = field(default_factory=dict)


def complaint(chance: random.Random, person: Person, story: int, today: date) -> Row:
    """Make a complaint. Some promise something, some name a sum, few are told to be unfounded."""
    told = {name: str(value) for name, value in vars(person).items() if name != "decent" and value}
    told["customer"] = told.pop("name")
    told["ref"] = f"T-{story}"
    told["what_happened"] = f"The parcel of story {story} was wet when it came."
    told["bothered_most"] = chance.choice(["Nobody called me.", "I lost a day.", ""])
    if chance.random() < 0.6:
        told |= {"harm": "40.00", "currency": "EUR"}
    if chance.random() < 0.7:
        kind = chance.choice(DEEDS)
        told |= {"amends": f"Deed {story} for you", "amends_kind": kind}
        told["promised_by"] = str(today + timedelta(days=chance.choice([1, 3, 10, 25])))
        if kind in ("refund", "credit") or chance.random() < 0.2:
            told |= {"amends_value": chance.choice(["40.00", "45.00", "300.00"])}
            told["currency"] = "EUR"
    if chance.random() < 0.1:
        told |= {"finding": "unfounded", "finding_reason": "it was another shop"}
    return Row(person, story, {name: value for name, value in told.items() if value})


def as_csv(rows: list[Row], **more: str) -> str:
    """Write rows as CSV, each with the columns `more`."""
    names = list(dict.fromkeys(name for row in rows for name in row.fields))
    text = io.StringIO()
    writer = csv.DictWriter(text, [*names, *more], restval="")
    writer.writeheader()
    writer.writerows(row.fields | more for row in rows)
    return text.getvalue()


def as_lines(rows: list[Row]) -> str:
    """Write rows as JSON Lines."""
    return "".join(json.dumps(row.fields, ensure_ascii=False) + "\n" for row in rows)
