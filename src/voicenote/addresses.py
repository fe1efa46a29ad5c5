"""Parsing of addresses: email, telephone (WhatsApp's too) and Telegram. Pure.

Any spelling from a file, a command or a channel becomes the normal one: a normalised email
address, a number in E.164, ``@name`` or a chat's number. Addresses for a plug-in's channel, such as
``slack``, stay as they are written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from importlib import resources
from urllib.parse import unquote

from voicenote.errors import BadData, short
from voicenote.model.address import (
    EMAIL,
    KINDS,
    NUMBERS,
    PHONE,
    TELEGRAM,
    WHATSAPP,
    Address,
    is_account_id,
    twins,
)
from voicenote.unicode_forms import normal

_ANGLES = re.compile(r"[^<>]*<([^<>]*)>")
_HANDLE = re.compile(r"@?([A-Za-z][A-Za-z0-9_]{3,31})")
_CHAT = re.compile(r"-?[1-9]\d{2,19}", re.ASCII)
_SPREADSHEET = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_DECIMAL = re.compile(r"([+-]?\d+)\.0+", re.ASCII)
_DIALLED = re.compile(r"[+(]?[\d ()./-]{5,}", re.ASCII)
_ABROAD = re.compile(r"[\s(]*00[\s)]*")
_WEB = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_TELEGRAM = re.compile(
    r"(?:t|telegram)\.me/|tg://(?:resolve\?domain=|user\?id=)|telegram:/*", re.IGNORECASE
)
_WHATSAPP = re.compile(r"wa\.me/|api\.whatsapp\.com/send/?\?phone=|whatsapp:/*", re.IGNORECASE)
_CALL = re.compile(r"(?:tel|callto|sms):/*", re.IGNORECASE)
_JID = re.compile(r"(\d{7,15})@(?:s\.whatsapp\.net|c\.us)", re.ASCII | re.IGNORECASE)
_LABEL = re.compile(
    r"e-?mail(?: address)?\s*:\s*|"
    r"(?P<call>(?:(?:tele)?phone|mobile|cell|tel\.?)(?: number)?\s*:\s*|tel\.\s*(?=[+(\d]))",
    re.IGNORECASE,
)
_NOWHERE = {"", "001", "ZZ"}
#: Zones that are kept by several countries, though the database links each to a place.
_PLACELESS = re.compile(r"(?!PRC|ROC|ROK)[A-Z]{3}(\d[A-Z]{3})?|GB-Eire|Antarctica/.*")


@lru_cache(maxsize=4096)
def email(text: str) -> str:
    """Return the email address, normalised, without any lookup. Raises BadData if it isn't one."""
    import email_validator

    given = _plain(text).replace("＠", "@")
    if given.casefold().startswith("mailto:"):
        given = unquote(given[7:].partition("?")[0])
    if found := _ANGLES.fullmatch(given):
        given = found[1].removeprefix("mailto:")
    given = given.strip(" ,;").rstrip(".")
    try:
        checked = email_validator.validate_email(
            given, check_deliverability=False, test_environment=True
        )
    except email_validator.EmailNotValidError as error:
        reason = str(error).rstrip(".")
        what = f"isn't an email address: {short(text)}"
        raise BadData(what, " ".join(reason.split())) from None
    return str(checked.normalized)


@lru_cache(maxsize=4096)
def phone(text: str, region: str = "") -> str:
    """Return the number in E.164; `region` (ISO 3166) is the country of a number without a +.

    Raises BadData when its length isn't possible. Whether it is in use isn't checked: numbering
    plans change faster than libraries.
    """
    given = normal(_plain(text), "NFKC").lstrip("'")
    if _SPREADSHEET.fullmatch(given):
        advice = "format the column as text and export again"
        raise BadData(f"a spreadsheet has cut the number {short(text)}", advice)
    number = _dialled(given)
    if found := _parse_number(number, region):
        return found
    where = f" in {region}" if region and not number.startswith("+") else ""
    advice = "write it with + and the country's code, such as +372 5123 4567"
    raise BadData(f"isn't a telephone number{where}: {short(text)}", advice)


def _dialled(given: str) -> str:
    """Return a number without what apps and links put around it, with + before a country code."""
    if found := _JID.fullmatch(given):
        return f"+{found[1]}"
    bare = _WEB.sub("", given, count=1) if "://" in given or "/" in given else given
    if found := _WHATSAPP.match(bare):
        rest = unquote(re.split("[?&]", bare[found.end() :])[0]).strip(" /")
        # its links have the country code without +; whatsapp: may stand before any number
        return rest if rest.startswith(("+", "00")) or ":" in found[0] else f"+{rest}"
    given = _CALL.sub("", given, count=1)
    given = found[1] if (found := _DECIMAL.fullmatch(given)) else given
    return f"+{given[found.end() :]}" if (found := _ABROAD.match(given)) else given


@lru_cache(maxsize=8192)
def _parse_number(number: str, region: str) -> str:
    """Return a number in E.164, in today's form if it has an older one; "" if it isn't one."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region or None)
        written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        for one in (written, *twins(written)):
            possible = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(one))
            if possible == phonenumbers.ValidationResult.IS_POSSIBLE:
                return one
    except phonenumbers.NumberParseException:
        return ""
    return ""


def telegram(text: str) -> str:
    """Return ``@name`` or a chat's number. Raises BadData when it is neither."""
    given = normal(_plain(text), "NFKC").replace("\u2212", "-")
    bare = _WEB.sub("", given, count=1) if "/" in given else given
    if found := _TELEGRAM.match(bare):
        bare = re.split("[?&/]", bare[found.end() :])[0].strip()
    bare = found[1] if (found := _DECIMAL.fullmatch(bare)) else bare
    if _CHAT.fullmatch(bare):
        return bare
    if found := _HANDLE.fullmatch(bare):
        return f"@{found[1]}"
    raise BadData(f"isn't a Telegram name: {short(text)}", "write @name or the number of the chat")


