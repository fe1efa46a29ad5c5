"""The settings of an email channel: every problem at once, and never a secret in the open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.made import options_from
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.email.settings import EmailOptions
from voicenote.errors import BadSettings
from voicenote.options import parse
from voicenote.options.validators import is_here

GOOD: dict[str, Any] = {"host": "smtp.bakery.example"}


@pytest.mark.parametrize(
    ("given", "port", "security"),
    [
        ({}, 587, "starttls"),
        ({"security": "tls"}, 465, "tls"),
        ({"port": 465}, 465, "tls"),
        ({"port": 2525}, 2525, "starttls"),
    ],
)
def test_the_port_and_the_encryption_fit(given: dict[str, Any], port: int, security: str) -> None:
    server = options_from(Mail, GOOD | given).server
    assert (server.port, server.security) == (port, security)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"host": ""}, "host"),
        ({"colour": "red"}, "colour"),
        ({"port": "587"}, "port"),
        ({"port": True}, "port"),
        ({"port": 70000}, "port"),
        ({"security": "ssl"}, "security"),
        ({"security": "none"}, "security"),
        ({"imap_security": "none", "imap_host": "imap.bakery.example"}, "imap_security"),
        ({"user": "anna"}, "user"),
        ({"password": "x"}, "user"),
        ({"user": "a", "password": "x", "token": "y"}, "token"),
        ({"timeout": 0}, "timeout"),
        ({"per_minute": -1}, "per_minute"),
        ({"attach": ["wav"]}, "attach"),
        ({"verp": "voice@bakery.example"}, "verp"),
        ({"reply_to": "voice+{token}"}, "reply_to"),
        ({"reply_to": "voice@{token}.example"}, "reply_to"),
        ({"unsubscribe_url": "http://x.example/{token}"}, "unsubscribe_url"),
        ({"unsubscribe_url": "https://x.example/"}, "unsubscribe_url"),
        ({"unsubscribe_url": "https://x.example/{token}\r\nBcc: x"}, "unsubscribe_url"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        options_from(Mail, GOOD | given, "channels.post")
    assert f"channels.post.{field}" in [each.field for each in wrong.value.problems]
    assert all(each.advice for each in wrong.value.problems)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(BadSettings) as wrong:
        options_from(Mail, {"security": "ssl", "attach": ["wav"], "port": -1})
    assert len(wrong.value.problems) == 4


def test_a_secret_is_in_no_problem_and_no_repr() -> None:
    settings = options_from(Mail, GOOD | {"user": "anna", "password": lambda: "hunter2"})
    assert "hunter2" not in repr(settings)
    with pytest.raises(BadSettings) as wrong:
        parse(EmailOptions, GOOD | {"password": "hunter2"}, "channels.mail")
    assert "hunter2" not in str(wrong.value.problems) + str(wrong.value)


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("x", False)],
)
def test_this_machine_is_known_by_its_name(host: str, here: bool) -> None:
    assert is_here(host) == here
