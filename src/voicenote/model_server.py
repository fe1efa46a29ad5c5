"""A client for servers that answer as OpenAI's do, and its errors in our words.

The client is OpenAI's (the extra `writer`). No error shows the key or what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from voicenote.errors import Unavailable
from voicenote.extras import how_to_install

if TYPE_CHECKING:
    from openai import OpenAI


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelServer:
    """A server: whose it is ("writer"), its address, and its settings.

    `time_limit` is in seconds. `instead` is what can be done without it; `if_busy` what also helps
    when it is busy.
    """

    whose: str
    table: str
    url: str
    time_limit: float
    retries: int
    instead: str = ""
    if_busy: str = ""

    def connect(self, key: str) -> OpenAI:
        """Return the client; nothing is sent yet. Raises Unavailable when it isn't installed."""
        if not is_installed():
            raise Unavailable(
                f"the client of the {self.whose}'s server is not installed",
                f"install it: {how_to_install('writer')}",
            )
        from openai import OpenAI

        return OpenAI(
            base_url=self.url,
            api_key=key or "none",
            max_retries=self.retries,
            timeout=self.time_limit,
        )

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn the client's errors into ours."""
        import openai

        server, host = f"the {self.whose}'s server", self.url
        try:
            yield
        except (openai.APITimeoutError, TimeoutError):
            raise Unavailable(
                f"{server} took longer than {self.time_limit:g} seconds ({host})",
                f"a smaller model may help, or a longer {self.table} time_limit",
            ) from None
        except openai.APIConnectionError as error:
            why = type(error.__cause__ or error).__name__
            raise Unavailable(
                f"{server} does not answer ({host}: {why})",
                f"check that it runs, and {self.table} base_url{self.instead}",
            ) from None
        except openai.APIStatusError as error:
            raise Unavailable(
                f"{server} answered {error.status_code} ({host})", self._cure(error.status_code)
            ) from None
        except openai.OpenAIError as error:
            raise Unavailable(
                f"{server} can't be asked ({type(error).__name__})", f"check {self.table}"
            ) from None

    def _cure(self, status: int) -> str:
        if status in (401, 403):
            return f"check {self.table} key"
        if status == 404:
            return f"check model and base_url in {self.table}; base_url mostly ends in /v1"
        if status == 429:
            return f"wait a minute, then run the command again{self.if_busy}"
        return f"check {self.table}, and the server's own log"


def is_installed() -> bool:
    """Whether the client is there."""
    return find_spec("openai") is not None
