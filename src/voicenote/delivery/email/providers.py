"""The mail servers of well-known providers, by the domain of an address or by its MX hosts. Pure.

Facts as they are commonly known; each is tried before it is written. A provider that isn't here is
found by its own configuration (`autoconfig`), or the owner is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class MailHost:
    """A server to connect to. `security`: ``tls``, ``starttls`` or ``none``; "" is unknown."""

    host: str
    port: int
    security: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServers:
    """Where an address sends and reads, and what is known about it.

    `source`: who says so. `user` is the name to log in with; "" for the address itself. `hint`:
    which password is meant, and where it is made. `login`: whose log-in in the browser it takes
    (``google``, ``microsoft``); `why_log_in`: why a password won't do there. `keeps_sent`: it
    puts what it sends among the sent mail. `plus`: ``name+anything@`` reaches ``name@``. `spf`: the
    domain that the SPF record of a customer's own domain includes. `looked_up`: the domain said so
    itself, in a file or its DNS, and whoever can change these could name servers of their own.
    """

    source: str
    smtp: MailHost
    imap: MailHost | None
    user: str = ""
    hint: str = "the password of this mailbox"
    login: str = ""
    why_log_in: str = ""
    keeps_sent: bool = False
    plus: bool = False
    spf: str = ""
    looked_up: bool = False

    def outside(self, domain: str) -> list[str]:
        """Return the servers that don't belong to `domain`, if it was looked up where they are."""
        hosts = [one for one in (self.smtp, self.imap) if one and self.looked_up]
        return [str(one) for one in hosts if not f".{one.host}".endswith(f".{domain}")]


def _servers(source: str, smtp: str, imap: str, **more: Any) -> MailServers:
    host, _, port = smtp.partition(":")
    security = "tls" if port == "465" else "starttls"
    return MailServers(
        source=source,
        smtp=MailHost(host, int(port), security),
        imap=MailHost(imap, 993, "tls"),
        **more,
    )


def _app_password(page: str) -> str:
    return f"an app password, not the usual one; make it at {page}"


_GOOGLE = _servers(
    "Google", "smtp.gmail.com:465", "imap.gmail.com", login="google", keeps_sent=True, plus=True,
    spf="_spf.google.com",
    hint=_app_password("https://myaccount.google.com/apppasswords"),
)  # fmt: skip
_MICROSOFT = _servers(
    "Microsoft 365", "smtp.office365.com:587", "outlook.office365.com", login="microsoft",
    keeps_sent=True, plus=True, spf="spf.protection.outlook.com",
    why_log_in="Microsoft 365 switches sending with a password off, from the end of December"
    " 2026; an administrator can leave it on (SMTP AUTH), but reading takes a log-in",
)  # fmt: skip
_OUTLOOK = _servers(
    "Outlook.com", "smtp-mail.outlook.com:587", "outlook.office365.com", login="microsoft",
    keeps_sent=True, plus=True, why_log_in="Outlook.com takes no passwords from programs",
)  # fmt: skip
_FASTMAIL = _servers(
    "Fastmail", "smtp.fastmail.com:465", "imap.fastmail.com", plus=True,
    spf="spf.messagingengine.com",
    hint=_app_password("Fastmail, Settings, Privacy & Security, App passwords"),
)  # fmt: skip
_ICLOUD = _servers(
    "iCloud", "smtp.mail.me.com:587", "imap.mail.me.com", plus=True, spf="icloud.com",
    hint=_app_password("https://account.apple.com, Sign-In and Security"),
)  # fmt: skip
_ZOHO_PLACES = {
    place: _servers(
        "Zoho", f"smtp.zoho.{place}:465", f"imap.zoho.{place}", keeps_sent=True, plus=True,
        hint=_app_password("accounts.zoho.com, Security, App passwords"),
    )
    for place in ("com", "eu", "in")
}  # fmt: skip
_ZOHO_BUSINESS = {
    place: replace(
        servers,
        smtp=MailHost(f"smtppro.zoho.{place}", 465, "tls"),
        imap=MailHost(f"imappro.zoho.{place}", 993, "tls"),
    )
    for place, servers in _ZOHO_PLACES.items()
}
_YAHOO = _servers(
    "Yahoo", "smtp.mail.yahoo.com:465", "imap.mail.yahoo.com", keeps_sent=True,
    hint=_app_password("Yahoo, Account security"),
)  # fmt: skip

#: Domain of an address → its provider.
_DOMAINS = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), _GOOGLE),
    **dict.fromkeys(("outlook.com", "hotmail.com", "live.com", "msn.com"), _OUTLOOK),
    **dict.fromkeys(("fastmail.com", "fastmail.fm"), _FASTMAIL),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), _ICLOUD),
    "zohomail.com": _ZOHO_PLACES["com"],
    "zohomail.eu": _ZOHO_PLACES["eu"],
    "zohomail.in": _ZOHO_PLACES["in"],
    "yahoo.com": _YAHOO,
    **dict.fromkeys(("gmx.net", "gmx.de"), _servers("GMX", "mail.gmx.net:587", "imap.gmx.net")),
    "mailbox.org": _servers("mailbox.org", "smtp.mailbox.org:465", "imap.mailbox.org", plus=True),
    "posteo.de": _servers("Posteo", "posteo.de:465", "posteo.de", plus=True),
}
#: End of the name of a host that receives the mail of a domain (MX) → who keeps its mailboxes.
_RECEIVERS = {
    "google.com": _GOOGLE,
    "googlemail.com": _GOOGLE,
    "mail.protection.outlook.com": _MICROSOFT,
    "mx.microsoft": _MICROSOFT,
    "messagingengine.com": _FASTMAIL,
    "mail.icloud.com": _ICLOUD,
    **{f"zoho.{place}": servers for place, servers in _ZOHO_BUSINESS.items()},
    "mailbox.org": _DOMAINS["mailbox.org"],
}


def by_domain(domain: str) -> MailServers | None:
    """Return the servers of an address at `domain`, if it is a known provider's own."""
    return _DOMAINS.get(domain.lower())


def by_receiver(host: str) -> MailServers | None:
    """Return the servers of the provider whose `host` receives a domain's mail, if it is known."""
    name = host.lower().rstrip(".")
    return next(
        (one for end, one in _RECEIVERS.items() if name == end or name.endswith(f".{end}")), None
    )
