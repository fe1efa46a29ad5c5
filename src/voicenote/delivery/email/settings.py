"""The settings of an email channel: what there is, what is wrong with them, all at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import Protocol, runtime_checkable

from voicenote.delivery.content import AUDIO
from voicenote.delivery.email.smtp import Server
from voicenote.delivery.parcel_checks import check_address
from voicenote.delivery.reserved import ALLOW
from voicenote.delivery.tokens import PLACE, fill_template
from voicenote.errors import BadSettings, Problem, Refused

#: setting → (its type, what it is when it is not given, what it is for)
KNOWN: Mapping[str, tuple[type | tuple[type, ...], object, str]] = {
    "host": (str, "", "the server that takes mail in, such as smtp.example.com"),
    "port": (int, 0, "587 by default, or 465 with tls"),
    "security": (str, "", "starttls (the default), tls, or none on this machine"),
    "user": (str, "", "the name to log in with"),
    "password": (object, None, "a reference to the password"),
    "token": (object, None, "a reference to an OAuth 2 access token, instead of a password"),
    "timeout": ((int, float), 60, "seconds for each part of the conversation"),
    "per_minute": ((int, float), 0, "how many messages a minute at most; 0: as fast as it goes"),
    "attach": (list, ["mp3"], "what is attached: mp3, m4a, ogg"),
    "verp": (str, "", "where bounces go, such as voice+b-{token}@example.com"),
    "reply_to": (str, "", "where answers go, such as voice+r-{token}@example.com"),
    "unsubscribe_url": (str, "", "an https address that ends the letters, with {token}"),
    "dsn": (bool, True, "ask for delivery receipts where the server has them"),
    "allow_reserved": ALLOW,
    "ca_file": (str, "", "the authority of a server of your own"),
    "hello": (str, "[127.0.0.1]", "the name this machine gives itself"),
    "imap_host": (str, "", "the server that holds the mailbox: for `sent` and for answers"),
    "imap_port": (int, 993, "993 by default"),
    "imap_security": (str, "tls", "tls, starttls, or none on this machine"),
    "copy_to_sent": (bool, False, "put a copy of each letter among the sent mail, by IMAP"),
    "sent_folder": (str, "", "the folder of sent mail; found by itself where it is marked"),
}
_SECURITY = ("tls", "starttls", "none")


@runtime_checkable
class Kept(Protocol):
    """A secret by reference, as the settings hand it over."""

    def reveal(self) -> str:
        """Fetch it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """What an email channel works with, checked. `imap` is None where no mailbox is named."""

    server: Server
    imap: Server | None
    per_minute: float = 0
    attach: tuple[str, ...] = field(default=("mp3",))
    verp: str = ""
    reply_to: str = ""
    unsubscribe_url: str = ""
    dsn: bool = True
    allow_reserved: bool = False
    copy_to_sent: bool = False
    sent_folder: str = ""


def read_settings(name: str, given: Mapping[str, object]) -> MailSettings:
    """Return the settings of the channel `name`, or raise BadSettings with every problem."""
    values = {key: given.get(key, default) for key, (_, default, _) in KNOWN.items()}
    problems = (
        [*_find_mistyped(given), *_contradictions(values)]
        if _typed(given)
        else _find_mistyped(given)
    )
    if problems:
        placed = [
            Problem(each.what, each.advice, field=f"channels.{name}.{each.field}")
            for each in problems
        ]
        raise BadSettings(f"the channel {name!r} is not set up right", str(placed[0]), placed)
    return _make_settings(values)


def _typed(given: Mapping[str, object]) -> bool:
    """Whether what is known of `given` has the right types, so that its values can be judged."""
    return all(_fits(key, value) for key, value in given.items() if key in KNOWN)


def _fits(key: str, value: object) -> bool:
    kind = KNOWN[key][0]
    return isinstance(value, kind) and (
        kind is bool or kind is object or not isinstance(value, bool)
    )


def _find_mistyped(given: Mapping[str, object]) -> list[Problem]:
    found = []
    for key, value in given.items():
        if key not in KNOWN:
            advice = f"there are: {', '.join(KNOWN)}"
            found.append(Problem("an email channel has no such setting", advice, field=key))
        elif not _fits(key, value):
            found.append(Problem(f"{value!r} does not fit", KNOWN[key][2], field=key))
    if not given.get("host"):
        found.append(Problem("it has no server", f"set host: {KNOWN['host'][2]}", field="host"))
    return found


