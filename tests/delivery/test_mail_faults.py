"""Email on a server that does not obey: before the dot nothing has left, after it nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from voicenote.errors import Postponed, Refused, Unknown
from voicenote.model.receipt import Parcel

Make = Callable[..., Any]

#: step, what the server does there, what we say, a word of the advice
BEFORE = [
    ("greet", "554 you are on a list", Postponed, "later"),
    ("greet", "reset", Postponed, "later"),
    ("greet", "hang", Postponed, "timeout"),
    ("greet", "drip", Postponed, "timeout"),
    ("greet", "nonsense", Postponed, "later"),
    ("EHLO", "421 closing", Postponed, "later"),
    ("MAIL", "421 4.7.0 too many", Postponed, "later"),
    ("MAIL", "451 come back", Postponed, "later"),
    ("MAIL", "530 5.7.0 Must issue STARTTLS", Postponed, "security"),
    ("MAIL", "553 5.7.1 not your address", Refused, "yours"),
    ("MAIL", "drip", Postponed, "timeout"),
    ("RCPT", "450 4.2.0 greylisted", Postponed, "later"),
    ("RCPT", "550 5.1.1 no such user", Refused, "check the address"),
    ("RCPT", "552 5.2.2 mailbox full", Refused, ""),
    ("RCPT", "501 5.1.3 bad syntax", Refused, "check the address"),
    ("RCPT", "reset", Postponed, "later"),
    ("RCPT", "hang", Postponed, "timeout"),
    ("DATA", "451 not now", Postponed, "later"),
    ("DATA", "554 5.7.1 no", Refused, "rules"),
    ("DATA", "close", Postponed, "later"),
    ("body", "reset", Postponed, "later"),
    ("body", "421 shutting down", Postponed, "later"),
    ("body", "552 5.3.4 enough", Refused, "too large"),
]
AFTER = [
    ("dot", "451 4.3.0 disk", Postponed, "later"),
    ("dot", "421 4.3.2 closing", Postponed, "later"),
    ("dot", "552 5.3.4 too big", Refused, "too large"),
    ("dot", "554 5.6.0 spam", Refused, "correct"),
    ("dot", "reset", Unknown, "mark-sent"),
    ("dot", "close", Unknown, "mark-sent"),
    ("dot", "hang", Unknown, "mark-sent"),
    ("dot", "drip", Unknown, "mark-sent"),
    ("dot", "nonsense", Unknown, "mark-sent"),
]


@pytest.mark.parametrize(("step", "deed", "error", "advice"), BEFORE)
def test_before_the_commit(
    rude: Make, mail: Make, letter: Parcel, step: str, deed: str, error: type, advice: str
) -> None:
    """A large message, so that a server can interrupt it half-way."""
    server = rude(**{step: deed})
    letter = replace(letter, text="x" * 3_000_000) if step == "body" else letter
    with pytest.raises(error) as raised:
        mail(server.port, timeout=0.4).send(letter, lambda: pytest.fail("committed"))
    assert advice in raised.value.advice
    assert "\n" not in raised.value.what + raised.value.advice
    assert server.kept == []


@pytest.mark.parametrize(("step", "deed", "error", "advice"), AFTER)
def test_after_the_dot(
    rude: Make, mail: Make, letter: Parcel, step: str, deed: str, error: type, advice: str
) -> None:
    commits: list[int] = []
    server = rude(**{step: deed})
    with pytest.raises(error) as raised:
        mail(server.port, timeout=0.3).send(letter, lambda: commits.append(len(server.kept)))
    assert advice in raised.value.advice
    assert commits == [0]


def test_nobody_listens(mail: Make, letter: Parcel, rude: Make) -> None:
    server = rude()
    server.stop()
    with pytest.raises(Postponed, match="nobody listens"):
        mail(server.port).send(letter, nothing)


def test_a_name_that_does_not_exist(mail: Make, letter: Parcel) -> None:
    with pytest.raises(Postponed) as postponed:
        mail(25, host="mail.bakery.invalid", security="starttls", timeout=2).send(letter, nothing)
    assert "check host" in postponed.value.advice


def test_a_server_that_is_away_is_asked_once_in_a_pass(
    rude: Make, mail: Make, letter: Parcel
) -> None:
    server = rude(greet="reset")
    channel = mail(server.port)
    for _ in range(3):
        with pytest.raises(Postponed):
            channel.send(letter, nothing)
    assert server.connections == 1


@pytest.mark.parametrize("deed", ["reset", "close", "421 idle for too long"])
def test_a_connection_gone_stale_is_made_anew(
    rude: Make, mail: Make, letter: Parcel, deed: str
) -> None:
    server = rude()
    channel = mail(server.port)
    channel.send(letter, nothing)
    server.script["MAIL"] = deed
    server.mend = {"MAIL": server.good["MAIL"]}
    committed: list[int] = []
    later = replace(letter, key="vn-2", message_id="<vn-2@b.example>")
    channel.send(later, lambda: committed.append(1))
    assert committed == [1]
    assert (len(server.kept), server.connections) == (2, 2)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("code", ["451", "550"])
def test_one_refusal_does_not_spoil_the_connection(
    rude: Make, mail: Make, letter: Parcel, step: str, code: str
) -> None:
    server = rude(**{step: f"{code} no"})
    channel = mail(server.port)
    with pytest.raises((Postponed, Refused)):
        channel.send(letter, nothing)
    server.script[step] = server.good[step]
    channel.send(letter, nothing)
    assert (len(server.kept), server.connections) == (1, 1)


def test_what_commit_raises_leaves_no_half_message_on_the_line(
    rude: Make, mail: Make, letter: Parcel
) -> None:
    server = rude()
    channel = mail(server.port)
    with pytest.raises(ZeroDivisionError):
        channel.send(letter, lambda: 1 / 0)
    assert server.kept == []
    channel.send(letter, nothing)
    assert len(server.kept) == 1


def nothing() -> None:
    """A commit that only says yes."""
