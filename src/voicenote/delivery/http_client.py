"""An HTTP client that commits just before the last byte of a request, and fetches files.

A server cannot act on a request whose body is incomplete. So all but one byte is sent, then the
message is committed, then the last byte follows. If it fails before that, nothing was sent.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voicenote.deadline import Deadline
from voicenote.delivery.port import Dialled
from voicenote.delivery.server_text import AGAIN, explain
from voicenote.errors import BadSettings, Postponed, TooLarge, Unknown, VoicenoteError
from voicenote.options import option, validators
from voicenote.options.validators import is_here

if TYPE_CHECKING:
    import socket

    import httpx2

_PIECE = 65536
_ADDRESS = "the address and its port"
_MOST = 1_000_000  # most bytes read of an answer
_LONGER = 3  # how much longer than other requests a file may take


@dataclass(frozen=True, kw_only=True)
class HttpOptions:
    """The settings of every channel that uses HTTP."""

    timeout: float = option(60, validators.seconds, "seconds that one request may take")
    ca_file: str = option("", validators.text, "the authority of a server of your own")


@dataclass(frozen=True, slots=True)
class Request:
    """A POST, or a GET without a body. It shows neither URL nor headers: they may hold secrets."""

    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """A server's answer. Header names are in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpClient:
    """A client that keeps its connection for a few seconds, follows no redirect, and logs no URL.

    `timeout` is in seconds for one whole request, however slowly the bytes arrive.
    """

    def __init__(self, timeout: float, ca_file: str = "") -> None:
        self._timeout = timeout
        self._ca_file = ca_file
        self._client: httpx2.Client | None = None
        self._stream: Any = None
        self._told: str = ""

    def post(
        self, call: Request, unknown: str, commit: Callable[[], None] | None = None
    ) -> Response:
        """Send `call` and return the answer; `commit`, if given, is called before the last byte.

        Raises Postponed when the last byte was not sent, otherwise Unknown with the advice
        `unknown`. Errors from `commit` propagate unchanged, and the server never gets the whole
        request.
        """
        import httpx2

        sent = False
        deadline = Deadline(self._timeout)

        def parts() -> Iterator[bytes]:
            nonlocal sent
            for start in range(0, len(call.body) - 1, _PIECE):
                yield call.body[start : min(start + _PIECE, len(call.body) - 1)]
            if commit:
                commit()
            sent = True
            yield call.body[-1:]

        where = _where(call.url)
        try:
            client = self._open_client(where, secure=call.url.startswith("https:"))
            deadline.start(self._timeout)  # loading the library isn't the server's time
            with deadline.shutting(self._socket):
                said = self._exchange(client, call, parts())
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            what, advice = _explain_failure(error, where, late=deadline.over)
            if sent:
                raise Unknown(f"{what}, when it had the whole message", unknown) from error
            raise Postponed(what, advice) from error
        if commit and not sent and 200 <= said.status < 300:
            commit()  # it accepted early, so the last byte is not needed
        return said

    def get(self, call: Request) -> Response:
        """Return the answer to a GET. Raises Postponed."""
        with self._getting(call, self._timeout) as answer:
            return self._whole(answer)

    def download(
        self, call: Request, most: int, refusal: Callable[[Response], VoicenoteError]
    ) -> Generator[bytes]:
        """Yield the bytes of a file, of which there must be at most `most`.

        `refusal` makes the error of any answer but 200; a redirect is one, so headers with secrets
        go nowhere else. Raises it, TooLarge, or Postponed, also when the file ends early.
        """
        with self._getting(call, self._timeout * _LONGER) as answer:
            if answer.status_code != 200:
                raise refusal(self._whole(answer))
            size = answer.headers.get("content-length", "")
            promised, came = int(size) if size.isascii() and size.isdigit() else None, 0
            if promised is not None and promised > most:
                raise TooLarge("it is larger than what is kept", size=promised)
            for piece in answer.iter_raw(_PIECE):
                came += len(piece)
                if came > most:
                    raise TooLarge("it is larger than what is kept")
                yield piece

    @contextmanager
    def _getting(self, call: Request, seconds: float) -> Iterator[httpx2.Response]:
        """Open the answer to a GET. Whatever fails, inside the block too, is Postponed."""
        import httpx2

        deadline, where = Deadline(seconds), _where(call.url)
        try:
            client = self._open_client(where, secure=call.url.startswith("https:"))
            headers = {**call.headers, "Accept-Encoding": "identity"}
            deadline.start(seconds)
            trace = {"trace": self._note_stream}
            with (
                deadline.shutting(self._socket),
                client.stream("GET", call.url, headers=headers, extensions=trace) as answer,
            ):
                yield answer
            if deadline.over:  # cut by us, a file of unknown length looks whole
                raise Postponed(*_explain_failure(TimeoutError(), where, late=True))
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            what, advice = _explain_failure(error, where, late=deadline.over)
            raise Postponed(what, advice) from error

    def dial(self, url: str, purpose: str, attempt: Callable[[], str]) -> Dialled:
        """Return how `attempt` went, which asks the server of `url` something harmless."""
        self._told, where = "", _where(url)
        try:
            answer = attempt()
        except VoicenoteError as error:
            return Dialled(where, purpose, error=error)
        clock = None
        with suppress(ValueError, TypeError):  # no date, or not one
            clock = parsedate_to_datetime(self._told).astimezone(UTC)
        return Dialled(where, purpose, answer, clock=clock)

    def close(self) -> None:
        """Close the connection."""
        client, self._client, self._stream = self._client, None, None
        if client:
            client.close()

    def _exchange(self, client: httpx2.Client, call: Request, parts: Iterator[bytes]) -> Response:
        headers = {
            **call.headers,
            "Accept-Encoding": "identity",
            "Content-Length": str(len(call.body)),
        }
        with client.stream(
            "POST",
            call.url,
            content=parts,
            headers=headers,
            extensions={"trace": self._note_stream},
        ) as answer:
            return self._whole(answer)

    def _whole(self, answer: httpx2.Response) -> Response:
        self._told = answer.headers.get("date", "")
        body = b""
        for piece in answer.iter_raw():
            body += piece
            if len(body) > _MOST:
                break
        return Response(answer.status_code, body[:_MOST], dict(answer.headers))

    def _open_client(self, where: str, *, secure: bool) -> httpx2.Client:
        import httpx2

        # httpx2 would log every URL, and some services put their token in it.
        logging.getLogger("httpx2").addFilter(_is_loud)
        if self._client is None:
            self._client = httpx2.Client(
                # without TLS no authorities are needed, and loading them takes time
                verify=self._authorities() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                timeout=self._timeout,
                limits=httpx2.Limits(max_connections=1),
                trust_env=not is_here(where.rpartition(":")[0].strip("[]")),
            )
        return self._client

    def _authorities(self) -> ssl.SSLContext | bool:
        """Return whom to trust: the system's authorities, or only the `ca_file` of the settings."""
        if not self._ca_file:
            return True
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except (OSError, ValueError) as error:
            raise BadSettings(
                f"ca_file cannot be read: {self._ca_file}", "give a file of PEM certificates"
            ) from error

    def _note_stream(self, event: str, info: Mapping[str, Any]) -> None:
        """Keep a reference to the connection, so that it can be cut when its time is over."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._stream = info["return_value"]

    def _socket(self) -> socket.socket | None:
        return self._stream.get_extra_info("socket") if self._stream else None


def _explain_failure(error: BaseException, where: str, *, late: bool) -> tuple[str, str]:
    """Return what happened and what to do about it, one line each.

    `where` is host and port. `late` means that we ended the request, because its time was over.
    """
    cause = _root_cause(error)
    if late or (cause is None and "Timeout" in type(error).__name__):
        cause = TimeoutError()
    if explained := explain(cause, where, _ADDRESS, f"check {_ADDRESS}"):
        return explained
    if "isconnected" in str(error):
        return f"{where} hung up", AGAIN
    return f"{where} gave no answer of HTTP", f"check {_ADDRESS}: another kind of server is there"


def _root_cause(error: BaseException) -> BaseException | None:
    """Return the socket error behind a library's error, or None."""
    link: BaseException | None = error
    while link is not None and not isinstance(link, OSError):
        link = link.__cause__ or link.__context__
    return link


def _is_loud(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _where(url: str) -> str:
    """Return the host and port of a URL, without the rest, which may be secret."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.hostname}:{port}"
