"""An email channel tried on a real Postfix and Dovecot, and on what is none."""

from __future__ import annotations

import json
import smtplib
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.fakes.made import make_channel
from tests.faults.mail_pair import LATE, PASSWORD, MailPair
from voicenote.cli.app import voicenote
from voicenote.delivery.email.dialling import time_in
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.port import Dialled

Try = Callable[..., list[Dialled]]


@pytest.fixture
def dialled(pair: MailPair) -> Try:
    """Try Anna's channel, with some settings changed."""

    def dial(seconds: float = 20, **more: object) -> list[Dialled]:
        channel = make_channel(Mail, "mail", pair.settings(**more), lambda: datetime.now(UTC))
        return list(channel.dial(seconds))

    return dial


def whats(found: list[Dialled]) -> list[str]:
    return [one.error.what if one.error else one.answer for one in found]


def test_both_servers_are_logged_in_to_and_nothing_is_sent(pair: MailPair, dialled: Try) -> None:
    with smtplib.LMTP("127.0.0.1", pair.lmtp) as lmtp:
        lmtp.sendmail("mari@tamm.example", "anna@bakery.example", "Subject: x\r\n\r\nit came\r\n")
    found = dialled()
    assert whats(found) == ["logged in as anna"] * 2
    assert [one.purpose for one in found] == ["sending", "reading"]
    assert found[0].clock is None  # Postfix tells no time
    assert found[1].newest is not None
    assert datetime.now(UTC) - found[1].newest < timedelta(minutes=5)


def test_a_wrong_password_is_told_by_both(dialled: Try) -> None:
    found = dialled(password=lambda: "wrong")
    assert all("refused the log-in" in what for what in whats(found))
    assert all("app password" in one.error.advice for one in found if one.error)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_whose_time_is_over_is_told_by_both(
    pair: MailPair, dialled: Try, security: str
) -> None:
    ports = {"starttls": (pair.expired, pair.imap), "tls": (pair.expired_tls, pair.imaps)}[security]
    found = dialled(
        security=security,
        imap_security=security,
        port=ports[0],
        imap_host=LATE,
        imap_port=ports[1],
    )
    assert all("certificate has expired" in what for what in whats(found))


def test_a_name_that_does_not_resolve_is_told_by_both(dialled: Try) -> None:
    found = dialled(host="mx.invalid", imap_host="imap.invalid")
    assert all(what.startswith("there is no server called ") for what in whats(found)) or all(
        "cannot be reached" in what for what in whats(found)
    )


def test_a_port_that_hangs_ends_after_the_given_time(dialled: Try) -> None:
    """Not after the minute that a message may take."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        [told] = whats(dialled(0.5, port=silent.getsockname()[1], timeout=60, imap_host=""))
    assert told.endswith(" took too long")


def test_a_port_where_nothing_listens_is_told(dialled: Try) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        [first, _] = whats(dialled(port=held.getsockname()[1]))
    assert first.startswith("nothing listens on ")


@pytest.mark.parametrize(
    ("greeting", "hour"),
    [
        ("mx ESMTP Exim 4.96 Mon, 02 Mar 2026 09:30:00 +0200", 7),
        ("AM0 Microsoft ESMTP MAIL Service ready at Mon, 2 Mar 2026 09:30:00 +0000", 9),
        ("mx.bakery.example ESMTP Postfix (Debian)", None),
        ("mx Mon, 99 Mar 2026 09:30:00 +0000", None),
    ],
)
def test_some_servers_tell_the_time(greeting: str, hour: int | None) -> None:
    found = time_in(greeting)
    assert (found.hour if found else None) == hour


# -- the command ------------------------------------------------------------------------------


SETTINGS = """\
[owner]
name = "Anna"
email = "anna@bakery.example"
time_zone = "Europe/Tallinn"

[channels.email]
host = "127.0.0.1"
port = {smtp}
security = "starttls"
user = "anna"
password = {{env = "MAIL_SECRET"}}
ca_file = "{ca_file}"
imap_host = "127.0.0.1"
imap_port = {imap}
imap_security = "starttls"
allow_reserved = true
"""


def test_doctor_is_well_only_while_the_mail_server_is(pair: MailPair, tmp_path: Path) -> None:
    """All is fine with the pair; with another password, and with a dead port, it is not."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    text = SETTINGS.format(smtp=pair.smtp, imap=pair.imap, ca_file=pair.ca_file)
    (home / "voicenote.toml").write_text(text)
    env = {"VOICENOTE_HOME": str(home), "VOICENOTE_VOICE__ENGINE": "silent"}

    def doctor(*words: str, secret: str = PASSWORD) -> list[str]:
        done = CliRunner().invoke(
            voicenote, ["doctor", "--json", *words], env={**env, "MAIL_SECRET": secret}
        )
        found = [one["what"] for one in json.loads(done.stdout) if not one["ok"]]
        assert done.exit_code == (1 if found else 0)
        return found

    (home / "voicenote.toml").chmod(0o600)
    assert CliRunner().invoke(voicenote, ["init"], env=env).exit_code == 0
    assert doctor() == []
    assert [what.partition(" refused the log-in")[1] for what in doctor(secret="no")] == [  # noqa: S106
        " refused the log-in"
    ] * 2
    (home / "voicenote.toml").write_text(text.replace(str(pair.smtp), "1"))
    assert [what.partition(": ")[2] for what in doctor()] == ["nothing listens on 127.0.0.1:1"]
    assert doctor("--offline") == []
