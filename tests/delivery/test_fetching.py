"""Files that customers send by Telegram and WhatsApp, on fakes and under second clients."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
import telegram
from pywa.client import WhatsApp as SecondClient

from tests.fakes.made import make_channel
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.web import CLOSE, CUT, DRIP, PRATTLE, RESET, Reply, Request, Web
from tests.fakes.whatsapp_api import WhatsAppApi, called
from voicenote.delivery.inbound import Fetches
from voicenote.delivery.telegram.bot import Telegram
from voicenote.delivery.telegram.updates import read_update
from voicenote.delivery.whatsapp.cloud import WhatsApp
from voicenote.delivery.whatsapp.notifications import read_webhook
from voicenote.errors import Postponed, Refused, TooLarge
from voicenote.model.attachment import FileKind, OfferedFile

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)
TOKEN, PHONE = "4711:sesame-open", "106540352242922"
VOICE = b"OggS" + bytes(range(256)) * 1000
MOST = 25_000_000


class Api(Protocol):
    files: Any
    links: dict[str, str]

    def answer(self, request: Request) -> Reply: ...


@pytest.fixture(params=["telegram", "whatsapp"])
def api(request: pytest.FixtureRequest) -> Api:
    if request.param == "telegram":
        return TelegramApi(TOKEN, files={"77": VOICE})
    return WhatsAppApi(TOKEN, PHONE, files={"77": ("audio/ogg", VOICE)})


@pytest.fixture
def web(api: Api) -> Iterator[Web]:
    server = Web(api.answer)
    yield server
    server.stop()


@pytest.fixture
def channel(api: Api, web: Web) -> Iterator[Any]:
    settings: dict[str, Any] = {"token": lambda: TOKEN, "url": web.url, "timeout": 0.2}
    if isinstance(api, WhatsAppApi):
        made: Any = make_channel(WhatsApp, "w", {**settings, "phone_id": PHONE}, lambda: NOW)
    else:
        made = make_channel(Telegram, "t", settings, lambda: NOW)
    yield made
    made.close()


#: The ends of the paths by which each is asked for a file, and gives it.
ENDS = {TelegramApi: ("getFile", ".oga"), WhatsAppApi: ("/77", "hash=")}


def whole(channel: Fetches, source: str = "77", most: int = MOST) -> bytes:
    ((_, pieces),) = channel.fetch(source, most)
    return b"".join(pieces)


def test_a_file_comes_as_it_was_offered(channel: Any) -> None:
    assert isinstance(channel, Fetches)
    assert whole(channel) == VOICE


def test_a_link_that_has_expired_is_asked_for_anew(channel: Any, api: Api) -> None:
    ((_, pieces),) = channel.fetch("77", MOST)
    api.links.clear()
    with pytest.raises(Postponed):
        b"".join(pieces)
    assert whole(channel) == VOICE


def test_what_is_gone_is_refused_for_good(channel: Any) -> None:
    with pytest.raises(Refused) as refused:
        whole(channel, "78")
    assert not isinstance(refused.value, TooLarge)


def test_what_is_larger_than_the_limit_is_not_fetched(channel: Any, web: Web) -> None:
    with pytest.raises(TooLarge) as large:
        whole(channel, most=len(VOICE) - 1)
    assert (large.value.size, large.value.ours) == (len(VOICE), True)
    assert len(web.requests) == 1


def test_a_bot_gets_no_file_of_more_than_twenty_megabytes(channel: Any, api: Api) -> None:
    if isinstance(api, TelegramApi):
        api.files["77"] = bytes(20_000_001)
        with pytest.raises(TooLarge) as large:
            whole(channel)
        assert not large.value.ours


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    "deed",
    [CLOSE, RESET, DRIP, CUT, PRATTLE, Reply(500), Reply(429), Reply(404, b"<html>no</html>"),
     Reply(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"}), Reply(200, b"{}"), Reply(401)],
    ids=str,
)  # fmt: skip
def test_whatever_a_server_does_the_file_is_whole_or_postponed_in_time(
    channel: Any, api: Api, web: Web, deed: str | Reply, step: int
) -> None:
    good = api.answer
    end = ENDS[type(api)][step]
    if isinstance(deed, str):
        web.deeds[f"{end}" if end != "hash=" else web_hash(api)] = deed
    else:
        web.answer = lambda request: deed if end in request.path else good(request)
    if deed == Reply(200, b"{}") and step and isinstance(api, TelegramApi):
        assert whole(channel) == b"{}"  # nothing says how long a file must be
        return
    with pytest.raises((Postponed, Refused)) as failed:
        whole(channel)
    assert TOKEN not in f"{failed.value.what} {failed.value.advice}"


def web_hash(api: Any) -> str:
    """The end of the link to the file."""
    return str(api._link("77", "there")["url"][-8:])


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x", "http://169.254.169.254/latest", "https://127.0.0.1/x",
     "https://lookaside.fbsbx.com.evil.example/x", "http://lookaside.fbsbx.com/x",
     "https://lookaside.fbsbx.com:8443/x", "https://fbsbx.com@evil.example/x", "file:///etc/passwd",
     "https://evilfbsbx.com/x", "//evil.example/x", "https://[::1"],
)  # fmt: skip
def test_the_token_goes_to_no_place_that_is_not_metas(url: str) -> None:
    from voicenote.delivery.http_client import Response
    from voicenote.delivery.whatsapp.whatsapp_files import read_link

    said = Response(200, b'{"url": "%s"}' % url.encode())
    with pytest.raises(Refused, match="isn't its own"):
        read_link(said, "https://graph.facebook.com/v23.0", MOST)


def test_metas_own_links_are_followed() -> None:
    from voicenote.delivery.http_client import Response
    from voicenote.delivery.whatsapp.whatsapp_files import read_link

    url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
    said = Response(200, b'{"url": "%s", "file_size": "303833"}' % url.encode())
    link = read_link(said, "https://graph.facebook.com/v23.0", MOST)
    assert (link.url, link.size) == (url, 303833)


def test_what_is_not_the_whole_file_by_its_hash_is_postponed(
    channel: Any, api: Api, web: Web
) -> None:
    if not isinstance(api, WhatsAppApi):
        return
    good = api.answer
    web.answer = lambda request: (
        Reply(200, VOICE[:-1] + b"!") if "hash=" in request.path else good(request)
    )
    with pytest.raises(Postponed, match="not the whole file"):
        whole(channel)


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/var/lib/bot/voice.oga", "a?b", "http://x/y"]
)
def test_a_path_that_leads_elsewhere_is_not_followed(path: str) -> None:
    from voicenote.delivery.telegram.telegram_files import path_of

    with pytest.raises(Refused):
        path_of({"file_path": path}, MOST)


def test_a_second_client_gets_the_same_files(
    api: Api, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """python-telegram-bot and pywa, which were written by others."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    if isinstance(api, TelegramApi):

        async def get() -> bytes:
            base, files = f"{web.url}/bot", f"{web.url}/file/bot"
            async with telegram.Bot(TOKEN, base_url=base, base_file_url=files) as bot:
                return bytes(await (await bot.get_file("77")).download_as_bytearray())

        assert asyncio.run(get()) == VOICE
        return
    with httpx.Client(trust_env=False) as session:
        client = SecondClient(phone_id=PHONE, token=TOKEN, session=session)
        session.base_url = httpx.URL(f"{web.url}/v23.0")
        link = client.get_media_url("77")
        saved = client.download_media(url=link.url, path=tmp_path, filename="it.ogg")
    assert saved.read_bytes() == VOICE


