"""The one reader of addresses: every spelling of an address comes out as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote import addresses
from voicenote.errors import BadData
from voicenote.model.address import TELEGRAM, Address


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+372 5123 4567", "", "+37251234567"),
        ("5123 4567", "EE", "+37251234567"),
        ("00372 5123 4567", "PL", "+37251234567"),
        ("(00) 372 5123-4567", "", "+37251234567"),
        ("(212) 555-0143", "US", "+12125550143"),
        ("054-123-4567", "IL", "+972541234567"),
        ("'+48 512 345 678", "", "+48512345678"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"),
        ("＋３７２ ５１２３ ４５６７", "", "+37251234567"),
        ("\u202a+372 5123 4567\u202c", "", "+37251234567"),
        ("tel:+372-5123-4567;ext=5", "", "+37251234567"),
        ("TEL:+37251234567", "", "+37251234567"),
        ("whatsapp:+37251234567", "", "+37251234567"),
        ("whatsapp:5123 4567", "EE", "+37251234567"),
        ("https://wa.me/37251234567?text=hi", "US", "+37251234567"),
        ("wa.me/+37251234567", "", "+37251234567"),
        ("https://api.whatsapp.com/send?phone=37251234567&text=hi", "", "+37251234567"),
        ("37251234567@s.whatsapp.net", "", "+37251234567"),
        ("37251234567.0", "EE", "+37251234567"),
        ("+44 (0) 20 7946 0958", "", "+442079460958"),
    ],
)
def test_a_phone_becomes_e164(text: str, region: str, number: str) -> None:
    assert addresses.phone(text, region) == number


@pytest.mark.parametrize(
    ("text", "region"),
    [("12", "EE"), ("call me", "US"), ("5123 4567", ""), ("4.47E+11", "GB"), ("555-0143", "US")],
)
def test_what_is_no_phone_is_refused(text: str, region: str) -> None:
    with pytest.raises(BadData):
        addresses.phone(text, region)


def test_a_phone_that_a_spreadsheet_cut_says_so() -> None:
    with pytest.raises(BadData, match="spreadsheet"):
        addresses.phone("4.47912E+11", "GB")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@shop.ee", "ann@shop.ee"),
        ("Ann <ann@SHOP.ee>", "ann@shop.ee"),
        ("Lee, Ann <ann@shop.ee>", "ann@shop.ee"),
        ("<ann@shop.ee>", "ann@shop.ee"),
        ("<mailto:ann@shop.ee>", "ann@shop.ee"),
        ("mailto:ann@shop.ee", "ann@shop.ee"),
        ("MAILTO:ann%2Bx@shop.ee?subject=hi", "ann+x@shop.ee"),
        ("ann@shop.ee.", "ann@shop.ee"),
        (" ann@shop.ee; ", "ann@shop.ee"),
        ("ann@\u200bshop.ee", "ann@shop.ee"),
        ("ann＠shop.ee", "ann@shop.ee"),
        ("ann@xn--bcher-kva.de", "ann@bücher.de"),
        ("ann@example.com", "ann@example.com"),
        ("ann@shop.test", "ann@shop.test"),
    ],
)
def test_an_email_address_is_normalised(text: str, address: str) -> None:
    assert addresses.email(text) == address


@pytest.mark.parametrize("text", ["ann", "ann@", "@b.ee", "a b@c.ee", "a@b..ee", "a@b.ee, c@d.ee"])
def test_what_is_no_email_address_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        addresses.email(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("@ann_tamm", "@ann_tamm"),
        ("ann_tamm", "@ann_tamm"),
        ("https://t.me/ann_tamm", "@ann_tamm"),
        ("t.me/ann_tamm?start=1", "@ann_tamm"),
        ("tg://resolve?domain=ann_tamm", "@ann_tamm"),
        ("telegram:@ann_tamm", "@ann_tamm"),
        ("telegram:123", "123"),
        ("tg://user?id=7123456789", "7123456789"),
        ("123456789", "123456789"),
        ("123456789.0", "123456789"),
        ("-1001234567890", "-1001234567890"),
        ("\u22121001234567890", "-1001234567890"),
    ],
)
def test_a_telegram_name_is_a_handle_or_a_number(text: str, name: str) -> None:
    assert addresses.telegram(text) == name


@pytest.mark.parametrize(
    ("text", "region", "kinds"),
    [
        ("ann@shop.ee", "", "email"),
        ("@ann_tamm", "", "telegram"),
        ("+372 5123 4567", "", "phone"),
        ("-1001234567890", "EE", "telegram"),
        ("5123 4567", "EE", "phone"),
        ("51234567", "EE", "phone telegram"),
        ("37251234567", "", "phone telegram"),
        ("123", "EE", "telegram"),
        ("telegram:37251234567", "EE", "telegram"),
        ("wa.me/37251234567", "EE", "phone"),
    ],
)
def test_all_that_an_address_can_mean_is_told(text: str, region: str, kinds: str) -> None:
    assert [one.kind for one in addresses.read_addresses(text, region)] == kinds.split()


@pytest.mark.parametrize("text", ["", "ann", "Ann Lee", "7", "hello there", "@", "tel:x", "12:30"])
def test_a_name_or_a_number_too_short_is_no_address(text: str) -> None:
    with pytest.raises(BadData):
        addresses.read_addresses(text, "EE")


@pytest.mark.parametrize(
    ("spelling", "home"),
    [("050 123 4567", "501234567"), ("5123 4567", "51234567"), ("8 916 123-45-67", "9161234567")],
)
def test_digits_without_a_country_are_kept_for_every_country(spelling: str, home: str) -> None:
    assert home in addresses.at_home(spelling)


@pytest.mark.parametrize("text", ["+372 5123 4567", "ann@shop.ee", "@ann_tamm", "telegram:1234567"])
def test_what_names_its_country_is_nobody_elses(text: str) -> None:
    assert addresses.at_home(text) == frozenset()


def test_a_number_has_its_digits_at_home() -> None:
    assert addresses.home_of("+37251234567") == "51234567"
    assert addresses.home_of("ann") == ""


@pytest.mark.parametrize(
    ("zone", "tag", "region"),
    [
        ("Europe/Tallinn", "", "EE"),
        ("Asia/Calcutta", "", "IN"),
        ("Europe/Kiev", "", "UA"),
        ("Asia/Saigon", "", "VN"),
        ("US/Eastern", "", "US"),
        ("Singapore", "", "SG"),
        ("Etc/GMT-5", "", ""),
        ("UTC", "", ""),
        ("Etc/GMT-5", "pt-BR", "BR"),
        ("", "zh-Hant-TW", "TW"),
        ("", "he", ""),
    ],
)
def test_a_zone_has_the_country_of_its_newer_name(zone: str, tag: str, region: str) -> None:
    assert addresses.region_of(zone, tag) == region


@given(st.text(max_size=60), st.sampled_from(["", "EE", "US"]))
def test_any_text_is_an_address_in_its_one_spelling_or_is_refused(text: str, region: str) -> None:
    try:
        found = addresses.read_addresses(text, region)
    except BadData:
        return
    for one in found:
        assert Address(one.kind, one.value) in addresses.read_addresses(
            f"telegram:{one.value}" if one.kind == TELEGRAM else one.value
        )


@pytest.mark.parametrize(
    ("field", "text", "one"),
    [
        ("whatsapp", "37251234567", "+37251234567"),
        ("phone", "+372 5123 4567", "+37251234567"),
        ("email", "Ann <ANN@Shop.ee.>", "ANN@shop.ee"),
        ("telegram", "-1001234567890", "-1001234567890"),
        ("telegram", "12", "12"),
        ("email", " nobody ", "nobody"),
    ],
)
def test_what_a_channel_tells_comes_out_in_one_spelling(field: str, text: str, one: str) -> None:
    assert addresses.heard_at(field, text) == one


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("e-mail: ann@x.ee", "ann@x.ee"),
        ("Email address: Ann <ann@x.ee>", "ann@x.ee"),
        ("EMAIL:ann@x.ee", "ann@x.ee"),
        ("tel.ann@x.ee", "tel.ann@x.ee"),
        ("phone@x.ee", "phone@x.ee"),
        ("Phone: +372 5123 4567", "+37251234567"),
        ("tel. 00372 5123 4567", "+37251234567"),
        ("Tel.: +372 5123 4567", "+37251234567"),
        ("mobile number: +372 5123 4567", "+37251234567"),
        ("WhatsApp: +372 5123 4567", "+37251234567"),
        ("Telegram: @ann_tamm", "@ann_tamm"),
        ("telegram: 7123456789", "7123456789"),
    ],
)
def test_a_label_before_an_address_is_no_part_of_it(text: str, address: str) -> None:
    """It is copied with it, from a letter's foot or an address book."""
    assert [one.value for one in addresses.read_addresses(text)] == [address]
