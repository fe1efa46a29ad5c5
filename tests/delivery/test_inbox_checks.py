"""What stands between a letter and the inbox is found in the DNS and in the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes.dkim_signer import key_record, sign
from voicenote.delivery.email.inbox_checks import SentFrom, check_inbox, check_size
from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.sender_policy import evaluate
from voicenote.delivery.port import InboxCheck

Serve = Callable[..., NameServer]
HOME = "192.0.2.7"
SENT = SentFrom(domain="bakery.example", envelope="bakery.example", host="mx.bakery.example")
GOOD = {
    "bakery.example MX": ["10 mx.bakery.example."],
    "bakery.example TXT": ['"google-site-verification=x"', '"v=spf1 mx -all"'],
    "mx.bakery.example A": [HOME],
    "7.2.0.192.in-addr.arpa PTR": ["mx.bakery.example."],
    "_dmarc.bakery.example TXT": ['"v=DMARC1; p=quarantine; rua=mailto:x@bakery.example"'],
}
LETTER = (
    b"From: Anna <anna@bakery.example>\r\nTo: anna@bakery.example\r\nSubject: A test\r\n"
    b"List-Unsubscribe: <mailto:x@bakery.example>\r\n\r\nHello.\r\n"
)


def checks(names: NameServer, raw: bytes = LETTER, sent: SentFrom = SENT) -> dict[str, InboxCheck]:
    return {one.about: one for one in check_inbox(sent, raw, names)}


def test_a_good_domain_has_nothing_wrong(names: Serve) -> None:
    zone = GOOD | {"s1._domainkey.bakery.example TXT": [key_record()]}
    found = checks(names(zone), sign(LETTER, "bakery.example"))
    assert {about: one.ok for about, one in found.items()} == dict.fromkeys(
        ("MX", "SPF", "DKIM", "DMARC", "reverse name", "List-Unsubscribe"), True
    )
    assert found["DMARC"].what == "SPF and DKIM prove bakery.example (p=quarantine)"


@pytest.mark.parametrize(
    ("name", "records", "about", "says"),
    [
        ("bakery.example MX", [], "MX", "answers are lost"),
        ("bakery.example TXT", [], "SPF", "says of nobody"),
        ("bakery.example TXT", ['"v=spf1 -all"', '"v=spf1 mx -all"'], "SPF", "2 SPF records"),
        ("bakery.example TXT", ['"v=spf1 ip4:192.0.2.8 -all"'], "SPF", "doesn't name"),
        ("bakery.example TXT", ['"v=spf1 include:none.example -all"'], "SPF", "which has none"),
        ("bakery.example TXT", ['"v=spf1 ipv4:192.0.2.7 -all"'], "SPF", "nothing that SPF knows"),
        ("_dmarc.bakery.example TXT", [], "DMARC", "no DMARC record"),
    ],
)
def test_what_the_domain_lacks_is_wrong_with_its_cure(
    names: Serve, name: str, records: list[str], about: str, says: str
) -> None:
    found = checks(names(GOOD | {name: records}))[about]
    assert (found.ok, bool(found.cure)) == (False, True)
    assert says in found.what


def test_a_server_without_a_name_that_leads_back_is_told(names: Serve) -> None:
    found = checks(names(GOOD | {"7.2.0.192.in-addr.arpa PTR": ["host7.rent.example."]}))
    assert found["reverse name"].ok is None
    assert HOME in found["reverse name"].what


def test_the_include_of_a_provider_is_enough_for_its_servers(names: Serve) -> None:
    """Nobody outside knows from which of its many addresses Google sends."""
    zone = {
        **GOOD,
        "bakery.example MX": ["1 aspmx.l.google.com."],
        "bakery.example TXT": ['"v=spf1 include:_spf.google.com ~all"'],
        "_spf.google.com TXT": ['"v=spf1 ip4:203.0.113.0/24 ~all"'],
    }
    google = SentFrom(domain="bakery.example", envelope="bakery.example", host="smtp.gmail.com")
    found = checks(names(zone), sent=google)
    assert found["SPF"].ok is True
    assert "reverse name" not in found
    without = checks(names(zone | {"bakery.example TXT": ['"v=spf1 mx ~all"']}), sent=google)
    assert without["SPF"].ok is False
    assert "include:_spf.google.com" in without["SPF"].cure


def test_a_signature_of_a_changed_letter_does_not_hold(names: Serve) -> None:
    zone = GOOD | {"s1._domainkey.bakery.example TXT": [key_record()]}
    changed = sign(LETTER, "bakery.example").replace(b"Hello", b"Hallo")
    found = checks(names(zone), changed)["DKIM"]
    assert found.ok is False
    assert "doesn't hold" in found.what


def test_a_signature_without_its_key_does_not_hold(names: Serve) -> None:
    assert checks(names(GOOD), sign(LETTER, "bakery.example"))["DKIM"].ok is False


def test_a_key_that_no_name_server_tells_leaves_the_signature_open(names: Serve) -> None:
    silent = names(GOOD, silent=["_domainkey.bakery.example"], seconds=0.2)
    found = checks(silent, sign(LETTER, "bakery.example"))
    assert "DKIM" not in found
    assert found["DNS"].ok is None


def test_the_cure_names_each_address_as_spf_writes_it(names: Serve) -> None:
    zone = {"bakery.example TXT": [], "mx.bakery.example AAAA": ["2001:db8::7"]}
    cure = checks(names(GOOD | zone))["SPF"].cure
    assert cure.endswith(f": v=spf1 ip4:{HOME} ip6:2001:db8::7 ~all")


def test_a_signature_of_another_domain_proves_nothing_for_yours(names: Serve) -> None:
    """As a mailing service signs that was not told to sign for you."""
    zone = {
        **GOOD,
        "bakery.example TXT": ['"v=spf1 ip4:192.0.2.200 -all"'],
        "s1._domainkey.sender.example TXT": [key_record()],
    }
    found = checks(names(zone), sign(LETTER, "sender.example"))
    assert found["DKIM"].ok is True
    assert found["DMARC"].ok is False
    assert "sender.example" in found["DMARC"].what


@pytest.mark.parametrize(("mode", "ok"), [("", True), (" adkim=s;", False)])
def test_a_part_of_your_domain_proves_it_unless_that_is_strict(
    names: Serve, mode: str, *, ok: bool
) -> None:
    zone = {
        **GOOD,
        "bakery.example TXT": ['"v=spf1 ip4:192.0.2.200 -all"'],
        "_dmarc.bakery.example TXT": [f'"v=DMARC1;{mode} p=reject"'],
        "s1._domainkey.mail.bakery.example TXT": [key_record()],
    }
    found = checks(names(zone), sign(LETTER, "mail.bakery.example"))
    assert found["DMARC"].ok is ok


def test_a_domain_below_takes_the_record_above(names: Serve) -> None:
    zone = {
        **GOOD,
        "shop.bakery.example MX": ["10 mx.bakery.example."],
        "shop.bakery.example TXT": ['"v=spf1 mx -all"'],
        "_dmarc.bakery.example TXT": ['"v=DMARC1; p=none; sp=reject"'],
    }
    below = SentFrom(domain="shop.bakery.example", envelope="bakery.example", host=SENT.host)
    found = checks(names(zone), sent=below)["DMARC"]
    assert (found.ok, found.what) == (True, "SPF proves shop.bakery.example (p=reject)")


def test_the_domain_of_a_provider_is_the_providers_matter() -> None:
    gmail = SentFrom(domain="gmail.com", envelope="gmail.com", host="smtp.gmail.com")
    found = checks(NameServer("127.0.0.1:1"), sent=gmail)
    assert list(found) == ["sender", "List-Unsubscribe"]


def test_what_the_receiving_server_found_is_told(names: Serve) -> None:
    said = b"Authentication-Results: mx.tamm.example; spf=pass; dkim=fail; dmarc=fail\r\n"
    found = checks(names(GOOD), said + LETTER)["receiver"]
    assert (found.ok, found.what) == (
        False,
        "the server that received it says spf=pass, dkim=fail, dmarc=fail",
    )


def test_a_silent_name_server_is_told_and_ends_nothing(names: Serve) -> None:
    found = checks(names({}, silent=["bakery.example"], seconds=0.2))
    assert found["DNS"].ok is None
    assert "List-Unsubscribe" in found


def test_a_letter_that_did_not_come_back_is_checked_by_the_dns_alone(names: Serve) -> None:
    found = checks(names(GOOD), b"")
    assert found["DKIM"].ok is None
    assert found["DMARC"].ok is True


@pytest.mark.parametrize(("limit", "ok"), [(0, None), (1_000_000, False), (25_000_000, True)])
def test_a_limit_too_small_for_a_long_memo_is_told(limit: int, *, ok: bool | None) -> None:
    assert check_size(limit).ok is ok


@pytest.mark.parametrize(
    ("record", "address", "result"),
    [
        ("v=spf1 a -all", HOME, "pass"),
        ("v=spf1 a:mx.bakery.example/24 -all", "192.0.2.200", "pass"),
        ("v=spf1 mx/28 -all", "192.0.2.200", "fail"),
        ("v=spf1 ip6:2001:db8::/32 ?all", "2001:db8::1", "pass"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "2001:db8::1", "fail"),
        ("v=spf1 include:below.example ~all", "198.51.100.1", "pass"),
        ("v=spf1 include:below.example ~all", HOME, "softfail"),
        ("v=spf1 redirect=below.example", "198.51.100.1", "pass"),
        ("v=spf1 redirect=loop.example", HOME, "permerror"),
        ("v=spf1 include:loop.example -all", HOME, "permerror"),
        ("v=spf1 ip4:nonsense -all", HOME, "permerror"),
        ("v=spf1 exists:%{i}.x.example ptr exp=x.example", HOME, "neutral"),
        ("v=spf10 a -all", HOME, "none"),
        ("", HOME, "none"),
    ],
)
def test_the_senders_of_a_domain(names: Serve, record: str, address: str, result: str) -> None:
    zone = {
        "bakery.example TXT": [f'"{record}"'],
        "bakery.example A": [HOME],
        "bakery.example MX": ["10 mx.bakery.example."],
        "mx.bakery.example A": [HOME],
        "below.example TXT": ['"v=spf1 ip4:198.51.100.1 -all"'],
        "loop.example TXT": ['"v=spf1 include:loop.example redirect=loop.example"'],
    }
    assert evaluate("bakery.example", address, names(zone)).result == result
