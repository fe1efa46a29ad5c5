from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.fakes.made import make_channel
from voicenote.delivery.apprise import Apprise
from voicenote.delivery.parcel_checks import reserved
from voicenote.delivery.webhook import Webhook
from voicenote.errors import Refused
from voicenote.model.receipt import Parcel

NOBODYS = [
    *("example.com", "EXAMPLE.com", "example.com.", "mail.example.net", "example.org"),
    *("x.test", "test", "x.example", "x.invalid", "localhost", "box.localhost"),
    *("ｅxample.com", "example．com", " example.com "),
]


@pytest.mark.parametrize("domain", NOBODYS)
def test_a_domain_of_nobody_is_known_however_it_is_spelled(domain: str) -> None:
    assert reserved(domain)


@pytest.mark.parametrize(
    "domain", ["here.ee", "example.ee", "myexample.com", "example.com.ee", "test.ee", "õun.ee", ""]
)
def test_a_domain_of_somebody_is_not(domain: str) -> None:
    assert not reserved(domain)


@pytest.mark.parametrize("domain", ["example.com", "tamm.test", "ｅxample.com"])
def test_the_channels_that_take_email_addresses_refuse_it_before_they_connect(
    letter: Parcel, domain: str
) -> None:
    def clock() -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC)

    hook = make_channel(Webhook, "hook", {"url": "https://hook.here.ee", "secret": "x"}, clock)
    other = make_channel(Apprise, "other", {"url": lambda: "json://hook.here.ee/{to}"}, clock)
    touch = replace(letter, to=f"mari@{domain}")
    for channel in (hook, other):
        with pytest.raises(Refused, match="nobody can own"):
            channel.send(touch, lambda: pytest.fail("committed"))
