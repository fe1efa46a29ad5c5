"""Requests to the Telegram Bot API, and what its answers mean. Pure. Source: its documentation.

https://core.telegram.org/bots/api#sendvoice, …#sendaudio, …#sendmessage, …#making-requests
"""

from __future__ import annotations

import json
import re
from typing import Any

from voicenote.delivery.content import units, words_of
from voicenote.delivery.http_client import Response
from voicenote.delivery.json_values import as_object, parse_object
from voicenote.delivery.server_text import plain
from voicenote.delivery.tokens import token
from voicenote.errors import Postponed, Refused, Unknown
from voicenote.model.receipt import Parcel, Verdict

CAPTION = 1024  # UTF-16 units below a voice message
TEXT = 4096  # UTF-16 units in a text message
LARGEST = 50_000_000  # bytes of a file that a bot may send
_LONGEST_S = 1e9  # a longer wait counts as this one; the largest integers don't fit into a float

#: Language → labels of the two buttons: put right, not yet.
BUTTONS = {
    "en": ("It is put right", "Not yet"),
    "he": ("זה תוקן", "עדיין לא"),
    "ro": ("S-a rezolvat", "Încă nu"),
    "pl": ("Naprawione", "Jeszcze nie"),
    "fa": ("درست شد", "هنوز نه"),
    "et": ("See on korras", "Veel mitte"),
}
#: Kinds of message without buttons: they only inform, or are a proof that no customer answers.
_TELLING = ("acknowledge", "status", "proof")
_LETTERS = {Verdict.PUT_RIGHT: "r", Verdict.NOT_YET: "n"}
_MARK = re.compile(r"([rn])([=~])([A-Za-z0-9._-]{1,62})")

PERSON = "look into the chat with the customer, then say mark-sent or resend"
START = "the customer has to press Start in your bot first: give them its link"

#: Words in an error description → advice. The first match counts.
_CURES = (
    ("blocked by the user", "the customer has blocked the bot: choose another channel"),
    ("user is deactivated", "the customer's account is gone: choose another channel"),
    ("chat not found", START),
    ("initiate conversation", START),
    ("bot was kicked", "the bot was put out of the chat: choose another channel"),
)


def fields_of(parcel: Parcel, *, voiced: bool, buttons: bool) -> dict[str, str]:
    """Return the fields of a request, without the sound. Raises Refused for what cannot be sent.

    With a voice, the words are its caption, cut if they are too long.
    """
    if not re.fullmatch(r"-?[1-9]\d{0,18}", parcel.to):
        raise Refused(f"{plain(parcel.to)!r} isn't a Telegram chat", f"a chat is a number; {START}")
    fields = {"chat_id": parcel.to}
    if voiced:
        fields["duration"] = str(round(parcel.duration_s))
    words = words_of(parcel, CAPTION) if voiced else parcel.text.strip()
    if not voiced and not 0 < units(words) <= TEXT:
        raise Refused(
            f"a message has 1 to {TEXT} letters, and this one {units(words)}",
            "write less, or send it with its sound",
        )
    if words:
        fields["caption" if voiced else "text"] = words
    if buttons and parcel.kind not in _TELLING:
        fields["reply_markup"] = json.dumps(_keyboard(parcel), ensure_ascii=False)
    return fields


def verdict_in(data: str) -> tuple[Verdict, str, str] | None:
    """Return the verdict of a pressed button, and the key or the token of its message."""
    found = _MARK.fullmatch(data)
    if not found:
        return None
    letter, how, mark = found.groups()
    verdict = next(each for each, sign in _LETTERS.items() if sign == letter)
    return verdict, mark if how == "=" else "", mark if how == "~" else ""


def result_of(said: Response, secret: str) -> Any:
    """Return the result in an answer, or raise Postponed, Refused or Unknown.

    `secret` is the bot's token, which is removed from every error text.
    """
    told = parse_object(said.body)
    if 200 <= said.status < 300 and told.get("ok") is True:
        return told.get("result")
    why = plain(str(told.get("description", "")), secret) or "no reason given"
    what = f"Telegram answered {said.status}: {why}"
    if said.status == 429:
        rest = as_object(told.get("parameters")).get("retry_after")
        wait = float(min(rest, _LONGEST_S)) if isinstance(rest, int | float) and rest > 0 else None
        raise Postponed(what, "Telegram asks to come back later; a later run will", wait)
    if said.status in (401, 404):
        raise Postponed(what, "check token: BotFather shows the one of your bot")
    if said.status == 413:
        raise Refused(what, "the sound is too large: make the memo shorter")
    if 400 <= said.status < 500:
        cures = (cure for words, cure in _CURES if words in why)
        raise Refused(what, next(cures, "correct it, or choose another channel; then resend"))
    if 300 <= said.status < 400:
        raise Postponed(
            what,
            "check url: the server redirects elsewhere, which isn't followed",
        )
    raise Unknown(what, PERSON)


def _keyboard(parcel: Parcel) -> dict[str, object]:
    """Return the two buttons. They carry the message's key, or its token if the key is too long."""
    labels = BUTTONS.get(parcel.language.split("-")[0].lower(), BUTTONS["en"])
    mark = f"={parcel.key}" if len(parcel.key) <= 62 else f"~{token(parcel.key)}"
    row = [
        {"text": label, "callback_data": f"{letter}{mark}"}
        for label, letter in zip(labels, _LETTERS.values(), strict=True)
    ]
    return {"inline_keyboard": [row]}
