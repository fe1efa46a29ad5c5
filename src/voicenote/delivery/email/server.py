"""A mail server and how to log in to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class TokenSource(Protocol):
    """What gives access tokens."""

    @property
    def cure(self) -> str:
        """How a person gets in again."""
        ...

    def access_token(self, *, anew: bool = False) -> str:
        """Return an access token; with `anew` not the one before. Raises Postponed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server to connect to. `security`: ``tls``, ``starttls`` or ``none``.

    `secret` returns the password, or with `oauth` the access token; it is called once a connection.
    `session` gives another token when the server refuses the first. `timeout` is in seconds for
    each part of the conversation.
    """

    host: str
    port: int
    security: str
    user: str = ""
    secret: Callable[[], str] | None = None
    oauth: bool = False
    session: TokenSource | None = None
    timeout: float = 60
    ca_file: str = ""
    hello: str = "[127.0.0.1]"
