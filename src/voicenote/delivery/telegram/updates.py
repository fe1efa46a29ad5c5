"""Parse Telegram updates: buttons, words, voices, opt-outs, first contacts. Pure.

Updates come from outside: an unexpected shape is skipped, and never an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.delivery.json_values import as_object, as_objects, read_timestamp
from voicenote.delivery.opt_out_phrases import add_answer, is_opt_out
from voicenote.delivery.telegram.bot_payload import verdict_in
from voicenote.delivery.telegram.telegram_kinds import read_message
from voicenote.model.receipt import Answer, Receipt, ReceiptKind

#: How long update numbers are trusted to keep rising; Telegram promises a week.
SEQUENTIAL = timedelta(days=6)
#: The updates that we ask for.
WANTED = (
    "message", "edited_message", "callback_query", "message_reaction", "my_chat_member",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update after parsing. `number` is its update_id, `chat` the chat it came from, as text.

    `starts`: someone has pressed Start, and `start` is what a deep link carried. `query` is the id
    of a pressed button that waits for an answer. `inbound` is None when there is no news.
    """

    number: int
    chat: str = ""
    inbound: Inbound | None = None
    starts: bool = False
    start: str = ""
    sender: str = ""
    query: str = ""


def read_update(update: object, now: datetime) -> Update | None:
    """Parse one update of getUpdates, or return None. `now` (UTC) dates a pressed button.

    An opt-out is a command such as /stop, or the words of `opt_out_phrases`.
    """
    told = as_object(update)
    number = told.get("update_id")
    if not isinstance(number, int):
        return None
    kind = next((kind for kind in WANTED if kind in told), "message")
    holder = as_object(told.get(kind))
    message = as_object(holder.get("message")) if kind == "callback_query" else holder
    update = Update(number=number, chat=_chat(message), sender=_name(holder))
    if kind == "callback_query":
        return _read_button(replace(update, query=str(holder.get("id", ""))), holder, now)
    if kind == "my_chat_member":
        return _read_membership(update, holder, now)
    if kind == "message_reaction":
        return _read_reaction(update, holder, now)
    return _read_message(update, holder, now, changed=kind == "edited_message")


@dataclass(frozen=True, slots=True)
class UpdateOffset:
    """How far a bot's updates have been read: the number of the last one, and when that was (UTC).

    After a week without any, Telegram numbers the next update at random, and each bot has its own
    numbers. So a number is valid for some days, and for its bot only.
    """

    bot: str
    number: int
    at: datetime

    def __str__(self) -> str:
        return f"{self.bot}:{self.number}:{int(self.at.timestamp())}"

    @classmethod
    def read(cls, text: str) -> UpdateOffset | None:
        """Parse an offset (``bot:number:seconds``), or return None, also for an older form."""
        found = re.fullmatch(r"(\d+):(\d+):(\d+)", text)
        if not found:
            return None
        try:
            return cls(found[1], int(found[2]), datetime.fromtimestamp(int(found[3]), UTC))
        except (ValueError, OverflowError, OSError):
            return None

    def counts(self, bot: str, now: datetime) -> bool:
        """Return whether the next update of `bot` certainly has a higher number."""
        return self.bot == bot and timedelta(0) <= now - self.at < SEQUENTIAL


def arrival_of(update: Update, now: datetime, bot: str) -> Arrival:
    """Return an update as an `Arrival`; `now` (UTC) is used where it has no date."""
    inbound = update.inbound
    at = inbound.receipt.at if inbound and inbound.receipt else now
    return Arrival(
        mark=str(update.number),
        at=min(at, now),
        place=str(UpdateOffset(bot, update.number, now)),
        inbound=inbound,
        sender=update.sender,
        address=update.chat,
        join=update.start,
        joins=update.starts,
    )


def start_link(bot: str, secret: str) -> str:
    """Return the link for a customer to open the bot; pressing Start sends `secret`.

    `bot` is its user name. Telegram allows up to 64 letters, digits, "_" and "-" for `secret`.
    """
    return f"https://t.me/{bot.removeprefix('@')}?start={secret}"