def read_address(kind: str, text: str, region: str = "") -> str:
    """Return an address of this kind in its normal spelling; `region` as in `phone`.

    Raises BadData when it isn't an address of that kind.
    """
    if kind == EMAIL:
        return email(text)
    if kind == WHATSAPP and is_account_id(text.strip()):
        return text.strip()
    if kind in NUMBERS:
        return phone(text, region)
    return telegram(text) if kind == TELEGRAM else _plain_name(text)


def _plain_name(text: str) -> str:
    """Return the address for a plug-in's channel, tidied. Raises BadData when it is empty."""
    if given := " ".join(_visible(text).split()):
        return given
    raise BadData(f"isn't an address: {short(text)}", "write it as the service shows it")


def heard_at(kind: str, text: str) -> str:
    """Return an address reported by a channel, in its normal spelling, or stripped if it has none.

    WhatsApp reports numbers without a +.
    """
    for given in (text, f"+{text}") if kind in NUMBERS else (text,):
        with suppress(BadData):
            return read_address(kind, given)
    return text.strip()


def read_addresses(text: str, region: str = "", kinds: Collection[str] = ()) -> tuple[Address, ...]:
    """Return every address that `text` may mean, the likeliest first.

    Bare digits may be a number at home (`region`, ISO 3166), a number without its +, or a Telegram
    chat. ``slack:U0123`` is an address for a plug-in, if `kinds` include slack. A bare word isn't
    an address, because it may be a name. Raises BadData when there is no address.
    """
    kind, _, value = text.strip().partition(":")
    if value and kind.casefold() in set(kinds).difference(KINDS):
        return (Address(kind.casefold(), _plain_name(value), text),)
    given = normal(_plain(text), "NFKC").replace("\u2212", "-")
    if is_account_id(given):
        return (Address(WHATSAPP, given),)
    bare = _WEB.sub("", given, count=1)
    if _TELEGRAM.match(bare) or given.startswith("@"):
        return (Address(TELEGRAM, telegram(given)),)
    if _WHATSAPP.match(bare) or _CALL.match(given) or _JID.fullmatch(given):
        return _numbers(given, region) or _refuse(text)
    if "@" in given:
        return (Address(EMAIL, email(text)),)
    given = found[1] if (found := _DECIMAL.fullmatch(given)) else given
    dialled = _dialled(given)
    abroad = dialled.startswith("+")
    numbers = _numbers(given, region) if abroad or _DIALLED.fullmatch(dialled) else ()
    chats = (Address(TELEGRAM, given),) if _CHAT.fullmatch(given) and not abroad else ()
    whole = _numbers(f"+{given}", "") if given.isdecimal() and not abroad else ()
    return tuple(dict.fromkeys((*numbers, *whole, *chats))) or _refuse(text)


def _numbers(given: str, region: str) -> tuple[Address, ...]:
    number = _parse_number(_dialled(given), region)
    return (Address(PHONE, number),) if number else ()


def _refuse(text: str) -> tuple[Address, ...]:
    raise BadData(
        f"isn't an address: {short(text)}",
        "write an email address, a number with + and its country's code, or @name of Telegram",
    )


def at_home(text: str) -> frozenset[str]:
    """Return the national numbers that digits without a country code can be, in all countries.

    Empty when a country code is given, or when it isn't a number. See `home_of`.
    """
    import phonenumbers

    given = normal(_plain(text), "NFKC")
    number = _dialled(found[1] if (found := _DECIMAL.fullmatch(given)) else given)
    if number.startswith("+") or not _DIALLED.fullmatch(number):
        return frozenset()
    found_ = {_parse_number(number, region) for region in phonenumbers.SUPPORTED_REGIONS}
    return frozenset(home_of(one) for one in found_ if one)


@lru_cache(maxsize=8192)
def home_of(number: str) -> str:
    """Return an E.164 number without its country code; "" when it isn't a number."""
    import phonenumbers

    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ""


@cache
def region_of(zone: str, tag: str = "") -> str:
    """Return the ISO 3166 region of a time zone, else of a language tag, else ""."""
    from babel.core import get_global

    territories, newer = get_global("zone_territories"), get_global("zone_aliases")
    named = {**territories, **_zone_table()}
    region = str(named.get(zone) or named.get(newer.get(zone, ""), ""))
    if region not in _NOWHERE and not _PLACELESS.fullmatch(zone):
        return region
    parts = [part for part in tag.split("-")[1:] if len(part) == 2 and part.isalpha()]
    return parts[0].upper() if parts else ""


@cache
def _zone_table() -> Mapping[str, str]:
    """Return zone → region from the zone database's own table, which is newer than CLDR's."""
    text = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def _plain(text: str) -> str:
    """Return a text without invisible characters and without a label (``E-mail:``, ``Tel.``).

    Labels come from address books. One for telephones is replaced by ``tel:``.
    """
    kept = _visible(text)
    found = _LABEL.match(kept)
    if not found:
        return kept
    return ("tel:" if found["call"] else "") + kept[found.end() :]


def _visible(text: str) -> str:
    """Return a text without direction marks, zero-width spaces, and spaces around it.

    Phones and address books put them around copied numbers.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cc"))
    return text.strip()
