"""What is kept of a log-in: its tokens, and until when they are good. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: An access token is renewed this long before it ends, so that it lasts for a letter.
MARGIN = timedelta(minutes=5)
#: From when the end of a log-in is warned about. Google's shortest ones last seven days.
WARN_BEFORE = timedelta(days=2)
#: Seconds that an access token lasts when the provider doesn't say.
_USUAL_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRecord:
    """A log-in. `refused`: why the provider renews it no more. `ends`: when it will, if known."""

    refresh_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    good_until: datetime | None = None
    ends: datetime | None = None
    refused: str = ""

    def good_at(self, now: datetime) -> bool:
        """Whether the access token is still good for `MARGIN`."""
        return bool(self.access_token and self.good_until and now + MARGIN < self.good_until)

    def ends_soon(self, now: datetime) -> bool:
        """Whether its end is to be warned about."""
        return self.ends is not None and now + WARN_BEFORE > self.ends

    def to_text(self) -> str:
        """Return it as one line of JSON, to be kept where secrets are."""
        times = {"good_until": self.good_until, "ends": self.ends}
        return json.dumps(
            {
                "refresh_token": self.refresh_token,
                "access_token": self.access_token,
                "refused": self.refused,
                **{name: at.isoformat() for name, at in times.items() if at},
            }
        )

    @classmethod
    def from_text(cls, text: str) -> LoginRecord:
        """Parse what `to_text` made. Raises ValueError, which doesn't show it."""
        try:
            kept = {**json.loads(text)}
            good_until, ends = (
                datetime.fromisoformat(kept[name]) if name in kept else None
                for name in ("good_until", "ends")
            )
        except (ValueError, TypeError):
            raise ValueError("it isn't what a log-in leaves") from None
        return cls(
            refresh_token=str(kept.get("refresh_token", "")),
            access_token=str(kept.get("access_token", "")),
            refused=str(kept.get("refused", "")),
            good_until=good_until,
            ends=ends,
        )

    @classmethod
    def of_answer(
        cls, answer: Mapping[str, object], now: datetime, before: LoginRecord | None = None
    ) -> LoginRecord:
        """Return the record of a provider's answer with tokens; `before` is the one it renews."""
        before = before or cls()
        ends = _seconds(answer.get("refresh_token_expires_in"))
        return cls(
            refresh_token=str(answer.get("refresh_token") or before.refresh_token),
            access_token=str(answer["access_token"]),
            good_until=now + timedelta(seconds=_seconds(answer.get("expires_in")) or _USUAL_S),
            ends=now + timedelta(seconds=ends) if ends else before.ends,
        )


def _seconds(value: object) -> int:
    try:
        return min(max(0, int(str(value))), 10**9)
    except ValueError:
        return 0
