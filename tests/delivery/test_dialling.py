"""A channel's server is tried by a question that changes nothing there: who is this bot?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.made import make_channel
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.web import HANG, Reply, Request, Web
from tests.fakes.whatsapp_api import WhatsAppApi
from voicenote.delivery.port import Dialled, Dials
from voicenote.delivery.telegram.bot import Telegram
from voicenote.delivery.webhook import Webhook
from voicenote.delivery.whatsapp.cloud import WhatsApp

TOKEN = "4711:AAHd"  # noqa: S105  of fakes
DATE = {"Date": "Mon, 02 Mar 2026 09:30:00 GMT"}
NOON = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
Start = Callable[[Callable[[Request], Reply]], Web]


@pytest.fixture
def serve() -> Iterator[Start]:
    started: list[Web] = []

    def start(answer: Callable[[Request], Reply]) -> Web:
        started.append(Web(answer))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def tried(maker: Any, web: Web, **settings: Any) -> Dialled:
    given = {"url": f"http://127.0.0.1:{web.port}", **settings}
    channel: object = make_channel(maker, "it", given, lambda: NOON)
    assert isinstance(channel, Dials)
    [one] = channel.dial(2)
    assert one.server == f"127.0.0.1:{web.port}"
    return one


def test_a_bot_says_its_name_and_the_time(serve: Start) -> None:
    api = TelegramApi(TOKEN)

    def answer(request: Request) -> Reply:
        said = api.answer(request)
        return Reply(said.status, said.body, DATE)

    found = tried(Telegram, serve(answer), token=lambda: TOKEN)
    assert (found.answer, found.clock, found.error) == ("the bot @bakery_bot", NOON, None)
    assert api.sent == []


def test_a_wrong_token_of_a_bot_is_told_without_it(serve: Start) -> None:
    found = tried(Telegram, serve(TelegramApi(TOKEN).answer), token=lambda: "1:other")
    assert found.error is not None
    assert found.error.advice == "check token: BotFather shows the one of your bot"
    assert "other" not in str(found)


def test_whatsapp_says_the_number(serve: Start) -> None:
    web = serve(WhatsAppApi("sesame", "123").answer)
    found = tried(WhatsApp, web, token=lambda: "sesame", phone_id="123")
    assert found.answer == "the number +372 5551 2345"


@pytest.mark.parametrize(("token", "phone"), [("wrong", "123"), ("sesame", "124")])
def test_whatsapp_with_a_wrong_token_or_number_is_told(
    serve: Start, token: str, phone: str
) -> None:
    web = serve(WhatsAppApi("sesame", "123").answer)
    found = tried(WhatsApp, web, token=lambda: token, phone_id=phone)
    assert found.error is not None
    assert found.error.advice


@pytest.mark.parametrize(
    ("status", "good"), [(200, True), (403, True), (405, True), (404, False), (502, False)]
)
def test_a_receiver_may_refuse_to_be_read_but_must_be_there(
    serve: Start, status: int, *, good: bool
) -> None:
    found = tried(Webhook, serve(lambda _: Reply(status)), secret=lambda: "x")
    assert (found.error is None) is good


@pytest.mark.parametrize("maker", [Telegram, WhatsApp, Webhook])
def test_a_server_that_hangs_ends_after_the_given_time(serve: Start, maker: Any) -> None:
    """Not after the minute that a message may take."""
    web = serve(lambda _: Reply())
    web.deeds = {"": HANG}
    more: dict[type, dict[str, Any]] = {
        Telegram: {"token": lambda: TOKEN},
        WhatsApp: {"token": lambda: "x", "phone_id": "1"},
        Webhook: {"secret": lambda: "x"},
    }
    channel = make_channel(
        maker, "it", {"url": f"http://127.0.0.1:{web.port}", **more[maker]}, lambda: NOON
    )
    [found] = channel.dial(0.3)
    assert found.error is not None
    assert "took too long" in found.error.what


def test_a_number_that_cannot_hear_says_what_it_lacks() -> None:
    settings = {"token": lambda: "x", "phone_id": "1", "url": "http://127.0.0.1:1"}
    made = make_channel(WhatsApp, "it", settings, lambda: NOON)
    assert "app_secret" in made.info.deaf
    assert made.info.tells.isdisjoint({"answered", "delivered"})
    heard = make_channel(WhatsApp, "it", settings | {"app_secret": lambda: "y"}, lambda: NOON)
    assert heard.info.deaf == ""
