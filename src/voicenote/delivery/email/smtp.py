"""One SMTP conversation, cut in two: all but the final dot, and the final dot.

The standard library's `smtplib` sends both in one breath. Here the caller gets its word in between:
until the dot a server must throw the message away (RFC 5321, 4.1.1.4), so the dot is the point of
no return. Each part has a deadline for the whole of it, so that a server which drips is not
waited for.
"""

from __future__ import annotations

import base64
import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from voicenote.delivery.email.smtp_connection import SmtpConnection
from voicenote.delivery.email.smtp_errors import explain_failure, refusal
from voicenote.delivery.letter import Letter
from voicenote.delivery.server_text import plain
from voicenote.errors import ConnectionDropped, Postponed, Refused, Unknown, VoicenoteError

#: A large letter is given time for so many bytes a second.
SLOWEST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to hand mail in. `security`: ``tls``, ``starttls`` or ``none``.

    `secret` fetches the password, or with `oauth` the access token; it is called once a connection.
    `timeout` is seconds for each part of the conversation.
    """

    host: str
    port: int
    security: str
    user: str = ""
    secret: Callable[[], str] | None = None
    oauth: bool = False
    timeout: float = 60
    ca_file: str = ""
    hello: str = "[127.0.0.1]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who it is from and for on the way, which the message itself need not say. `key`: ENVID."""

    sender: str
    to: str
    key: str
    dsn: bool = True


