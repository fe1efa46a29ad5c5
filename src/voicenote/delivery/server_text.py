"""Server replies and connection errors in one line. Pure."""

from __future__ import annotations

import socket
import ssl

AGAIN = "a later run will try again"


def plain(text: str | bytes, *secrets: str) -> str:
    """Return a server's text on one line of at most 300 characters, without any of `secrets`."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return " ".join("".join(x if x.isprintable() else " " for x in text).split())[:300]


def explain(
    error: BaseException | None, where: str, settings: str, tls_advice: str
) -> tuple[str, str] | None:
    """Return what happened and what to do for a socket error; None for any other error.

    `where` is host and port; `settings` names the settings that hold them.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message
        return f"the certificate of {where} is not trusted: {why}", _explain_certificate(why)
    known: tuple[tuple[type[OSError], str, str], ...] = (
        (ssl.SSLError, "{} does not speak TLS as it should", tls_advice),
        (socket.gaierror, "there is no server called {}", f"check {settings}, and the network"),
        (ConnectionRefusedError, "nothing listens on {}", f"check {settings}"),
        (TimeoutError, "{} took too long", f"{AGAIN}; timeout gives it more time"),
        (ConnectionError, "{} hung up", AGAIN),
    )
    for kind, what, advice in known:
        if isinstance(error, kind):
            return what.format(where), advice
    if isinstance(error, OSError):
        why = error.strerror or str(error)
        return f"{where} cannot be reached: {why}", f"check {settings}, and the network"
    return None


def _explain_certificate(why: str) -> str:
    if "expired" in why:
        return "the server's owner has to renew it; check the clock of this machine too"
    if "ostname" in why or "IP address" in why:
        return "use the host name that the certificate is made out to"
    return "if the server is your own, set ca_file to the certificate of its authority"