def _read_button(update: Update, query: Mapping[str, Any], now: datetime) -> Update:
    found = verdict_in(str(query.get("data", "")))
    if not found or not update.chat:
        return update
    verdict, key, token = found
    detail = {"from": update.sender, "button": verdict.value}
    inbound = Inbound(
        sender=update.sender,
        subject="",
        keys=(key,) if key else (),
        tokens=(token,) if token else (),
        message_ids=_ids(update.chat, as_object(query.get("message"))),
        receipt=Receipt(kind=ReceiptKind.ANSWERED, at=now, detail=detail),
        answer=Answer(verdict=verdict, at=now, via="telegram"),
        address=update.chat,
        aliases=_user_name(query.get("from")),
    )
    return replace(update, inbound=inbound)


def _read_membership(update: Update, moved: Mapping[str, Any], now: datetime) -> Update:
    """Treat a customer who blocks the bot as one who refuses its messages."""
    status = as_object(moved.get("new_chat_member")).get("status")
    if status != "kicked" or not update.chat:
        return update
    at = read_timestamp(moved.get("date"), now)
    detail = {"reason": "the customer has blocked the bot: choose another channel"}
    receipt = Receipt(kind=ReceiptKind.REFUSED, at=at, detail=detail)
    inbound = Inbound(sender=update.sender, subject="", receipt=receipt, address=update.chat)
    return replace(update, inbound=inbound)


def _read_message(
    update: Update, message: Mapping[str, Any], now: datetime, *, changed: bool
) -> Update:
    said = read_message(message)
    moves = changed and "location" in message  # a live place comes again every few seconds
    if not update.chat or said is None or moves or as_object(message.get("from")).get("is_bot"):
        return update
    command, _, rest = said.words.partition(" ")
    if command == "/start" and not changed:
        return replace(update, starts=True, start=rest.strip())
    inbound = Inbound(
        sender=update.sender,
        subject="",
        message_ids=_ids(update.chat, as_object(message.get("reply_to_message"))),
        opt_out=command.startswith("/") and is_opt_out(command[1:].partition("@")[0]),
        texts=said.texts,
        files=said.files,
        address=update.chat,
        aliases=_user_name(message.get("from")),
    )
    words = f"[a message changed] {said.words}" if changed else said.words
    at = read_timestamp(message.get("edit_date" if changed else "date"), now)
    return replace(update, inbound=add_answer(inbound, words, at, "telegram"))


def _read_reaction(update: Update, reaction: Mapping[str, Any], now: datetime) -> Update:
    """Treat a reaction as an answer to the message below which it stands."""
    new = as_objects(reaction.get("new_reaction"))
    if not update.chat or as_object(reaction.get("user")).get("is_bot"):
        return update
    said = [sign for one in new if isinstance(sign := one.get("emoji"), str)]
    inbound = Inbound(
        sender=_name({"from": reaction.get("user")}),
        subject="",
        message_ids=_ids(update.chat, reaction),
        texts=tuple(said),
        address=update.chat,
        aliases=_user_name(reaction.get("user")),
    )
    words = " ".join(said) if said else "of their own" if new else "taken back"
    at = read_timestamp(reaction.get("date"), now)
    return replace(update, inbound=add_answer(inbound, f"[a reaction: {words}]", at, "telegram"))


def _user_name(person: object) -> tuple[str, ...]:
    name = as_object(person).get("username")
    return (f"@{name}",) if isinstance(name, str) and name else ()


def _chat(holder: Mapping[str, Any]) -> str:
    """Return the number of a private chat; "" for groups, where customers do not answer us."""
    chat = as_object(holder.get("chat"))
    number = chat.get("id")
    return str(number) if isinstance(number, int) and chat.get("type") == "private" else ""


def _ids(chat: str, message: Mapping[str, Any]) -> tuple[str, ...]:
    number = message.get("message_id")
    return (f"{chat}:{number}",) if isinstance(number, int) else ()


def _name(holder: Mapping[str, Any]) -> str:
    person = as_object(holder.get("from"))
    names = (person.get("first_name"), person.get("last_name"))
    return " ".join(name for name in names if isinstance(name, str))
