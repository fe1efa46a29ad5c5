"""Email on a real Postfix and a real Dovecot: what arrives, what comes back, what can be asked."""

from __future__ import annotations

import json
import os
import re
import smtplib
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.made import make_channel
from tests.fakes.parcels import PARCEL
from tests.faults.mail_pair import PASSWORD, TOKEN, MailPair
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.email.mailbox import open_mailbox
from voicenote.delivery.inbound import Inbound
from voicenote.delivery.message import build_message, wire
from voicenote.delivery.port import NotFound
from voicenote.delivery.tokens import fill_template, token
from voicenote.errors import Postponed, Refused
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.options import Secret

LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def mail(pair: MailPair) -> Iterator[Mail]:
    channel = make_channel(Mail, "mail", pair.settings(), lambda: datetime.now(UTC))
    yield channel
    channel.close()


@pytest.fixture
def letter(request: pytest.FixtureRequest, tmp_path: Path) -> Parcel:
    """Its key is made from the test's name, so that each finds its own post."""
    (tmp_path / "memo.mp3").write_bytes(bytes(range(256)) * 13_000)
    key = request.node.name.replace("_", "-").replace("[", "-").strip("]")
    return replace(
        PARCEL,
        key=key,
        message_id=f"<{key}@bakery.example>",
        customer="Mari Õun",
        language="et",
        subject="Sinu tort ja pael",
        text="Aitäh, et ütlesid.\n.\nPael oli vale.",
        files={"mp3": str(tmp_path / "memo.mp3")},
    )


def nothing() -> None:
    """A commit that only says yes."""


def awaited(mail: Mail, letter: Parcel, kind: ReceiptKind) -> Inbound:
    """The post on a letter, once it is there."""
    pause = threading.Event()
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for arrival in mail.poll("", LONG_AGO):
            read = arrival.inbound
            assert read is not None, arrival.broken
            mine = letter.key in read.keys or token(letter.key) in read.tokens
            if mine and read.receipt and read.receipt.kind is kind:
                return read
        pause.wait(0.2)
    pytest.fail(f"no {kind} for {letter.key}")


def box_of(pair: MailPair, user: str) -> list[bytes]:
    settings = make_channel(
        Mail, "mail", pair.settings(user=user), lambda: datetime.now(UTC)
    ).options
    assert settings.imap is not None
    with open_mailbox(settings.imap) as box:
        box.folder.set("INBOX", readonly=True)
        return [message.obj.as_bytes() for message in box.fetch(mark_seen=False)]


def test_a_memo_arrives_byte_by_byte(pair: MailPair, mail: Mail, letter: Parcel) -> None:
    """More than three megabytes; read without a defect by the standard library."""
    mail.send(letter, nothing)
    awaited(mail, letter, ReceiptKind.ACCEPTED)
    raws = [raw for raw in box_of(pair, "mari") if letter.key.encode() in raw]
    message = message_from_bytes(raws[0], policy=default)
    assert not [part.defects for part in message.walk() if part.defects]
    (sound,) = message.iter_attachments()
    assert sound.get_content() == Path(letter.files["mp3"]).read_bytes()
    assert message["To"].addresses[0].display_name == letter.customer
    assert len(raws) == 1


@pytest.mark.parametrize(("user", "status"), [("nobody", "5.1.1"), ("full", "5.2.2")])
def test_a_bounce_tells_why(mail: Mail, letter: Parcel, user: str, status: str) -> None:
    mail.send(replace(letter, to=f"{user}@tamm.example"), nothing)
    read = awaited(mail, letter, ReceiptKind.BOUNCED)
    assert read.receipt is not None
    assert read.receipt.detail["status"] == status
    assert read.receipt.detail["recipient"] == f"{user}@tamm.example"
    assert read.keys == (letter.key,)
    assert read.tokens == (token(letter.key),)
    assert read.message_ids == (letter.message_id,)


def test_a_delivery_report_says_no_more_than_it_knows(mail: Mail, letter: Parcel) -> None:
    mail.send(letter, nothing)
    read = awaited(mail, letter, ReceiptKind.ACCEPTED)
    assert read.receipt is not None
    assert read.receipt.detail["action"] == "relayed"


