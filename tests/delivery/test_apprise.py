"""Apprise: handed over, and no more; its own service `json` writes to a server on loopback."""

from __future__ import annotations

import base64
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.certificates import MISNAMED, OUTDATED, STRANGER, certified
from tests.fakes.made import make_channel
from tests.fakes.web import CLOSE, DRIP, HANG, NONSENSE, RESET, RESET_EARLY, Reply, Web
from voicenote.delivery import apprise as adapter
from voicenote.delivery.apprise import Apprise
from voicenote.errors import BadSettings, Postponed, Refused, Unknown
from voicenote.model.address import Address
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, ReceiptKind

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)
NOBODY, NAMELESS = "nobody", "nameless"
PERSON = "look into the service that Apprise writes to, then say mark-sent or resend"

#: what the service does, what it is to us, what we advise
FAULTS: list[tuple[str | Reply, type[Unknown], str]] = [
    (NOBODY, Unknown, PERSON),
    (NAMELESS, Unknown, PERSON),
    (STRANGER, Unknown, PERSON),
    (OUTDATED, Unknown, PERSON),
    (MISNAMED, Unknown, PERSON),
    (RESET_EARLY, Unknown, PERSON),
    (RESET, Unknown, PERSON),
    (CLOSE, Unknown, PERSON),
    (HANG, Unknown, PERSON),
    (DRIP, Unknown, PERSON),
    (NONSENSE, Unknown, PERSON),
    (Reply(400), Unknown, PERSON),
    (Reply(403), Unknown, PERSON),
    (Reply(429), Unknown, PERSON),
    (Reply(500), Unknown, PERSON),
]
DEEDS = {
    NOBODY: "is unreachable", NAMELESS: "has a name that does not exist",
    STRANGER: "has a certificate that nobody vouches for", OUTDATED: "has an expired certificate",
    MISNAMED: "has a certificate made out to another name",
    RESET_EARLY: "cuts the connection before it has the whole message",
    RESET: "cuts the connection", CLOSE: "hangs up",
    HANG: "says nothing", DRIP: "answers a byte at a time, without end",
    NONSENSE: "sends what isn't an answer",
}  # fmt: skip
BECOMES = {Unknown: "uncertain"}


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web(lambda _request: Reply(200))
    yield server
    server.stop()


def channel(url: str, **more: Any) -> Apprise:
    settings = {"url": lambda: url, "allow_reserved": True, **more}
    return make_channel(Apprise, "other", settings, lambda: NOW)


def to(web: Web, rest: str = "{to}?rto=1") -> str:
    return f"json://sesame:open@127.0.0.1:{web.port}/{rest}"


def test_it_is_handed_over_and_no_more(web: Web, letter: Parcel) -> None:
    made = channel(to(web))
    receipt = made.send(letter, lambda: None)
    (request,) = web.requests
    told = request.json
    assert (told["title"], told["message"]) == (letter.subject, letter.text.strip())
    (sound,) = told["attachments"]
    assert sound["filename"] == "voice-memo.mp3"
    assert base64.b64decode(sound["base64"]) == Path(letter.files["mp3"]).read_bytes()
    assert (receipt.kind, receipt.detail) == (ReceiptKind.ACCEPTED, {"note": "handed over"})
    assert ReceiptKind.DELIVERED not in made.info.tells


@pytest.mark.parametrize(("deed", "error", "advice"), FAULTS)
def test_its_no_is_uncertain_since_it_has_no_reason(
    letter: Parcel,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    deed: str | Reply,
    error: type[Unknown],
    advice: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    authority = tmp_path / "authority.pem"
    tls = certified(str(deed), authority)
    if tls and deed != STRANGER:  # what is wrong with it is its date or its name alone
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    web = Web(lambda _request: deed if isinstance(deed, Reply) else Reply(200), tls)
    web.deeds["tamm.example"] = "" if isinstance(deed, Reply) else deed
    if deed == NOBODY:
        web.stop()
    url = to(web).replace("json:", "jsons:" if tls else "json:")
    if deed == NAMELESS:
        url = url.replace("127.0.0.1", "api.bakery.invalid")
    commits: list[int] = []
    try:
        with pytest.raises(error) as raised:
            channel(url, timeout=2).send(letter, lambda: commits.append(1))
    finally:
        web.stop()
    assert raised.value.advice == advice
    assert commits == [1]
    assert raised.value.__cause__ is None
    said = capfd.readouterr()
    assert "sesame" not in f"{raised.value} {caplog.text} {said.out} {said.err}"


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("nothing://sesame/{to}", "does not understand"),
        ("json://127.0.0.1/sesame", "no {to}"),
        ("", "no {to}"),
    ],
)
def test_a_wrong_url_is_postponed_and_not_shown(letter: Parcel, url: str, what: str) -> None:
    with pytest.raises(Postponed, match=what) as postponed:
        channel(url).send(letter, lambda: pytest.fail("committed"))
    assert "sesame" not in str(postponed.value) + postponed.value.advice


def test_an_address_cannot_add_to_the_url(web: Web, letter: Parcel) -> None:
    channel(to(web)).send(replace(letter, to="a/b?c=d&rto=9"), lambda: None)
    (request,) = web.requests
    assert "?" not in request.path


def test_who_has_no_address_is_refused(web: Web, letter: Parcel) -> None:
    with pytest.raises(Refused, match="no phone"):
        channel(to(web), address="phone").send(
            replace(letter, to=""), lambda: pytest.fail("committed")
        )


def test_the_address_is_the_one_of_the_settings() -> None:
    mari = Customer(
        name="Mari",
        addresses=(
            Address("email", "m@x.ee"),
            Address("phone", "+3725551234"),
        ),
    )
    assert channel("json://x/{to}", address="phone").address(mari) == "+3725551234"


def test_what_breaks_in_apprise_is_uncertain_and_tells_no_secret(
    web: Web, letter: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    import apprise

    def broken(*_args: object, **_kwargs: object) -> bool:
        raise ZeroDivisionError("json://sesame:open@")

    monkeypatch.setattr(apprise.Apprise, "notify", broken)
    with pytest.raises(Unknown, match="ZeroDivisionError") as unknown:
        channel(to(web)).send(letter, lambda: None)
    assert "sesame" not in str(unknown.value)


def test_a_missing_library_is_explained(letter: Parcel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.setattr(adapter, "find_spec", lambda _name: None)
    made = channel("json://x/{to}")
    assert "voicenote[apprise]" in made.info.missing[0]
    with pytest.raises(Postponed, match="not installed") as postponed:
        made.send(letter, lambda: pytest.fail("committed"))
    assert "pip install" in postponed.value.advice


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"address": "fax"}, "address"),
        ({"rendition": "wav"}, "rendition"),
        ({"url": ""}, "url"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_wrong_settings_are_named(more: dict[str, Any], field: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        make_channel(Apprise, "other", {"url": "json://x/{to}", **more}, lambda: NOW)
    assert f"channels.other.{field}" in [each.field for each in wrong.value.problems]
