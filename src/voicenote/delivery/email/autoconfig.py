"""Find the mail servers of an address: from our table, its domain's own files, and its DNS.

The last two are the domain's `config-v1.1.xml`, as mail programs read it, over https alone, and
its SRV records (RFC 6186, RFC 8314). No third party is asked. Servers without encryption are
passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.providers import MailHost, MailServers, by_domain, by_receiver
from voicenote.delivery.parcel_checks import reserved
from voicenote.errors import Postponed, Unavailable, VoicenoteError

#: Return the bytes of an https address. Raises Postponed.
Fetch = Callable[[str], bytes]

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_MOST, _LONGEST = 200_000, 320
_SOCKETS = {"SSL": "tls", "STARTTLS": "starttls"}
#: Seconds for each file.
SECONDS = 8.0


def find_servers(address: str, names: NameServer, fetch: Fetch) -> MailServers | None:
    """Return the servers of an email address, or None when nobody says.

    Reserved domains such as ``.example`` are not looked up, unless `names` is a server of your own.
    """
    domain = domain_of(address)
    if known := by_domain(domain):
        return known
    if reserved(domain) and not names.own:
        return None
    ways = (
        partial(_by_receivers, domain, names),
        partial(_by_file, domain, address, fetch),
        partial(_by_service, domain, names),
    )
    for look in ways:
        with suppress(VoicenoteError):
            if found := look():
                return found
    return None


def domain_of(address: str) -> str:
    """Return the domain of an email address, as name servers write it."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return domain


def guess_server(kind: str, address: str, names: NameServer) -> str:
    """Return ``smtp.DOMAIN`` (or another `kind`) if there is such a host; else ""."""
    domain = domain_of(address)
    if reserved(domain) and not names.own:
        return ""
    with suppress(VoicenoteError):
        return f"{kind}.{domain}" if names.addresses(f"{kind}.{domain}") else ""
    return ""


def fetch_file(url: str) -> bytes:
    """Return the file at an https address. Raises Postponed when there is none."""
    from voicenote.delivery.http_client import HttpClient, Request

    client = HttpClient(SECONDS)
    try:
        answer = client.get(Request(url))
    finally:
        client.close()
    if answer.status != 200:
        raise Postponed(f"the server doesn't have this file ({answer.status})")
    return answer.body


def _by_receivers(domain: str, names: NameServer) -> MailServers | None:
    return next(filter(None, map(by_receiver, names.mx(domain))), None)


def _by_file(domain: str, address: str, fetch: Fetch) -> MailServers | None:
    """Read the file that the domain keeps for mail programs."""
    for url in (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    ):
        with suppress(Postponed):
            if found := read_file(fetch(url)[:_MOST], address):
                return found
    return None


def read_file(raw: bytes, address: str) -> MailServers | None:
    """Return the servers in a ``config-v1.1.xml``; None if it has no encrypted one for sending."""
    from xml.etree.ElementTree import Element, ParseError, fromstring

    if b"\0" in raw or b"<!" in raw.replace(b"<!--", b""):
        return None  # UTF-16, in which they would hide, or entities; such a file needs neither
    try:
        root = fromstring(raw)  # noqa: S314  without entities it does no harm
    except (ParseError, LookupError, ValueError):
        return None

    def endpoints(kind: str, protocol: str) -> Iterator[tuple[MailHost, Element]]:
        for one in root.iter(kind):
            host = _fill(one.findtext("hostname", ""), address).lower()
            port = one.findtext("port", "").strip()
            security = _SOCKETS.get(one.findtext("socketType", "").strip().upper())
            right = _HOST.fullmatch(host) and port.isdecimal() and 0 < int(port[:6]) < 65536
            if one.get("type") == protocol and right and security:
                yield MailHost(host, int(port), security), one

    smtp, about = next(endpoints("outgoingServer", "smtp"), (None, root))
    imap, _ = next(endpoints("incomingServer", "imap"), (None, root))
    if smtp is None:
        return None
    user = _fill(about.findtext("username", ""), address)
    if not user.isprintable() or len(user) > _LONGEST:
        return None
    source = f"the configuration file of {address.rpartition('@')[2]}"
    return MailServers(source=source, smtp=smtp, imap=imap, user=user, looked_up=True)


def _fill(text: str, address: str) -> str:
    local, _, domain = address.rpartition("@")
    for name, value in (("ADDRESS", address), ("LOCALPART", local), ("DOMAIN", domain)):
        text = text.replace(f"%EMAIL{name}%", value)
    return text.strip()


def _by_service(domain: str, names: NameServer) -> MailServers | None:
    """Ask for SRV records: those for TLS from the first byte before those with STARTTLS."""

    def first(*services: tuple[str, str]) -> MailHost | None:
        for service, security in services:
            with suppress(Unavailable):
                found = names.srv(f"_{service}._tcp.{domain}")
                if found and _HOST.fullmatch(found[0].lower()):
                    return MailHost(found[0], found[1], security)
        return None

    smtp = first(("submissions", "tls"), ("submission", "starttls"))
    imap = first(("imaps", "tls"), ("imap", "starttls"))
    if smtp is None:
        return None
    return MailServers(source=f"the DNS of {domain}", smtp=smtp, imap=imap, looked_up=True)
