"""Explain failed HTTP connections, and parse ``Retry-After``. Pure."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from voicenote.delivery.server_text import AGAIN, explain

_ADDRESS = "the address and its port"


def explain_failure(error: BaseException, where: str, *, late: bool) -> tuple[str, str]:
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


def retry_after(header: str, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3), or None.

    The header holds seconds or a date, which is compared with `now` (aware).
    """
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - now).total_seconds())
    except (ValueError, TypeError):  # not a date, or one without a time zone
        return None


def _root_cause(error: BaseException) -> BaseException | None:
    """Return the socket error behind a library's error, or None."""
    link: BaseException | None = error
    while link is not None and not isinstance(link, OSError):
        link = link.__cause__ or link.__context__
    return link
