"""Set up an email channel: what is known so far, trying it, and the table that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from voicenote.delivery.email.dialling import READING, SENDING, dial_server
from voicenote.delivery.email.providers import MailHost, MailServers
from voicenote.delivery.email.server import Server
from voicenote.delivery.port import Dialled
from voicenote.options import Secret
from voicenote.options.validators import is_here

#: Usual ports → their encryption.
_SECURITY = {465: "tls", 993: "tls", 587: "starttls", 25: "starttls", 143: "starttls"}
#: Seconds for each step of trying a server.
SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSetup:
    """An email channel that is being set up.

    `secret` is the password, or with `key` ``token`` or ``login_token`` an access
    token. `servers` says where it sends
    and reads. `extras` are further settings of the channel, such as ``ca_file``.
    """

    address: str
    servers: MailServers
    user: str
    secret: Secret | None = None
    key: str = "password"
    extras: tuple[tuple[str, object], ...] = ()

    def server(self, place: MailHost) -> Server:
        """Return one of its servers to log in to."""
        return Server(
            host=place.host,
            port=place.port,
            security=place.security,
            user=self.user if self.secret else "",
            secret=self.secret.reveal if self.secret else None,
            oauth=self.key in ("token", "login_token"),
            timeout=SECONDS,
            ca_file=str(dict(self.extras).get("ca_file", "")),
        )

    def table(self, reference: dict[str, str] | None) -> dict[str, object]:
        """Return the settings of the channel; `reference` says where its secret is kept."""
        local, _, domain = self.address.rpartition("@")
        found = {"kind": "email", **self._servers(), **dict(self.extras)}
        if reference:
            found[self.key] = reference
        if self.servers.imap and self.servers.plus:
            found["reply_to"] = f"{local}+r-{{token}}@{domain}"
        if self.servers.imap and not self.servers.keeps_sent:
            found["copy_to_sent"] = True
        return found

    def _servers(self) -> dict[str, object]:
        smtp, imap = self.servers.smtp, self.servers.imap
        found: dict[str, object] = {
            "host": smtp.host, "port": smtp.port, "security": smtp.security,
        }  # fmt: skip
        if self.user:
            found["user"] = self.user
        if imap:
            found |= {
                "imap_host": imap.host, "imap_port": imap.port, "imap_security": imap.security,
            }  # fmt: skip
        return {key: value for key, value in found.items() if value != ""}  # as by default


def try_servers(setup: EmailSetup) -> tuple[EmailSetup, list[Dialled]]:
    """Log in to each server; return the set-up with the encryption that works, and how it went.

    An encryption that isn't known is TLS, or else STARTTLS; in the open only on this machine.
    """
    results = []
    for place, purpose in (("smtp", SENDING), ("imap", READING)):
        known: MailHost | None = getattr(setup.servers, place)
        if known is None:
            continue
        for security in _candidates(known):
            tried = replace(known, security=security)
            result = dial_server(setup.server(tried), purpose)
            if result.error is None or "log-in" in result.error.what:
                break
        found: dict[str, Any] = {place: tried}
        setup = replace(setup, servers=replace(setup.servers, **found))
        results.append(result)
    return setup, results


def _candidates(endpoint: MailHost) -> list[str]:
    if endpoint.security:
        return [endpoint.security]
    return ["tls", "starttls", *(["none"] if is_here(endpoint.host) else [])]


def read_endpoint(text: str, port: int) -> MailHost | None:
    """Return the server in ``host`` or ``host:port``; None if it can't be one.

    The encryption follows from the port, and is "" for an unusual one.
    """
    host, _, given = text.strip().lower().partition(":")
    if not host or any(sign in host for sign in " /@,;'\"") or not host.isascii():
        return None
    if given and not (given.isdecimal() and given.isascii() and 0 < int(given[:6]) < 65536):
        return None
    number = int(given or port)
    return MailHost(host, number, _SECURITY.get(number, ""))
