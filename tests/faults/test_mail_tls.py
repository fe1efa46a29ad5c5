"""Encrypted mail on a real Postfix and Dovecot, by STARTTLS and from the first byte."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.fakes.made import make_channel
from tests.fakes.parcels import PARCEL
from tests.faults.mail_pair import LATE, MailPair
from voicenote.delivery.email.mail import Mail
from voicenote.errors import Postponed

STARTTLS, TLS = "starttls", "tls"
LONG_AGO = date(2020, 1, 1)
Make = Callable[..., Mail]


@pytest.fixture
def anna(pair: MailPair) -> Iterator[Make]:
    """Make her channel, all of it encrypted in one way."""
    made: list[Mail] = []

    def channel(security: str, **more: Any) -> Mail:
        ways: dict[str, Any] = {"security": security, "imap_security": security}
        if security == TLS:
            ways |= {"port": pair.smtps, "imap_port": pair.imaps}
        made.append(
            make_channel(Mail, "mail", pair.settings(**ways | more), lambda: datetime.now(UTC))
        )
        return made[-1]

    yield channel
    for each in made:
        each.close()


def uncommitted() -> None:
    pytest.fail("committed")


def explained(attempt: Callable[[], object], what: str, advice: str) -> None:
    """Nothing leaves, and the owner is told what is wrong and what to do."""
    with pytest.raises(Postponed, match=what) as postponed:
        attempt()
    assert advice in postponed.value.advice


@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_a_certificate_whose_time_is_over_is_explained_by_both(
    anna: Make, pair: MailPair, security: str
) -> None:
    port = pair.expired_tls if security == TLS else pair.expired
    late = anna(security, port=port, imap_host=LATE)
    for attempt in (lambda: late.send(PARCEL, uncommitted), lambda: late.ask("a", "<a@b>")):
        explained(attempt, "certificate has expired", "renew")


@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_a_certificate_of_nobody_is_explained_by_both(anna: Make, security: str) -> None:
    strict = anna(security, ca_file="")
    for attempt in (lambda: strict.send(PARCEL, uncommitted), lambda: strict.ask("a", "<a@b>")):
        explained(attempt, "is not trusted", "ca_file")


@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_a_certificate_made_out_to_another_name_is_explained_by_both(
    anna: Make, security: str
) -> None:
    misnamed = anna(security, host="localhost", imap_host="localhost")
    for attempt in (lambda: misnamed.send(PARCEL, uncommitted), lambda: misnamed.ask("a", "<a@b>")):
        explained(attempt, "is not trusted", "use the host name")


def test_a_port_that_does_not_begin_with_tls_is_explained_by_both(
    anna: Make, pair: MailPair
) -> None:
    """Each names its own ports: who reads mail is not sent to those that take it in."""
    wrong = anna(TLS, port=pair.smtp, imap_port=pair.imap)
    explained(
        lambda: wrong.send(PARCEL, uncommitted), "does not speak TLS", "port 465 with security"
    )
    explained(lambda: wrong.ask("a", "<a@b>"), "does not speak TLS", "port 993 with imap_security")


@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_a_server_tells_of_new_mail_over_an_encrypted_line(
    anna: Make, pair: MailPair, security: str
) -> None:
    """Of a letter that comes while it is listened to, and then of the next one."""
    mail, over = anna(security), threading.Event()
    told = mail.watch(over.is_set)
    next(told)  # it listens
    for words in (f"first by {security}", f"second by {security}"):
        with smtplib.SMTP("127.0.0.1", pair.smtp) as smtp:
            text = f"From: <mari@tamm.example>\r\n\r\n{words}\r\n"
            smtp.sendmail("mari@tamm.example", "anna@bakery.example", text)
        watchdog = threading.Timer(60, over.set)  # whoever is told of nothing waits no longer
        watchdog.start()
        assert any(words in said(one) for _ in told for one in mail.poll("", LONG_AGO))
        watchdog.cancel()
    over.set()
    assert list(told) == []


def said(arrival: Any) -> str:
    answer = arrival.inbound.answer if arrival.inbound else None
    return answer.text if answer else ""
