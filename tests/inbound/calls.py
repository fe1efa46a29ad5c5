"""Generated calls of WhatsApp's webhook: numbers, ids without numbers, both, and changes of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.inbound.items import Item, Knowledge, answer_words, mark_of, stop_words
from tests.inbound.people import PEOPLE

#: Number → the other one of the same telephone, as WhatsApp or a file may have it.
TWINS = {
    "+5511987654321": "+551187654321", "+5521987654321": "+552187654321",
    "+5491123456789": "+541123456789", "+525512345678": "+5215512345678",
}  # fmt: skip
MEDIA = {"id": "4711", "mime_type": "x/y", "sha256": "0"}
WORDLESS: dict[str, Any] = {
    "audio": {**MEDIA, "voice": True}, "image": MEDIA, "video": MEDIA, "sticker": MEDIA,
    "document": {**MEDIA, "filename": "bill.pdf"},
    "location": {"latitude": 59.4, "longitude": 24.7, "name": "Harbour"},
    "contacts": [{"name": {"formatted_name": "Zed Q", "first_name": "Zed"}, "phones": []}],
    "order": {"catalog_id": "1", "product_items": [{"product_retailer_id": "a", "quantity": 1}]},
    "reaction": {"message_id": "wamid.none", "emoji": "👍"},
    "unsupported": None, "unknown": None, "a_kind_of_next_year": {"id": "1"},
}  # fmt: skip
STATUSES = ("sent", "delivered", "read", "played")


class Caller:
    """Makes one message of the webhook with its contacts."""

    def __init__(self, chance: random.Random, number: int, known: Knowledge, at: datetime) -> None:
        self.chance, self.number, self.known, self.at = chance, number, known, at
        self.mark = mark_of(number)
        self.message: dict[str, Any] = {
            "id": f"wamid.IN{number}",
            "timestamp": str(int((at - timedelta(seconds=chance.randrange(1800))).timestamp())),
        }
        self.contact: dict[str, Any] = {}
        self.how: list[str] = []

    def item(self, what: str, **more: Any) -> Item:
        raw = {"messages": [self.message], "contacts": [self.contact] if self.contact else []}
        how = " ".join(self.how)
        return Item(
            number=self.number,
            channel="whatsapp",
            raw=raw,
            what=what,
            mark=self.mark,
            how=how,
            **more,
        )


def call(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    """Make one message, a status, or a change of an address."""
    kinds: tuple[Callable[[Caller], Item], ...] = (
        *[_of_a_customer] * 12, _status, _status, _moves, _moves_id, *[_unknown] * 3, _wish,
    )  # fmt: skip
    return chance.choice(kinds)(Caller(chance, number, known, at))


def own_id(who: int) -> str:
    return f"EE.77000{who:03}"


def _author(c: Caller) -> int:
    return c.chance.choice([one for one, person in enumerate(PEOPLE) if person.whatsapp])


def _say_who(c: Caller, who: int) -> bool:
    """Write the author into the message; return whether the ledger can know them by it."""
    chance, person = c.chance, PEOPLE[who]
    known = c.known.addresses[who]
    numbers = sorted(one for one in known if one.startswith("+"))
    ids = sorted(one for one in known if not one.startswith("+"))
    ways = ["number", "number", "both"] * bool(numbers) + ["id", "id"] * bool(ids)
    way = chance.choice(ways)
    c.how.append(way)
    name = chance.choice([person.name, person.name.split()[0], "🌷"])
    c.contact = {"profile": {"name": name}}
    if way in ("number", "both"):
        number = chance.choice(numbers)
        number = chance.choice([number, TWINS.get(number, number)])
        c.message["from"] = number[1:]
        c.contact["wa_id"] = chance.choice([number, TWINS.get(number, number)])[1:]
    if way == "both":
        c.message["from_user_id"] = c.contact["user_id"] = own_id(who)
        c.known.learn(who, own_id(who))
    if way == "id":
        c.message["from_user_id"] = c.contact["user_id"] = chance.choice(ids)
        if chance.random() < 0.5:
            c.contact["profile"]["username"] = f"tulip{who}"
    if chance.random() < 0.1 and way != "id":
        c.contact = {}
        if way == "both":
            c.how.append("without contact")
    return True


def _threads(c: Caller, who: int) -> int | None:
    mine = [
        case
        for case in c.known.cases[who]
        if case in c.known.sent_ids and PEOPLE[who].way == "whatsapp"
    ]
    if not mine or c.chance.random() < 0.5:
        return c.known.only_case(who)
    case = c.chance.choice(mine)
    c.message["context"] = {"from": "37250000000", "id": c.known.sent_ids[case]}
    c.how.append("context")
    return case


def _content(c: Caller, words: str, *, stops: bool = False) -> None:
    """Put words into one of the kinds of messages that have some."""
    ways: dict[str, Callable[[], dict[str, Any]]] = {
        "text": lambda: {"text": {"body": words}},
        "caption": lambda: {"image": {**MEDIA, "caption": words}},
        "document": lambda: {"document": {**MEDIA, "filename": "a.pdf", "caption": words}},
        "button": lambda: {"button": {"text": words, "payload": "p"}},
        "list": lambda: {
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": "1", "title": words, "description": "d"},
            }
        },
        "reply": lambda: {
            "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": words}}
        },
    }
    if stops:
        ways["payload"] = lambda: {"button": {"text": "👎", "payload": words}}
    way = c.chance.choice(["text", "text", "text", *sorted(ways)])
    content = ways[way]()
    c.how.append(way)
    c.message |= {"type": next(iter(content)), **content}


def _of_a_customer(c: Caller) -> Item:
    who = _author(c)
    _say_who(c, who)
    case = _threads(c, who)
    language = PEOPLE[who].language
    if c.chance.random() < 0.3 and who not in c.known.gone:
        words = stop_words(c.chance, language)
        c.how.append(f"«{words}»")
        _content(c, words, stops=True)
        c.known.gone.add(who)
        return c.item("stop", who=who, case=case)
    if c.chance.random() < 0.3:
        kind = c.chance.choice(sorted(WORDLESS))
        c.how.append(kind)
        c.message["type"] = kind
        if kind in ("unsupported", "unknown"):
            c.message["errors"] = [{"code": 131051, "title": "Message type unknown"}]
        else:
            c.message[kind] = WORDLESS[kind]
        return c.item("answer", who=who, case=case)
    words = answer_words(c.chance, language, c.mark)
    _content(c, words)
    shown_as_it_is = c.message["type"] in ("text", "image", "document")
    return c.item("answer", who=who, case=case, words=words, exact=shown_as_it_is)


def _unknown(c: Caller) -> Item:
    """A customer by an id or number that nobody knows, whom only the name or the end tells."""
    chance = c.chance
    way = chance.choice(["id and name", "id alone", "number's end"])
    stops = chance.random() < 0.6
    if way == "number's end":
        who = chance.choice([n for n, one in enumerate(PEOPLE) if one.whatsapp.startswith("+")])
        number = f"+351{chance.randrange(10, 99)}{PEOPLE[who].whatsapp[-7:]}"
        c.message["from"] = number[1:]
        c.contact = {"wa_id": number[1:], "profile": {"name": "🌷"}}
        c.known.refused.update({number} if stops else ())
    else:
        fresh = [
            n for n, one in enumerate(PEOPLE)
            if one.way == "whatsapp" and all(each.startswith("+") for each in c.known.addresses[n])
        ]  # fmt: skip
        if not fresh:
            return _of_a_customer(c)
        who = chance.choice(fresh)
        c.message["from_user_id"] = own_id(who)
        c.contact = {"user_id": own_id(who)}
        if way == "id and name":
            c.contact["profile"] = {"name": PEOPLE[who].name}
        c.known.refused.update({own_id(who)} if stops else ())
    words = stop_words(chance, PEOPLE[who].language) if stops else "I am here now."
    c.how += ["unknown", way, f"«{words}»"]
    c.message |= {"type": "text", "text": {"body": f"{words}\n{c.mark}"}}
    return c.item("stop" if stops else "answer", maybe=frozenset({who}))


def _status(c: Caller) -> Item:
    """How far a message of ours has come, sometimes with the id of its account."""
    chance = c.chance
    mine = [
        (who, case)
        for who, cases in c.known.cases.items()
        for case in cases
        if PEOPLE[who].way == "whatsapp"
    ]
    who, case = chance.choice(mine)
    status: dict[str, Any] = {
        "id": c.known.sent_ids[case], "status": chance.choice(STATUSES),
        "timestamp": c.message["timestamp"],
    }  # fmt: skip
    number = PEOPLE[who].whatsapp
    if number.startswith("+"):
        status["recipient_id"] = TWINS.get(number, number)[1:]
        if chance.random() < 0.3:
            status["recipient_user_id"] = own_id(who)
            c.known.learn(who, own_id(who))
    else:
        status["recipient_user_id"] = number
    raw = {"statuses": [status], "contacts": []}
    return Item(
        number=c.number,
        channel="whatsapp",
        raw=raw,
        what="machine",
        who=who,
        mark=c.mark,
        how="status",
    )


def _moves(c: Caller) -> Item:
    """WhatsApp says that a customer has another number."""
    who = c.chance.choice([n for n, one in enumerate(PEOPLE) if one.whatsapp.startswith("+")])
    old = PEOPLE[who].whatsapp
    new = f"+3725900{c.number % 10_000:04}"
    taken = {one for each in c.known.addresses.values() for one in each}
    early = sorted(one for one in c.known.refused - taken if one.startswith("+"))
    if early and c.chance.random() < 0.4:
        new = early[0]  # who has it now said stop before they were known by it
        c.how.append("known too late")
    c.how.append("new number")
    told = {"body": "changed", "type": "user_changed_number", "wa_id": new[1:]}
    c.message |= {"type": "system", "from": old[1:], "system": told}
    c.known.learn(who, new)
    return c.item("machine", who=who)


def _moves_id(c: Caller) -> Item:
    """WhatsApp says that a customer has another id."""
    chance = c.chance
    who = _author(c)
    ids = sorted(one for one in c.known.addresses[who] if not one.startswith("+"))
    if not ids:
        return _of_a_customer(c)
    new = f"EE.78{c.number:05}"
    told = {
        "body": "changed", "type": "user_changed_user_id", "user_id": new,
        "previous_user_id": chance.choice(ids),
    }  # fmt: skip
    c.how.append("new id")
    c.message |= {"type": "system", "system": told}
    c.known.learn(who, new)
    return c.item("machine", who=who)


def _wish(c: Caller) -> Item:
    """A customer stops us in WhatsApp's own settings."""
    who = _author(c)
    if who in c.known.gone:
        return _of_a_customer(c)
    _say_who(c, who)
    wish = {
        "category": "marketing_messages", "value": "stop", "detail": "User requested to stop",
        "timestamp": c.message["timestamp"],
    }  # fmt: skip
    if "from" in c.message:
        wish["wa_id"] = c.message["from"]
    if "from_user_id" in c.message:
        wish["user_id"] = c.message["from_user_id"]
    c.known.gone.add(who)
    c.how.append("wish")
    raw = {"user_preferences": [wish], "contacts": [c.contact] if c.contact else []}
    return Item(
        number=c.number,
        channel="whatsapp",
        raw=raw,
        what="stop",
        who=who,
        mark=c.mark,
        how=" ".join(c.how),
    )
