"""What an HTTP answer means for a message: its status, and ``Retry-After``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from voicenote.delivery.http_client import Response
from voicenote.delivery.server_text import AGAIN, plain
from voicenote.errors import Postponed, Refused, Unknown

_ACCESS = "check the secret in the settings, and that it may be used from this machine"
#: Statuses about our settings or access, not this message: every message would get them.
_ABOUT_US: Mapping[int, str] = {
    **dict.fromkeys((401, 403), _ACCESS),
    404: "check url: the receiver does not know it",
    405: "check url: the receiver takes no POST there",
    410: "check url: the receiver says that it is gone for good",
    **dict.fromkeys((408, 425), AGAIN),
    429: "the receiver asks to come back later; a later run will",
    503: "the receiver isn't available now; a later run will try again",
}
_CORRECT = "correct it, or choose another channel; then resend"


def judge_status(
    answer: Response, now: datetime, ask: str, about_us: Mapping[int, str] | None = None
) -> Postponed | Refused | Unknown | None:
    """Return the error that an HTTP answer means, or None for success (2xx).

    `ask` is the advice when no one knows whether the message was sent. `about_us` replaces the
    usual advice for some statuses; they postpone too.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    what = f"the receiver answered {status}: {plain(answer.body)}".removesuffix(": ")
    advice = {**_ABOUT_US, **(about_us or {})}.get(status)
    if advice:
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        return Postponed(what, advice, wait)
    if status == 413:
        return Refused(what, 'the sound is too large for it: set rendition = "none"')
    if 400 <= status < 500 and status != 409:
        return Refused(what, _CORRECT)
    if status >= 500 or status == 409:  # 409: it has the key, or is still processing it
        return Unknown(what, ask)
    return Postponed(what, "check url: the server redirects elsewhere, which isn't followed")


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