class Conversation:
    """An open connection, for one message after another: `offer`, then `finish` or `withdraw`."""

    def __init__(self, server: Server) -> None:
        """Connect, encrypt and log in. Raises Postponed, which says what is wrong."""
        self._server = server
        self._line = SmtpConnection(server.hello, server.timeout)
        try:
            self._connect()
        except (OSError, smtplib.SMTPException) as error:
            self.withdraw()
            raise explain_failure(error, f"{server.host}:{server.port}") from error
        except BaseException:
            self.withdraw()
            raise

    def offer(self, envelope: Envelope, letter: Letter) -> None:
        """Hand over all of a message but the final dot.

        Raises Refused, Postponed or ConnectionDropped; then nothing has left.
        """
        size = len(letter)
        self._line.deadline.start(self._server.timeout + size / SLOWEST)
        self._fits(size)
        try:
            self._address(envelope, size)
            for piece in letter.dotted():
                self._line.send(piece)
            self._listen(envelope.to)
        except (OSError, smtplib.SMTPException) as error:
            self.withdraw()
            found = explain_failure(error, f"{self._server.host}:{self._server.port}")
            raise ConnectionDropped(found.what, found.advice) from error
        except (Postponed, Refused):
            raise
        except BaseException:  # such as Ctrl-C: half a message is on the line
            self.withdraw()
            raise

    def finish(self) -> str:
        """Send the final dot: the message is out. Return the server's answer, one line.

        Raises Refused or Postponed when the server says so, Unknown when it says nothing.
        """
        self._line.deadline.start(2 * self._server.timeout)
        try:
            self._line.send(b".\r\n")
            code, answer = self._line.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.withdraw()
            raise Unknown(
                f"{self._server.host} went silent after it had the whole message",
                "look into the mailbox's Sent folder, then say mark-sent or resend",
            ) from error
        if 200 <= code < 300:
            return plain(answer)
        if 400 <= code < 600:
            self._drop_after(code)
            raise refusal(code, plain(answer), "the message")
        self.withdraw()
        raise Unknown(
            f"{self._server.host} gave an answer that is none: {plain(answer)}",
            "look into the mailbox's Sent folder, then say mark-sent or resend",
        )

    def withdraw(self) -> None:
        """Cut the connection: a message without its dot is thrown away by the server."""
        with contextlib.suppress(OSError):
            self._line.close()

    def close(self) -> None:
        """Say goodbye, where somebody still listens."""
        self._line.deadline.start(min(5.0, self._server.timeout))
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._line.quit()
        self.withdraw()

    def _connect(self) -> None:
        server, line = self._server, self._line
        line.open(server.host, server.port)
        if line.sock:
            # the dot goes out alone, and must not wait for an acknowledgement of what went before
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.security == "tls":
            self._encrypt()
        code, greeting = line.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, greeting)
        line.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            if not line.has_extn("starttls"):
                raise Postponed(
                    f"{server.host}:{server.port} offers no encryption (STARTTLS)",
                    'try port 465 with security = "tls"; nothing was sent in the open',
                )
            code, answer = line.docmd("STARTTLS")
            if code != 220:
                raise smtplib.SMTPResponseException(code, answer)
            self._encrypt()
            line.ehlo()
        if server.user:
            self._log_in()

    def _encrypt(self) -> None:
        context = ssl.create_default_context(cafile=self._server.ca_file or None)
        self._line.encrypt(context, self._server.host)

    def _log_in(self) -> None:
        """Log in by XOAUTH2, PLAIN or LOGIN; bytes, because `smtplib` knows only ASCII secrets."""
        server, line = self._server, self._line
        try:
            secret = server.secret() if server.secret else ""
        except VoicenoteError as error:
            raise Postponed(error.what, error.advice) from error
        offered = {*str(line.esmtp_features.get("auth", "")).upper().split()}
        if server.oauth:
            code, answer = self._say(
                "AUTH XOAUTH2", f"user={server.user}\1auth=Bearer {secret}\1\1"
            )
            if code == 334:  # the server's reason, which wants an empty answer
                code, answer = line.docmd("")
        elif "PLAIN" in offered or "LOGIN" not in offered:
            code, answer = self._say("AUTH PLAIN", f"\0{server.user}\0{secret}")
        else:
            code, answer = line.docmd("AUTH LOGIN")
            for word in (server.user, secret):
                code, answer = self._say("", word) if code == 334 else (code, answer)
        if code != 235:
            raise smtplib.SMTPAuthenticationError(code, _without(answer, server.user, secret))

    def _say(self, command: str, words: str) -> tuple[int, bytes]:
        encoded = base64.b64encode(words.encode()).decode("ascii")
        return self._line.docmd(f"{command} {encoded}".strip())

    def _address(self, envelope: Envelope, size: int) -> None:
        """Say from whom and for whom, up to the server's word to go on."""
        extra_from, extra_to = self._options(envelope, size)
        steps = [
            (f"MAIL FROM:{smtplib.quoteaddr(envelope.sender)}", extra_from, 250, envelope.sender),
            (f"RCPT TO:{smtplib.quoteaddr(envelope.to)}", extra_to, 250, envelope.to),
            ("DATA", [], 354, envelope.to),
        ]
        replies = self._line.replies([" ".join([command, *more]) for command, more, _, _ in steps])
        for (_, _, wanted, who), (code, answer) in zip(steps, replies, strict=False):
            if code == wanted or (wanted == 250 and code in (251, 252)):
                continue
            if self._line.reads_ahead and code != 421:
                self._hear_out(replies)
            self._drop_after(code)
            found = refusal(code, plain(answer), who)
            raise ConnectionDropped(found.what, found.advice) if code == 421 else found

    def _hear_out(self, replies: Iterator[tuple[int, bytes]]) -> None:
        """Take in what comes on commands said ahead of a refusal, or end the connection.

        A server may ask for a message although nobody is left to get it (RFC 2920, 3.1).
        """
        try:
            if any(code == 354 for code, _ in replies):
                self.withdraw()
        except (OSError, smtplib.SMTPException):
            self.withdraw()

    def _fits(self, size: int) -> None:
        limit = self._line.esmtp_features.get("size", "").strip()
        if limit.isdigit() and 0 < int(limit) < size:
            raise Refused(
                f"the message is {size / 1e6:.1f} MB, and {self._server.host} takes"
                f" {int(limit) / 1e6:.1f} MB",
                "attach a smaller rendition, or send the listen link alone",
            )

    def _options(self, envelope: Envelope, size: int) -> tuple[list[str], list[str]]:
        """Options of MAIL and RCPT: the size, and receipts where the server has them (RFC 3461)."""
        extra_from = [f"SIZE={size}"] if self._line.has_extn("size") else []
        if not (envelope.dsn and self._line.has_extn("dsn")):
            return extra_from, []
        return (
            [*extra_from, "RET=HDRS", f"ENVID={xtext(envelope.key)}"],
            ["NOTIFY=SUCCESS,FAILURE,DELAY", f"ORCPT=rfc822;{xtext(envelope.to)}"],
        )

    def _drop_after(self, code: int) -> None:
        """Make the connection fit for the next message, or end it."""
        if code == 421 or not 400 <= code < 600 or not self.open:
            self.withdraw()
            return
        try:
            self._line.rset()
        except (OSError, smtplib.SMTPException):
            self.withdraw()

    def _listen(self, who: str) -> None:
        """Take a last look, without waiting: has the server given up while it was being told."""
        early = self._line.peek()
        if early is None:
            return
        self.withdraw()
        if not early[:3].isdigit():
            raise smtplib.SMTPServerDisconnected("it hung up")
        raise refusal(int(early[:3]), plain(early[4:]), who)

    @property
    def open(self) -> bool:
        """Whether it can carry one more message, as far as is known."""
        return self._line.sock is not None


def xtext(text: str) -> str:
    """Return `text` as the options of MAIL and RCPT have it (RFC 3461, 4)."""
    return "".join(
        chr(byte) if 33 <= byte <= 126 and byte not in b"+=" else f"+{byte:02X}"
        for byte in text.encode()
    )


def _without(answer: bytes, user: str, secret: str) -> bytes:
    """Return a server's answer without the secret, should it repeat it in any way we said it."""
    if not secret:
        return answer
    said = (secret, f"\0{user}\0{secret}", f"user={user}\1auth=Bearer {secret}\1\1")
    for form in (secret.encode(), *(base64.b64encode(words.encode()) for words in said)):
        answer = answer.replace(form.rstrip(b"="), b"***")
    return answer
