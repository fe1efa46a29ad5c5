"""Email on a server that does not obey: before the dot nothing has left, after it nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.certificates import MISNAMED, OUTDATED, STRANGER, certified
from voicenote.errors import Postponed, Refused, Unknown, VoicenoteError
from voicenote.model.receipt import Parcel

Make = Callable[..., Any]

LATER = "the server asks to come back later; a later run will"
AGAIN = "a later run will try again"
TIME = "a later run will try again; timeout gives it more time"
UNWANTED = "the server does not want to talk to this machine now; a later run will try again"
CLOSING = "the server is closing or has had enough for now; a later run will try again"
STRANGE = "this isn't how a mail server answers: check host and port"
LOG_IN = "the server wants a log-in or encryption first: set user and password, or security"
RULES = "the server's rules refuse it: check that the sender's address is yours there"
ADDRESS = "check the address with the customer, or choose another channel"
FULL = "the customer's mailbox is full: choose another channel"
LARGE = "the message is too large for this server: send the listen link alone"
CORRECT = "correct it, or choose another channel; then resend"
PERSON = "look into the mailbox's Sent folder, then say mark-sent or resend"

SECRET = "check user and password; many providers want an app password here"  # noqa: S105
UNCHECKED = "the server cannot check log-ins at the moment; it will go with a later run"

NOBODY, NAMELESS, OPEN, MUTE = "nobody", "nameless", "open", "mute"
WRONG_PORT = 'port 587 goes with security = "starttls", port 465 with security = "tls"'
#: what is met before anything is said, and what we advise; the touch is due again
REACHING = [
    (NOBODY, "check host and port"),
    (NAMELESS, "check host and port, and the network"),
    (STRANGER, "if the server is your own, set ca_file to the certificate of its authority"),
    (OUTDATED, "the server's owner has to renew it; check the clock of this machine too"),
    (MISNAMED, "use the host name that the certificate is made out to"),
    (OPEN, 'try port 465 with security = "tls"; nothing was sent unencrypted'),
    (MUTE, TIME),
]
#: step, what the server does there, what it is to us, what we advise; before the commit
BEFORE = [
    ("greet", "554 you are on a list", Postponed, UNWANTED),
    ("greet", "421 too busy", Postponed, UNWANTED),
    ("greet", "reset", Postponed, AGAIN),
    ("greet", "close", Postponed, AGAIN),
    ("greet", "hang", Postponed, TIME),
    ("greet", "drip", Postponed, TIME),
    ("greet", "nonsense", Postponed, STRANGE),
    ("EHLO", "421 closing", Postponed, UNWANTED),
    ("EHLO", "reset", Postponed, AGAIN),
    ("EHLO", "hang", Postponed, TIME),
    ("EHLO", "drip", Postponed, TIME),
    ("AUTH", "535 5.7.8 wrong password", Postponed, SECRET),
    ("AUTH", "454 4.7.0 cannot check", Postponed, UNCHECKED),
    ("AUTH", "421 4.7.0 too many", Postponed, CLOSING),
    ("AUTH", "451 4.3.0 not now", Postponed, LATER),
    ("AUTH", "reset", Postponed, AGAIN),
    ("AUTH", "hang", Postponed, TIME),
    ("MAIL", "421 4.7.0 too many", Postponed, CLOSING),
    ("MAIL", "451 come back", Postponed, LATER),
    ("MAIL", "530 5.7.0 Must issue STARTTLS", Postponed, LOG_IN),
    ("MAIL", "553 5.7.1 not your address", Refused, RULES),
    ("MAIL", "nonsense", Postponed, STRANGE),
    ("MAIL", "drip", Postponed, TIME),
    ("MAIL", "hang", Postponed, TIME),
    ("RCPT", "450 4.2.0 greylisted", Postponed, LATER),
    ("RCPT", "550 5.1.1 no such user", Refused, ADDRESS),
    ("RCPT", "552 5.2.2 mailbox full", Refused, FULL),
    ("RCPT", "501 5.1.3 bad syntax", Refused, ADDRESS),
    ("RCPT", "421 4.7.0 too many", Postponed, CLOSING),
    ("RCPT", "reset", Postponed, AGAIN),
    ("RCPT", "hang", Postponed, TIME),
    ("DATA", "451 not now", Postponed, LATER),
    ("DATA", "554 5.7.1 no", Refused, RULES),
    ("DATA", "421 4.3.2 closing", Postponed, CLOSING),
    ("DATA", "close", Postponed, AGAIN),
    ("DATA", "reset", Postponed, AGAIN),
    ("DATA", "hang", Postponed, TIME),
    ("DATA", "drip", Postponed, TIME),
    ("body", "reset", Postponed, AGAIN),
    ("body", "hang", Postponed, TIME),
    ("body", "421 shutting down", Postponed, CLOSING),
    ("body", "552 5.3.4 enough", Refused, LARGE),
]
#: the same, after it
AFTER = [
    ("dot", "451 4.3.0 disk", Postponed, LATER),
    ("dot", "421 4.3.2 closing", Postponed, CLOSING),
    ("dot", "552 5.3.4 too big", Refused, LARGE),
    ("dot", "554 5.6.0 spam", Refused, CORRECT),
    ("dot", "reset", Unknown, PERSON),
    ("dot", "close", Unknown, PERSON),
    ("dot", "hang", Unknown, PERSON),
    ("dot", "drip", Unknown, PERSON),
    ("dot", "nonsense", Unknown, PERSON),
]


#: A server that says so hears commands before it has answered the last one (RFC 2920).
AHEAD = "250-here\r\n250-PIPELINING\r\n250 SIZE 30000000"


@pytest.fixture
def no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large letter has the time of a small one."""
    monkeypatch.setattr("voicenote.delivery.email.smtp.SLOWEST", 1e9)


