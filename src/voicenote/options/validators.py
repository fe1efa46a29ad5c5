"""Checks for options: each takes a value and returns it, or raises ValueError with advice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from voicenote.options.declaration import Check
from voicenote.options.secret import ADVICE, WAYS, Secret

E = TypeVar("E", bound=StrEnum)

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def _show_value(value: object) -> str:
    text = str(value)
    return f"{text[:57]}…" if len(text) > 58 else text


def _is_not(value: object, what: str, advice: str) -> ValueError:
    return ValueError(f"{_show_value(value)!r} is not {what}", advice)


def _is_unknown(value: object, known: Sequence[str]) -> ValueError:
    return ValueError(f"{_show_value(value)!r} is unknown", f"known: {', '.join(known)}")


def text(value: Any) -> str:
    """Check that it is text."""
    if not isinstance(value, str):
        raise ValueError(f"{_show_value(value)} is not text", 'put it in quotes: "…"')  # noqa: TRY004  its value
    return value


def line(value: Any) -> str:
    """Check that it is one line of text, for subjects, file names and signatures."""
    from unicodedata import category

    word = text(value)
    if any(category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in word):
        raise ValueError(f"{_show_value(word)!r} has a line break or another control", "one line")
    return word


def path(value: Any) -> Path:
    """Check the path of a file or folder; ``~`` is expanded to the home folder."""
    from voicenote.files import expand_home

    if not isinstance(value, Path):
        value = text(value)
    if not str(value) or "\0" in str(value):
        raise _is_not(value, "a path", "name a file or folder")
    return expand_home(value)


def switch(value: Any) -> bool:
    """Check that it is true or false."""
    if not isinstance(value, bool):
        raise ValueError(  # noqa: TRY004  a wrong value, whatever its type
            f"{_show_value(value)!r} is neither true nor false", "write true or false"
        )
    return value


def number(low: float, high: float, *, whole: bool = False) -> Check:
    """Return a check for a number from `low` to `high`."""
    span = f"from {low:.12g} to {high:.12g}"

    def check(value: Any) -> float | int:
        right = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, right):
            word = "a whole number" if whole else "a number"
            raise _is_not(value, word, span)
        if not low <= value <= high:
            raise ValueError(f"{value} is out of range", span)
        return value

    return check


seconds = number(0.001, 86_400)
port = number(0, 65_535, whole=True)


def pattern(expression: re.Pattern[str], what: str, advice: str, *also: str) -> Check:
    """Return a check for text that matches `expression`, or is one of the words `also`."""

    def check(value: Any) -> str:
        word = text(value)
        if word not in also and not expression.fullmatch(word):
            raise _is_not(word, what, advice)
        return word

    return check


language = pattern(_LANGUAGE, "a language tag", 'a BCP 47 tag such as "en" or "pt-BR"')
country = pattern(_COUNTRY, "a country code", 'such as "DE" or "US-NY", or "off"', "off")
duration = pattern(_DURATION, "an ISO 8601 duration", 'such as "P3D" (days) or "PT12H" (hours)')
duration_or_off = pattern(
    _DURATION, "an ISO 8601 duration", 'such as "P2D" (days) or "PT12H" (hours), or "off"', "off"
)
email = pattern(_EMAIL, "an email address", "such as me@example.com", "")


def zone(value: Any) -> str:
    """Check that it is an IANA time zone known to this machine or the tzdata library."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from difflib import get_close_matches
        from zoneinfo import available_timezones

        close = get_close_matches(name, available_timezones(), n=1)
        advice = f'did you mean "{close[0]}"?' if close else 'an IANA name such as "Europe/Warsaw"'
        raise _is_not(name, "a known time zone", advice) from None
    return name


def word_list(known: Sequence[str] = ()) -> Check:
    """Return a check for a list of words, each one of `known` if given."""

    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ValueError("this is not a list of words", 'such as ["one", "two"]')
        if strange := [word for word in value if known and word not in known]:
            raise _is_unknown(strange[0], known)
        return tuple(dict.fromkeys(value))

    return check


def languages(value: Any) -> tuple[str, ...]:
    """Check a list of language tags."""
    return tuple(language(tag) for tag in word_list()(value))


def texts_by_name(value: Any) -> dict[str, str]:
    """Check a table whose values are all text."""
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ValueError("this is not a table of texts", 'such as {customer = "Full name"}')
    return value


_RULE = re.compile(r"[RS]\d{1,2}(\.[a-z]+)?")
_LEVELS = ("error", "warning", "hint", "off")


def levels(value: Any) -> dict[str, str]:
    """Check a table of rule codes (such as R18 or S24) and their levels."""
    table = texts_by_name(value)
    for rule, level in table.items():
        if not _RULE.fullmatch(rule):
            raise _is_not(rule, "a rule", 'a code such as "R18" or "S24"')
        if level not in _LEVELS:
            raise _is_not(level, "a level", f"known: {', '.join(_LEVELS)}")
    return table


def database_url(value: Any) -> str | Secret:
    """Check a database URL, a secret reference to one, or ""."""
    if isinstance(value, Secret):
        return value
    address = text(value)
    if address and "://" not in address:
        raise ValueError(
            "this is not a database URL", "such as postgresql+psycopg://host/voicenote"
        )
    return address


def reference(value: Any) -> str:
    """Check the place where a secret is kept, such as ``env:NAME``, or ""; no relative file."""
    place = text(value)
    way, colon, name = place.partition(":")
    away = way == "file" and not Path(name).is_absolute()
    if place and (away or not (colon and way in WAYS and name.strip())):
        raise ValueError("this does not say where the key is kept", "such as env:SPEECH_KEY")
    return place


@dataclass(frozen=True, slots=True)
class Rows:
    """The check for a list of tables, each of which fills a `kind` of its own."""

    kind: type
    advice: str

    def __call__(self, value: Any) -> Any:
        """Return a value that was already read, such as a default."""
        return value


def choice(*known: str) -> Check:
    """Return a check for one of the words `known`."""

    def check(value: Any) -> str:
        if value not in known or not isinstance(value, str):
            raise _is_unknown(value, [word for word in known if word])
        return value

    return check


def member(kind: type[E]) -> Check:
    """Return a check for one of the values of a StrEnum; it returns the member."""
    names = [one.value for one in kind if one.value]

    def check(value: Any) -> E:
        if not isinstance(value, str) or value not in names:
            raise _is_unknown(value, names)
        return kind(value)

    return check


def secret(value: Any) -> Secret | None:
    """Check that it is a secret by reference; "" becomes None."""
    if value == "":
        return None
    if not isinstance(value, Secret):
        raise ValueError("a secret does not belong in this file", ADVICE)  # noqa: TRY004  its value
    return value


def server(value: Any) -> str:
    """Check a server's URL: https, or http on this machine, without a password."""
    from urllib.parse import urlsplit

    url = text(value)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("this is not an address", "such as https://example.com") from None
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("the address has letters that do not belong in one", "use ASCII letters")
    if parts.username or parts.password:
        raise ValueError("the address has a password in it", "leave it out")
    if not host or parts.scheme not in ("http", "https"):
        raise _is_not(url, "an address", "such as https://example.com")
    if parts.scheme == "http" and not is_here(host):
        raise ValueError(
            f"http:// will not do for {host!r}",
            "use https://: voices and names would travel in the open",
        )
    return url.rstrip("/")


def is_here(host: str) -> bool:
    """Return whether `host` is this machine by its name or address, without a look-up."""
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
