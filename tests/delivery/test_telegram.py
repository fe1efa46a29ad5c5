"""Telegram on a fake that holds to the documentation, and the fake under a second client."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.made import make_channel
from tests.fakes.telegram_api import METHODS, TelegramApi
from tests.fakes.web import Web
from voicenote.delivery.http_client import Response
from voicenote.delivery.telegram.bot import Telegram
from voicenote.delivery.telegram.bot_payload import BUTTONS, result_of, verdict_in
from voicenote.delivery.telegram.telegram_kinds import ENVELOPE, LABELS, SERVICE
from voicenote.delivery.telegram.updates import Update, UpdateOffset, read_update, start_link
from voicenote.errors import Postponed, Refused
from voicenote.model.receipt import Parcel, ReceiptKind, Verdict

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)
TOKEN = "4711:sesame-open"  # noqa: S105  of the fake
MARI = "5512345"
LONG_AGO = date(2020, 1, 1)


@pytest.fixture(autouse=True)
def _new_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second client warns who does not take its durations in the new way."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def api() -> TelegramApi:
    return TelegramApi(TOKEN, chats={MARI: "started"})


@pytest.fixture
def web(api: TelegramApi) -> Iterator[Web]:
    server = Web(api.answer)
    yield server
    server.stop()


@pytest.fixture
def bot(web: Web) -> Iterator[Telegram]:
    made = make_channel(Telegram, "telegram", {"token": lambda: TOKEN, "url": web.url}, lambda: NOW)
    yield made
    made.close()


@pytest.fixture
def touch(letter: Parcel, tmp_path: Path) -> Parcel:
    (tmp_path / "memo.ogg").write_bytes(b"OggS" + bytes(range(256)) * 200)
    (tmp_path / "memo.mp3").write_bytes(b"ID3" + bytes(range(256)) * 200)
    files = {**letter.files, "ogg": str(tmp_path / "memo.ogg")}
    return replace(letter, to=MARI, files=files, text="The ribbon was wrong.", synthetic=True)


def test_a_voice_goes_with_its_length_its_words_and_two_buttons(
    bot: Telegram, api: TelegramApi, touch: Parcel
) -> None:
    receipt = bot.send(touch, lambda: None)
    ((method, fields),) = api.sent
    assert (method, fields["duration"]) == ("sendVoice", "33")
    assert fields["caption"].startswith(touch.text)
    assert fields["caption"].endswith("made by a computer.")
    buttons = json.loads(fields["reply_markup"])["inline_keyboard"][0]
    assert [verdict_in(each["callback_data"]) for each in buttons] == [
        (Verdict.PUT_RIGHT, touch.key, ""),
        (Verdict.NOT_YET, touch.key, ""),
    ]
    assert receipt.provider_id == f"{MARI}:1"


@pytest.mark.parametrize("kind", ["acknowledge", "status"])
def test_what_only_tells_has_no_buttons(
    bot: Telegram, api: TelegramApi, touch: Parcel, kind: str
) -> None:
    bot.send(replace(touch, kind=kind), lambda: None)
    assert "reply_markup" not in api.sent[0][1]


@given(text=st.text(min_size=900, max_size=3000))
def test_a_caption_is_cut_to_what_fits(text: str) -> None:
    from voicenote.delivery.content import units, words_of

    parcel = Parcel(
        key="k", message_id="<k@b>", case=1, kind="memo", customer="M", to="1", sender="",
        sender_name="", language="en", subject="", text=text, files={"ogg": "x"}, duration_s=1,
        synthetic=True, made_at=NOW,
    )  # fmt: skip
    try:
        words = words_of(parcel, 1024)
    except UnicodeEncodeError:
        return  # refused before
    assert units(words) <= 1024
    assert words.endswith(("made by a computer.",))


def test_who_takes_no_voices_gets_music(bot: Telegram, api: TelegramApi, touch: Parcel) -> None:
    api.chats[MARI] = "voiceless"
    commits: list[int] = []
    receipt = bot.send(touch, lambda: commits.append(len(api.sent)))
    ((method, fields),) = api.sent
    assert (method, fields["title"], fields["performer"]) == ("sendAudio", "Your cake", "Anna")
    assert fields["audio"][2].startswith(b"ID3")
    assert commits == [0]
    assert receipt.detail["method"] == "sendAudio"


def test_without_an_mp3_who_takes_no_voices_gets_nothing(
    bot: Telegram, api: TelegramApi, touch: Parcel
) -> None:
    api.chats[MARI] = "voiceless"
    with pytest.raises(Refused, match="VOICE_MESSAGES_FORBIDDEN") as refused:
        bot.send(replace(touch, files={"ogg": touch.files["ogg"]}), lambda: None)
    assert "mp3" in refused.value.advice


@pytest.mark.parametrize(
    ("state", "advice"), [("blocked", "another channel"), ("gone", "gone"), ("", "press Start")]
)
def test_who_cannot_be_written_to_is_refused_with_advice(
    bot: Telegram, api: TelegramApi, touch: Parcel, state: str, advice: str
) -> None:
    api.chats[MARI] = state
    with pytest.raises(Refused) as refused:
        bot.send(touch, lambda: None)
    assert advice in refused.value.advice


@pytest.mark.parametrize("to", ["@mari", "mari@tamm.example", "", "12 34", "0"])
def test_only_a_number_is_a_chat(bot: Telegram, touch: Parcel, to: str) -> None:
    with pytest.raises(Refused, match="isn't a Telegram chat"):
        bot.send(replace(touch, to=to), lambda: pytest.fail("committed"))


def test_a_flood_is_waited_out(bot: Telegram, api: TelegramApi, touch: Parcel) -> None:
    api.flood = 17
    with pytest.raises(Postponed) as postponed:
        bot.send(touch, lambda: None)
    assert postponed.value.retry_after == 17


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("17", 17.0),
        ("1.5", 1.5),
        ("1" + "0" * 400, 1e9),
        ("Infinity", 1e9),
        ("NaN", None),
        ("-5", None),
        ("0", None),
        ('"17"', None),
        ("null", None),
    ],
)
def test_a_strange_wait_still_postpones(asked: str, waited: float | None) -> None:
    body = f'{{"ok": false, "parameters": {{"retry_after": {asked}}}}}'.encode()
    with pytest.raises(Postponed) as postponed:
        result_of(Response(429, body), TOKEN)
    assert postponed.value.retry_after == waited


def test_what_is_no_token_is_never_sent(web: Web, touch: Parcel) -> None:
    channel = make_channel(Telegram, "t", {"token": "no/token", "url": web.url}, lambda: NOW)
    with pytest.raises(Postponed, match="isn't a") as postponed:
        channel.send(touch, lambda: pytest.fail("committed"))
    assert "no/token" not in str(postponed.value)
    assert web.requests == []


@pytest.mark.parametrize("language", BUTTONS)
@pytest.mark.parametrize("key", ["c1r1-memo-d4735e3a265e", "k" * 120])
def test_every_button_fits(
    bot: Telegram, api: TelegramApi, touch: Parcel, language: str, key: str
) -> None:
    """The fake refuses more than 64 bytes of callback data."""
    bot.send(replace(touch, language=language, key=key), lambda: None)
    assert len(api.sent) == 1


# -- what comes back ---------------------------------------------------------------------------

CHAT = {"id": int(MARI), "type": "private"}
PERSON = {"id": int(MARI), "is_bot": False, "first_name": "Mari", "last_name": "Tamm"}


def said(**more: Any) -> dict[str, Any]:
    return {
        "update_id": 7,
        "message": {"message_id": 3, "date": 1772443800, "chat": CHAT, "from": PERSON} | more,
    }


def pressed(data: str) -> dict[str, Any]:
    return {
        "update_id": 8,
        "callback_query": {
            "id": "q1", "from": PERSON, "chat_instance": "1", "data": data,
            "message": {"message_id": 1, "date": 1772443700, "chat": CHAT},
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "verdict"), [("r=c1r1-memo", Verdict.PUT_RIGHT), ("n=c1r1-memo", Verdict.NOT_YET)]
)
def test_a_button_is_an_answer(data: str, verdict: Verdict) -> None:
    update = read_update(pressed(data), NOW)
    assert update
    assert update.inbound
    assert update.inbound.answer
    assert (update.query, update.inbound.answer.verdict) == ("q1", verdict)
    assert update.inbound.keys == ("c1r1-memo",)
    assert update.inbound.message_ids == (f"{MARI}:1",)


@pytest.mark.parametrize("data", ["", "x=1", "r=", "r=a/b", "r" * 65])
def test_a_strange_button_is_none(data: str) -> None:
    update = read_update(pressed(data), NOW)
    assert update
    assert (update.inbound, update.query) == (None, "q1")


#: A message of each kind, what is shown of it, and whether it is an opt-out.
KINDS: list[tuple[dict[str, Any], str, bool]] = [
    ({"text": "/Stop"}, "/Stop", True),
    ({"text": "/unsubscribe"}, "/unsubscribe", True),
    ({"text": "/STOP@bakery_bot"}, "/STOP@bakery_bot", True),
    ({"text": "/stop now"}, "/stop now", True),
    ({"text": "/help"}, "/help", False),
    ({"dice": {"emoji": "🎲", "value": 1}}, "[dice: 🎲 1]", False),
    ({"poll": {"id": "1", "question": "Is it fixed?", "options": [{"text": "Stop"}]}},
     "[a poll: Is it fixed?]", True),
    ({"story": {"chat": {"id": 5512345, "type": "private"}, "id": 3}}, "[a story]", False),
    ({"checklist": {"title": "What is still open", "tasks": []}},
     "[a checklist: What is still open]", False),
    ({"paid_media": {"star_count": 1, "paid_media": []}}, "[paid pictures or films]", False),
    ({"voice": {"file_id": "f", "duration": 0}}, "[a voice message of 0 s]", False),
    ({"photo": [{"file_id": "f"}], "caption": "Stop."}, "[a picture] Stop.", True),
    ({"document": {"file_id": "f", "file_name": "bill.pdf"}}, "[a file: bill.pdf]", False),
    ({"contact": {"first_name": "Jaan", "phone_number": "+3725"}}, "[a contact: Jaan]", False),
    ({"sticker": {"emoji": "👎"}}, "[a sticker: 👎]", False),
    ({"sticker": {}}, "[a sticker]", False),
    ({"venue": {"title": "Cafe"}, "location": {}}, "[a place: Cafe]", False),
    ({"web_app_data": {"data": "unsubscribe"}}, "[a form: unsubscribe]", True),
    ({"hologram": {"text": "stop"}}, "[a message of the kind hologram: stop]", True),
    ({}, "[a message that Telegram can't show here]", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "words", "opt_out"),
    [
        ({"text": "Thank you!"}, "Thank you!", False),
        ({"voice": {"duration": 12, "file_id": "f"}}, "[a voice message of 12 s]", False),
        ({"text": "/stop"}, "/stop", True),
        ({"text": "STOP"}, "STOP", True),
        ({"text": "Wypisz mnie"}, "Wypisz mnie", True),
        *KINDS,
    ],
)
def test_words_and_voices_are_answers(more: dict[str, Any], words: str, opt_out: bool) -> None:
    update = read_update(said(**more, reply_to_message={"message_id": 1}), NOW)
    assert update
    assert update.inbound
    assert update.inbound.answer
    assert update.inbound.answer.text == words
    assert update.inbound.opt_out == opt_out
    assert update.inbound.sender == "Mari Tamm"
    assert update.inbound.answer.at == datetime.fromtimestamp(1772443800, UTC)
    assert update.inbound.message_ids == (f"{MARI}:1",)


def test_what_was_changed_is_an_answer_again() -> None:
    told = {"update_id": 8, "edited_message": said(text="Stop", edit_date=1772443900)["message"]}
    update = read_update(told, NOW)
    assert update
    assert update.inbound
    assert update.inbound.answer
    assert (update.inbound.answer.text, update.inbound.opt_out) == (
        "[a message changed] Stop",
        True,
    )
    assert update.inbound.answer.at == datetime.fromtimestamp(1772443900, UTC)
    moving = {"update_id": 9, "edited_message": said(location={})["message"]}
    assert read_update(moving, NOW) == Update(number=9, chat=MARI, sender="Mari Tamm")


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ([{"type": "emoji", "emoji": "👎"}], "[a reaction: 👎]"),
        ([{"type": "custom_emoji", "custom_emoji_id": "1"}], "[a reaction: of their own]"),
        ([], "[a reaction: taken back]"),
    ],
)
def test_a_reaction_answers_the_message_below_which_it_stands(
    new: list[dict[str, str]], words: str
) -> None:
    told = {"chat": CHAT, "message_id": 3, "user": PERSON, "date": 1, "old_reaction": []}
    update = read_update({"update_id": 8, "message_reaction": told | {"new_reaction": new}}, NOW)
    assert update
    assert update.inbound
    assert update.inbound.answer
    assert (update.inbound.answer.text, update.inbound.message_ids) == (words, (f"{MARI}:3",))


def test_a_writer_has_a_chat_over_32_bits_and_a_user_name() -> None:
    person = PERSON | {"id": 7_000_000_000_123, "username": "mari_t"}
    chat = {"id": person["id"], "type": "private"}
    update = read_update(said(text="Stop", chat=chat, **{"from": person}), NOW)
    assert update
    assert update.inbound
    assert (update.inbound.address, update.inbound.aliases) == ("7000000000123", ("@mari_t",))


def test_every_kind_of_the_second_client_is_known() -> None:
    """A message's field is a kind with a label, a message of Telegram's own, or no kind at all."""
    names = set(inspect.signature(telegram.Message.__init__).parameters)
    bare = {"self", "api_kwargs", "forward_signature", "invoice", "successful_payment"}
    bare |= {"refunded_payment", "passport_data", "users_shared", "chat_shared", "gift"}
    bare |= {"unique_gift", "gift_upgrade_sent"}
    known = SERVICE | set(LABELS) | ENVELOPE | {"from_user"}
    assert names - known - bare == set()


def test_who_blocks_the_bot_refuses() -> None:
    update = read_update(
        {
            "update_id": 9,
            "my_chat_member": {
                "chat": CHAT, "from": PERSON, "date": 1, "new_chat_member": {"status": "kicked"},
            },
        },
        NOW,
    )  # fmt: skip
    assert update
    assert update.inbound
    assert update.inbound.receipt
    assert update.inbound.receipt.kind is ReceiptKind.REFUSED


@pytest.mark.parametrize(
    "update",
    [
        said(text="hello", chat={"id": -5, "type": "group"}),
        said(text="hello", **{"from": {"is_bot": True}}),
        said(pinned_message={"text": "stop"}),
        said(write_access_allowed={}),
        {"update_id": 3, "poll": {}},
    ],
)
def test_what_tells_nothing_has_nothing_in_it(update: dict[str, Any]) -> None:
    read = read_update(update, NOW)
    assert read
    assert read.inbound is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(
    st.fixed_dictionaries(
        {"update_id": st.integers()},
        optional={
            kind: st.fixed_dictionaries(
                {},
                optional={
                    "chat": st.just(CHAT) | JSON, "from": JSON, "text": JSON, "data": JSON,
                    "date": JSON, "message": st.just({"chat": CHAT}) | JSON, "voice": JSON,
                    "new_chat_member": JSON,
                },
            )
            | JSON
            for kind in ("message", "callback_query", "my_chat_member")
        },
    )
    | JSON
)  # fmt: skip
def test_no_update_is_an_error(update: object) -> None:
    read_update(update, NOW)


def test_a_start_link_brings_its_secret_back(bot: Telegram, api: TelegramApi) -> None:
    secret = "0123456789abcdef" * 2
    found = re.fullmatch(r"https://t\.me/bakery_bot\?start=(\w{1,64})", bot.make_link(secret))
    assert found
    assert start_link("@bakery_bot", secret) == found[0]
    api.updates = [said(text=f"/start {found[1]}"), said(text="/start") | {"update_id": 8}]
    joined, alone = bot.poll("", LONG_AGO)
    assert (joined.joins, joined.join, joined.address) == (True, secret, MARI)
    assert (alone.joins, alone.join, alone.sender) == (True, "", "Mari Tamm")


def test_updates_are_read_once_and_in_order(bot: Telegram, api: TelegramApi) -> None:
    api.updates = [said(text=f"word {n}") | {"update_id": n} for n in range(1, 251)]
    api.updates.append(pressed("r=c1r1-memo") | {"update_id": 251})
    came = list(bot.poll("", LONG_AGO))
    assert [arrival.mark for arrival in came] == [str(number) for number in range(1, 252)]
    assert api.answered == ["q1"]
    assert list(bot.poll(came[-1].place, LONG_AGO)) == []
    assert api.updates == []


@pytest.mark.parametrize(
    "place",
    [
        UpdateOffset("4711", 900_000_000, NOW - timedelta(days=7)),
        UpdateOffset("4712", 900_000_000, NOW),
        UpdateOffset("4711", 900_000_000, NOW + timedelta(days=30)),
        "900000000",
    ],
)
def test_updates_that_are_numbered_anew_are_read(
    bot: Telegram, api: TelegramApi, place: object
) -> None:
    """After a quiet week or by another bot the numbers begin elsewhere: the bot was deaf then."""
    api.updates = [said(text="stop") | {"update_id": 17}]
    (came,) = bot.poll(str(place), LONG_AGO)
    assert came.inbound
    assert came.inbound.opt_out
    assert came.place == str(UpdateOffset("4711", 17, NOW))


def test_a_place_is_read_as_it_was_written() -> None:
    place = UpdateOffset("4711", 17, NOW)
    assert UpdateOffset.read(str(place)) == place
    assert UpdateOffset.read("4711:x:1") is None
    assert UpdateOffset.read(f"1:2:{10**30}") is None


def test_updates_after_a_good_place_are_asked_for_from_there(
    bot: Telegram, api: TelegramApi
) -> None:
    api.updates = [said(text="a") | {"update_id": n} for n in (17, 18)]
    (came,) = bot.poll(str(UpdateOffset("4711", 17, NOW - timedelta(days=5))), LONG_AGO)
    assert came.mark == "18"


def test_a_telegram_that_cannot_be_asked_is_asked_later(bot: Telegram, web: Web) -> None:
    web.deeds["/getUpdates"] = "reset"
    with pytest.raises(Postponed):
        list(bot.poll("", LONG_AGO))


# -- the fake, under a second client -----------------------------------------------------------


def with_bot(web: Web, talk: Callable[[telegram.Bot], Any]) -> Any:
    async def go() -> Any:
        async with telegram.Bot(TOKEN, base_url=f"{web.url}/bot") as bot:
            return await talk(bot)

    return asyncio.run(go())


def test_a_second_client_is_understood(web: Web, api: TelegramApi) -> None:
    keys = telegram.InlineKeyboardMarkup(
        [[telegram.InlineKeyboardButton("Yes", callback_data="r=k")]]
    )
    message = with_bot(
        web,
        lambda bot: bot.send_voice(
            MARI, b"OggS123", duration=3, caption="Sorry", reply_markup=keys, filename="m.ogg"
        ),
    )
    assert (message.message_id, message.voice.duration) == (1, timedelta(seconds=3))
    assert api.sent[0][1]["caption"] == "Sorry"


@pytest.mark.parametrize(
    ("state", "error"),
    [("blocked", telegram.error.Forbidden), ("", telegram.error.BadRequest)],
)
def test_a_second_client_reads_its_refusals(
    web: Web, api: TelegramApi, state: str, error: type
) -> None:
    api.chats[MARI] = state
    with pytest.raises(error):
        with_bot(web, lambda bot: bot.send_message(MARI, "Sorry"))


def test_a_second_client_reads_its_flood(web: Web, api: TelegramApi) -> None:
    api.flood = 17
    with pytest.raises(telegram.error.RetryAfter):
        with_bot(web, lambda bot: bot.send_message(MARI, "Sorry"))


def test_a_second_client_reads_the_button_that_ours_has_made(web: Web, api: TelegramApi) -> None:
    api.updates = [pressed("r=c1r1-memo")]
    (update,) = with_bot(web, lambda bot: bot.get_updates())
    assert update.callback_query.data == "r=c1r1-memo"


@pytest.mark.parametrize("method", [each for each in METHODS if each != "getMe"])
def test_the_fake_knows_the_parameters_that_a_second_client_knows(method: str) -> None:
    """But for those of the client itself, and those that the Bot API has replaced."""
    own = {"self", "api_kwargs", "filename", "allow_sending_without_reply", "reply_to_message_id"}
    own |= {f"{kind}_timeout" for kind in ("read", "write", "connect", "pool")}
    own |= {"disable_web_page_preview"}
    name = re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", method)
    theirs = set(inspect.signature(getattr(telegram.Bot, name)).parameters) - own
    assert set(METHODS[method]) == theirs


def test_the_fake_refuses_what_it_does_not_know(web: Web) -> None:
    with pytest.raises(telegram.error.BadRequest, match="nknown parameter colour"):
        with_bot(web, lambda bot: bot.send_message(MARI, "x", api_kwargs={"colour": "red"}))