@pytest.mark.usefixtures("no_more_time")
@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize(("step", "deed", "error", "advice"), BEFORE)
def test_before_the_commit(
    rude: Make, mail: Make, letter: Parcel,
    step: str, deed: str, error: type[VoicenoteError], advice: str, ahead: bool,
) -> None:  # fmt: skip
    """A large message, so that a server can interrupt it half-way."""
    first = AHEAD if ahead else "250-here\r\n250 SIZE 30000000"
    asked = {"user": "anna", "password": lambda: "sesame"} if step == "AUTH" else {}
    if asked:
        first = first.replace("250-here", "250-here\r\n250-AUTH PLAIN")
    server = rude(**{"EHLO": first, step: deed})
    letter = replace(letter, text="x" * 3_000_000) if step == "body" else letter
    channel = mail(server.port, timeout=patience(deed), **asked)
    with pytest.raises(error) as raised:
        channel.send(letter, lambda: pytest.fail("committed"))
    assert raised.value.advice == advice
    assert "\n" not in raised.value.what
    assert server.kept == []


@pytest.mark.parametrize(("step", "deed", "error", "advice"), AFTER)
def test_after_the_dot(
    rude: Make,
    mail: Make,
    letter: Parcel,
    step: str,
    deed: str,
    error: type[VoicenoteError],
    advice: str,
) -> None:
    commits: list[int] = []
    server = rude(**{step: deed})
    with pytest.raises(error) as raised:
        mail(server.port, timeout=patience(deed)).send(
            letter, lambda: commits.append(len(server.kept))
        )
    assert raised.value.advice == advice
    assert commits == [0]


def patience(deed: str) -> float:
    """Seconds: little where a server is silent, much where a slow machine must not matter."""
    return 1 if deed in ("hang", "drip") else 30


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(("deed", "advice"), REACHING)
def test_before_anything_is_said(
    rude: Make, serve: Make, mail: Make, letter: Parcel, tmp_path: Path,
    deed: str, advice: str, security: str,
) -> None:  # fmt: skip
    """Nothing leaves in the open, and no log-in goes to whom it is not for."""
    authority = tmp_path / "authority.pem"
    tls = certified(deed, authority)
    more: dict[str, Any] = {"security": security, "user": "anna", "password": lambda: "sesame"}
    if tls:
        peer = serve(auth=True, **{"ssl_context" if security == "tls" else "tls_context": tls})
    else:
        peer = rude(**(silence(security) if deed == MUTE else {}))
    if deed == MUTE:
        more["timeout"] = 1
    if deed in (OUTDATED, MISNAMED):
        more["ca_file"] = str(authority)
    if deed == NOBODY:
        peer.stop()
    if deed == NAMELESS:
        more |= {"host": "mail.bakery.invalid", "timeout": 2}
    with pytest.raises(Postponed) as postponed:
        mail(peer.port, **more).send(letter, lambda: pytest.fail("committed"))
    assert postponed.value.advice == (WRONG_PORT if (deed, security) == (OPEN, "tls") else advice)
    assert "sesame" not in str(postponed.value)
    assert peer.kept == []
    assert not getattr(peer, "logins", [])


def silence(security: str) -> dict[str, str]:
    """What a server does that lets the other side wait for its TLS."""
    if security == "tls":
        return {"greet": "hang"}
    return {"EHLO": "250-here\r\n250 STARTTLS", "STAR": "hang"}


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


def test_commands_are_said_at_once_where_the_server_reads_ahead(
    rude: Make, mail: Make, letter: Parcel
) -> None:
    """The server answers only when it has heard them all."""
    server = rude(EHLO=AHEAD)
    server.answer_late = True
    channel = mail(server.port)
    channel.send(letter, nothing)
    assert [line.split(":")[0] for line in server.heard[1:4]] == ["MAIL FROM", "RCPT TO", "DATA"]
    assert len(server.kept) == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
@pytest.mark.parametrize("code", ["451", "550"])
@pytest.mark.parametrize(("data", "connections"), [("354 go on", 2), ("554 nobody to send to", 1)])
def test_a_server_that_wants_a_letter_for_nobody_gets_none(
    rude: Make, mail: Make, letter: Parcel, step: str, code: str, data: str, connections: int
) -> None:
    """A refusal that comes after DATA was said ahead ends the connection, where it has to."""
    server = rude(EHLO=AHEAD, DATA=data, **{step: f"{code} no"})
    channel = mail(server.port)
    with pytest.raises((Postponed, Refused), match=f"{code} no"):
        channel.send(letter, nothing)
    server.script |= {step: server.good[step], "DATA": server.good["DATA"]}
    channel.send(letter, nothing)
    assert (len(server.kept), server.connections) == (1, connections)


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
