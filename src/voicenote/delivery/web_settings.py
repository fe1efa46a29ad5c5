"""The settings of the channels that speak HTTP: what is wrong with them, all at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from voicenote.delivery.email.settings import is_here, revealed
from voicenote.delivery.tokens import PLACE
from voicenote.errors import BadSettings, Problem

#: setting → (its type, what it is when it is not given, what it is for)
Known = Mapping[str, tuple[type | tuple[type, ...], object, str]]

#: The settings that all of them have.
COMMON: Known = {
    "timeout": ((int, float), 60, "seconds that one request may take"),
    "ca_file": (str, "", "the authority of a server of your own"),
}


class Values:
    """Settings that have the right types, by name; a secret is fetched when it is used."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def text(self, key: str) -> str:
        """A text."""
        return str(self._values[key])

    def number(self, key: str) -> float:
        """A number."""
        return float(str(self._values[key]))

    def yes(self, key: str) -> bool:
        """Yes or no."""
        return bool(self._values[key])

    def secret(self, key: str) -> Callable[[], str] | None:
        """What fetches a secret, or None where none is set."""
        kept = self._values[key]
        return None if kept is None else revealed(kept)


def read_settings(
    name: str,
    given: Mapping[str, object],
    known: Known,
    needed: Iterable[str],
    further: Callable[[Values], list[Problem]],
) -> Values:
    """Return the settings of the channel `name`, or raise BadSettings with every problem.

    `further` looks for what single types cannot tell; it is asked when all types are right.
    """
    found = [
        Problem("this channel has no such setting", f"there are: {', '.join(known)}", field=key)
        for key in given
        if key not in known
    ]
    mistyped = [
        Problem(f"{_show_value(value, known[key][0])} does not fit", known[key][2], field=key)
        for key, value in given.items()
        if key in known and not _fits(known[key][0], value)
    ]
    missing = [
        Problem("it is missing", f"set {key}: {known[key][2]}", field=key)
        for key in needed
        if given.get(key) in (None, "")
    ]
    values = Values({key: given.get(key, default) for key, (_, default, _) in known.items()})
    problems = [*found, *mistyped, *missing]
    if not mistyped:
        if "timeout" in known and values.number("timeout") <= 0:
            problems.append(Problem("no time at all", known["timeout"][2], field="timeout"))
        problems += further(values)
    if problems:
        placed = [Problem(p.what, p.advice, field=f"channels.{name}.{p.field}") for p in problems]
        raise BadSettings(f"the channel {name!r} is not set up right", str(placed[0]), placed)
    return values


def wrong_server(key: str, url: str) -> list[Problem]:
    """Problems of a server's address: https, or http on this machine, and no password in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return [Problem("this is no address of a server", "such as https://example.com", field=key)]
    if not url.isascii() or not url.isprintable() or " " in url:
        return [Problem("the address has strange letters", "use ASCII letters", field=key)]
    if parts.username or parts.password:
        return [Problem("the address has a password in it", "leave it out", field=key)]
    if parts.scheme == "https" and host:
        return []
    if parts.scheme == "http" and host and is_here(host):
        return []
    advice = "use https://: voices and names would travel in the open"
    return [Problem(f"{parts.scheme or 'nothing'}:// will not do for {host!r}", advice, field=key)]


def wrong_link(key: str, url: str) -> list[Problem]:
    """Problems of a link that is made for each touch: https, with a place for its token."""
    good = url.startswith("https://") and PLACE in url and url.isascii() and url.isprintable()
    if not url or good:
        return []
    return [Problem(f"{url!r} will not do", f"an https address with {PLACE} in it", field=key)]


def _fits(kind: type | tuple[type, ...], value: object) -> bool:
    return isinstance(value, kind) and (kind in (bool, object) or not isinstance(value, bool))


def _show_value(value: object, kind: type | tuple[type, ...]) -> str:
    return "what is given" if kind is object else repr(value)