def test_somebody_who_is_away_has_not_answered(pair: MailPair, letter: Parcel) -> None:
    """Without ``List-`` headers: where they are, a good autoresponder stays silent (RFC 5230)."""
    quiet = make_channel(Mail, "mail", pair.settings(reply_to=""), lambda: datetime.now(UTC))
    quiet.send(replace(letter, to="away@tamm.example"), nothing)
    read = awaited(quiet, letter, ReceiptKind.AUTO_REPLY)
    assert read.answer is None
    quiet.close()


def test_a_persons_answer_is_one(pair: MailPair, mail: Mail, letter: Parcel) -> None:
    mail.send(letter, nothing)
    reply = EmailMessage()
    reply["From"] = "Mari Õun <mari@tamm.example>"
    reply["To"] = fill_template("anna+r-{token}@bakery.example", letter.key)
    reply["Subject"] = "Re: Sinu tort"
    reply["In-Reply-To"] = letter.message_id
    reply.set_content("Aitäh, kõik on korras!\n\nAnna kirjutas:\n> Pael oli vale.\n")
    with smtplib.SMTP("127.0.0.1", pair.smtp) as smtp:
        smtp.send_message(reply, "mari@tamm.example")
    read = awaited(mail, letter, ReceiptKind.ANSWERED)
    assert read.answer is not None
    assert read.answer.text == "Aitäh, kõik on korras!"
    assert read.message_ids == (letter.message_id,)
    assert not read.opt_out


def test_another_domain_is_refused_before_anything_leaves(mail: Mail, letter: Parcel) -> None:
    with pytest.raises(Refused, match="nothing leaves this machine") as refused:
        mail.send(replace(letter, to="mari@elsewhere.example"), lambda: pytest.fail("committed"))
    assert refused.value.advice
    mail.send(letter, nothing)


def test_too_large_is_refused_before_anything_leaves(mail: Mail, letter: Parcel) -> None:
    Path(letter.files["mp3"]).write_bytes(bytes(20_000_000))
    with pytest.raises(Refused, match=r"takes 20\.0 MB"):
        mail.send(letter, lambda: pytest.fail("committed"))


def test_a_message_withdrawn_before_its_dot_never_arrives(
    pair: MailPair, mail: Mail, letter: Parcel
) -> None:
    with pytest.raises(ZeroDivisionError):
        mail.send(letter, lambda: 1 / 0)  # type: ignore[arg-type]
    later = replace(letter, key=f"{letter.key}-2", message_id="<later@bakery.example>")
    mail.send(later, nothing)
    awaited(mail, later, ReceiptKind.ACCEPTED)
    raws = [raw for raw in box_of(pair, "mari") if letter.key.encode() in raw]
    assert [b"-2\r\n" in raw or b"-2\n" in raw for raw in raws] == [True]


def test_a_wrong_password_is_explained_by_both(pair: MailPair, letter: Parcel) -> None:
    wrong = make_channel(
        Mail, "m", pair.settings(password=lambda: "hunter2"), lambda: datetime.now(UTC)
    )
    attempts: list[Callable[[], object]] = [
        lambda: wrong.send(letter, nothing),
        lambda: wrong.ask("a", "<a@b>"),
    ]
    for attempt in attempts:
        with pytest.raises(Postponed, match="refused the log-in") as postponed:
            attempt()
        assert "app password" in postponed.value.advice
        assert "hunter2" not in str(postponed.value)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("by", ["password", "token"])
def test_it_encrypts_and_logs_in_by_a_password_or_a_token(
    pair: MailPair, letter: Parcel, security: str, by: str
) -> None:
    """To both servers. The token comes out of a command. What they write down tells how."""
    settings = pair.settings(security=security, imap_security=security)
    if security == "tls":
        settings |= {"port": pair.smtps, "imap_port": pair.imaps}
    if by == "token":
        settings |= {"password": None, "token": Secret("command", f"echo {TOKEN}", os.environ)}
    mail = make_channel(Mail, "mail", settings, lambda: datetime.now(UTC))
    mail.send(letter, nothing)
    awaited(mail, letter, ReceiptKind.ACCEPTED)
    mail.close()
    method = "XOAUTH2" if by == "token" else "PLAIN"
    assert f"sasl_method={method}, sasl_username=anna" in pair.logs()
    assert re.search(rf"Login: user=<anna>, method={method}.*, TLS", pair.logs())
    assert TOKEN not in pair.logs()


