"""`channels test` on a real mail server: a letter leaves, comes back, and is checked."""

from __future__ import annotations

import json
import smtplib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from click.testing import CliRunner

from tests.fakes.dkim_signer import key_record, sign
from tests.fakes.name_server import FakeNameServer
from tests.faults.mail_pair import PASSWORD, MailPair
from voicenote.cli.app import voicenote

Test = Callable[..., tuple[int, dict[str, dict[str, Any]]]]
ZONE = {
    "bakery.example MX": ["10 mx.bakery.example."],
    "bakery.example TXT": ['"v=spf1 ip4:127.0.0.1 -all"'],
    "_dmarc.bakery.example TXT": ['"v=DMARC1; p=reject"'],
    "s1._domainkey.bakery.example TXT": [key_record()],
    "mx.bakery.example A": ["127.0.0.1"],
    "1.0.0.127.in-addr.arpa PTR": ["mx.bakery.example."],
}


@pytest.fixture
def test(tmp_path: Path, pair: MailPair) -> Iterator[Test]:
    """Test Anna's channel with some other settings; return the exit code and the checks."""
    names = FakeNameServer(ZONE)

    def call(*words: str, **more: object) -> tuple[int, dict[str, dict[str, Any]]]:
        given = {**pair.settings(), "verp": None, **more}
        given["password"] = None if "password" not in more else given["password"]
        lines = [f"{k} = {json.dumps(v)}" for k, v in given.items() if v is not None]
        if given.get("user"):
            lines.append('password = {env = "MAIL_PASSWORD"}')
        (tmp_path / "voicenote.toml").write_text(
            '[owner]\nname = "Anna"\nemail = "anna@bakery.example"\n[channels.mail]\n'
            'kind = "email"\n' + "\n".join(lines)
        )
        done = CliRunner().invoke(
            voicenote,
            ["channels", "test", "mail", "--json", "--dns", names.address, "--wait", "9", *words],
            env={"VOICENOTE_HOME": str(tmp_path), "MAIL_PASSWORD": PASSWORD},
        )
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        found = json.loads(done.stdout) if done.stdout else []
        return done.exit_code, {one["about"]: one for one in found}

    yield call
    names.close()


class Signer:
    """Signs each letter as a provider does, and hands it to the real server."""

    def __init__(self, lmtp: int) -> None:
        self.lmtp = lmtp

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        signed = sign(envelope.content, "bakery.example")
        with smtplib.LMTP("127.0.0.1", self.lmtp) as line:
            line.sendmail(str(envelope.mail_from), envelope.rcpt_tos, signed)
        return "250 signed"


@pytest.fixture
def signing(pair: MailPair) -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = int(sock.getsockname()[1])
    controller = Controller(
        Signer(pair.lmtp),
        hostname="127.0.0.1",
        port=port,
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
    )
    controller.start()
    yield port
    controller.stop()


def test_a_letter_comes_back_and_nothing_is_wrong(test: Test) -> None:
    code, found = test()
    assert code == 0, found
    assert found["sending"]["ok"]
    assert found["reading"]["ok"]
    assert found["inbox"]["what"] == "it came back, into the inbox"
    assert "anna+r-" in found["answers"]["what"]
    assert found["size"]["what"] == "it takes letters of 20 MB"
    assert [about for about, one in found.items() if one["ok"] is None] == ["DKIM"]


def test_a_signature_is_checked_on_what_came_back(test: Test, signing: int) -> None:
    code, found = test(port=signing, security="none")
    assert (code, found["DKIM"]["what"]) == (0, "signed by bakery.example")
    assert "SPF and DKIM prove bakery.example" in found["DMARC"]["what"]


def test_a_channel_that_reads_nothing_is_told(test: Test) -> None:
    code, found = test(imap_host=None)
    assert (code, found["inbox"]["cure"]) == (1, "set imap_host")


def test_without_reply_to_nobody_can_opt_out_in_the_mail_program(test: Test) -> None:
    _, found = test(reply_to=None)
    assert found["List-Unsubscribe"]["ok"] is None
    assert "answers" not in found


def test_an_address_for_answers_that_does_not_arrive_is_wrong(test: Test) -> None:
    code, found = test("--wait", "1", reply_to="nobody+r-{token}@bakery.example")
    assert (code, found["answers"]["ok"]) == (1, False)
    assert "has not arrived" in found["answers"]["what"]


def test_a_letter_to_another_mailbox_of_yours_does_not_come_back_here(test: Test) -> None:
    code, found = test("--to", "mari@tamm.example", "--wait", "1", reply_to=None)
    assert (code, found["inbox"]["ok"]) == (1, False)


def test_a_server_that_does_not_let_us_in_ends_it(test: Test) -> None:
    code, found = test(user="mari-who-is-not-there")
    assert (code, list(found)) == (1, ["sending"])
    assert "refused the log-in" in found["sending"]["what"]
    assert found["sending"]["cure"]
