"""The country of a number without a +: a zone decides it, or nobody does."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime
from importlib import resources

import pytest

from voicenote import addresses
from voicenote.errors import BadData
from voicenote.intake.options import Options
from voicenote.intake.single import complaint_from_fields
from voicenote.intake.time_zones import read_time_zone, zone_region

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: Who was meant by names that the table of the zone database no longer lists.
OLDER = {
    "AR": "America/Argentina/ComodRivadavia America/Buenos_Aires America/Catamarca "
    "America/Cordoba America/Jujuy America/Mendoza America/Rosario",
    "AS": "Pacific/Samoa US/Samoa",
    "AU": "Australia/ACT Australia/Canberra Australia/Currie Australia/LHI Australia/NSW "
    "Australia/North Australia/Queensland Australia/South Australia/Tasmania Australia/Victoria "
    "Australia/West Australia/Yancowinna",
    "BD": "Asia/Dacca",
    "BR": "America/Porto_Acre Brazil/Acre Brazil/DeNoronha Brazil/East Brazil/West",
    "BT": "Asia/Thimbu",
    "CA": "America/Coral_Harbour America/Montreal America/Nipigon America/Pangnirtung "
    "America/Rainy_River America/Thunder_Bay America/Yellowknife Canada/Atlantic Canada/Central "
    "Canada/Eastern Canada/Mountain Canada/Newfoundland Canada/Pacific Canada/Saskatchewan "
    "Canada/Yukon",
    "CL": "Chile/Continental Chile/EasterIsland",
    "CN": "Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Kashgar PRC",
    "CU": "Cuba",
    "CY": "Europe/Nicosia",
    "EG": "Egypt",
    "ER": "Africa/Asmera",
    "FM": "Pacific/Ponape Pacific/Truk Pacific/Yap",
    "FO": "Atlantic/Faeroe",
    "GB": "Europe/Belfast GB",
    "GL": "America/Godthab",
    "HK": "Hongkong",
    "ID": "Asia/Ujung_Pandang",
    "IE": "Eire",
    "IL": "Asia/Tel_Aviv Israel",
    "IN": "Asia/Calcutta",
    "IR": "Iran",
    "IS": "Iceland",
    "JM": "Jamaica",
    "JP": "Japan",
    "KI": "Pacific/Enderbury",
    "KR": "ROK",
    "LY": "Libya",
    "MD": "Europe/Tiraspol",
    "MH": "Kwajalein",
    "ML": "Africa/Timbuktu",
    "MM": "Asia/Rangoon",
    "MN": "Asia/Choibalsan Asia/Ulan_Bator",
    "MO": "Asia/Macao",
    "MX": "America/Ensenada America/Santa_Isabel Mexico/BajaNorte Mexico/BajaSur Mexico/General",
    "NP": "Asia/Katmandu",
    "NZ": "NZ NZ-CHAT",
    "PL": "Poland",
    "PT": "Portugal",
    "RU": "W-SU",
    "SG": "Singapore",
    "SJ": "Atlantic/Jan_Mayen",
    "TM": "Asia/Ashkhabad",
    "TR": "Asia/Istanbul Turkey",
    "TW": "ROC",
    "UA": "Europe/Kiev Europe/Uzhgorod Europe/Zaporozhye",
    "US": "America/Atka America/Fort_Wayne America/Indianapolis America/Knox_IN "
    "America/Louisville America/Shiprock Navajo Pacific/Johnston US/Alaska US/Aleutian "
    "US/Arizona US/Central US/East-Indiana US/Eastern US/Hawaii US/Indiana-Starke US/Michigan "
    "US/Mountain US/Pacific US/Pacific-New",
    "VI": "America/Virgin",
    "VN": "Asia/Saigon",
}


def countries() -> dict[str, str]:
    """Return zone → country, from the zone database's own table and the list above."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows} | {
        name: code for code, names in OLDER.items() for name in names.split()
    }


def test_every_zone_of_the_database_has_the_right_country_or_none() -> None:
    """Names of places have their country, names without a place (EET, GMT+3, UTC) have none."""
    known = countries()
    names = zoneinfo.available_timezones() | set(known)
    assert len(names) >= 597
    wrong = {
        name: addresses.region_of(name)
        for name in names
        if addresses.region_of(name) != known.get(name, "")
        and not name.startswith("Antarctica/")  # no country's numbers begin there
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("India Standard Time", "IN"),
        ("Israel Standard Time", "IL"),
        ("Eastern Standard Time", "US"),
        ("W. Europe Standard Time", ""),
        ("FLE Standard Time", ""),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "IN"),
        ("(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius", ""),
        ("Eastern Time (US & Canada)", "US"),
        ("Hanoi", "VN"),
        ("Quito", "EC"),
        ("Abu Dhabi", "AE"),
        ("Central America", ""),
        ("+05:30", ""),
        ("UTC+3", ""),
        ("EET", ""),
        ("UTC", ""),
        ("West", ""),
    ],
)
def test_a_zone_by_another_name_decides_a_country_only_if_it_has_one(
    text: str, country: str
) -> None:
    assert zone_region(text) == country


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("+05:30", "Asia/Kolkata"),
        ("UTC+5:45", "Asia/Kathmandu"),
        ("GMT+0330", "Asia/Tehran"),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
        ("Samoa", "Pacific/Apia"),
        ("-09:30", "Pacific/Marquesas"),
        ("GMT+13", "Etc/GMT-13"),
    ],
)
def test_offsets_and_lists_of_cities_are_zones(text: str, zone: str) -> None:
    assert read_time_zone(text) == zone


@pytest.mark.parametrize("text", ["localtime", "posixrules", "Factory", "Tallinn, Tokyo", "+10:17"])
def test_a_zone_of_this_machine_is_no_customers(text: str) -> None:
    with pytest.raises(BadData):
        read_time_zone(text)


def number(zone: str, phone: str, language: str = "") -> str:
    """Return the number that a row gives, for an owner in Estonia."""
    row = {"customer": "A", "time_zone": zone, "phone": phone, "what_happened": "Late."}
    row |= {"language": language} if language else {}
    owner = Options(now=NOW, time_zone="Europe/Tallinn", language="et")
    return complaint_from_fields(row, owner).customer.address("phone")


@pytest.mark.parametrize(
    ("zone", "phone", "made"),
    [
        ("Asia/Calcutta", "98765 43210", "+919876543210"),
        ("Europe/Kiev", "050 123 4567", "+380501234567"),
        ("Asia/Saigon", "091 234 56 78", "+84912345678"),
        ("US/Eastern", "(212) 555-0143", "+12125550143"),
        ("Singapore", "8123 4567", "+6581234567"),
        ("India Standard Time", "98765 43210", "+919876543210"),
        ("+05:30", "+91 98765 43210", "+919876543210"),
        ("", "5123 4567", "+37251234567"),
    ],
)
def test_a_number_without_a_plus_is_its_zones(zone: str, phone: str, made: str) -> None:
    assert number(zone, phone) == made


@pytest.mark.parametrize("zone", ["+05:30", "UTC", "GMT+3", "EET", "FLE Standard Time"])
@pytest.mark.parametrize("language", ["", "en-US"])
def test_without_a_country_a_number_needs_a_plus(zone: str, language: str) -> None:
    """Neither the owner's country nor that of a language is put before it: it may be anybody's."""
    with pytest.raises(BadData, match="telephone"):
        number(zone, "5123 4567", language)
