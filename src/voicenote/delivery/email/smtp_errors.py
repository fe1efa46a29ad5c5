"""What a mail server's refusal or silence means, and what to do about it. Pure."""

from __future__ import annotations

import smtplib
import socket
import ssl

from voicenote.errors import Postponed, Refused

#: Replies about us and not about the message: each touch would meet them (RFC 4954, RFC 3207).
_OURS = {
    530: "the server wants a log-in or encryption first: set user and password, or security",
    534: "the server wants another way to log in: an app password, or a token (OAuth 2)",
    535: "check user and password; many providers want an app password here",
    538: 'the server wants encryption for this log-in: security = "starttls" or "tls"',
    454: "the server cannot check log-ins at the moment; it will go with a later pass",
}
_LATER = "the server asks to come back later; a later pass will"
_AGAIN = "a later pass will try again"
_CLOSING = "the server is closing or has had enough for now; " + _AGAIN
_STRANGE = "this is no answer of a mail server: check host and port"
#: TLS was begun where the other side speaks in the open, or the other way round.
WRONG_PORT = 'port 587 goes with security = "starttls", port 465 with security = "tls"'

#: What a socket's error means; the first that fits is taken.
_SOCKET: tuple[tuple[type[OSError], str, str], ...] = (
    (
        ssl.SSLError,
        "{} does not speak TLS as it should",
        WRONG_PORT,
    ),
    (socket.gaierror, "there is no server called {}", "check host, and the network"),
    (ConnectionRefusedError, "nobody listens on {}", "check host and port"),
    (TimeoutError, "{} took too long", "a later pass will try again; timeout gives it more time"),
    (ConnectionError, "{} hung up", _AGAIN),
)


def refusal(code: int, answer: str, who: str) -> Postponed | Refused:
    """Return the error for a reply that is not a yes: 4xx is Postponed, 5xx is Refused.

    `who` is what the reply was about: an address, or "the message".
    """
    said = f"the mail server did not take {who}: {code} {answer}"
    if code in _OURS:
        return Postponed(said, _OURS[code])
    if code == 421:
        return Postponed(said, _CLOSING)
    if 400 <= code < 500:
        return Postponed(said, _LATER)
    if not 500 <= code < 600:
        return Postponed(said, _STRANGE)
    return Refused(said, _cure(code, answer))


def _cure(code: int, answer: str) -> str:
    """Return advice by the enhanced status code in an answer (RFC 3463), else by the code."""
    if "5.2.2" in answer:
        return "the customer's mailbox is full: choose another channel"
    if code == 552 or "5.3.4" in answer or "5.2.3" in answer:
        return "the message is too large for this server: send the listen link alone"
    if "5.7" in answer:
        return "the server's rules refuse it: check that the sender's address is yours there"
    if code in (550, 551, 553) or "5.1" in answer:
        return "check the address with the customer, or choose another channel"
    return "correct it, or choose another channel; then resend"


def trouble(error: OSError | smtplib.SMTPException, where: str) -> Postponed:
    """Return what a failed conversation means. Nothing has left: it is always Postponed.

    `where` is host and port.
    """
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Postponed(
            f"{where} refused the log-in: {_answer(error)}", _of_a_log_in(error.smtp_code)
        )
    if isinstance(error, smtplib.SMTPResponseException):
        unwanted = "the server does not want to talk to this machine now; " + _AGAIN
        advice = unwanted if error.smtp_code >= 400 else _STRANGE
        return Postponed(f"{where} refused the connection: {_answer(error)}", advice)
    cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Postponed(
            f"the certificate of {where} is not trusted: {cause.verify_message}",
            _certificate(cause.verify_message),
        )
    for kinds, what, advice in _SOCKET:
        if isinstance(cause, kinds):
            return Postponed(what.format(where), advice)
    if isinstance(cause, OSError) and not isinstance(cause, smtplib.SMTPException):
        return Postponed(f"{where} cannot be reached: {cause}", "check host, port and the network")
    return Postponed(f"{where} hung up", _AGAIN)


def _of_a_log_in(code: int) -> str:
    """Return what to do about a log-in that was refused: 4xx says nothing against the password."""
    if code in _OURS:
        return _OURS[code]
    if code == 421:
        return _CLOSING
    return _LATER if 400 <= code < 500 else _OURS[535]


def _certificate(why: str) -> str:
    if "expired" in why:
        return "the server's owner has to renew it; check the clock of this machine too"
    if "ostname" in why or "IP address" in why:
        return "use the host name that the certificate is made out to"
    return "if the server is your own, set ca_file to the certificate of its authority"


def _answer(error: smtplib.SMTPResponseException) -> str:
    raw = error.smtp_error
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    plain = " ".join("".join(x if x.isprintable() else " " for x in text).split())
    return f"{error.smtp_code} {plain[:300]}"
