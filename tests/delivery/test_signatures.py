"""Signatures are read as other programs make them: these letters were signed by dkimpy 1.1.8."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.signatures import read_signatures

Serve = Callable[..., NameServer]
KEY = (
    '"v=DKIM1; k=rsa; p='
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDGCVFlmpXfyStnbSd1hxQ/ecTWBUklQn2X2jEkzzL8"
    "4wbK7lL4fGeIo5klIPudNVNs/KZkv+yOGRLOrEaVfR6QbW13hAfIJ4IPdmnKYbP6R0ilTJUY2D+NBUwP"
    '4o3uESjQelKLfz572NvtqZ3PZNHfaK9QlPCxRqcQ3/NIIoI47QIDAQAB"'
)
LETTER = (
    b"From: Anna <anna@bakery.example>\r\n"
    b"To: x@y.example\r\n"
    b"Subject:  A   test \t of\r\n"
    b" folding \t words\r\n"
    b"X-Voicenote-Key: proof-1\r\n"
    b"\r\n"
    b"Hello  there. \r\n"
    b"\r\n"
    b" b=c;  \r\n"
    b"\r\n"
    b" \r\n"
)
RELAXED = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=bakery.example;\r\n"
    b" i=@bakery.example; q=dns/txt; s=s1; t=1796041459; h=from : subject :\r\n"
    b" to : x-none; bh=fVqltF+5acfdDXnZze6r0lEB5D+I5Z/Xb3SICoqS06c=;\r\n"
    b" b=Uw+BqlY4MpLws7BcufTvLXeVzsZxcxroOfmC+a1Lp94TFyC4Drdl2nvTVR5pb7CnrLUF6\r\n"
    b" c8VH3rMB/aMZOiWYjAghgBLugszw2Y7f0EPCWxAQoJhJe1YRWyUWVOLgHTeoiJeAnN+pV5q\r\n"
    b" lnsDGIO57Lzw7M2pMfTXW3MJlyFl7gA=\r\n"
)
SIMPLE = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=bakery.example;\r\n"
    b" i=@bakery.example; q=dns/txt; s=s1; t=1796041459; h=from : subject :\r\n"
    b" to : x-none; bh=jUzKQje0CXurRw+2ztSFPCLElHm5Qt93ajQgvE1HcRY=;\r\n"
    b" b=eP/mXzue8ROHLpRRATsDV2s2+Q2Pj+IhUC52V5Q0qVj4nO15B2S3jKETn7unk7yD4Oef3\r\n"
    b" faVah4OVAzBA9GM2J9Cl65iZlmj82aPNHR85LOZe9F5UEEViccaz9w5vUBQnTEluE+yB3VT\r\n"
    b" DgdKopSJHh3ohtkYqxQYi4s6ezhdXAs=\r\n"
)


def found(names: Serve, raw: bytes, key: str = KEY) -> list[tuple[str, str]]:
    zone = {"s1._domainkey.bakery.example TXT": [key] if key else []}
    return [(one.domain, one.wrong) for one in read_signatures(raw, names(zone))]


@pytest.mark.parametrize("signature", [RELAXED, SIMPLE, RELAXED + SIMPLE])
def test_a_signature_holds(names: Serve, signature: bytes) -> None:
    assert set(found(names, signature + LETTER)) == {("bakery.example", "")}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject:  A   test", b"subject: A test"),
        (b"there. \r\n", b"there.\t \r\n"),
        (b" b=c;", b"   b=c;"),
    ],
)
def test_a_relaxed_one_bears_other_white_space_and_a_simple_one_does_not(
    names: Serve, old: bytes, new: bytes
) -> None:
    changed = LETTER.replace(old, new)
    assert changed != LETTER
    assert found(names, RELAXED + changed)[0][1] == ""
    assert found(names, SIMPLE + changed)[0][1] != ""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"Hello", b"Hallo", "text of the letter was changed"),
        (b"Anna <", b"Eve <", "a header was changed"),
        (b"X-Voicenote-Key", b"X-None", "a header was changed"),
        (b"h=from", b"h=fro", "doesn't cover From"),
        (b"a=rsa-sha256", b"a=rsa-sha1", "isn't checked here"),
        (b" b=Uw", b" b=Ux", "a header was changed"),
        (b"s=s1", b"s=s2", "have a key"),
    ],
)
def test_what_was_changed_is_told(names: Serve, old: bytes, new: bytes, why: str) -> None:
    raw = RELAXED + LETTER
    assert old in raw
    assert why in found(names, raw.replace(old, new, 1))[0][1]


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "have a key"),
        ('"v=DKIM1; p="', "was taken back"),
        ('"v=DKIM1; p=AAAA"', "can't be read"),
        ('"v=DKIM1; p=MAkCAQcCAQMCAQE="', "can't be read"),
        ('"v=DKIM1; p=MAYCAQcCAQM="', "too short"),
    ],
)
def test_a_key_that_will_not_do_is_told(names: Serve, key: str, why: str) -> None:
    assert why in found(names, RELAXED + LETTER, key)[0][1]


def test_of_very_many_signatures_a_few_are_checked(names: Serve) -> None:
    assert len(found(names, RELAXED * 100 + LETTER)) == 5