def _contradictions(values: Mapping[str, object]) -> list[Problem]:
    found = []
    host, user = str(values["host"]), values["user"]
    secrets = [key for key in ("password", "token") if values[key] is not None]
    if len(secrets) > 1:
        found.append(Problem("there are a password and a token", "keep one", field="token"))
    if bool(user) != bool(secrets):
        found.append(Problem("user and password go together", "set both, or neither", field="user"))
    for key, machine in (("security", host), ("imap_security", str(values["imap_host"]))):
        security = values[key] or "starttls"
        if security not in _SECURITY:
            found.append(Problem(f"{security!r} is unknown", KNOWN[key][2], field=key))
        elif security == "none" and machine and not is_here(machine):
            advice = "use tls or starttls: words and passwords would travel in the open"
            found.append(
                Problem(f"none is only for this machine, not {machine}", advice, field=key)
            )
    found += [
        Problem(f"{values[key]} is no port", KNOWN[key][2], field=key)
        for key in ("port", "imap_port")
        if not 0 <= int(str(values[key])) <= 65535
    ]
    if values["copy_to_sent"] and not values["imap_host"]:
        advice = f"set imap_host: {KNOWN['imap_host'][2]}"
        found.append(Problem("there is no mailbox for copies", advice, field="copy_to_sent"))
    if float(str(values["timeout"])) <= 0 or float(str(values["per_minute"])) < 0:
        found.append(
            Problem("time does not run backwards", "use a positive number", field="timeout")
        )
    return found + _wrong_words(values)


def _wrong_words(values: Mapping[str, object]) -> list[Problem]:
    attach = values["attach"]
    found = [
        Problem(f"{kind!r} cannot be attached", KNOWN["attach"][2], field="attach")
        for kind in (attach if isinstance(attach, list) else ())
        if kind not in AUDIO
    ]
    found += [
        Problem(f"{values[key]!r} makes no address with a token", KNOWN[key][2], field=key)
        for key in ("verp", "reply_to")
        if not _template(str(values[key]))
    ]
    url = str(values["unsubscribe_url"])
    if url and not (
        url.startswith("https://") and PLACE in url and url.isascii() and url.isprintable()
    ):
        found.append(
            Problem(f"{url!r} will not do", KNOWN["unsubscribe_url"][2], field="unsubscribe_url")
        )
    return found


def _template(template: str) -> bool:
    """Whether it is empty, or makes addresses that have a token in them."""
    try:
        check_address("the template", fill_template(template, "any") if template else "a@b.example")
    except Refused:
        return False
    return not template or PLACE in template.partition("@")[0]


def is_here(host: str) -> bool:
    """Whether `host` is this machine by its name or address; nothing is looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _make_settings(values: Mapping[str, object]) -> MailSettings:
    security = str(values["security"]) or ("tls" if values["port"] == 465 else "starttls")
    port = int(str(values["port"])) or (465 if security == "tls" else 587)
    oauth = values["token"] is not None
    kept = values["token"] if oauth else values["password"]
    server = partial(
        Server,
        user=str(values["user"]),
        secret=None if kept is None else revealed(kept),
        oauth=oauth,
        timeout=float(str(values["timeout"])),
        ca_file=str(values["ca_file"]),
        hello=str(values["hello"]),
    )
    attach = values["attach"]
    host, imap_host = str(values["host"]), str(values["imap_host"])
    imap_port, imap_security = int(str(values["imap_port"])), str(values["imap_security"])
    return MailSettings(
        server=server(host=host, port=port, security=security),
        imap=server(host=imap_host, port=imap_port, security=imap_security) if imap_host else None,
        per_minute=float(str(values["per_minute"])),
        attach=tuple(attach) if isinstance(attach, list) else (),
        verp=str(values["verp"]),
        reply_to=str(values["reply_to"]),
        unsubscribe_url=str(values["unsubscribe_url"]),
        dsn=bool(values["dsn"]),
        allow_reserved=bool(values["allow_reserved"]),
        copy_to_sent=bool(values["copy_to_sent"]),
        sent_folder=str(values["sent_folder"]),
    )


def revealed(kept: object) -> Callable[[], str]:
    """Return what fetches a secret: of an object that reveals it, of a function, of a text."""
    if isinstance(kept, Kept):
        return kept.reveal
    if callable(kept):
        return lambda: str(kept())
    return lambda: str(kept)
