"""Channels over HTTP on servers that do not obey: what becomes of a touch, and what we advise."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.certificates import MISNAMED, OUTDATED, STRANGER, certified
from tests.fakes.made import make_channel
from tests.fakes.web import CLOSE, DRIP, HANG, NONSENSE, RESET, RESET_EARLY, Reply, Request, Web
from voicenote.delivery import webhook
from voicenote.delivery.http_client import HttpClient
from voicenote.delivery.telegram import bot as telegram
from voicenote.delivery.whatsapp import cloud as whatsapp
from voicenote.errors import BadSettings, Postponed, Refused, Unknown
from voicenote.model.receipt import Parcel

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)
SECRET = "4711:sesame-open"  # noqa: S105  the secret of every channel here
NOBODY, NAMELESS = "nobody", "nameless"

AGAIN = "a later run will try again"
TIME = "a later run will try again; timeout gives it more time"
PORT = "check the address and its port"
OWN = "if the server is your own, set ca_file to the certificate of its authority"
NAME = "use the host name that the certificate is made out to"
RENEW = "the server's owner has to renew it; check the clock of this machine too"
STRANGE = "check the address and its port: another kind of server is there"
CORRECT = "correct it, or choose another channel; then resend"

#: before any channel's own words: the server, what it is to us, what we advise
REACHING: list[tuple[str | Reply, type, str]] = [
    (NOBODY, Postponed, PORT),
    (NAMELESS, Postponed, "check the address and its port, and the network"),
    (STRANGER, Postponed, OWN),
    (OUTDATED, Postponed, RENEW),
    (MISNAMED, Postponed, NAME),
    (RESET_EARLY, Postponed, AGAIN),
]


def after(person: str) -> list[tuple[str | Reply, type, str]]:
    """What a server does when it has the whole request, where a person has to settle it."""
    return [(deed, Unknown, person) for deed in (RESET, CLOSE, HANG, DRIP, NONSENSE)]


@dataclass(frozen=True)
class Trial:
    """A channel on trial: how it is set up, to whom it writes, and its rows of faults.

    `steps` are the ends of the paths that it calls, in order, each with its rows.
    """

    make: Callable[..., Any]
    settings: Callable[[str], dict[str, Any]]
    to: str
    steps: Mapping[str, list[tuple[str | Reply, type, str]]]
    answer: Callable[[Request], Reply] = field(default=lambda _request: Reply())


def no_whatsapp(status: int, code: int, text: str, **headers: str) -> Reply:
    return Reply(status, {"error": {"code": code, "message": text}}, headers)


def no_telegram(code: int, description: str, **parameters: int) -> Reply:
    told = {"ok": False, "error_code": code, "description": description}
    return Reply(code, told | ({"parameters": parameters} if parameters else {}))


PERSON_WHATSAPP = (
    "wait for a status by the webhook, or look into the chat; then say mark-sent or resend"
)
EXPIRED = "check token: it has expired, or may not send from this number"
SLOWLY = "WhatsApp asks to go slower; a later run will try again"
PERSON_TELEGRAM = "look into the chat with the customer, then say mark-sent or resend"
START = "the customer has to press Start in your bot first: give them its link"
PERSON_HOOK = "ask the receiver for the key of the message, then say mark-sent or resend"
TRIALS: dict[str, Trial] = {
    "webhook": Trial(
        make=webhook.Webhook,
        settings=lambda url: {
            "url": f"{url}/touches",
            "secret": lambda: SECRET,
            "allow_reserved": True,
        },
        to="mari@tamm.example",
        steps={
            "/touches": [
                *REACHING,
                *after(PERSON_HOOK),
                (Reply(401), Postponed, "check that the receiver has the same secret"),
                (Reply(404), Postponed, "check url: the receiver does not know it"),
                (
                    Reply(413),
                    Refused,
                    'the sound is too large for it: set rendition = "none"',
                ),
                (Reply(409), Unknown, PERSON_HOOK),
                (Reply(422, {"error": "no such customer"}), Refused, CORRECT),
                (
                    Reply(429, headers={"Retry-After": "90"}),
                    Postponed,
                    "the receiver asks to come back later; a later run will",
                ),
                (
                    Reply(503),
                    Postponed,
                    "the receiver isn't available now; a later run will try again",
                ),
                (Reply(500), Unknown, PERSON_HOOK),
                (Reply(502), Unknown, PERSON_HOOK),
                (
                    Reply(302, headers={"Location": "https://elsewhere.example"}),
                    Postponed,
                    "check url: the server redirects elsewhere, which isn't followed",
                ),
            ]
        },
    ),
    "telegram": Trial(
        make=telegram.Telegram,
        settings=lambda url: {"url": url, "token": lambda: SECRET},
        to="5512345",
        steps={
            "/sendVoice": [
                *REACHING,
                *after(PERSON_TELEGRAM),
                (
                    no_telegram(401, "Unauthorized"),
                    Postponed,
                    "check token: BotFather shows the one of your bot",
                ),
                (no_telegram(400, "Bad Request: chat not found"), Refused, START),
                (
                    no_telegram(403, "Forbidden: bot can't initiate conversation with a user"),
                    Refused,
                    START,
                ),
                (
                    no_telegram(403, "Forbidden: bot was blocked by the user"),
                    Refused,
                    "the customer has blocked the bot: choose another channel",
                ),
                (
                    no_telegram(403, "Forbidden: user is deactivated"),
                    Refused,
                    "the customer's account is gone: choose another channel",
                ),
                (no_telegram(400, "Bad Request: wrong file identifier"), Refused, CORRECT),
                (
                    no_telegram(413, "Request Entity Too Large"),
                    Refused,
                    "the sound is too large: make the memo shorter",
                ),
                (
                    no_telegram(429, "Too Many Requests: retry after 90", retry_after=90),
                    Postponed,
                    "Telegram asks to come back later; a later run will",
                ),
                (no_telegram(500, "Internal Server Error"), Unknown, PERSON_TELEGRAM),
                (Reply(502), Unknown, PERSON_TELEGRAM),
                (Reply(200, b"<html>Log in to the hotel</html>"), Unknown, PERSON_TELEGRAM),
            ],
            "/sendAudio": [
                *after(PERSON_TELEGRAM),
                (no_telegram(500, "Internal Server Error"), Unknown, PERSON_TELEGRAM),
                (
                    no_telegram(429, "Too Many Requests: retry after 90", retry_after=90),
                    Postponed,
                    "Telegram asks to come back later; a later run will",
                ),
            ],
        },
        answer=lambda _request: no_telegram(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"),
    ),
    "whatsapp": Trial(
        make=whatsapp.WhatsApp,
        settings=lambda url: {"url": url, "token": lambda: SECRET, "phone_id": "106540352242922"},
        to="+37255512345",
        steps={
            "/media": [
                *REACHING,
                (RESET, Postponed, AGAIN),
                (CLOSE, Postponed, AGAIN),
                (HANG, Postponed, AGAIN),
                (DRIP, Postponed, AGAIN),
                (NONSENSE, Postponed, AGAIN),
                (Reply(500), Postponed, AGAIN),
                (no_whatsapp(401, 190, "Error validating access token"), Postponed, EXPIRED),
                (
                    no_whatsapp(400, 131053, "Media upload error"),
                    Refused,
                    "WhatsApp could not read the sound: render the case again",
                ),
                (
                    no_whatsapp(429, 130429, "Rate limit hit", **{"Retry-After": "90"}),
                    Postponed,
                    SLOWLY,
                ),
            ],
            "/messages": [
                *after(PERSON_WHATSAPP),
                (no_whatsapp(401, 190, "Error validating access token"), Postponed, EXPIRED),
                (
                    no_whatsapp(400, 131047, "Re-engagement message"),
                    Refused,
                    "the customer has not written for 24 hours: set template and listen_url",
                ),
                (
                    no_whatsapp(400, 131026, "Message undeliverable"),
                    Refused,
                    "this number cannot be reached on WhatsApp: choose another channel",
                ),
                (
                    no_whatsapp(400, 131030, "Recipient phone number not in allowed list"),
                    Refused,
                    "a test number writes only to those on its list: add the customer's",
                ),
                (
                    no_whatsapp(403, 131031, "Business account locked"),
                    Postponed,
                    "Meta has restricted the account: look into the WhatsApp Manager",
                ),
                (no_whatsapp(400, 100, "Invalid parameter"), Refused, CORRECT),
                (
                    no_whatsapp(429, 130429, "Rate limit hit", **{"Retry-After": "90"}),
                    Postponed,
                    SLOWLY,
                ),
                (
                    no_whatsapp(500, 131000, "Something went wrong"),
                    Postponed,
                    "WhatsApp has trouble of its own; a later run will try again",
                ),
                (Reply(500), Unknown, PERSON_WHATSAPP),
                (Reply(502, b"<html>Bad Gateway</html>"), Unknown, PERSON_WHATSAPP),
                (Reply(200, {}), Unknown, PERSON_WHATSAPP),
            ],
        },
        answer=lambda _request: Reply(200, {"id": "1000"}),
    ),
}
ROWS = [
    pytest.param(name, step, row, id=f"{name}-{step.strip('/')}-{n}")
    for name, trial in TRIALS.items()
    for step, rows in trial.steps.items()
    for n, row in enumerate(rows)
]


@pytest.fixture
def serve() -> Iterator[Callable[..., Web]]:
    running: list[Web] = []

    def start(answer: Callable[[Request], Reply], tls: ssl.SSLContext | None = None) -> Web:
        running.append(Web(answer, tls))
        return running[-1]

    yield start
    for web in running:
        web.stop()


@pytest.fixture
def touch(letter: Parcel, tmp_path: Path) -> Parcel:
    (tmp_path / "memo.ogg").write_bytes(b"OggS" + bytes(range(256)) * 200)
    files = {**letter.files, "ogg": str(tmp_path / "memo.ogg")}
    return replace(letter, files=files, text="The ribbon was wrong.", heard_at=letter.made_at)


def set_up(
    serve: Callable[..., Web], trial: Trial, step: str, deed: str | Reply, folder: Path
) -> tuple[Web, Any]:
    """A server that does `deed` at `step`, and a channel to it."""
    reply = deed if isinstance(deed, Reply) else None
    word = "" if reply else str(deed)

    def answer(request: Request) -> Reply:
        return reply if reply and request.path.endswith(step) else trial.answer(request)

    authority = folder / "authority.pem"
    tls = certified(word, authority)
    web = serve(answer, tls)
    if not reply:
        web.deeds[step] = word
    url = web.url
    more: dict[str, Any] = {"timeout": 1 if word in (HANG, DRIP) else 30}
    if word in (OUTDATED, MISNAMED):
        more["ca_file"] = str(authority)
    if word == NOBODY:
        web.stop()
    if word == NAMELESS:
        url = "https://api.bakery.invalid"
    return web, make_channel(trial.make, "tried", trial.settings(url) | more, lambda: NOW)


@pytest.mark.parametrize(("name", "step", "row"), ROWS)
def test_each_fault_has_its_state_and_its_advice(
    serve: Callable[..., Web],
    touch: Parcel,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    step: str,
    row: tuple[str | Reply, type, str],
) -> None:
    """Nothing of it holds the secret: neither the error, nor what it came from, nor the log."""
    deed, error, advice = row
    caplog.set_level(logging.DEBUG)
    trial = TRIALS[name]
    web, channel = set_up(serve, trial, step, deed, tmp_path)
    size = 500_000  # below what WhatsApp shows as a voice message
    if deed == RESET_EARLY:  # a large one, so that a server can interrupt it half-way
        for file in touch.files.values():
            Path(file).write_bytes(b"OggS" + bytes(size))
    commits: list[int] = []
    # the kernel may have taken all of a touch before its reset comes: then nobody can know
    may = (error, Unknown) if deed == RESET_EARLY else error
    with pytest.raises(may) as raised:
        channel.send(replace(touch, to=trial.to), lambda: commits.append(1))
    channel.close()
    if deed == RESET_EARLY and isinstance(raised.value, Unknown):
        assert commits == [1]
        return
    assert raised.value.advice == advice
    assert "\n" not in raised.value.what
    assert len(commits) <= 1
    assert commits or error is not Unknown
    if deed in (NOBODY, NAMELESS, STRANGER, OUTDATED, MISNAMED, RESET_EARLY):
        assert (commits, web.requests) == ([], [])
    told = [raised.value.what, caplog.text]
    link: BaseException | None = raised.value
    while link:
        told.append(repr(link))
        link = link.__cause__ or link.__context__
    assert not [words for words in told if SECRET in words or "sesame" in words]


@pytest.mark.parametrize("name", TRIALS)
def test_a_server_that_asks_to_wait_is_given_its_time(
    serve: Callable[..., Web], touch: Parcel, tmp_path: Path, name: str
) -> None:
    trial = TRIALS[name]
    for step, rows in trial.steps.items():
        slow = [row for row in rows if isinstance(row[0], Reply) and row[0].status == 429]
        _, channel = set_up(serve, trial, step, slow[0][0], tmp_path)
        with pytest.raises(Postponed) as postponed:
            channel.send(replace(touch, to=trial.to), lambda: None)
        channel.close()
        assert postponed.value.retry_after == 90


@pytest.mark.parametrize("name", TRIALS)
@pytest.mark.parametrize("url", ["http://api.example.com", "https://u:p@api.example.com", "ftp:/"])
def test_an_address_that_would_tell_secrets_is_refused(name: str, url: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        make_channel(TRIALS[name].make, "tried", TRIALS[name].settings(url), lambda: NOW)
    assert all(problem.advice for problem in wrong.value.problems)


def test_with_idempotent_a_silence_is_tried_again(serve: Callable[..., Web], touch: Parcel) -> None:
    web = serve(lambda _: Reply(202))
    web.deeds["/touches"] = HANG
    settings = {"url": f"{web.url}/touches", "secret": "x", "timeout": 1, "idempotent": True}
    settings["allow_reserved"] = True
    channel = make_channel(webhook.Webhook, "hook", settings, lambda: NOW)
    with pytest.raises(Unknown) as unknown:
        channel.send(touch, lambda: None)
    assert unknown.value.again
    web.deeds.clear()
    channel.send(touch, lambda: None)
    assert [request.headers["idempotency-key"] for request in web.requests] == [touch.key]
    channel.close()


def test_loading_the_library_takes_nothing_from_the_time_of_a_request(
    serve: Callable[..., Web], touch: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = serve(lambda _: Reply(202))
    settings = {"url": f"{web.url}/touches", "secret": "x", "timeout": 1, "allow_reserved": True}
    late, clock, opened = 0.0, time.monotonic, HttpClient._open_client

    def slowly(self: HttpClient, where: str, *, secure: bool) -> Any:
        nonlocal late
        late += 60
        return opened(self, where, secure=secure)

    monkeypatch.setattr(
        "voicenote.deadline.time", SimpleNamespace(monotonic=lambda: clock() + late)
    )
    monkeypatch.setattr(HttpClient, "_open_client", slowly)
    channel = make_channel(webhook.Webhook, "hook", settings, lambda: NOW)
    channel.send(touch, lambda: None)
    assert [request.headers["idempotency-key"] for request in web.requests] == [touch.key]
    channel.close()


def test_the_signature_of_a_document_is_the_one_that_a_receiver_makes() -> None:
    """By `printf '1772443864.{}' | openssl dgst -sha256 -hmac sesame`."""
    expected = "a7998d829e9e20bc284f7ffb8479a79dd94782dc9f6dfc3c675e6044f21a40e3"
    assert webhook.signature("sesame", "1772443864", b"{}") == expected
