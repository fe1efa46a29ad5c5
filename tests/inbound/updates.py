"""Generated updates of Telegram: of customers, unknown chats, groups and Telegram itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.inbound.items import Item, Knowledge, answer_words, mark_of, stop_words
from tests.inbound.people import PEOPLE

FILE = {"file_id": "AgAD", "file_unique_id": "u", "file_size": 900}
#: Kinds of messages without words of their own; a caption may come with the first ones.
FILES: dict[str, Any] = {
    "voice": {**FILE, "duration": 0, "mime_type": "audio/ogg"},
    "photo": [{**FILE, "width": 9, "height": 9}],
    "video": {**FILE, "width": 9, "height": 9, "duration": 3},
    "document": {**FILE, "file_name": "bill.pdf"},
    "animation": {**FILE, "width": 9, "height": 9, "duration": 3},
    "audio": {**FILE, "duration": 7, "title": "memo"},
}
THINGS: dict[str, Any] = {
    "dice": {"emoji": "🎲", "value": 3},
    "sticker": {**FILE, "width": 9, "height": 9, "type": "regular", "emoji": "😢"},
    "contact": {"phone_number": "+37250000009", "first_name": "Zed"},
    "location": {"latitude": 59.4, "longitude": 24.7},
    "venue": {"location": {"latitude": 1, "longitude": 2}, "title": "Harbour", "address": "Pier 1"},
    "video_note": {**FILE, "length": 9, "duration": 3},
    "story": {"chat": {"id": 5, "type": "private"}, "id": 3},
    "poll": {"id": "1", "question": "Blue?", "options": [{"text": "yes", "voter_count": 0}]},
    "checklist": {"title": "To do", "tasks": [{"id": 1, "text": "glue"}]},
    "paid_media": {"star_count": 1, "paid_media": []},
    "a_kind_of_next_year": {"id": 1},
}
SERVICE: dict[str, Any] = {
    "pinned_message": {"message_id": 3, "date": 0, "chat": {"id": 1, "type": "private"}},
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 60},
    "chat_background_set": {"type": {}},
    "write_access_allowed": {},
}
COMMANDS = ("/stop", "/Stop", "/STOP", "/stop@bakery_bot", "/unsubscribe", "/stop please")


def update(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    """Make one update; its update_id is the number of the item."""
    kinds: tuple[Callable[..., Item], ...] = (
        *[_of_a_customer] * 12, _of_telegram, _of_a_group, _of_an_unknown_chat, _button, _reaction,
    )  # fmt: skip
    return chance.choice(kinds)(chance, number, known, at)


def _item(number: int, raw: dict[str, Any], what: str, how: str, **more: Any) -> Item:
    whole = {"update_id": number, **raw}
    return Item(
        number=number,
        channel="telegram",
        raw=whole,
        what=what,
        how=how,
        mark=mark_of(number),
        **more,
    )


def _message(
    chance: random.Random, chat: int, name: str, number: int, at: datetime
) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    person = {
        "id": chat,
        "is_bot": False,
        "first_name": first,
        "last_name": last,
        "language_code": "et",
    }
    if chance.random() < 0.4:
        person["username"] = f"u{chat}"
    late = timedelta(seconds=chance.randrange(1800))
    return {
        "message_id": 10_000 + number, "date": int((at - late).timestamp()), "from": person,
        "chat": {"id": chat, "type": "private", "first_name": first},
    }  # fmt: skip


def _author(chance: random.Random, known: Knowledge) -> int:
    del known
    return chance.choice([one for one, person in enumerate(PEOPLE) if person.telegram])


def _placed(
    chance: random.Random, known: Knowledge, who: int, message: dict[str, Any]
) -> int | None:
    """Let some messages answer one of ours; return the case that all this says."""
    mine = [case for case in known.cases[who] if case in known.sent_ids]
    if not mine or chance.random() < 0.5:
        return known.only_case(who)
    case = chance.choice(mine)
    chat, _, number = known.sent_ids[case].partition(":")
    message["reply_to_message"] = {
        "message_id": int(number), "date": 0, "chat": {"id": int(chat), "type": "private"},
    }  # fmt: skip
    return case


def _of_a_customer(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    who = _author(chance, known)
    person = PEOPLE[who]
    name = chance.choice([person.name, "Somebody Else"])
    message = _message(chance, int(person.telegram), name, number, at)
    case = _placed(chance, known, who, message)
    holder = chance.choice(["message"] * 6 + ["edited_message"])
    if holder == "edited_message":
        message["edit_date"] = message["date"] + 5
    stops = chance.random() < 0.3 and who not in known.gone
    words, way = "", chance.choice(["text", "text", "text", "caption", "thing"])
    if stops:
        known.gone.add(who)
        words = stop_words(chance, person.language)
        if way == "thing" or chance.random() < 0.2:
            words, way = chance.choice(COMMANDS), "text"
    elif way != "thing":
        words = answer_words(chance, person.language, mark_of(number))
    what = "stop" if stops else "answer"
    if way == "text":
        message["text"] = words
        if chance.random() < 0.2:
            message["entities"] = [{"type": "bold", "offset": 0, "length": 1}]
    elif way == "caption":
        kind = chance.choice(sorted(FILES))
        message |= {kind: FILES[kind], "caption": words}
        way = f"caption of {kind}"
    else:
        kind = chance.choice(sorted({**FILES, **THINGS}))
        if kind == "location" and holder == "edited_message":
            kind = "dice"
        message[kind] = {**FILES, **THINGS}[kind]
        way = kind
    how = f"{holder} {way} «{words}»" if stops else f"{holder} {way}"
    return _item(
        number, {holder: message}, what, how, who=who, case=case, words=words if not stops else ""
    )


def _of_telegram(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    who = _author(chance, known)
    message = _message(chance, int(PEOPLE[who].telegram), PEOPLE[who].name, number, at)
    kind = chance.choice([*sorted(SERVICE), "start"])
    if kind == "start":
        message["text"] = chance.choice(["/start", "/start abcdef"])
    else:
        message[kind] = SERVICE[kind]
    return _item(number, {"message": message}, "machine", f"service {kind}", who=who)


def _of_a_group(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    who = _author(chance, known)
    message = _message(chance, int(PEOPLE[who].telegram), PEOPLE[who].name, number, at)
    message["chat"] = {"id": -100_123, "type": "supergroup", "title": "Cakes"}
    message["text"] = answer_words(chance, "en", mark_of(number))
    return _item(number, {"message": message}, "nobody", "group")


def _of_an_unknown_chat(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    """A customer from another account: only the name tells."""
    who = _author(chance, known)
    name = PEOPLE[who].name
    message = _message(chance, 88_000_000_000 + number, name, number, at)
    message["from"]["username"] = f"x{number}"
    stops = chance.random() < 0.6
    words = stop_words(chance, PEOPLE[who].language) if stops else "I am here now."
    message["text"] = f"{words}\n{mark_of(number)}"
    maybe = frozenset(n for n, one in enumerate(PEOPLE) if one.name == name)
    how = f"unknown chat «{words}»"
    return _item(number, {"message": message}, "stop" if stops else "answer", how, maybe=maybe)


def _button(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    """A button below our message; its data is put in by who knows what was sent."""
    mine = [
        case for who, cases in known.cases.items() if len(cases) == 1 and PEOPLE[who].telegram
        for case in cases if case in known.buttons and case not in known.pressed
    ]  # fmt: skip
    if not mine:
        return _of_a_customer(chance, number, known, at)
    case = chance.choice(mine)
    known.pressed.add(case)
    who = next(one for one, cases in known.cases.items() if case in cases)
    chat, _, message_id = known.sent_ids[case].partition(":")
    sender = _message(chance, int(chat), PEOPLE[who].name, number, at)["from"]
    ours = {"message_id": int(message_id), "date": 0, "chat": {"id": int(chat), "type": "private"}}
    query = {
        "id": str(number), "from": sender, "message": ours, "chat_instance": "1",
        "data": chance.choice(known.buttons[case]),
    }  # fmt: skip
    return _item(number, {"callback_query": query}, "answer", "button", who=who, case=case)


def _reaction(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    mine = [
        (who, case) for who, cases in known.cases.items() for case in cases if PEOPLE[who].way == "telegram"
    ]  # fmt: skip
    who, case = chance.choice(mine)
    chat, _, message_id = known.sent_ids[case].partition(":")
    user = _message(chance, int(chat), PEOPLE[who].name, number, at)["from"]
    new = chance.choice(
        [[], [{"type": "emoji", "emoji": "👍"}], [{"type": "custom_emoji", "custom_emoji_id": "5"}]]
    )
    told = {
        "chat": {"id": int(chat), "type": "private"}, "message_id": int(message_id), "user": user,
        "date": int(at.timestamp()), "old_reaction": [], "new_reaction": new,
    }  # fmt: skip
    return _item(number, {"message_reaction": told}, "answer", "reaction", who=who, case=case)