def test_a_token_that_is_over_is_explained_by_both(pair: MailPair, letter: Parcel) -> None:
    token = Secret("command", "echo ya29.too-old", os.environ)
    wrong = make_channel(
        Mail, "m", pair.settings(password=None, token=token), lambda: datetime.now(UTC)
    )
    attempts: list[Callable[[], object]] = [
        lambda: wrong.send(letter, nothing),
        lambda: wrong.ask("a", "<a@b>"),
    ]
    for attempt in attempts:
        with pytest.raises(Postponed, match="refused the log-in") as postponed:
            attempt()
        assert postponed.value.advice
        assert "too-old" not in str(postponed.value)


def test_the_sent_folder_settles_what_is_uncertain(mail: Mail, letter: Parcel) -> None:
    """Its name is German, so it is found by its mark; a key that only begins alike is no proof."""
    assert mail.ask(letter.key, letter.message_id) is NotFound.CANNOT_TELL
    renamed = replace(letter, key=f"{letter.key}-10", message_id="<provider@mx.example>", files={})
    keep_in_sent(mail, replace(letter, files={}, key="other"), renamed)
    by_id = mail.ask("unknown", letter.message_id)
    assert isinstance(by_id, Receipt)
    assert by_id.detail["by"] == "Message-ID"
    by_key = mail.ask(renamed.key, "<ours@bakery.example>")
    assert isinstance(by_key, Receipt)
    assert by_key.detail["folder"] == "Gesendet"
    assert mail.ask(f"{letter.key}-1", "<ours@bakery.example>") is NotFound.CANNOT_TELL


def keep_in_sent(mail: Mail, *letters: Parcel) -> None:
    server: Any = mail.options.imap
    with open_mailbox(server) as box:
        for letter in letters:
            box.append(wire(build_message(letter, {})), "Gesendet")


def test_what_was_read_is_not_read_again(mail: Mail, letter: Parcel) -> None:
    for one in (letter, replace(letter, key=f"{letter.key}-next")):
        mail.send(one, nothing)
        awaited(mail, one, ReceiptKind.ACCEPTED)
    places = [arrival.place for arrival in mail.poll("", LONG_AGO)]
    uids = [int(place.partition(":")[2]) for place in places]
    assert uids == sorted(set(uids))
    assert list(mail.poll(places[-1], LONG_AGO)) == []
    assert [one.place for one in mail.poll(places[-2], LONG_AGO)] == [places[-1]]
    assert len(list(mail.poll(f"1:{uids[-1]}", LONG_AGO))) == len(places)


def test_killed_at_any_line_what_had_not_committed_never_arrives(
    pair: MailPair, mail: Mail, letter: Parcel, tmp_path: Path
) -> None:
    """Processes die by kill -9, most of them around the commit; nothing arrives twice."""
    (tmp_path / "marks").mkdir()
    facts = asdict(replace(letter, files={})) | {"made_at": letter.made_at.isoformat()}
    order = {
        "channel": "voicenote.delivery.email.mail:Mail",
        "settings": pair.settings(password=PASSWORD),
        "parcel": facts,
        "marks": str(tmp_path / "marks"),
        "kills": 30,
    }
    script = Path(__file__).parents[1] / "contract" / "channel_kills.py"
    ran = subprocess.run(
        [sys.executable, str(script)],
        input=json.dumps(order), capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    last = replace(letter, key="storm-last", message_id="<storm-last@bakery.example>")
    mail.send(last, nothing)
    awaited(mail, last, ReceiptKind.ACCEPTED)
    found = [re.search(rb"X-Voicenote-Key: (kill-\d+)", raw) for raw in box_of(pair, "mari")]
    arrived = sorted(each.group(1).decode() for each in found if each)
    children = json.loads(ran.stdout)
    committed = {child["key"] for child in children if child["committed"]}
    ended = {child["key"] for child in children if child["ended"]}
    assert len(children) > 40
    assert len(arrived) == len(set(arrived))
    assert ended <= set(arrived) <= committed


def test_the_log_in_is_never_offered_in_the_open(pair: MailPair) -> None:
    """Postfix offers AUTH only after STARTTLS here: the peer of the tests is as strict as ours."""
    with smtplib.SMTP("127.0.0.1", pair.smtp) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("auth")
        smtp.starttls(context=ssl.create_default_context(cafile=str(pair.ca_file)))
        smtp.ehlo()
        assert smtp.has_extn("auth")
    assert PASSWORD not in pair.logs()
