"""Log in to a mail server for sending, with a password or an OAuth 2 token."""

from __future__ import annotations

import base64
import smtplib

from voicenote.delivery.email.server import Server
from voicenote.delivery.email.smtp_connection import SmtpConnection
from voicenote.delivery.server_text import plain
from voicenote.errors import Postponed, VoicenoteError


def log_in(line: SmtpConnection, server: Server) -> None:
    """Log in by XOAUTH2, PLAIN or LOGIN, because `smtplib` allows only ASCII secrets.

    Raises Postponed, and OSError and smtplib's errors.
    """
    try:
        secret = server.secret() if server.secret else ""
    except VoicenoteError as error:
        raise Postponed(error.what, error.advice) from error
    offered = {*str(line.esmtp_features.get("auth", "")).upper().split()}
    if server.oauth:
        code, answer = _show_token(line, server.user, secret)
        if code == 535 and server.session:  # it may have ended early
            secret = server.session.access_token(anew=True)
            code, answer = _show_token(line, server.user, secret)
    elif "PLAIN" in offered or "LOGIN" not in offered:
        code, answer = _say(line, "AUTH PLAIN", f"\0{server.user}\0{secret}")
    else:
        code, answer = line.docmd("AUTH LOGIN")
        for word in (server.user, secret):
            code, answer = _say(line, "", word) if code == 334 else (code, answer)
    if code != 235:
        answer = _without(answer, server.user, secret)
        if server.session and code == 535:
            said = f"{server.host} refused the log-in of {server.user}: {plain(answer)}"
            raise Postponed(said, server.session.cure)
        raise smtplib.SMTPAuthenticationError(code, answer)


def _show_token(line: SmtpConnection, user: str, token: str) -> tuple[int, bytes]:
    code, answer = _say(line, "AUTH XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1")
    # 334 is the server's reason, which needs an empty answer
    return line.docmd("") if code == 334 else (code, answer)


def _say(line: SmtpConnection, command: str, words: str) -> tuple[int, bytes]:
    encoded = base64.b64encode(words.encode()).decode("ascii")
    return line.docmd(f"{command} {encoded}".strip())


def _without(answer: bytes, user: str, secret: str) -> bytes:
    """Return a server's answer without the secret, in any form that we sent it."""
    if not secret:
        return answer
    said = (secret, f"\0{user}\0{secret}", f"user={user}\1auth=Bearer {secret}\1\1")
    for form in (secret.encode(), *(base64.b64encode(words.encode()) for words in said)):
        answer = answer.replace(form.rstrip(b"="), b"***")
    return answer