def told(**content: Any) -> tuple[OfferedFile, ...]:
    chat = {"id": 5, "type": "private"}
    message = {"message_id": 1, "date": 1772443864, "chat": chat, **content}
    update = read_update({"update_id": 1, "message": message}, NOW)
    assert update is not None
    assert update.inbound is not None
    return update.inbound.files


VOICED = {"file_id": "AwAC", "file_unique_id": "A", "duration": 9, "mime_type": "audio/ogg",
          "file_size": 14_000}  # fmt: skip


def test_telegram_offers_a_voice_with_its_length() -> None:
    (voice,) = told(voice=VOICED)
    assert voice == OfferedFile(
        kind=FileKind.VOICE, source="AwAC", media_type="audio/ogg", size=14_000, seconds=9
    )


def test_of_a_picture_the_largest_size_is_fetched() -> None:
    sizes = [{"file_id": f"p{wide}", "width": wide, "height": 1} for wide in (90, 1280, 320)]
    assert [file.source for file in told(photo=sizes)] == ["p1280"]


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ({"animation": {"file_id": "a"}, "document": {"file_id": "a"}}, ["film"]),
        ({"document": {"file_id": "d", "file_name": "bill.pdf"}}, ["file"]),
        ({"video_note": {"file_id": "n"}}, ["film"]),
        ({"sticker": {"file_id": "s"}}, []),
        ({"text": "Thank you"}, []),
        ({"voice": {"file_id": 7}}, []),
        ({"voice": []}, []),
        ({"photo": "x"}, []),
    ],
)
def test_telegram_offers_what_is_a_file(content: dict[str, Any], kinds: list[str]) -> None:
    assert [str(file.kind) for file in told(**content)] == kinds


@pytest.mark.parametrize(
    ("content", "offered"),
    [
        ({"type": "audio", "audio": {"id": "1", "mime_type": "audio/ogg; codecs=opus",
          "voice": True}}, ("voice", "1", "")),
        ({"type": "audio", "audio": {"id": "1", "mime_type": "audio/mp4"}}, ("sound", "1", "")),
        ({"type": "image", "image": {"id": "2", "caption": "See"}}, ("picture", "2", "")),
        ({"type": "document", "document": {"id": "3", "filename": "bill.pdf"}},
         ("file", "3", "bill.pdf")),
        ({"type": "edit", "edit": {"message": {"type": "image", "image": {"id": "4"}}}},
         ("picture", "4", "")),
        ({"type": "image", "image": {"id": "../5"}}, None),
        ({"type": "image", "image": {}}, None),
        ({"type": "sticker", "sticker": {"id": "6"}}, None),
        ({"type": "text", "text": {"body": "Hello"}}, None),
    ],
)  # fmt: skip
def test_whatsapp_offers_what_is_a_file(
    content: dict[str, Any], offered: tuple[str, str, str] | None
) -> None:
    message = {"from": "37255512345", "id": "wamid.1", "timestamp": "1772443864", **content}
    (inbound,) = read_webhook(called({"messages": [message]}), NOW)
    found = [(str(one.kind), one.source, one.name) for one in inbound.files]
    assert found == ([offered] if offered else [])
