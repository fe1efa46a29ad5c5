"""Languages, zones, addresses, money and dates, each as people write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from voicenote.errors import BadData
from voicenote.intake import dates, person, time_zones
from voicenote.intake.amounts import read_currency, read_money
from voicenote.intake.raw_record import Number
from voicenote.model.money import Money

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LANGUAGES = "en he ro pl fa et th"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("pl_PL", "pl-PL"),
        ("iw", "he"),
        ("en-us", "en-US"),
        ("Hebrew", "he"),
        ("עברית", "he"),
        ("polski", "pl"),
        ("Polish", "pl"),
        ("فارسی", "fa"),
        ("Farsi", "fa"),
        ("Eesti", "et"),
        ("română", "ro"),
        ("English (United States)", "en"),
    ],
)
def test_a_language_is_known_by_tag_and_by_name(text: str, tag: str) -> None:
    assert person.read_language(text) == tag


@pytest.mark.parametrize(
    "text", ["xx", "zz-ZZ", "e", "Klingonx", "123", "-", "und", "\u200f", "a" * 99]
)
def test_what_is_no_language_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        person.read_language(text)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Tallinn", "Europe/Tallinn"),
        ("europe/tallinn", "Europe/Tallinn"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("Bucharest", "Europe/Bucharest"),
        ("Jerusalem", "Asia/Jerusalem"),
        ("New Delhi", "Asia/Kolkata"),
        ("(GMT+02:00) Tallinn", "Europe/Tallinn"),
        ("FLE Standard Time", "Europe/Kiev"),
        ("UTC", "Etc/UTC"),
        ("UTC+2", "Etc/GMT-2"),
        ("-05:00", "Etc/GMT+5"),
        ("UTC\u22125", "Etc/GMT+5"),
        ("GMT+14", "Etc/GMT-14"),
        ("GMT + 0", "Etc/UTC"),
    ],
)
def test_a_zone_is_known_by_many_names(text: str, zone: str) -> None:
    named = time_zones.read_time_zone(text)
    assert ZoneInfo(named).utcoffset(NOW.replace(tzinfo=None)) == ZoneInfo(zone).utcoffset(
        NOW.replace(tzinfo=None)
    )
    assert named == zone or text == "FLE Standard Time"


def test_every_zone_in_the_table_exists() -> None:
    for name in time_zones._list_zones():
        assert ZoneInfo(time_zones.read_time_zone(name))


@pytest.mark.parametrize("text", ["Mars", "+25", "Europe", "../../etc/passwd", "UTC+2:17"])
def test_what_is_no_zone_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        time_zones.read_time_zone(text)


@pytest.mark.parametrize(
    ("text", "named", "fallback", "made"),
    [
        ("{$120.00}", "", "", ("120.00", "USD")),
        ("$5", "CAD", "", ("5", "CAD")),
        ("$5", "", "AUD", ("5", "AUD")),
        ("1.234,50 zł", "", "", ("1234.50", "PLN")),
        ("1 234,50 zł", "", "EUR", ("1234.50", "PLN")),
        ("240", "", "EUR", ("240", "EUR")),
        ("€12,50", "", "", ("12.50", "EUR")),
        ("12,5", "EUR", "", ("12.5", "EUR")),
        ("1'234.50 CHF", "", "", ("1234.50", "CHF")),
        ("1,234", "USD", "", ("1234", "USD")),
        ("0.500", "USD", "", ("0.500", "USD")),
        ("20 lei", "", "", ("20", "RON")),
        ("₪ 100", "", "", ("100", "ILS")),
        ('100 ש"ח', "", "", ("100", "ILS")),
        ("۱۲۰", "IRR", "", ("120", "IRR")),
        ("۱۲۰ ریال", "", "", ("120", "IRR")),
        (Number("12.345"), "EUR", "", ("12.345", "EUR")),
        ("0", "EUR", "", ("0", "EUR")),
    ],
)
def test_money_keeps_amount_and_currency(
    text: str, named: str, fallback: str, made: tuple[str, str]
) -> None:
    assert read_money(text, named, fallback) == Money(Decimal(made[0]), made[1])


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "$-5",
        "(5.00)",
        "NaN",
        "Infinity",
        "1e5",
        "between 10 and 20",
        "a lot",
        "5 k",
        "9" * 40,
        "€5 USD",
        "120 تومان",
        Number("NaN"),
        Number("-Infinity"),
        Number("1e999999"),
        Number("-1"),
    ],
)
def test_what_is_no_sane_amount_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        read_money(text, "EUR", "")


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (time_zones.read_time_zone, "time zone"),
        (dates.zone_of, "time zone"),
        (person.read_language, "language"),
        (read_currency, "currency"),
    ],
)
def test_a_name_that_nobody_has_is_said_not_to_be_there(
    read: Callable[[str], object], what: str
) -> None:
    with pytest.raises(BadData, match=f"^'Xyzzy/Plugh' isn't a {what}"):
        read("Xyzzy/Plugh")


def test_money_without_a_currency_is_refused() -> None:
    with pytest.raises(BadData, match="no currency"):
        read_money("5", "", "")


def test_money_in_another_currency_than_its_column_is_refused() -> None:
    with pytest.raises(BadData, match="is in EUR"):
        read_money("€5", "USD", "")


@pytest.mark.parametrize(
    ("text", "code"), [("eur", "EUR"), ("€", "EUR"), ("zł", "PLN"), ("kr", "SEK")]
)
def test_a_currency_is_known_by_code_and_sign(text: str, code: str) -> None:
    assert read_currency(text) == code


@pytest.mark.parametrize(
    ("text", "order", "utc"),
    [
        ("2026-03-04", "", "2026-03-04T00:00"),
        ("2026-03-04T10:00:00Z", "", "2026-03-04T10:00"),
        ("2026-03-04 10:00:00.123+02:00", "", "2026-03-04T08:00"),
        ("2026-03-04 10:00:00 UTC", "", "2026-03-04T10:00"),
        ("2026/03/04 10:00", "", "2026-03-04T10:00"),
        ("04.03.2026", "DMY", "2026-03-04T00:00"),
        ("03/04/2026", "MDY", "2026-03-04T00:00"),
        ("03/04/2026 3:05 PM", "MDY", "2026-03-04T15:05"),
        ("25/03/2026", "", "2026-03-25T00:00"),
        ("03/03/26", "", "2026-03-03T00:00"),
        ("1772582400", "", "2026-03-04T00:00"),
        ("1772582400000", "", "2026-03-04T00:00"),
        ("March 4, 2026", "", "2026-03-04T00:00"),
        ("4 marca 2026", "", "2026-03-04T00:00"),
        ("4. märts 2026", "", "2026-03-04T00:00"),
        ("4 במרץ 2026", "", "2026-03-04T00:00"),
        ("Wed, 04 Mar 2026 10:20:00 +0200", "", "2026-03-04T08:20"),
        ("۲۰۲۶-۰۳-۰۴", "", "2026-03-04T00:00"),
        ("Wed Mar 04 22:10:47 +0000 2026", "", "2026-03-04T22:10:47"),
        ("46085", "", "2026-03-04T00:00"),
        ("46085.75", "", "2026-03-04T18:00"),
        ("1404/12/13", "", "2026-03-04T00:00"),
        ("۱۴۰۴/۱۲/۱۳ ۱۰:۲۰", "", "2026-03-04T10:20"),
        ("13/12/1404", "", "2026-03-04T00:00"),
        ("۱۳ اسفند ۱۴۰۴", "", "2026-03-04T00:00"),
        ("13 Esfand 1404", "", "2026-03-04T00:00"),
        ("4/3/2569", "DMY", "2026-03-04T00:00"),
        ("2569-03-04 10:00", "", "2026-03-04T10:00"),
        ("4 มีนาคม 2569", "", "2026-03-04T00:00"),
        ("4 มี.ค. 2569 10:20", "", "2026-03-04T10:20"),
        ("4 มี.ค. 69", "", "2026-03-04T00:00"),
        ("วันที่ 4 มี.ค. 2569", "", "2026-03-04T00:00"),
        ("13 Esf. 1404", "", "2026-03-04T00:00"),
        ("۱۳ اسف ۱۴۰۴", "", "2026-03-04T00:00"),
        ("4 mar. 2026", "", "2026-03-04T00:00"),
        ("4 noi. 2025", "", "2025-11-04T00:00"),
        ("4 במרץ׳ 2026", "", "2026-03-04T00:00"),
    ],
)
def test_a_moment_is_read_in_utc(text: str, order: str, utc: str) -> None:
    moment = dates.read_moment(text, order=order, zone=UTC, now=NOW, languages=LANGUAGES)
    assert moment.replace(microsecond=0) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_naive_time_is_the_zones() -> None:
    zone = ZoneInfo("Asia/Tehran")
    moment = dates.read_moment("2026-03-04 10:00", order="", zone=zone, now=NOW, languages="en")
    assert moment == datetime(2026, 3, 4, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "0000-00-00",
        "yesterday",
        "soon",
        "2026-13-01",
        "31/02/2026",
        "2027-01-01",
        "1026-01-01",
        "1405/13/15",
        "1405/12/31",
        "13 E 1404",
        "31 ก.พ. 2569",
        "12 Muharram 1448",
        "03/04/2026",
        "3",
        "9999999999",
        "2026-03-04T25:00",
        "N/A",
        "🎂",
        "9999-12-31",
    ],
)
def test_what_is_no_sane_moment_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        dates.read_moment(text, order="", zone=UTC, now=NOW, languages=LANGUAGES)


@pytest.mark.parametrize(
    ("cells", "region", "language", "order"),
    [
        (["03/04/2026", "25/04/2026"], "US", "en", "DMY"),
        (["03/04/2026", "04/25/2026"], "PL", "pl", "MDY"),
        (["04/25/2026", "25/04/2026"], "US", "en", ""),
        (["03/04/2026"], "US", "", "MDY"),
        (["03/04/2026"], "PL", "", "DMY"),
        (["03/04/2026"], "", "he", "DMY"),
        (["03/04/2026"], "", "en", ""),
        (["03.04.2026"], "US", "en", "DMY"),
    ],
)
def test_a_column_tells_the_order_of_its_dates(
    cells: list[str], region: str, language: str, order: str
) -> None:
    assert dates.order_of(cells, region, language) == order


def test_a_promised_day_may_lie_ahead() -> None:
    assert dates.read_day("2027-01-05", order="", languages="en") == date(2027, 1, 5)
