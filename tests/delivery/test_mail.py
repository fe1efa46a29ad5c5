"""Email on a server that obeys: one connection, the right envelope, safe log-ins."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme

from voicenote.delivery.email.mailbox import _internal_date
from voicenote.delivery.message import build_message, wire
from voicenote.delivery.tokens import fill_template, token, tokens_in
from voicenote.errors import BadSettings, Postponed, Refused
from voicenote.model.address import Address
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, ReceiptKind

Make = Callable[..., Any]
VERP, REPLY = "voice+b-{token}@bakery.example", "voice+r-{token}@bakery.example"
URL = "https://listen.bakery.example/stop/{token}"


def nothing() -> None:
    """A commit that only says yes."""


def test_the_message_arrives_byte_by_byte(serve: Make, mail: Make, letter: Parcel) -> None:
    """Its first line is a dot, which SMTP has to stuff."""
    peer = serve()
    receipt = mail(peer.port).send(letter, nothing)
    sound = {"mp3": Path(letter.files["mp3"]).read_bytes()}
    (kept,) = peer.kept
    assert kept.original_content == wire(build_message(letter, sound))
    assert receipt.kind is ReceiptKind.ACCEPTED
    assert receipt.provider_id == letter.message_id
    assert "queued as 4F1" in receipt.detail["answer"]


def test_one_connection_carries_a_whole_pass(serve: Make, mail: Make, letter: Parcel) -> None:
    peer = serve()
    channel = mail(peer.port)
    for n in range(50):
        channel.send(replace(letter, key=f"vn-{n}", message_id=f"<vn-{n}@b.example>"), nothing)
    assert len(peer.kept) == 50
    assert peer.connections == 1


@pytest.mark.parametrize(
    ("offer", "setting", "asked"),
    [("250 DSN", True, True), ("250 DSN", False, False), ("250 HELP", True, False)],
)
def test_receipts_are_asked_for_where_the_server_has_them(
    rude: Make, mail: Make, letter: Parcel, offer: str, setting: bool, asked: bool
) -> None:
    server = rude(EHLO=f"250-here\r\n{offer}")
    mail(server.port, dsn=setting).send(replace(letter, to="mari+a=b@tamm.example"), nothing)
    sender, to = server.heard[1:3]
    assert sender.startswith("MAIL FROM:<anna@bakery.example>")
    assert sender.endswith("RET=HDRS ENVID=vn-1-memo") == asked
    assert to.startswith("RCPT TO:<mari+a=b@tamm.example>")
    options = "NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;mari+2Ba+3Db@tamm.example"
    assert to.endswith(options) == asked


def test_bounces_and_answers_and_opt_outs_find_their_way_back(
    serve: Make, mail: Make, letter: Parcel
) -> None:
    peer = serve()
    mail(peer.port, verp=VERP, reply_to=REPLY, unsubscribe_url=URL).send(letter, nothing)
    (kept,) = peer.kept
    message = message_from_bytes(kept.original_content, policy=default)
    mine = token(letter.key)
    assert kept.mail_from == f"voice+b-{mine}@bakery.example"
    assert message["Reply-To"] == f"voice+r-{mine}@bakery.example"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].split(", ") == [
        f"<https://listen.bakery.example/stop/{mine}>",
        f"<mailto:voice+r-{mine}@bakery.example?subject=unsubscribe>",
    ]
    assert message["Auto-Submitted"] is None


def test_a_token_is_found_again_in_any_case() -> None:
    address = fill_template(REPLY, "vn-1")
    assert tokens_in(REPLY, f"Anna <{address.upper()}>, other@x.example") == (token("vn-1"),)
    assert tokens_in(VERP, address) == ()
    assert token("vn-1") != token("vn-2")


def test_other_renditions_by_setting(
    serve: Make, mail: Make, letter: Parcel, tmp_path: Path
) -> None:
    (tmp_path / "memo.m4a").write_bytes(b"m4a")
    peer = serve()
    files = {**letter.files, "m4a": str(tmp_path / "memo.m4a")}
    mail(peer.port, attach=["m4a", "ogg"]).send(replace(letter, files=files), nothing)
    message = message_from_bytes(peer.kept[0].original_content, policy=default)
    assert [part.get_filename() for part in message.iter_attachments()] == ["voice-memo.m4a"]


def test_a_message_larger_than_the_server_takes_is_refused(
    serve: Make, mail: Make, letter: Parcel
) -> None:
    peer = serve(data_size_limit=30_000)
    with pytest.raises(Refused, match=r"0\.1 MB.*takes 0\.0 MB"):
        mail(peer.port).send(letter, lambda: pytest.fail("committed"))


@pytest.mark.parametrize("to", ["a@example.com", "a@mail.example.org", "a@x.test", "a@localhost"])
def test_a_domain_of_nobody_is_refused(mail: Make, letter: Parcel, to: str) -> None:
    with pytest.raises(Refused, match=r"nobody can own|cannot be right"):
        mail(1, allow_reserved=False).send(replace(letter, to=to), nothing)


def test_a_copy_that_cannot_be_kept_fails_no_letter(
    serve: Make, mail: Make, letter: Parcel
) -> None:
    """It has left by then; a second try would send it twice."""
    peer = serve()
    channel = mail(
        peer.port, copy_to_sent=True, imap_host="127.0.0.1", imap_port=1, imap_security="none"
    )
    receipt = channel.send(letter, nothing)
    assert receipt.detail["copy"].startswith("none: ")
    assert len(peer.kept) == 1
    channel.close()


def test_copies_need_a_mailbox(mail: Make) -> None:
    with pytest.raises(BadSettings, match="mail") as wrong:
        mail(25, copy_to_sent=True)
    assert [each.field for each in wrong.value.problems] == ["channels.mail.copy_to_sent"]


def test_the_pace_is_kept(
    serve: Make, mail: Make, letter: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    peer = serve()
    channel = mail(peer.port, per_minute=30)
    for n in range(4):
        channel.send(replace(letter, key=f"vn-{n}", message_id=f"<vn-{n}@b.example>"), nothing)
    assert waited[0] == 0
    assert [round(each) for each in waited[1:]] == [2, 4, 6]  # none of them was waited for


def test_it_uses_the_email_address(mail: Make) -> None:
    assert (
        mail(1).address(Customer(name="Mari", addresses=(Address("phone", "+37255512345"),))) == ""
    )


# -- TLS and logging in -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def context(authority: trustme.CA, name: str = "127.0.0.1", **more: Any) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **more).configure_cert(made)
    return made


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_it_encrypts_and_logs_in(
    serve: Make, mail: Make, letter: Parcel, authority: trustme.CA, ca_file: str, security: str
) -> None:
    made = context(authority)
    options = {"ssl_context": made} if security == "tls" else {"tls_context": made}
    peer = serve(auth=True, auth_require_tls=security == "starttls", **options)
    channel = mail(
        peer.port, security=security, ca_file=ca_file, user="anna", password=lambda: "pässword"
    )
    channel.send(letter, nothing)
    assert peer.logins == [(b"anna", "pässword".encode())]
    assert len(peer.kept) == 1


def test_a_server_with_login_alone(serve: Make, mail: Make, letter: Parcel) -> None:
    peer = serve(auth=True, auth_require_tls=False, auth_exclude_mechanism=["PLAIN"])
    mail(peer.port, user="anna", password=lambda: "pässword").send(letter, nothing)
    assert peer.logins == [(b"anna", "pässword".encode())]


def test_an_access_token_logs_in(rude: Make, mail: Make, letter: Parcel) -> None:
    server = rude()
    mail(server.port, user="anna", token=lambda: "ya29.token").send(letter, nothing)
    assert len(server.kept) == 1


def test_a_wrong_password_is_said_once_and_never_shown(
    serve: Make, mail: Make, letter: Parcel
) -> None:
    peer = serve(auth=True, auth_require_tls=False)
    channel = mail(peer.port, user="anna", password=lambda: "hunter2")
    for _ in range(5):
        with pytest.raises(Postponed, match="refused the log-in") as postponed:
            channel.send(letter, lambda: pytest.fail("committed"))
        assert "app password" in postponed.value.advice
        assert "hunter2" not in repr(postponed.value) + postponed.value.what
    assert len(peer.logins) == 1


def test_a_secret_that_cannot_be_fetched_postpones(serve: Make, mail: Make, letter: Parcel) -> None:
    def missing() -> str:
        raise BadSettings("the environment variable P is not set", "set it")

    peer = serve(auth=True, auth_require_tls=False)
    with pytest.raises(Postponed, match="P is not set"):
        mail(peer.port, user="anna", password=missing).send(letter, nothing)


def test_tls_on_a_plain_port_is_explained(rude: Make, mail: Make, letter: Parcel) -> None:
    with pytest.raises(Postponed) as postponed:
        mail(rude().port, security="tls").send(letter, nothing)
    assert "587" in postponed.value.advice


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("02-Mar-2026 09:31:04 +0200", datetime(2026, 3, 2, 7, 31, 4, tzinfo=UTC)),
        ("02-Foo-2026 09:31:04 +0000", None),
        ("02-Mar-0000 09:31:04 +0000", None),
        ("31-Dec-9999 23:59:59 -9959", None),
        ("yesterday", None),
    ],
)
def test_a_strange_date_of_a_mailbox_is_no_date(said: str, moment: datetime | None) -> None:
    head = f'1 (UID 7 INTERNALDATE "{said}" BODY[]<0> {{3}}'.encode()
    assert _internal_date(head) == (moment or datetime.min.replace(tzinfo=UTC))
