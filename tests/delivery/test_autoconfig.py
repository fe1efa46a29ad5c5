"""The mail servers of an address are found: in our table, in its domain's file, in its DNS."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voicenote.delivery.email.autoconfig import find_servers, read_file
from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.providers import MailHost, MailServers
from voicenote.errors import Postponed, Unavailable, WrongUse

FILE = """<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="bakery.example">
 <domain>bakery.example</domain>
 <incomingServer type="pop3"><hostname>pop.bakery.example</hostname><port>995</port>
  <socketType>SSL</socketType></incomingServer>
 <incomingServer type="imap"><hostname>in.%EMAILDOMAIN%</hostname><port>143</port>
  <socketType>plain</socketType></incomingServer>
 <incomingServer type="imap"><hostname>in.%EMAILDOMAIN%</hostname><port>993</port>
  <socketType>SSL</socketType><username>%EMAILADDRESS%</username></incomingServer>
 <outgoingServer type="smtp"><hostname>Out.bakery.example</hostname><port>587</port>
  <socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username></outgoingServer>
</emailProvider></clientConfig>"""
SRV = {
    "_submission._tcp.bakery.example SRV": ["0 1 587 mail.bakery.example."],
    "_submissions._tcp.bakery.example SRV": [
        "20 1 466 late.bakery.example.", "10 1 465 mail.bakery.example.",
    ],
    "_imaps._tcp.bakery.example SRV": ["0 0 0 ."],
    "_imap._tcp.bakery.example SRV": ["0 1 143 mail.bakery.example."],
}  # fmt: skip
Serve = Callable[..., NameServer]


def no_file(url: str) -> bytes:
    raise Postponed(f"nothing at {url}")


def find(address: str, names: NameServer) -> MailServers | None:
    return find_servers(address, names, no_file)


@pytest.mark.parametrize(
    ("address", "source", "smtp", "login"),
    [
        ("ada@gmail.com", "Google", "smtp.gmail.com:465", "google"),
        ("Ada@GoogleMail.com", "Google", "smtp.gmail.com:465", "google"),
        ("ada@outlook.com", "Outlook.com", "smtp-mail.outlook.com:587", "microsoft"),
        ("ada@fastmail.com", "Fastmail", "smtp.fastmail.com:465", ""),
        ("ada@me.com", "iCloud", "smtp.mail.me.com:587", ""),
        ("ada@zohomail.eu", "Zoho", "smtp.zoho.eu:465", ""),
    ],
)
def test_a_known_provider_needs_no_look_up(
    address: str, source: str, smtp: str, login: str
) -> None:
    found = find(address, NameServer("127.0.0.1:1"))
    assert found is not None
    assert (found.source, str(found.smtp), found.login) == (source, smtp, login)


@pytest.mark.parametrize(
    ("receiver", "source"),
    [
        ("aspmx.l.google.com.", "Google"),
        ("bakery-example.mail.protection.outlook.com.", "Microsoft 365"),
        ("bakery-example.a-v1.mx.microsoft.", "Microsoft 365"),
        ("in1-smtp.messagingengine.com.", "Fastmail"),
        ("mx01.mail.icloud.com.", "iCloud"),
        ("mx.zoho.eu.", "Zoho"),
    ],
)
def test_a_domain_of_ones_own_is_known_by_who_receives_its_mail(
    names: Serve, receiver: str, source: str
) -> None:
    found = find(
        "ada@bakery.example",
        names({"bakery.example MX": [f"10 {receiver}", "90 mx.else.example."]}),
    )
    assert found is not None
    assert found.source == source


def test_a_receiver_that_only_ends_alike_is_not_the_provider(names: Serve) -> None:
    zone = {"bakery.example MX": ["10 mx.notgoogle.com."]}
    assert find("ada@bakery.example", names(zone)) is None


def test_the_file_of_the_domain_is_read(names: Serve) -> None:
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return FILE.encode() if "well-known" in url else no_file(url)

    found = find_servers("ada@bakery.example", names({}), fetch)
    assert found is not None
    assert found.smtp == MailHost("out.bakery.example", 587, "starttls")
    assert found.imap == MailHost("in.bakery.example", 993, "tls")
    assert found.user == "ada"
    assert all(url.startswith("https://") and "ada" not in url for url in asked)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"<a>", b"<html/>", b"\xff\xfe", b"<!DOCTYPE x [<!ENTITY a 'b'>]><a>&a;</a>",
        FILE.partition("?>")[2].encode("utf-16"),
        FILE.replace("%EMAILLOCALPART%", "ada&#10;x LOGOUT").encode(),
        FILE.replace("%EMAILLOCALPART%", "ada&#x202e;").encode(),
        FILE.replace("STARTTLS", "plain").encode(),
        FILE.replace("Out.bakery.example", "out;rm -rf").encode(),
        FILE.replace("<port>587", "<port>587000").encode(),
    ],
)  # fmt: skip
def test_a_file_without_an_encrypted_server_is_none(raw: bytes) -> None:
    assert read_file(raw, "ada@bakery.example") is None


def test_services_in_the_dns_are_taken_with_tls_first(names: Serve) -> None:
    found = find("ada@bakery.example", names(SRV))
    assert found is not None
    assert found.smtp == MailHost("mail.bakery.example", 465, "tls")
    assert found.imap == MailHost("mail.bakery.example", 143, "starttls")


def test_a_domain_that_says_nothing_has_none(names: Serve) -> None:
    assert find("ada@bakery.example", names({})) is None


def test_a_silent_name_server_is_given_up(names: Serve) -> None:
    silent = names({}, silent=["example"], seconds=0.2)
    assert find("ada@bakery.example", silent) is None
    with pytest.raises(Unavailable, match="no name server says"):
        silent.mx("bakery.example")


def test_domains_that_nobody_can_own_are_not_asked_for() -> None:
    class Never(NameServer):
        def mx(self, domain: str) -> list[str]:
            pytest.fail(f"asked for {domain}")

    assert find("ada@bakery.example", Never()) is None


@pytest.mark.parametrize("address", ["ns.example.com", "1.2.3.4:x", "::x"])
def test_what_is_not_an_address_of_a_name_server_is_refused(address: str) -> None:
    with pytest.raises(WrongUse, match="name server"):
        NameServer(address).mx("bakery.example")
