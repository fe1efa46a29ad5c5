"""What a failed conversation over HTTP means, and what to do about it. Pure."""

from __future__ import annotations

import socket
import ssl
from datetime import datetime
from email.utils import parsedate_to_datetime

_AGAIN = "a later pass will try again"

#: What a socket's error means; the first that fits is taken.
_SOCKET: tuple[tuple[type[OSError], str, str], ...] = (
    (ssl.SSLError, "{} does not speak TLS as it should", "check the address and its port"),
    (socket.gaierror, "there is no server called {}", "check the address, and the network"),
    (ConnectionRefusedError, "nobody listens on {}", "check the address and its port"),
    (TimeoutError, "{} took too long", f"{_AGAIN}; timeout gives it more time"),
    (ConnectionError, "{} hung up", _AGAIN),
)


def trouble(error: BaseException, where: str, *, late: bool) -> tuple[str, str]:
    """Return what happened and what to do, one line each, for a conversation that broke.

    `where` is host and port; `late`: we ended it ourselves, because its time was over.
    """
    cause = _root(error)
    if late or (cause is None and "Timeout" in type(error).__name__):
        cause = TimeoutError()
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = cause.verify_message
        return f"the certificate of {where} is not trusted: {why}", _certificate(why)
    for kind, what, advice in _SOCKET:
        if isinstance(cause, kind):
            return what.format(where), advice
    if isinstance(cause, OSError):
        return f"{where} cannot be reached: {cause.strerror}", "check the address and the network"
    if "isconnected" in str(error):
        return f"{where} hung up", _AGAIN
    return f"{where} gave what is no answer", "check the address; no HTTP server speaks so"


def retry_after(header: str, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for (RFC 9110, 10.2.3), or None.

    The header holds seconds, or a date, which is measured from `now` (aware).
    """
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


def plain(text: str, *secrets: str) -> str:
    """Return what a server said on one line of 300 letters at most, without any of `secrets`."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return " ".join("".join(x if x.isprintable() else " " for x in text).split())[:300]


def _root(error: BaseException) -> BaseException | None:
    """Return the socket's own error behind a library's, or None where there is none."""
    link: BaseException | None = error
    while link is not None and not isinstance(link, OSError):
        link = link.__cause__ or link.__context__
    return link


def _certificate(why: str) -> str:
    if "expired" in why:
        return "the server's owner has to renew it; check the clock of this machine too"
    if "ostname" in why or "IP address" in why:
        return "use the host name that the certificate is made out to"
    return "if the server is your own, set ca_file to the certificate of its authority"
