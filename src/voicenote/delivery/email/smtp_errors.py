"""Explain what a mail server's refusals and failures mean. Pure."""

from __future__ import annotations

import smtplib

from voicenote.delivery.server_text import AGAIN, explain, plain
from voicenote.errors import Postponed, Refused

#: Replies about us, not the message: every message would get them (RFC 4954, RFC 3207).
_OURS = {
    421: "the server is closing or has had enough for now; " + AGAIN,
    530: "the server wants a log-in or encryption first: set user and password, or security",
    534: "the server wants another way to log in: an app password, or a token (OAuth 2)",
    535: "check user and password; many providers want an app password here",
    538: 'the server wants encryption for this log-in: security = "starttls" or "tls"',
    454: "the server cannot check log-ins at the moment; it will go with a later run",
}
_LATER = "the server asks to come back later; a later run will"
_STRANGE = "this isn't how a mail server answers: check host and port"
#: Advice when one side uses TLS on a port where the other does not.
WRONG_PORT = 'port 587 goes with security = "starttls", port 465 with security = "tls"'


def refusal(code: int, answer: str, who: str) -> Postponed | Refused:
    """Return the error for a reply that refuses: 4xx is Postponed, 5xx is Refused.

    Codes about our own settings, such as 535, are always Postponed. `who` is what the reply was
    about: an address, or "the message".
    """
    said = f"the mail server did not take {who}: {code} {answer}"
    if advice := _advice_for(code):
        return Postponed(said, advice)
    if not 500 <= code < 600:
        return Postponed(said, _STRANGE)
    return Refused(said, _cure(code, answer))


def _cure(code: int, answer: str) -> str:
    """Return advice by the enhanced status code in an answer (RFC 3463), or else by the code."""
    if "5.2.2" in answer:
        return "the customer's mailbox is full: choose another channel"
    if code == 552 or "5.3.4" in answer or "5.2.3" in answer:
        return "the message is too large for this server: send the listen link alone"
    if "5.7" in answer:
        return "the server's rules refuse it: check that the sender's address is yours there"
    if code in (550, 551, 553) or "5.1" in answer:
        return "check the address with the customer, or choose another channel"
    return "correct it, or choose another channel; then resend"


def explain_failure(
    error: OSError,
    where: str,
    settings: str = "host and port",
    tls_advice: str = WRONG_PORT,
) -> Postponed:
    """Return what a failed conversation means: always Postponed, because nothing was sent.

    `where` is host and port; `settings` names the settings that hold them.
    """
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Postponed(
            f"{where} refused the log-in: {error.smtp_code} {plain(error.smtp_error)}",
            _advice_for(error.smtp_code) or _OURS[535],
        )
    if isinstance(error, smtplib.SMTPResponseException):
        unwanted = "the server does not want to talk to this machine now; " + AGAIN
        advice = unwanted if error.smtp_code >= 400 else _STRANGE
        return Postponed(
            f"{where} refused the connection: {error.smtp_code} {plain(error.smtp_error)}", advice
        )
    cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else error
    if not isinstance(cause, smtplib.SMTPException) and (
        explained := explain(cause, where, settings, tls_advice)
    ):
        return Postponed(*explained)
    return Postponed(f"{where} hung up", AGAIN)


def _advice_for(code: int) -> str:
    """Return advice for a reply that is about us, or only for now (4xx); "" for any other."""
    return _OURS.get(code) or (_LATER if 400 <= code < 500 else "")
