"""One SMTP conversation in two parts: all but the final dot, then the final dot.

The standard library's `smtplib` sends both at once. Here the caller can act in between. Until the
dot a server must discard the message (RFC 5321, 4.1.1.4), so the dot is the point of no return.
Each part has a deadline as a whole, so a server that sends byte by byte cannot hold it up.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from voicenote.delivery.email.server import Server
from voicenote.delivery.email.smtp_connection import SmtpConnection
from voicenote.delivery.email.smtp_errors import explain_failure, refusal
from voicenote.delivery.email.smtp_login import log_in
from voicenote.delivery.letter import Letter
from voicenote.delivery.server_text import plain
from voicenote.errors import ConnectionDropped, Postponed, Refused, Unknown

#: A large message gets time for this many bytes a second.
SLOWEST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The sender and recipient for SMTP, which may differ from the headers. `key` is the ENVID."""

    sender: str
    to: str
    key: str
    dsn: bool = True


class Conversation:
    """A connection for one message after another: `offer`, then `finish` or `withdraw`."""

    def __init__(self, server: Server) -> None:
        """Connect, encrypt and log in. Raises Postponed, which says what is wrong."""
        self._server = server
        self._line = SmtpConnection(server.hello, server.timeout)
        self.greeting = ""
        try:
            self._connect()
        except (OSError, smtplib.SMTPException) as error:
            self.withdraw()
            raise explain_failure(error, f"{server.host}:{server.port}") from error
        except BaseException:
            self.withdraw()
            raise

    def offer(self, envelope: Envelope, letter: Letter) -> None:
        """Send all of a message but the final dot.

        Raises Refused, Postponed or ConnectionDropped; in each case nothing has been sent.
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
        except BaseException:  # such as Ctrl-C: half a message is on its way
            self.withdraw()
            raise

    def finish(self) -> str:
        """Send the final dot, which sends the message. Return the server's answer, one line.

        Raises Refused or Postponed when the server says so, Unknown when there is no valid answer.
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
            f"{self._server.host} gave an answer that makes no sense: {plain(answer)}",
            "look into the mailbox's Sent folder, then say mark-sent or resend",
        )

    def withdraw(self) -> None:
        """Cut the connection: the server discards a message without its final dot."""
        with contextlib.suppress(OSError):
            self._line.close()

    def close(self) -> None:
        """Send QUIT, if the server still listens, and close the connection."""
        self._line.deadline.start(min(5.0, self._server.timeout))
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._line.quit()
        self.withdraw()

    def _connect(self) -> None:
        server, line = self._server, self._line
        line.open(server.host, server.port)
        if line.sock:
            # the dot is sent alone, and must not wait for the packets before it to be acknowledged
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.security == "tls":
            self._encrypt()
        code, greeting = line.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, greeting)
        self.greeting = plain(greeting)
        line.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            if not line.has_extn("starttls"):
                raise Postponed(
                    f"{server.host}:{server.port} offers no encryption (STARTTLS)",
                    'try port 465 with security = "tls"; nothing was sent unencrypted',
                )
            code, answer = line.docmd("STARTTLS")
            if code != 220:
                raise smtplib.SMTPResponseException(code, answer)
            self._encrypt()
            line.ehlo()
        if server.user:
            log_in(line, server)

    def _encrypt(self) -> None:
        context = ssl.create_default_context(cafile=self._server.ca_file or None)
        self._line.encrypt(context, self._server.host)

    def _address(self, envelope: Envelope, size: int) -> None:
        """Send MAIL, RCPT and DATA, up to the server's go-ahead."""
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
        """Read the replies to commands sent ahead of a refusal, or cut the connection.

        A server may ask for the message although no recipient is left (RFC 2920, 3.1).
        """
        try:
            if any(code == 354 for code, _ in replies):
                self.withdraw()
        except (OSError, smtplib.SMTPException):
            self.withdraw()

    @property
    def limit(self) -> int:
        """The bytes of the largest message that the server takes; 0 if it doesn't say."""
        said = self._line.esmtp_features.get("size", "").strip()
        return int(said) if said.isdigit() else 0

    def _fits(self, size: int) -> None:
        if 0 < self.limit < size:
            raise Refused(
                f"the message is {size / 1e6:.1f} MB, and {self._server.host} takes"
                f" {self.limit / 1e6:.1f} MB",
                "attach a smaller rendition, or send the listen link alone",
            )

    def _options(self, envelope: Envelope, size: int) -> tuple[list[str], list[str]]:
        """Return the parameters of MAIL and RCPT: size, and receipts if offered (RFC 3461)."""
        extra_from = [f"SIZE={size}"] if self._line.has_extn("size") else []
        if not (envelope.dsn and self._line.has_extn("dsn")):
            return extra_from, []
        return (
            [*extra_from, "RET=HDRS", f"ENVID={xtext(envelope.key)}"],
            ["NOTIFY=SUCCESS,FAILURE,DELAY", f"ORCPT=rfc822;{xtext(envelope.to)}"],
        )

    def _drop_after(self, code: int) -> None:
        """Reset the connection for the next message, or cut it."""
        if code == 421 or not 400 <= code < 600 or not self.open:
            self.withdraw()
            return
        try:
            self._line.rset()
        except (OSError, smtplib.SMTPException):
            self.withdraw()

    def _listen(self, who: str) -> None:
        """Check, without waiting, whether the server has given up in the meantime."""
        early = self._line.peek()
        if early is None:
            return
        self.withdraw()
        if not early[:3].isdigit():
            raise smtplib.SMTPServerDisconnected("it hung up")
        raise refusal(int(early[:3]), plain(early[4:]), who)

    @property
    def open(self) -> bool:
        """Whether it can take another message, as far as is known."""
        return self._line.sock is not None


def xtext(text: str) -> str:
    """Return `text` as xtext, for parameters of MAIL and RCPT (RFC 3461, 4)."""
    return "".join(
        chr(byte) if 33 <= byte <= 126 and byte not in b"+=" else f"+{byte:02X}"
        for byte in text.encode()
    )
